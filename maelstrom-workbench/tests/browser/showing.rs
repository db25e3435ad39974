//! What is shown of a run: filters, and the time.

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
    let operations = expected::operations(&page.data, span);
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
    for (kind, _) in &page.data.messages.types {
        page.set("kind", kind);
        assert_shows(&page, Filter { lane: Some("n1"), kind: Some(kind), ..Filter::default() });
    }
    page.set("node", "");
    page.set("kind", "broadcast");
    page.show_all();
    let broadcasts = page.data.messages.types.iter().find(|(kind, _)| kind == "broadcast").unwrap().1;
    assert_eq!(page.marks("lamport") as u64, broadcasts);
    page.set("kind", "");
    assert_eq!(page.marks("lamport"), page.data.messages.len());
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
