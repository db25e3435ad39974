//! How long the report of a large run takes: to be made, to be opened, and to be moved through.
//!
//! `cargo bench -p maelstrom-workbench --bench pages`; it needs chromium and chromedriver on the PATH. They draw without a
//! graphics card here, which a reader's browser will have.

#![allow(clippy::unwrap_used)]

#[path = "../tests/shown_runs/mod.rs"]
mod shown_runs;
#[path = "../tests/webdriver/mod.rs"]
mod webdriver;

use std::{
    env, fs,
    time::{Duration, Instant},
};

use maelstrom_workbench::visual::{About, Data};
use serde_json::json;

use webdriver::{Browser, Driver, Programs};

fn main() {
    // Cargo says `--bench` when figures are wanted; without it, this only has to work.
    let smoke = !env::args().any(|argument| argument == "--bench");
    let (messages, page) = make(smoke);
    let driver = match Programs::find() {
        Ok(programs) => Driver::start(&programs).unwrap(),
        Err(missing) => return println!("\nThe rest is left out, as there is {missing}."),
    };
    let browser = driver.open().unwrap();
    open(&browser, &page);
    println!("\n| messages | of the run are shown | frames | median   | 95 %     |");
    println!("| -------- | -------------------- | ------ | -------- | -------- |");
    let duration = Duration::from_millis(if smoke { 100 } else { 3_000 });
    for percent in [50, 5] {
        let mut frames = frames(&browser, percent, duration);
        frames.sort_by(f64::total_cmp);
        let at = |percent: usize| frames[(frames.len() - 1) * percent / 100];
        let (count, median, most) = (frames.len(), at(50), at(95));
        println!("| {messages:8} | {percent:18} % | {count:6} | {median:5.1} ms | {most:5.1} ms |");
    }
}

/// Makes a report, and tells how long that took. Returns also how many messages are drawn in it.
fn make(smoke: bool) -> (usize, String) {
    let start = Instant::now();
    let run = if smoke { shown_runs::gossip(5, 1) } else { shown_runs::gossip(25, 20) };
    println!("simulated in           {:8.1} ms", ms(start.elapsed()));
    let start = Instant::now();
    let data = Data::new(&run, About::new("broadcast"));
    let made = start.elapsed();
    let (messages, total) = (data.messages.len(), data.messages.total);
    let start = Instant::now();
    let page = data.page();
    println!("data                   {:8.1} ms", ms(made));
    println!("page                   {:8.1} ms", ms(start.elapsed()));
    println!("size                   {:8} kB, for {messages} of {total} messages", page.len() / 1_000);
    (messages, page)
}

/// Tells how long the browser takes until all is drawn for the first time.
fn open(browser: &Browser<'_>, page: &str) {
    let report = browser.folder().join("report.html");
    fs::write(&report, page).unwrap();
    browser.resize(1400, 1000).unwrap();
    let script = "new MutationObserver((_, observer) => {
            if (!document.body?.dataset.ready) return;
            observer.disconnect();
            window.readyAt = performance.now();
            requestAnimationFrame(() => requestAnimationFrame(() => { window.drawnAt = performance.now(); }));
        }).observe(document, { subtree: true, attributeFilter: ['data-ready'] });";
    browser.run_in_new_pages(script).unwrap();
    browser.go_to_file(&report).unwrap();
    browser.wait_for("window.drawnAt").unwrap();
    println!("ready in the browser   {:8.1} ms", browser.value("readyAt").unwrap().as_f64().unwrap());
    println!("drawn in the browser   {:8.1} ms", browser.value("drawnAt").unwrap().as_f64().unwrap());
}

/// How long each frame took, in ms, while one pans to and fro with so much of the run shown.
fn frames(browser: &Browser<'_>, percent: u32, duration: Duration) -> Vec<f64> {
    let script = "const [percent, duration, done] = arguments;
        document.getElementById('lamport').scrollIntoView();
        const length = (time.last - time.first) * percent / 100, middle = (time.first + time.last) / 2;
        time.show(middle - length / 2, middle + length / 2);
        const frames = [];
        let start = null, last = null;
        const frame = (now) => {
            start ??= now;
            if (last != null) frames.push(now - last);
            last = now;
            if (now - start > duration && frames.length) return done(frames);
            time.pan(Math.sin((now - start) / 300) * length / 50);
            requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);";
    let frames = browser.run_until_done(script, &json!([percent, ms(duration)])).unwrap();
    frames.as_array().unwrap().iter().filter_map(serde_json::Value::as_f64).collect()
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
