//! What is shown of a run: filters, and the time.

use maelstrom_workbench::visual::{Data, OfType};

use crate::{
    expected::{self, Filter, Span, lanes},
    page::Page,
    shown_runs,
    webdriver::{
        Driver,
        input::{Action, Key},
    },
};

/// Compares all drawings with what there is in the time that they show.
fn assert_shows(page: &Page<'_>, filter: Filter<'_>) {
    let span = page.shown();
    let messages = expected::messages(&page.data, span, filter);
    assert_eq!(page.marks("lamport"), messages.len(), "messages in {span:?} that pass {filter:?}");
    let operations = expected::operations(&page.data, span, filter.lane);
    assert_eq!((page.marks("timeline"), page.marks("latency")), (operations, operations), "{span:?}");
    assert_eq!(page.marks("spread"), expected::values(&page.data, span), "{span:?}");
    let [from, to] =
        ["from", "to"].map(|id| page.number(&format!("document.getElementById('{id}').value")) * 1e6);
    // They have four decimals.
    assert!(span.is_near(Span { start: from, end: to }, 51.0), "{span:?} is told as {from} to {to}");
}

/// Some seconds in the middle of a run, so that there is room on both sides.
fn open(driver: &Driver) -> Page<'_> {
    let page = Page::open(driver, shown_runs::valid());
    page.show(Span { start: 2e6, end: 3e6 });
    assert_shows(&page, Filter::default());
    page
}

pub(crate) fn filters_leave_the_messages_that_pass_them(driver: &Driver) {
    let page = open(driver);
    for lane in lanes(&page.data) {
        page.set("node", &lane);
        assert_shows(&page, Filter { lane: Some(&lane), ..Filter::default() });
    }
    page.set("node", "n1");
    for OfType { kind, .. } in &page.data.messages.types {
        page.set("kind", kind);
        assert_shows(&page, Filter { lane: Some("n1"), kind: Some(kind), ..Filter::default() });
    }
    page.set("node", "");
    page.set("kind", "broadcast");
    page.show_all();
    let broadcasts = page.data.messages.types.iter().find(|of| of.kind == "broadcast").unwrap().sent;
    assert_eq!(page.marks("lamport") as u64, broadcasts);
    page.set("kind", "");
    assert_eq!(page.marks("lamport"), page.data.messages.len());
}

pub(crate) fn messages_are_listed_and_found_by_what_they_have(driver: &Driver) {
    let page = open(driver);
    page.value("document.querySelector('#messages summary').click()");
    page.settle();
    let rows = || page.elements("#message-rows tr") - 1;
    // No more than so many, and then how many more.
    let has_all = |count: usize| {
        rows() == count.min(300)
            && (count <= 300 || page.text_of("message-rows").ends_with(&format!("and {} more", count - 300)))
    };
    assert!(has_all(page.marks("lamport")), "{} of {}", rows(), page.marks("lamport"));
    page.show(Span { start: 2e6, end: 2.1e6 });
    assert!(rows() < 300 && has_all(page.marks("lamport")), "{} of {}", rows(), page.marks("lamport"));
    let messages = &page.data.messages;
    let span = page.shown();
    let find = |text: &str| {
        page.value(&format!("document.getElementById('text').value = '{text}'"));
        page.value("document.getElementById('text').dispatchEvent(new Event('input'))");
        page.settle();
        let text = text.to_lowercase();
        let has = |word: usize| messages.words[word].to_lowercase().contains(&text);
        let all = expected::messages(&page.data, span, Filter::default());
        let found = all.iter().filter(|k| has(messages.text[**k]) || has(messages.kind[**k])).count();
        assert_eq!((page.marks("lamport"), rows()), (found, found), "that have {text}");
        (found, all.len())
    };
    let shown = expected::messages(&page.data, span, Filter::default());
    let texts = shown.iter().map(|k| messages.words[messages.text[*k]].as_str());
    let longest = texts.max_by_key(|text| text.len()).unwrap();
    for text in ["BROADCAST", longest] {
        let (found, all) = find(text);
        assert!(0 < found && found < all, "{found} of {all} have {text}");
    }
    find("nobody wrote this");
    find("");
    page.value("document.querySelectorAll('#message-rows button')[3].click()");
    page.settle();
    assert!(page.text_of("detail").contains("; message "), "{}", page.text_of("detail"));
}

pub(crate) fn the_list_has_the_operations_that_are_shown(driver: &Driver) {
    let page = open(driver);
    page.value("document.querySelector('#list summary').click()");
    page.settle();
    // And the row of heads.
    let rows = || page.elements("#rows tr") - 1;
    assert_eq!(rows(), page.marks("timeline"));
    page.show(Span { start: 2e6, end: 2.5e6 });
    assert_eq!(rows(), page.marks("timeline"));
    page.value("document.getElementById('find').value = 'BROADCAST'");
    page.value("document.getElementById('find').dispatchEvent(new Event('input'))");
    page.settle();
    let shown = page.shown();
    let adds = page.data.operations.iter().filter(|operation| {
        operation.f == "broadcast"
            && expected::us(operation.invoked) < shown.end
            && operation.completed.is_none_or(|completed| expected::us(completed) >= shown.start)
    });
    let adds: Vec<usize> = adds.map(|operation| operation.index).collect();
    assert_eq!(rows(), adds.len());
    page.value("document.querySelector('#rows button').click()");
    page.settle();
    assert_eq!(page.text("document.getElementById('operation').value"), adds[0].to_string());
}

/// Rows of cells.
pub(crate) fn cells(page: &Page<'_>, selector: &str) -> Vec<Vec<String>> {
    let rows = format!("[...document.querySelectorAll('{selector} tr')]");
    let cells = "[...row.children].map((cell) => cell.textContent)";
    serde_json::from_value(page.value(&format!("{rows}.map((row) => {cells})"))).unwrap()
}

pub(crate) fn types_are_counted_with_what_became_of_them(driver: &Driver) {
    let page = Page::open(driver, shown_runs::tiring());
    let types = &page.data.messages.types;
    let rows = cells(&page, "#counts div:first-of-type table");
    assert_eq!(rows[0], ["type", "sent", "by timers", "received", "partitioned"]);
    assert_eq!(rows.len(), types.len() + 2);
    let row = |of: &OfType| {
        let counts = [of.sent, of.by_timers, of.ends[0], of.ends[2]];
        [of.kind.clone()].into_iter().chain(counts.map(|count| count.to_string())).collect::<Vec<_>>()
    };
    for (of, shown) in types.iter().zip(&rows[1..]) {
        assert_eq!(row(of), *shown);
    }
    let tell = types.iter().find(|of| of.kind == "tell").unwrap();
    assert!(tell.by_timers > 0 && tell.by_timers < tell.sent && tell.ends[2] > 0);
    let received = page.data.messages.ends["received"].to_string();
    assert_eq!(
        rows.last().unwrap()[..4],
        ["all", &page.data.messages.total.to_string(), &tell.by_timers.to_string(), &received]
    );
    // The nemesis has as many turns as a client.
    assert!(page.text_of("counts").contains("the nemesis takes turns with the clients"));
    let page = Page::open(driver, shown_runs::valid());
    assert!(!page.text_of("counts").contains("nemesis"));
}

pub(crate) fn keys_zoom_around_the_middle_and_pan_by_an_eighth(driver: &Driver) {
    let page = open(driver);
    for drawing in ["lamport", "timeline", "latency", "rate", "spread"] {
        page.show(Span { start: 2e6, end: 3e6 });
        page.focus(drawing);
        for (key, start, end) in [
            (Key::Letter('+'), 2.15e6, 2.85e6),
            (Key::Letter('-'), 2e6, 3e6),
            (Key::Right, 2.125e6, 3.125e6),
            (Key::Left, 2e6, 3e6),
        ] {
            page.press(key);
            assert!(
                page.shown().is_near(Span { start, end }, 1.0),
                "{key:?} in {drawing}: {:?}",
                page.shown()
            );
            assert_shows(&page, Filter::default());
        }
    }
    page.press(Key::Letter('0'));
    assert_eq!(page.marks("lamport"), page.data.messages.len());
}

pub(crate) fn the_wheel_zooms_around_the_pointer(driver: &Driver) {
    let page = open(driver);
    let width = page.inner_width("lamport");
    for (down, x) in [(-120, 200), (120, -150)] {
        let before = page.shown();
        page.browser.act(&[Action::ZoomWheel("#lamport", (x, 0), down)]).unwrap();
        page.settle();
        let after = page.shown();
        // The middle of the drawing is LEFT - RIGHT pixels right of the axis' middle, by half.
        let part = 0.5 + (f64::from(x) - page.number("(LEFT - RIGHT) / 2")) / width;
        let [at, still] = [before, after].map(|span| span.start + part * span.length());
        assert!((at - still).abs() < 3.0 * before.length() / width, "{at} is at {still} now");
        let factor = after.length() / before.length();
        let expected = (f64::from(down) / 300.0).exp();
        assert!((factor - expected).abs() < 0.01, "{factor} times as long, not {expected}");
        assert_shows(&page, Filter::default());
    }
    // Without the key it is the page that moves; so it is not asked for here.
}

pub(crate) fn dragging_takes_the_time_along(driver: &Driver) {
    let page = open(driver);
    for drawing in ["lamport", "timeline", "rate"] {
        page.show(Span { start: 2e6, end: 3e6 });
        let before = page.shown();
        page.browser.act(&[Action::Drag(&format!("#{drawing}"), (100, 5), (-60, 5))]).unwrap();
        page.settle();
        let moved = 160.0 * before.length() / page.inner_width(drawing);
        let expected = Span { start: before.start + moved, end: before.end + moved };
        assert!(page.shown().is_near(expected, moved / 80.0), "{:?}, not {expected:?}", page.shown());
        assert_shows(&page, Filter::default());
        assert!(page.is_hidden("detail"), "whoever drags has not clicked");
    }
}

pub(crate) fn a_time_that_is_typed_is_shown_and_the_whole_run_comes_back(driver: &Driver) {
    let page = open(driver);
    page.set("from", "1.5");
    assert!(page.shown().is_near(Span { start: 1.5e6, end: 3e6 }, 1.0), "{:?}", page.shown());
    page.set("to", "1.75");
    assert!(page.shown().is_near(Span { start: 1.5e6, end: 1.75e6 }, 1.0), "{:?}", page.shown());
    assert_shows(&page, Filter::default());
    page.click("#whole");
    assert_shows(&page, Filter::default());
    assert_eq!(page.marks("lamport"), page.data.messages.len());
    assert_eq!(page.marks("timeline"), page.data.operations.len());
}

/// Numbers that nodes say often and never lower are shown on their lines; a time of day is none.
pub(crate) fn states_are_shown_on_the_lines_of_nodes(driver: &Driver) {
    let page = Page::open(driver, shown_runs::beating());
    let names = "[...document.getElementById('state').options].map((option) => option.value).join()";
    assert_eq!(page.text(names), "term,");
    assert!(!page.is_hidden("of-state"));
    let drawn = || page.text("document.getElementById('lamport').toDataURL()");
    let with_terms = drawn();
    page.set("state", "");
    assert_ne!(drawn(), with_terms);
    page.set("state", "term");
    assert_eq!(drawn(), with_terms);
    let other = Page::open(driver, shown_runs::valid());
    assert!(other.is_hidden("of-state"), "values are no states");
}

/// `serve` loads the report of a run that goes on again and again.
pub(crate) fn a_run_that_goes_on_stays_where_one_looks(driver: &Driver) {
    let data = shown_runs::valid();
    let operation = data.operations[data.operations.len() / 2].index.to_string();
    for (verdict, stays) in [("running", true), ("valid", false)] {
        let page = Page::open(driver, Data { verdict: verdict.to_owned(), ..data.clone() });
        let whole = page.shown();
        page.set("operation", &operation);
        page.show(Span { start: 2e6, end: 3e6 });
        page.value("(window.isOld = true, location.reload())");
        page.browser.wait_for("!window.isOld && document.body.dataset.ready === 'yes'").unwrap();
        page.settle();
        let expected = if stays { Span { start: 2e6, end: 3e6 } } else { whole };
        assert_eq!(page.shown(), expected, "{verdict}");
        let chosen = page.text("document.getElementById('operation').value");
        assert_eq!(chosen, if stays { operation.as_str() } else { "" });
    }
}
