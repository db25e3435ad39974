//! What is told of values: who had them when, what became of the messages that had them, and how others fared.

use std::collections::BTreeSet;

use maelstrom_workbench::visual::{Data, Spread, Spreading, Window};

use crate::{
    expected::{self, by_timers, had, stopped, to_and_back, us},
    page::Page,
    showing::cells,
    shown_runs,
    webdriver::Driver,
};

fn spread(data: &Data) -> &Spread {
    data.spread.as_ref().unwrap()
}

fn lost(data: &Data) -> &Spreading {
    &spread(data).values[spread(data).lost.as_ref().unwrap().value]
}

/// The nodes that never had a value, by number.
fn untold(data: &Data, value: &Spreading) -> Vec<usize> {
    let is_told = |place: &usize| value.told.iter().any(|(told, ..)| told == place);
    (0..data.nodes.len()).filter(|place| !is_told(place)).collect()
}

pub(crate) fn a_lost_value_has_its_way_with_what_stopped_it(driver: &Driver) {
    let page = Page::open(driver, shown_runs::losing());
    let value = lost(&page.data);
    let untold = untold(&page.data, value);
    assert!(!untold.is_empty());
    for way in ["#evidence", "#detail"] {
        if way == "#detail" {
            page.set("value", &value.value.to_string());
            assert_eq!(
                page.followed("followed") + page.followed("beside") + page.followed("stopped"),
                expected::followed_with(&page.data, value.operation).len()
            );
        }
        let title = page.text(&format!("document.querySelector('{way} summary').textContent"));
        assert_eq!(title, format!("How value {} came to nodes", value.value));
        let text = page.text(&format!("document.querySelector('{way}').textContent"));
        let trail = spread(&page.data).lost.as_ref().unwrap();
        let names: Vec<&str> = untold.iter().map(|place| page.data.nodes[*place].as_str()).collect();
        let count = match trail.stopped.len() {
            1 => "the only message".to_owned(),
            many => format!("{many} messages"),
        };
        let told = format!("{} never had it:{count} that would have told", names.join(", "));
        assert!(text.contains(&told), "{told} in {text}");
        // It was told once, when it came.
        assert!(text.contains(", not by a timer") && !text.contains(", by a timer"), "{text}");
        assert!(text.contains("after that no message that had it was sent there, though for"), "{text}");
    }
}

pub(crate) fn the_messages_of_a_value_are_counted_for_each_node(driver: &Driver) {
    let mut sums = [0; 4];
    for data in [shown_runs::tiring(), shown_runs::valid()] {
        let page = Page::open(driver, data);
        let data = &page.data;
        for value in spread(data).values.iter().step_by(9) {
            page.set("value", &value.value.to_string());
            let rows = cells(&page, "#detail details table");
            assert_eq!(
                rows[0],
                ["node", "had it after", "messages to it", "by timers", "stopped", "came back", "by"]
            );
            assert_eq!(rows.len(), data.nodes.len() + 1);
            for (node, row) in data.nodes.iter().zip(&rows[1..]) {
                let (to, back) = to_and_back(data, value, node);
                let counts = [to.len(), by_timers(data, &to), stopped(data, &to).len(), back.len()];
                let shown = row[2..6].iter().map(|cell| cell.split(',').next().unwrap());
                assert_eq!(
                    shown.collect::<Vec<_>>(),
                    counts.map(|count| count.to_string()),
                    "{node} of {value:?}"
                );
                let is_told = value.told.iter().any(|(place, ..)| data.nodes[*place] == *node);
                assert_eq!((row[0].as_str(), row[1] == "never"), (node.as_str(), !is_told), "{value:?}");
                for (sum, count) in sums.iter_mut().zip(counts) {
                    *sum += count;
                }
            }
        }
    }
    assert!(sums.iter().all(|sum| *sum > 0), "{sums:?}");
}

/// Who told it again, and who did not, and what they knew: nothing else tells why.
pub(crate) fn another_value_stands_beside_the_lost_one(driver: &Driver) {
    let page = Page::open(driver, shown_runs::tiring());
    let data = &page.data;
    let values = &spread(data).values;
    let origin = |value: &Spreading| data.nodes[expected::operation(data, value.operation).node].as_str();
    // In these runs only the node where it was added tells a value, so that its answers are all that come back.
    let answers = |value: &Spreading| -> BTreeSet<usize> {
        data.nodes.iter().flat_map(|node| to_and_back(data, value, node).1).collect()
    };
    let brought_late = |value: &&Spreading| {
        untold(data, value).is_empty()
            && data.nodes.iter().zip(0..).any(|(node, place)| {
                let (to, _) = to_and_back(data, value, node);
                let told = value.told.iter().find(|(told, ..)| *told == place).unwrap();
                let brought = expected::places(data, [told.2]).pop_first().unwrap();
                stopped(data, &to).iter().any(|k| *k < brought)
            })
    };
    let never: Vec<&Spreading> = values.iter().filter(|value| !untold(data, value).is_empty()).collect();
    let came: Vec<&Spreading> = values.iter().filter(brought_late).collect();
    assert!(never.len() > 20 && came.len() > 1);
    // When the first answer came, and when something was sent again to where something had been stopped.
    let first = |value: &Spreading| {
        answers(value).iter().map(|k| expected::arrival(data, *k)).min().unwrap_or(i64::MAX)
    };
    let again = |value: &Spreading| -> Vec<i64> {
        let untold = untold(data, value);
        let places =
            data.nodes.iter().zip(0..).filter(|(_, place)| untold.is_empty() || untold.contains(place));
        places
            .flat_map(|(node, place)| {
                let (to, _) = to_and_back(data, value, node);
                let brought =
                    value.told.iter().find(|(told, ..)| *told == place).map_or(i64::MAX, |(_, at, _)| *at);
                let stopped = stopped(data, &to).first().copied().unwrap_or(usize::MAX);
                let sent = to.into_iter().filter(move |k| *k > stopped).map(|k| data.messages.sent[k]);
                sent.filter(move |at| *at < brought).collect::<Vec<_>>()
            })
            .collect()
    };
    let counts = |values: &[&Spreading], first: &dyn Fn(&Spreading) -> i64| {
        let count = |is: &dyn Fn(&Spreading) -> bool| values.iter().filter(|value| is(value)).count();
        [
            values.len(),
            count(&|value| first(value) < i64::MAX),
            count(&|value| again(value).iter().any(|at| *at < first(value))),
            count(&|value| again(value).iter().any(|at| *at >= first(value))),
        ]
        .map(|count| count.to_string())
    };
    let rows = cells(&page, "#evidence .fates");
    assert_eq!(rows[1][1..], counts(&never, &first));
    // By the time at which they came, nobody had answered.
    assert_eq!(rows[2][1..], counts(&came, &|_| i64::MAX));
    assert!(rows[1][3] != "0" && rows[1][4] == "0", "{rows:?}");
    let senders = |value: &Spreading| {
        let from: BTreeSet<usize> = answers(value).iter().map(|k| data.messages.src[*k]).collect();
        from.len()
    };
    let fewest = never.iter().min_by_key(|value| senders(value)).unwrap();
    let said = format!("the fewest nodes had answered for value {}: {}.", fewest.value, senders(fewest));
    assert!(page.text_of("evidence").contains(&said), "{said}");

    let lost = lost(data);
    let far = |value: &&&Spreading| (origin(value) != origin(lost), value.added.abs_diff(lost.added));
    let beside = came.iter().min_by_key(far).unwrap();
    let text = page.text_of("evidence");
    let said = format!("value {}, added at {} at ", beside.value, origin(beside));
    assert!(text.contains(&said), "{said} in {text}");
    assert!(text.contains(&format!("until then {} got no answer from anybody", origin(beside))), "{text}");
    assert_eq!(answers(lost).len(), data.nodes.len() - 1 - untold(data, lost).len());
    assert!(text.contains(&format!("{} got answers for it from n", origin(lost))), "{text}");
}

pub(crate) fn the_fault_is_named_that_stopped_a_message(driver: &Driver) {
    let page = Page::open(driver, shown_runs::tiring());
    let data = &page.data;
    let messages = &data.messages;
    let mut named = BTreeSet::new();
    for value in spread(data).values.iter().filter(|value| !untold(data, value).is_empty()).step_by(7) {
        page.set("value", &value.value.to_string());
        let text = page.text_of("detail");
        for place in untold(data, value) {
            let (to, _) = to_and_back(data, value, &data.nodes[place]);
            let stopped = stopped(data, &to);
            let k = *stopped.last().unwrap();
            let at = messages.sent[k] + messages.took[k];
            let (from, to) = (&messages.words[messages.src[k]], &messages.words[messages.dest[k]]);
            let is_cause = |fault: &&Window| {
                let links = &fault.stops.as_ref().unwrap().links;
                let lasts = fault.start <= at && fault.end.is_none_or(|end| at <= end);
                lasts && links.iter().any(|(src, dest)| src.contains(from) && dest.contains(to))
            };
            let faults: Vec<&Window> = data.faults.iter().filter(is_cause).collect();
            let [fault] = faults[..] else { panic!("message {k} met {faults:?}") };
            let (_, why) = text.split_once("what stopped ").unwrap_or_else(|| panic!("{text}"));
            assert!(why.contains(&format!("{} from ", fault.what)), "{} in {text}", fault.what);
            named.insert(&fault.what);
        }
    }
    assert!(named.len() > 2, "{named:?}");
}

pub(crate) fn a_read_tells_what_it_lacks(driver: &Driver) {
    let page = Page::open(driver, shown_runs::tiring());
    let [shortfall] = &page.data.shortfalls[..] else { panic!("{:?}", page.data.shortfalls) };
    assert!(shortfall.lacking > 40 && shortfall.missing.len() == shortfall.lacking);
    let at = page.data.evidence.iter().position(|index| *index == shortfall.operation).unwrap() + 1;
    let of = format!("document.querySelector('#evidence > li:nth-child({at})')");
    let text = page.text(&format!("{of}.textContent"));
    let first: Vec<String> = shortfall.missing[..40].iter().map(i64::to_string).collect();
    let said = format!(
        "{} values had been acknowledged; it lacks {} of them: {} and {} more",
        shortfall.acknowledged,
        shortfall.lacking,
        first.join(" "),
        shortfall.lacking - 40
    );
    assert!(text.contains(&said), "{said} in {text}");
    page.value(&format!("{of}.querySelectorAll('p button')[3].click()"));
    page.settle();
    assert_eq!(page.text("document.getElementById('value').value"), first[3]);
    let [start, end] = [page.shown().start, page.shown().end];
    let value = spread(&page.data).values.iter().find(|value| value.value == shortfall.missing[3]).unwrap();
    assert!(start <= us(value.added) && us(value.added) <= end);
}

pub(crate) fn quantiles_tell_of_how_many_values_they_are(driver: &Driver) {
    let page = Page::open(driver, shown_runs::tiring());
    let data = &page.data;
    let values = &spread(data).values;
    let nodes = data.nodes.len();
    let reached = |count| values.iter().filter(|value| nodes - untold(data, value).len() >= count).count();
    let (half, all) = (reached(nodes.div_ceil(2)), reached(nodes));
    assert!(all < half && half < values.len());
    let rows = cells(&page, "#spread-figures");
    let stable = data.stable.as_ref().unwrap().to_string();
    assert_eq!(
        rows.last().unwrap()[..],
        ["values that came so far", &half.to_string(), &all.to_string(), &stable]
    );

    // Which of the others are lost, and which are not though they are nowhere to be found at some node.
    let short: Vec<i64> =
        values.iter().filter(|value| !untold(data, value).is_empty()).map(|value| value.value).collect();
    let called: BTreeSet<i64> = spread(data).called_lost.iter().copied().collect();
    let (lost, kept): (Vec<i64>, Vec<i64>) = short.iter().partition(|value| called.contains(value));
    assert!(lost.len() == called.len() && lost.len() > 20 && kept.len() > 10);
    let text = page.text_of("spread-figures");
    for said in [
        format!("{} of {} values never came to all nodes", short.len(), values.len()),
        format!("{} the checker calls lost: {} {} ", lost.len(), lost[0], lost[1]),
        format!("{} it does not", kept.len()),
        format!("has them: {} {} ", kept[0], kept[1]),
    ] {
        assert!(text.contains(&said), "{said} in {text}");
    }
}

pub(crate) fn the_list_of_values_begins_with_those_that_got_lost(driver: &Driver) {
    let page = Page::open(driver, shown_runs::tiring());
    page.value("document.querySelector('#values summary').click()");
    page.settle();
    let data = &page.data;
    let rows = cells(&page, "#value-rows");
    let [_heads, rows @ ..] = &rows[..] else { panic!("no rows") };
    assert_eq!(rows.len(), spread(data).values.len());
    let mut again = 0;
    for (row, k) in rows.iter().zip(0..) {
        let value = spread(data).values.iter().find(|value| value.value.to_string() == row[0]).unwrap();
        let (missing, had) = (untold(data, value).len(), had(data, value));
        assert_eq!((missing > 0, row[4] == "never"), (k < spread(data).incomplete, missing > 0), "{value:?}");
        let counts = [missing, had.len(), by_timers(data, &had), stopped(data, &had).len()];
        assert_eq!(row[5..9], counts.map(|count| count.to_string()), "{value:?}");
        let repeated = data.nodes.iter().zip(0..).map(|(node, place)| {
            let (to, _) = to_and_back(data, value, node);
            let told = value.told.iter().find(|(told, ..)| *told == place).map_or(i64::MAX, |(_, at, _)| *at);
            let first = stopped(data, &to).into_iter().find(|k| data.messages.sent[*k] < told);
            first.map_or(0, |first| to.iter().filter(|k| **k > first).count())
        });
        let repeated = repeated.sum::<usize>();
        assert_eq!(row[9], repeated.to_string(), "{value:?}");
        again += repeated;
    }
    assert!(again > 0);
    page.value("document.querySelector('#value-rows button').click()");
    page.settle();
    assert_eq!(page.text("document.getElementById('value').value"), rows[0][0]);
}
