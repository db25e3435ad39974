//! Whatever nodes, clients and files say is text.

use std::{fs, time::Duration};

use maelstrom::{Context, Error, ErrorCode, Result};
use maelstrom_workbench::{
    Run, Simulation, Value,
    history::History,
    visual::{About, Data},
    workload::Echo,
};
use serde_json::json;

use crate::{
    page::{Page, complaints},
    place::Place,
    webdriver::{Browser, Driver},
};

const TEXT: &str = "</script><script>window.pwned = 1</script><img src=x onerror=\"window.pwned = 2; alert(3)\">\
    <a href=\"javascript:alert(4)\">\u{0}\u{1b}[2J\u{7f}\u{2028}\u{feff}\u{202e}]]>--><!--${alert(5)}'\"`";
/// Of that, what is looked for where it is shown.
const SEEN: &str = "<img src=x onerror=";

/// Answers what it likes, and as an error, too.
struct Hostile {
    text: String,
}

#[maelstrom::node]
impl Hostile {
    #[init]
    fn new(text: String) -> Self {
        Self { text }
    }

    #[rpc(reply(echo))]
    fn echo(&self, ctx: &Context<Self>, echo: &str) -> Result<String> {
        ctx.peers(ctx.others()).tell(&self.text);
        if echo.len().is_multiple_of(2) {
            return Err(Error::new(ErrorCode::PreconditionFailed, &*self.text));
        }
        Ok(format!("{echo}{}", self.text))
    }

    #[message]
    fn tell(&self, text: &str) {
        assert_eq!(text, self.text);
    }
}

fn run(text: &str) -> Run {
    let text = text.to_owned();
    Simulation::<Hostile>::with_config(Echo, move |_| text.clone())
        .rate(10.0)
        .time_limit(Duration::from_secs(3))
        .journal()
        .run_seed(0)
}

fn about() -> About {
    About {
        again: Some(TEXT.to_owned()),
        options: Value::object([(TEXT, Value::from(TEXT))]),
        ..About::new(TEXT)
    }
}

/// Nothing of it has become a part of the page, and nothing ran.
fn assert_harmless(browser: &Browser<'_>, scripts: usize) {
    assert_eq!(browser.alert(), None);
    assert_eq!(browser.value("typeof window.pwned").unwrap(), "undefined");
    let found =
        browser.value("['script', 'img, a, iframe'].map((it) => document.querySelectorAll(it).length)");
    assert_eq!(found.unwrap(), json!([scripts, 0]));
    assert!(complaints(browser).is_empty(), "{:?}", complaints(browser));
}

fn follow_all(page: &Page<'_>) {
    for operation in page.data.operations.iter().take(10) {
        page.set("operation", &operation.index.to_string());
        assert!(page.text_of("detail").contains(&format!("operation {}", operation.index)));
    }
}

pub(crate) fn what_nodes_answer_stays_text(driver: &Driver) {
    let data = Data::new(&run(TEXT), about());
    assert!(data.operations.iter().any(|operation| operation.error.is_some()));
    assert!(data.operations.iter().any(|operation| operation.result.is_some()));
    let page = Page::open(driver, data);
    assert!(page.text_of("title").contains(SEEN) && page.text_of("notes").contains(SEEN));
    for operation in &page.data.operations {
        page.set("operation", &operation.index.to_string());
        // JSON has a backslash before each quote.
        assert!(page.text_of("detail").contains(SEEN), "{operation:?}: {}", page.text_of("detail"));
    }
    page.show_all();
    assert!(page.text_of("run").contains(SEEN));
    assert_harmless(&page.browser, 2);
}

/// Names, functions, types and fields come from files, too.
fn stored(value: &Value, deep: &str) -> Data {
    let mut run = run("fine");
    let client = |index: usize, ms: u64, kind: &str, f: &str, value: &Value| {
        let value: serde_json::Value = serde_json::from_str(&value.to_string()).unwrap();
        json!({"index": index, "time": ms * 1_000_000, "process": 0, "type": kind, "f": f, "value": value})
    };
    let mut failed = client(3, 40, "fail", TEXT, value);
    failed["error"] = json!([TEXT, TEXT]);
    let history = [
        client(0, 10, "invoke", TEXT, value).to_string(),
        client(1, 20, "ok", TEXT, value).to_string(),
        client(2, 30, "invoke", TEXT, value).to_string(),
        failed.to_string(),
        json!({"index": 4, "time": 50, "process": "nemesis", "type": "info", "f": TEXT, "value": TEXT})
            .to_string(),
    ];
    run.history = History::read(history.join("\n").as_bytes()).unwrap();
    run.warnings = vec![TEXT.to_owned()];
    let start = u64::try_from(run.history_start.as_nanos()).unwrap();
    let name = serde_json::to_string(TEXT).unwrap();
    let events =
        [("n0", 10), (&name[1..name.len() - 1], 11)].into_iter().zip(0..).flat_map(|((src, ms), id)| {
            let time = start + ms * 1_000_000;
            let body = format!(r#"{{"type":{name},{name}:{name},"deep":{deep}}}"#);
            let message = format!(r#"{{"id":{id},"src":"{src}","dest":"n1","body":{body}}}"#);
            ["send", "recv"].map(|kind| format!(r#"{{"time":{time},"type":"{kind}","message":{message}}}"#))
        });
    let journal = events.collect::<Vec<_>>().join("\n") + "\n";
    Data::read(&run, about(), journal.as_bytes()).unwrap()
}

pub(crate) fn what_a_stored_run_says_stays_text(driver: &Driver) {
    let page = Page::open(driver, stored(&Value::from(TEXT), "7"));
    assert_eq!((page.data.operations.len(), page.data.messages.len()), (2, 2));
    follow_all(&page);
    assert!(page.text_of("detail").contains(SEEN) && page.text_of("counts").contains(SEEN));
    // In the choices, too, it is text, and can be chosen.
    for id in ["node", "kind"] {
        let last = format!("document.getElementById('{id}').lastElementChild");
        assert!(page.text(&format!("{last}.textContent")).contains(SEEN));
        let value = page.text(&format!("{last}.value"));
        page.set(id, &value);
    }
    page.show_all();
    assert_eq!(page.marks("lamport"), 1);
    assert_harmless(&page.browser, 2);
}

pub(crate) fn much_and_deep_is_borne(driver: &Driver) {
    let deep = format!("{}7{}", "[".repeat(100_000), "]".repeat(100_000));
    for text in [TEXT.repeat(1_000_000 / TEXT.len()), "é".repeat(500_000), " ".repeat(1_000_000)] {
        let page = Page::open(driver, stored(&Value::from(text), &deep));
        follow_all(&page);
        page.show_all();
        assert_eq!((page.marks("lamport"), page.marks("timeline")), (2, 2));
        assert!(page.number("document.documentElement.scrollWidth - innerWidth") <= 0.0);
        assert_harmless(&page.browser, 2);
    }
}

pub(crate) fn a_timeline_stays_text(driver: &Driver) {
    let place = Place::new();
    let path = place.0.join("timeline.html");
    let much = Value::from(TEXT.repeat(1_000_000 / TEXT.len()));
    for data in [Data::new(&run(TEXT), about()), stored(&Value::from(TEXT), "7"), stored(&much, "7")] {
        fs::write(&path, data.timeline()).unwrap();
        let browser = driver.open().unwrap();
        browser.go_to_file(&path).unwrap();
        let text = |of: &str| browser.value(of).unwrap().as_str().unwrap().to_owned();
        assert!(text("document.querySelector('h1').textContent").contains(SEEN));
        let boxes = browser.value("document.querySelectorAll('.op').length").unwrap();
        assert_eq!(boxes, data.operations.len());
        for (k, operation) in data.operations.iter().enumerate() {
            let told = text(&format!("document.querySelectorAll('.op')[{k}].title"));
            assert!(told.starts_with(&format!("operation {} of process", operation.index)), "{told}");
        }
        assert!(
            text("document.querySelector('.op').textContent").contains("window.pwned")
                || data.operations[0].error.is_some()
        );
        assert_harmless(&browser, 0);
    }
}
