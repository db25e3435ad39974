//! The page of `serve`, and a report that it links to.

use std::time::SystemTime;

use maelstrom::Node;
use maelstrom_workbench::{
    Run, Simulation,
    results::Store,
    visual::About,
    workload::{Broadcast, Echo},
};
use serde_json::json;

use crate::{page::complaints, place::Place, serving::Serving, shown_runs::Gossips, webdriver::Driver};

/// Answers something else.
#[derive(Default)]
struct Wrong;

#[maelstrom::node]
impl Wrong {
    #[rpc(reply(echo))]
    fn echo(&self, echo: String) -> String {
        format!("{echo}?")
    }
}

fn short<N: Node<Config = ()> + 'static>(simulation: Simulation<N>, seed: u64) -> Run {
    simulation.rate(10.0).time_limit(std::time::Duration::from_secs(2)).journal().run_seed(seed)
}

pub(crate) fn runs_are_listed_filtered_sorted_and_opened(driver: &Driver) {
    let place = Place::new();
    let root = place.0.join("store");
    let broadcast = |seed| (short(Simulation::<Gossips>::new(Broadcast::default()), seed), "broadcast");
    let wrong = |seed| (short(Simulation::<Wrong>::new(Echo), seed), "echo");
    for (run, workload) in [broadcast(10), wrong(9), broadcast(2)] {
        let store = Store::create(&root, workload, SystemTime::now()).unwrap();
        store.write(&run, None, About::new(workload)).unwrap();
    }
    let serving = Serving::start(&place);
    let browser = driver.open().unwrap();
    browser.go(&format!("http://{}/", serving.address)).unwrap();

    let column = |number: u32| {
        let cells = "[...document.querySelectorAll('tbody tr')].filter((row) => !row.hidden)";
        let texts = format!("{cells}.map((row) => row.cells[{number}].textContent).join()");
        browser.value(&texts).unwrap().as_str().unwrap().to_owned()
    };
    let filter = |words: &str| {
        let script = "const filter = document.getElementById('filter');
            filter.value = arguments[0];
            filter.dispatchEvent(new Event('input'));
            return document.getElementById('count').textContent;";
        browser.run(script, &json!([words])).unwrap().as_str().unwrap().to_owned()
    };
    assert_eq!(filter(""), "3 of 3");
    // The latest comes first.
    assert_eq!((column(0), column(3)), ("broadcast,echo,broadcast".to_owned(), "2,9,10".to_owned()));
    let sort =
        |number| browser.value(&format!("document.querySelectorAll('th button')[{number}].click()")).unwrap();
    sort(3);
    assert_eq!(column(3), "2,9,10", "by number, not by letter");
    sort(3);
    assert_eq!(column(3), "10,9,2");
    sort(0);
    assert_eq!(column(0), "broadcast,broadcast,echo");
    assert_eq!((filter("valid"), column(3)), ("2 of 3".to_owned(), "10,2".to_owned()));
    assert_eq!((filter("invalid"), column(0)), ("1 of 3".to_owned(), "echo".to_owned()));
    assert_eq!((filter("echo valid"), column(0)), ("0 of 3".to_owned(), String::new()));
    assert_eq!((filter("BROAD"), column(3)), ("2 of 3".to_owned(), "10,2".to_owned()));
    assert!(complaints(&browser).is_empty(), "{:?}", complaints(&browser));

    filter("invalid");
    browser.value("document.querySelector('tr:not([hidden]) a[href$=\"report.html\"]').click()").unwrap();
    browser.wait_for("document.body && document.body.dataset.ready === 'yes'").unwrap();
    assert_eq!(browser.value("document.getElementById('title').textContent").unwrap(), "echo: invalid");
    assert!(complaints(&browser).is_empty(), "{:?}", complaints(&browser));
    browser.go(&format!("http://{}/echo/latest/timeline.html", serving.address)).unwrap();
    assert_ne!(browser.value("document.querySelectorAll('.op').length").unwrap(), 0);
    assert!(complaints(&browser).is_empty(), "{:?}", complaints(&browser));
}
