//! Who can read a report: by keyboard, on a small screen, in the dark.

use std::collections::BTreeSet;

use maelstrom_workbench::visual::Data;
use serde_json::{Value, json};

use crate::{
    expected::{Span, us},
    page::Page,
    shown_runs,
    webdriver::{
        Driver,
        input::{Action, Key},
    },
};

const ALL: [fn() -> Data; 4] =
    [shown_runs::valid, shown_runs::losing, shown_runs::circular, shown_runs::stuck];

pub(crate) fn the_keyboard_reaches_everything(driver: &Driver) {
    let page = Page::open(driver, shown_runs::losing());
    let wanted = [
        "from",
        "to",
        "whole",
        "anomaly",
        "node",
        "kind",
        "operation",
        "value",
        "text",
        "only",
        "clear",
        "lamport",
        "spread",
        "timeline",
        "latency",
        "rate",
    ];
    let evidence = page.elements("#evidence button");
    let mut reached = BTreeSet::new();
    let mut of_evidence = 0;
    // Once through everything that takes the focus.
    for _ in 0..=wanted.len() + page.elements("button, summary, .scroll") {
        page.browser.act(&[Action::Press(Key::Tab)]).unwrap();
        let focused = page.value(
            "(() => { const it = document.activeElement, style = getComputedStyle(it);
              return [it.id, style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0, Boolean(it.closest('#evidence')), it.tagName]; })()",
        );
        if focused[3] == "BODY" {
            continue;
        }
        assert_eq!(focused[1], true, "nobody sees that {focused} has the focus");
        let id = focused[0].as_str().unwrap().to_owned();
        of_evidence += usize::from(focused[2] == true && focused[3] == "BUTTON");
        reached.insert(id);
    }
    for id in wanted {
        assert!(reached.contains(id), "{id} is not among {reached:?}");
    }
    assert!(of_evidence >= evidence, "{of_evidence} of the {evidence} links of the evidence");
    // And back.
    page.focus("timeline");
    page.browser.act(&[Action::PressWithShift(Key::Tab)]).unwrap();
    assert_ne!(page.text("document.activeElement.id"), "timeline");
    // A link is followed by a key, as a box is ticked.
    page.press(Key::Escape);
    page.value("document.querySelector('#evidence button').focus()");
    page.press(Key::Enter);
    assert_eq!(page.text("document.getElementById('operation').value"), page.data.evidence[0].to_string());
    page.focus("only");
    page.press(Key::Space);
    assert_eq!(page.value("document.getElementById('only').checked"), true);
}

pub(crate) fn n_and_p_step_through_operations(driver: &Driver) {
    let page = Page::open(driver, shown_runs::valid());
    page.show(Span { start: 2e6, end: 3e6 });
    let first = page.data.operations.iter().position(|operation| us(operation.invoked) >= 2e6).unwrap();
    for drawing in ["lamport", "timeline", "latency", "rate", "spread"] {
        page.press(Key::Escape);
        assert!(page.is_hidden("detail"));
        page.focus(drawing);
        for (key, at) in [('n', first), ('n', first + 1), ('n', first + 2), ('p', first + 1), ('p', first)] {
            page.press(Key::Letter(key));
            let index = page.data.operations[at].index;
            assert_eq!(
                page.text("document.getElementById('operation').value"),
                index.to_string(),
                "{drawing}"
            );
            assert!(page.text_of("detail").contains(&format!("operation {index}: ")), "{drawing}");
        }
    }
    // Whoever steps out of the time that is shown takes it along.
    page.show(Span { start: 2e6, end: 2.01e6 });
    for _ in 0..5 {
        page.press(Key::Letter('n'));
    }
    let span = page.shown();
    assert!((span.start..span.end).contains(&us(page.data.operations[first + 5].invoked)), "{span:?}");
}

pub(crate) fn nothing_is_wider_than_a_telephone(driver: &Driver) {
    for data in ALL.map(|run| run()) {
        let page = Page::open_at(driver, data, (375, 700));
        let widest = || {
            let script = "const wide = [...document.querySelectorAll('body *')].filter((it) => !it.closest('.scroll > *')
                && it.getBoundingClientRect().right > innerWidth + 0.5).map((it) => `${it.tagName} ${it.id} ${it.className}`);
                return [document.documentElement.scrollWidth, innerWidth, wide];";
            let found = page.browser.run(script, &json!([])).unwrap();
            assert_eq!(found[1], 375);
            assert!(found[0].as_u64() <= Some(375), "{} px wide: {}", found[0], found[2]);
        };
        widest();
        let last = page.data.operations.last().unwrap().index;
        page.set("operation", &last.to_string());
        widest();
        assert!(page.number("document.getElementById('lamport').clientWidth") > 300.0);
        assert!(page.complaints().is_empty(), "{:?}", page.complaints());
    }
}

/// For every element with text of its own: what it is, its colour, and what is behind it, as they are seen.
const COLOURS: &str = "
    const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 })
        .getContext('2d', { willReadFrequently: true });
    const seen = (layers) => {
        context.clearRect(0, 0, 1, 1);
        for (const layer of layers) { context.fillStyle = layer; context.fillRect(0, 0, 1, 1); }
        return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const backgrounds = (it) => (it ? [...backgrounds(it.parentElement), getComputedStyle(it).backgroundColor] : []);
    const isText = (it) => [...it.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    // The squares of a key have the colours of what they stand for.
    const all = [...document.querySelectorAll('body, body *')].filter((it) => isText(it) && it.checkVisibility()
        && !it.closest('.key b, svg, option, script'));
    return all.map((it) => {
        const behind = backgrounds(it);
        const name = `${it.tagName} #${it.id} .${it.className}: ${it.textContent.trim().slice(0, 30)}`;
        const { color, fontSize, fontWeight } = getComputedStyle(it);
        const isLarge = parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && Number(fontWeight) >= 700);
        return [name, seen([...behind, color]), seen(behind), isLarge];
    });";

/// As WCAG has it (<https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>).
fn luminance(colour: &Value) -> f64 {
    let part = |k: usize| {
        let part = colour[k].as_f64().unwrap() / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(0) + 0.7152 * part(1) + 0.0722 * part(2)
}

pub(crate) fn all_text_has_contrast_in_light_and_in_dark(driver: &Driver) {
    for data in ALL.map(|run| run()) {
        let page = Page::open(driver, data);
        let last = page.data.operations.last().unwrap().index;
        page.set("operation", &last.to_string());
        for (scheme, is_dark) in [("light", false), ("dark", true)] {
            page.browser.prefer(scheme).unwrap();
            page.settle();
            let elements = page.browser.run(COLOURS, &json!([])).unwrap();
            let elements = elements.as_array().unwrap();
            assert!(elements.len() > 20);
            for element in elements {
                let (text, behind) = (luminance(&element[1]), luminance(&element[2]));
                let contrast = (text.max(behind) + 0.05) / (text.min(behind) + 0.05);
                // Large letters need less.
                let needed = if element[3] == true { 3.0 } else { 4.5 };
                assert!(contrast >= needed, "{contrast:.2} in the {scheme}: {element}");
                assert_eq!(behind < 0.2, is_dark, "in the {scheme}: {element}");
            }
        }
    }
}
