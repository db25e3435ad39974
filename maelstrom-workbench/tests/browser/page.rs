//! A report that is open in a browser.

use std::fs;

use maelstrom_workbench::visual::Data;
use serde_json::{Value, json};

use crate::{
    expected::Span,
    place::Place,
    webdriver::{
        Browser, Driver, Message,
        input::{Action, Key},
    },
};

pub(crate) struct Page<'d> {
    pub(crate) browser: Browser<'d>,
    pub(crate) data: Data,
    _place: Place,
}

impl<'d> Page<'d> {
    /// Opens a report from disk, at a usual size.
    pub(crate) fn open(driver: &'d Driver, data: Data) -> Self {
        Self::open_at(driver, data, (1200, 900))
    }

    pub(crate) fn open_at(driver: &'d Driver, data: Data, (width, height): (u32, u32)) -> Self {
        let place = Place::new();
        let path = place.0.join("report.html");
        fs::write(&path, data.clone().page()).unwrap();
        let browser = driver.open().unwrap();
        browser.resize(width, height).unwrap();
        browser.go_to_file(&path).unwrap();
        let page = Self { browser, data, _place: place };
        page.browser.wait_for("document.body.dataset.ready === 'yes'").unwrap();
        page.settle();
        page
    }

    /// Waits until everything is drawn that has changed.
    pub(crate) fn settle(&self) {
        self.browser.wait_for("!time.isMoving").unwrap();
        // The first draws; after the second, it has.
        self.browser.wait_for_frames(2).unwrap();
    }

    pub(crate) fn value(&self, expression: &str) -> Value {
        self.browser.value(expression).unwrap()
    }

    pub(crate) fn number(&self, expression: &str) -> f64 {
        self.value(&format!("Number({expression})")).as_f64().unwrap()
    }

    pub(crate) fn count(&self, expression: &str) -> usize {
        let value = self.value(&format!("Number({expression})"));
        value.as_u64().unwrap_or_else(|| panic!("{expression} is {value}")).try_into().unwrap()
    }

    pub(crate) fn text(&self, expression: &str) -> String {
        self.value(&format!("String({expression})")).as_str().unwrap().to_owned()
    }

    /// How many elements a selector means.
    pub(crate) fn elements(&self, selector: &str) -> usize {
        let found =
            self.browser.run("return document.querySelectorAll(arguments[0]).length;", &json!([selector]));
        found.unwrap().as_u64().unwrap().try_into().unwrap()
    }

    /// All text of an element.
    pub(crate) fn text_of(&self, id: &str) -> String {
        self.text(&format!("document.getElementById('{id}').textContent"))
    }

    pub(crate) fn is_hidden(&self, id: &str) -> bool {
        self.value(&format!("document.getElementById('{id}').hidden")) == true
    }

    /// How many things a drawing shows.
    pub(crate) fn marks(&self, drawing: &str) -> usize {
        self.count(&format!("document.getElementById('{drawing}').dataset.marks"))
    }

    /// How many messages are followed in some role: `followed`, `beside`, `stopped`, `guess`.
    pub(crate) fn followed(&self, role: &str) -> usize {
        self.count(&format!("document.getElementById('lamport').dataset.{role}"))
    }

    /// The time that is shown, in µs.
    pub(crate) fn shown(&self) -> Span {
        Span { start: self.number("time.start"), end: self.number("time.end") }
    }

    pub(crate) fn show(&self, Span { start, end }: Span) {
        self.browser.run("time.show(arguments[0], arguments[1]);", &json!([start, end])).unwrap();
        self.settle();
    }

    pub(crate) fn show_all(&self) {
        self.browser.run("time.show(time.first, time.last);", &json!([])).unwrap();
        self.settle();
    }

    /// Gives a control a value, as its user would.
    pub(crate) fn set(&self, id: &str, value: &str) {
        let script = "const control = document.getElementById(arguments[0]);
            control.value = arguments[1];
            control.dispatchEvent(new Event('change', { bubbles: true }));";
        self.browser.run(script, &json!([id, value])).unwrap();
        self.settle();
    }

    pub(crate) fn click(&self, selector: &str) {
        self.browser.act(&[Action::Click(selector, (0, 0))]).unwrap();
        self.settle();
    }

    pub(crate) fn focus(&self, id: &str) {
        self.browser.run("document.getElementById(arguments[0]).focus();", &json!([id])).unwrap();
    }

    pub(crate) fn press(&self, key: Key) {
        self.browser.act(&[Action::Press(key)]).unwrap();
        self.settle();
    }

    /// How many pixels of time an axis has.
    pub(crate) fn inner_width(&self, drawing: &str) -> f64 {
        self.number(&format!("document.getElementById('{drawing}').clientWidth - LEFT - RIGHT"))
    }

    /// What the console has said that somebody should look at.
    pub(crate) fn complaints(&self) -> Vec<Message> {
        complaints(&self.browser)
    }
}

pub(crate) fn complaints(browser: &Browser<'_>) -> Vec<Message> {
    let mut messages = browser.console().unwrap();
    messages.retain(|message| matches!(message.level.as_str(), "WARNING" | "SEVERE"));
    messages
}
