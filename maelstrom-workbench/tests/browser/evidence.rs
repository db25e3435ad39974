//! What is shown of a run that went wrong: where, and why.

use std::collections::BTreeSet;

use maelstrom_workbench::visual::{Data, Window};

use crate::{
    expected::{self, us},
    page::Page,
    shown_runs,
    webdriver::Driver,
};

const INVALID: [fn() -> Data; 3] = [shown_runs::losing, shown_runs::circular, shown_runs::stuck];

/// What somebody looks for first: a value that got lost may be missed long after, and it is on its way that it got lost.
fn first_looked_for(data: &Data) -> Vec<i64> {
    let Some(spread) = &data.spread else { return vec![data.focus.unwrap()] };
    let lost = spread.lost.as_ref().unwrap();
    let stopped = expected::places(data, lost.stopped.iter().map(|(id, _)| *id));
    let mut times: Vec<i64> = stopped.into_iter().map(|k| data.messages.sent[k]).collect();
    times.push(spread.values[lost.value].added);
    times
}

pub(crate) fn an_invalid_run_opens_where_it_went_wrong(driver: &Driver) {
    for data in INVALID.map(|run| run()) {
        let page = Page::open(driver, data);
        let assert_shown = || {
            let [from, to] =
                ["from", "to"].map(|id| page.number(&format!("document.getElementById('{id}').value")) * 1e6);
            for time in first_looked_for(&page.data).into_iter().map(us) {
                // They have four decimals.
                assert!(from - 51.0 <= time && time <= to + 51.0, "{time} is not within {from} to {to}");
            }
            assert!(to - from < us(page.data.end) / 2.0, "{from} to {to} is nearly everything");
            assert!(page.followed("followed") > 0, "nothing is followed");
        };
        assert_shown();
        page.click("#clear");
        page.click("#whole");
        assert_eq!(page.marks("timeline"), page.data.operations.len());
        page.click("#anomaly");
        assert_shown();
    }
    let page = Page::open(driver, shown_runs::valid());
    assert!(page.is_hidden("anomaly") && page.is_hidden("proof"));
}

pub(crate) fn the_evidence_is_listed_and_leads_to_its_operations(driver: &Driver) {
    for data in INVALID.map(|run| run()) {
        let page = Page::open(driver, data);
        assert!(!page.is_hidden("proof") && !page.data.evidence.is_empty());
        assert_eq!(page.elements("#evidence > li"), page.data.evidence.len());
        for (index, number) in page.data.evidence.iter().zip(1..) {
            let operation = expected::operation(&page.data, *index);
            let entry = format!("#evidence > li:nth-child({number}) > button");
            let told = page.text(&format!("document.querySelector('{entry}').textContent"));
            assert!(told.contains(&format!("process {} at ", operation.process)), "{told} for {operation:?}");
            assert!(
                told.contains(&operation.f) && told.ends_with(&operation.outcome),
                "{told} for {operation:?}"
            );
            page.click(&entry);
            assert_eq!(page.text("document.getElementById('operation').value"), index.to_string());
            assert_eq!(page.followed("followed"), expected::caused_by_operation(&page.data, *index).len());
            let span = page.shown();
            assert!(
                (span.start..span.end).contains(&us(operation.invoked)),
                "{span:?} without {operation:?}"
            );
            // Where it leads to is to be seen: below the times, above what is told of it.
            let [above, drawing, below] = ["time", "lamport", "detail"].map(|id| {
                let of = |side| {
                    page.number(&format!("document.getElementById('{id}').getBoundingClientRect().{side}"))
                };
                (of("top"), of("bottom"))
            });
            assert!(
                above.1 <= drawing.0 + 1.0 && drawing.1 <= below.0 + 1.0,
                "{above:?}, {drawing:?}, {below:?}"
            );
        }
    }
}

pub(crate) fn a_circle_of_transactions_is_drawn(driver: &Driver) {
    let page = Page::open(driver, shown_runs::circular());
    let cycle = page.data.cycle.as_ref().unwrap();
    assert_eq!(page.elements("#cycle .txn"), cycle.transactions.len());
    assert_eq!(page.elements("#cycle .edge"), cycle.edges.len());
    assert_eq!(page.elements("#cycle svg .arrow"), cycle.edges.len());
    let text = page.text_of("cycle");
    for edge in &cycle.edges {
        assert!(text.contains(&edge.why), "{} in {text}", edge.why);
    }
    for (transaction, number) in cycle.transactions.iter().zip(0..) {
        let of = format!("document.querySelectorAll('#cycle .txn')[{number}]");
        assert!(page.text(&format!("{of}.textContent")).starts_with(&transaction.name));
        page.value(&format!("{of}.querySelector('button').click()"));
        page.settle();
        assert_eq!(page.text("document.getElementById('operation').value"), transaction.index.to_string());
        let operation = expected::operation(&page.data, transaction.index);
        let span = page.shown();
        assert!((span.start..span.end).contains(&us(operation.invoked)), "{span:?} without {operation:?}");
    }
}

pub(crate) fn the_last_states_of_a_register_are_told(driver: &Driver) {
    let page = Page::open(driver, shown_runs::stuck());
    let stuck = page.data.stuck.as_ref().unwrap();
    let rows: usize = stuck.states.iter().map(|state| state.next.len().max(1)).sum();
    assert!(rows > 0);
    // And the rows of heads.
    assert!(!stuck.order.is_empty());
    assert_eq!(page.elements("#stuck tr"), rows + 1 + stuck.order.len() + 1);
    assert_eq!(page.elements("#stuck li"), stuck.suspects.len());
    let text = page.text_of("stuck");
    for state in &stuck.states {
        for next in &state.next {
            assert!(text.contains(&next.why), "{} in {text}", next.why);
        }
    }
    page.value("document.querySelector('#stuck button').click()");
    page.settle();
    let first = stuck.suspects.first().map_or(stuck.index, |suspect| suspect.index);
    assert_eq!(page.text("document.getElementById('operation').value"), first.to_string());
}

/// What a minority acknowledges can't be known to all, who is in an older term may not know of the next, and who asks nobody
/// may be the last to know.
pub(crate) fn what_is_remarkable_of_evidence_is_told(driver: &Driver) {
    let (mut apart, mut behind, mut alone, mut all) = (0, 0, 0, 0);
    for data in shown_runs::stuck_apart() {
        let page = Page::open(driver, data);
        let data = &page.data;
        let suspects: Vec<usize> =
            data.stuck.as_ref().unwrap().suspects.iter().map(|suspect| suspect.index).collect();
        let texts = "[...document.querySelectorAll('#evidence > li, #stuck li')].map((it) => it.textContent)";
        let texts: Vec<String> = serde_json::from_value(page.value(texts)).unwrap();
        assert_eq!(texts.len(), data.evidence.len() + suspects.len());
        for index in data.evidence.iter().chain(&suspects).collect::<BTreeSet<_>>() {
            let operation = expected::operation(data, *index);
            let node = &data.nodes[operation.node];
            let begin = format!("process {} at {node}: {} ", operation.process, operation.f);
            let digits = if operation.invoked < 1_000_000 { 4 } else { 3 };
            let invoked = format!("{:.digits$} s: ", us(operation.invoked) / 1e6);
            let is_own = |text: &&String| text.contains(&begin) && text.starts_with(&invoked);
            // A suspect stands in both lists, and it is told in the second.
            let text = texts.iter().rfind(is_own).unwrap();

            let is_apart = |fault: &&Window| {
                let lasts = fault.start <= operation.invoked
                    && fault.end.is_none_or(|end| operation.completed.unwrap() <= end);
                let (few, _) = fault.what.split_once(" apart from ").unwrap_or_default();
                let few = few.trim_start_matches("a partition kept ").replace(" and ", ", ");
                let few: Vec<&str> = few.split(", ").collect();
                lasts && few.contains(&node.as_str()) && few.len() * 2 < data.nodes.len()
            };
            let fault = data.faults.iter().find(is_apart);
            let said = format!("while {node} was apart from a majority (");
            assert_eq!(text.contains(&said), fault.is_some(), "{text} though {fault:?}");
            assert!(fault.is_none_or(|fault| text.contains(&fault.what)), "{text} though {fault:?}");

            let terms: Vec<u64> =
                data.nodes.iter().map(|name| term(data, name, operation.completed.unwrap())).collect();
            let (own, most) = (terms[operation.node], *terms.iter().max().unwrap());
            let said = format!("the term of {node} was {own}, that of ");
            assert_eq!(text.contains(&said), own < most, "{text} though {terms:?}");

            let is_alone = is_answered_alone(data, *index);
            let said = format!("{node} answered without hearing anybody");
            assert_eq!(text.contains(&said), is_alone, "{text}");
            apart += usize::from(fault.is_some());
            behind += usize::from(own < most);
            alone += usize::from(is_alone);
            all += 1;
        }
    }
    for marked in [apart, behind, alone] {
        assert!(0 < marked && marked < all, "{marked} of {all}: {apart}, {behind}, {alone}");
    }
}

/// What a node said last by then.
fn term(data: &Data, node: &str, by: i64) -> u64 {
    let messages = &data.messages;
    let said = (0..messages.len()).rev().filter(|k| messages.sent[*k] <= by);
    let mut own = said.filter(|k| messages.words[messages.src[*k]] == node);
    let text = own.find_map(|k| messages.words[messages.text[k]].strip_prefix("term: "));
    text.unwrap().parse().unwrap()
}

/// Whether the answer was sent when the request came.
fn is_answered_alone(data: &Data, index: usize) -> bool {
    let messages = &data.messages;
    let own = i64::try_from(index).unwrap();
    let request = messages.operation.iter().position(|operation| *operation == own).unwrap();
    let id = i64::try_from(messages.id[request]).unwrap();
    (0..messages.len()).any(|k| messages.cause[k] == id && messages.dest[k] == messages.src[request])
}
