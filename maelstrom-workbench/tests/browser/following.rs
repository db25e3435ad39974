//! What is followed: an operation, a value, a message.

use maelstrom_workbench::visual::Operation;

use crate::{
    expected::{self, Filter, Span, us},
    page::Page,
    shown_runs,
    webdriver::{
        Driver,
        input::{Action, Key},
    },
};

/// Some operations of each function, from all parts of a run.
fn some(operations: &[Operation]) -> Vec<&Operation> {
    let mut some: Vec<_> = operations.iter().step_by(operations.len() / 12).collect();
    some.extend(operations.last());
    some
}

pub(crate) fn an_operation_marks_exactly_the_messages_that_it_caused(driver: &Driver) {
    for data in [shown_runs::valid(), shown_runs::losing(), shown_runs::stuck(), shown_runs::retrying()] {
        let page = Page::open(driver, data);
        page.show_all();
        for operation in some(&page.data.operations) {
            page.set("operation", &operation.index.to_string());
            let caused = expected::caused_by_operation(&page.data, operation.index);
            assert!(caused.len() >= 2, "{operation:?} has a request and an answer");
            assert_eq!(page.followed("followed"), caused.len(), "{operation:?}");
            let all = expected::followed_with(&page.data, operation.index);
            assert_eq!(
                page.followed("followed") + page.followed("beside") + page.followed("stopped"),
                all.len()
            );
            let marked = page.value("[...new Set([...document.querySelectorAll('#detail pre')].map((it) => it.textContent))].join()");
            assert!(
                marked.as_str().unwrap().starts_with(&format!("operation {}", operation.index)),
                "{marked}"
            );
            let span = page.shown();
            assert!(
                (span.start..span.end).contains(&us(operation.invoked)),
                "{span:?} without {operation:?}"
            );
        }
        page.click("#clear");
        assert_eq!(page.followed("followed"), 0);
        assert!(page.is_hidden("detail"));
    }
}

/// A request that is repeated when its answer is overdue, as a story of lines.
pub(crate) fn what_was_sent_for_an_operation_is_told_in_order(driver: &Driver) {
    let page = Page::open(driver, shown_runs::retrying());
    let data = &page.data;
    let messages = &data.messages;
    let mut repeated = 0;
    for operation in data.operations.iter().step_by(3) {
        page.set("operation", &operation.index.to_string());
        let lines = "[...document.querySelectorAll('#detail .in-order li')].map((it) => it.textContent)";
        let lines: Vec<String> = serde_json::from_value(page.value(lines)).unwrap();
        let caused = expected::caused_by_operation(data, operation.index);
        if caused.len() < 3 {
            assert!(lines.is_empty(), "{lines:?}");
            continue;
        }
        assert_eq!(lines.len(), caused.len(), "{operation:?}");
        for (k, line) in caused.into_iter().zip(&lines) {
            let word = |words: &[usize]| messages.words[words[k]].as_str();
            let brief =
                format!("{} → {} {}", word(&messages.src), word(&messages.dest), word(&messages.kind));
            assert!(line.contains(&brief), "{brief}, not {line}");
            assert_eq!(line.ends_with(", by a timer"), messages.cause[k] == -1, "{line}");
            assert_eq!(line.contains(", lost"), messages.end[k] == 1, "{line}");
            repeated += usize::from(messages.cause[k] == -1);
        }
    }
    assert!(repeated > 3, "{repeated}");
}

pub(crate) fn only_what_is_followed_is_shown_if_one_asks_for_it(driver: &Driver) {
    let page = Page::open(driver, shown_runs::losing());
    let broadcast = page.data.operations.iter().find(|operation| operation.f == "broadcast").unwrap().index;
    page.set("operation", &broadcast.to_string());
    page.click("#only");
    page.show_all();
    let followed = expected::followed_with(&page.data, broadcast);
    assert_eq!(page.marks("lamport"), followed.len());
    page.set("node", "n1");
    let filter = Filter { lane: Some("n1"), only: Some(&followed), ..Filter::default() };
    assert_eq!(page.marks("lamport"), expected::messages(&page.data, page.shown(), filter).len());
    page.set("node", "");
    page.click("#only");
    assert_eq!(page.marks("lamport"), page.data.messages.len());
}

/// Gossip brings values by timers, so that what brought them is not what their operations caused.
pub(crate) fn a_value_shows_its_way(driver: &Driver) {
    let page = Page::open(driver, shown_runs::valid());
    let values = &page.data.spread.as_ref().unwrap().values;
    for value in values.iter().step_by(values.len() / 5) {
        page.set("value", &value.value.to_string());
        let caused = expected::caused_by_operation(&page.data, value.operation);
        let all = expected::followed_with(&page.data, value.operation);
        assert!(all.is_superset(&expected::brought(&page.data, value)) && all.len() > value.told.len());
        assert_eq!(page.followed("followed"), caused.len());
        assert_eq!(page.followed("beside"), all.difference(&caused).count(), "{value:?}");
        assert_eq!(page.text("document.getElementById('operation').value"), value.operation.to_string());
        let way = page.text("document.querySelector('#detail details').textContent");
        assert!(way.starts_with(&format!("How value {} came to nodes", value.value)), "{way}");
        // And the row of heads.
        assert_eq!(page.elements("#detail details tr"), value.told.len() + 1, "{way}");
    }
}

/// Where a message is drawn that nothing else is near, from the middle of its drawing.
fn lonely(page: &Page<'_>) -> (usize, Span, (i32, i32)) {
    let data = &page.data;
    let messages = &data.messages;
    let is_lonely = |k: &usize| {
        let (sent, end) = (messages.sent[*k], expected::arrival(data, *k));
        let near = Span { start: us(sent) - 2e3, end: us(end) + 2e3 };
        messages.words[messages.kind[*k]] == "broadcast_ok"
            && expected::messages(data, near, Filter { kind: Some("broadcast_ok"), ..Filter::default() })
                .len()
                == 1
    };
    let k = (0..messages.len()).find(is_lonely).unwrap();
    let middle = us(messages.sent[k] + expected::arrival(data, k)) / 2.0;
    // Its middle stands in the middle of the axis.
    let span = Span { start: middle - 5e4, end: middle + 5e4 };
    let lanes = expected::lanes(data);
    let lane = |word| lanes.iter().position(|lane| lane == expected::lane_of(data, word)).unwrap();
    let (from, to) = (lane(messages.src[k]), lane(messages.dest[k]));
    let height = page.number("document.getElementById('lamport').clientHeight - TOP - BOTTOM");
    let row = height / f64::from(u32::try_from(lanes.len()).unwrap());
    let rows = f64::from(u32::try_from(from + to + 1).unwrap()) / 2.0;
    let y = page.number("TOP") + rows * row
        - page.number("document.getElementById('lamport').clientHeight") / 2.0;
    (k, span, (rounded(page.number("(LEFT - RIGHT) / 2")), rounded(y)))
}

#[expect(clippy::cast_possible_truncation, reason = "pixels are few")]
fn rounded(pixels: f64) -> i32 {
    pixels.round() as i32
}

pub(crate) fn the_pointer_tells_what_it_is_on_and_a_click_follows_it(driver: &Driver) {
    let page = Page::open(driver, shown_runs::valid());
    let (k, span, place) = lonely(&page);
    page.set("kind", "broadcast_ok");
    page.show(span);
    page.browser.act(&[Action::Point("#lamport", place)]).unwrap();
    page.settle();
    assert!(!page.is_hidden("tip"), "nothing is told at {place:?}");
    let messages = &page.data.messages;
    let told = format!("message {}", messages.id[k]);
    let tip = page.text_of("tip");
    assert!(tip.ends_with(&told) && tip.contains(&messages.words[messages.src[k]]), "{tip}, not {told}");
    let is_inside = "(() => { const box = document.getElementById('tip').getBoundingClientRect();
        return box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight; })()";
    assert_eq!(page.value(is_inside), true);

    page.browser.act(&[Action::Click("#lamport", place)]).unwrap();
    page.settle();
    assert_eq!(page.followed("followed"), expected::caused_by(&page.data, [k]).len());
    assert!(page.text_of("detail").contains(&told), "{}", page.text_of("detail"));

    page.browser.act(&[Action::Point("#title", (0, 0))]).unwrap();
    page.settle();
    assert!(page.is_hidden("tip"));
    page.press(Key::Escape);
    assert!(page.is_hidden("detail"));
}

pub(crate) fn what_is_drawn_of_an_operation_can_be_clicked(driver: &Driver) {
    let page = Page::open(driver, shown_runs::valid());
    let data = &page.data;
    let operation = &data.operations[data.operations.len() / 2];
    let middle = us(operation.invoked + operation.completed.unwrap()) / 2.0;
    page.show(Span { start: middle - 5e3, end: middle + 5e3 });
    let workers = u64::try_from(data.concurrency).unwrap();
    let worker = f64::from(u32::try_from(operation.process % workers).unwrap());
    // As many rows as clients, from the top.
    let row = page.number(
        "Math.max(4, Math.min(18, 700 / data_concurrency))"
            .replace("data_concurrency", &workers.to_string())
            .as_str(),
    );
    let y = page.number("TOP") + (worker + 0.5) * row
        - page.number("document.getElementById('timeline').clientHeight") / 2.0;
    let place = (rounded(page.number("(LEFT - RIGHT) / 2")), rounded(y));
    page.browser.act(&[Action::Click("#timeline", place)]).unwrap();
    page.settle();
    assert_eq!(page.text("document.getElementById('operation').value"), operation.index.to_string());
    assert_eq!(page.followed("followed"), expected::caused_by_operation(data, operation.index).len());
}
