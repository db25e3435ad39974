//! Reports as they are when they have been opened.

use std::{env, time::Duration};

use maelstrom_workbench::{
    checker::Verdict,
    cluster::{Budget, ClusterOptions},
    process::Processes,
    visual::{About, Data},
    workload::Broadcast,
};
use serde_json::json;

use crate::{expected, page::Page, shown_runs, webdriver::Driver};

const ALL: [fn() -> Data; 4] =
    [shown_runs::valid, shown_runs::losing, shown_runs::circular, shown_runs::stuck];

pub(crate) fn every_report_opens_from_disk_and_its_console_is_silent(driver: &Driver) {
    for data in ALL.map(|run| run()) {
        let page = Page::open(driver, data);
        let title = format!("{}: {}", page.data.about.workload, page.data.verdict);
        assert_eq!(page.text_of("title"), title);
        for explanation in &page.data.explanations {
            assert!(page.text_of("verdict").contains(explanation), "{explanation} is not told");
        }
        page.show_all();
        assert!(page.complaints().is_empty(), "{title}: {:?}", page.complaints());
    }
}

pub(crate) fn drawings_have_a_mark_for_everything_in_the_data(driver: &Driver) {
    for data in ALL.map(|run| run()) {
        let page = Page::open(driver, data);
        page.show_all();
        assert_eq!(page.data.messages.len() as u64, page.data.messages.total);
        assert_eq!(page.marks("lamport"), page.data.messages.len());
        assert_eq!(page.count("document.getElementById('drawn').dataset.messages"), page.data.messages.len());
        for drawing in ["timeline", "latency"] {
            assert_eq!(page.marks(drawing), page.data.operations.len(), "{drawing}");
        }
        assert_eq!(page.marks("rate"), page.data.charts.rate.len());
        match &page.data.spread {
            Some(spread) => assert_eq!(page.marks("spread"), spread.values.len()),
            None => assert!(page.is_hidden("spreading")),
        }
    }
}

/// Everything in the data has a colour. What else is painted is grey, or faint where there was a fault.
pub(crate) fn drawings_are_painted(driver: &Driver) {
    let page = Page::open(driver, shown_runs::valid());
    page.show_all();
    for drawing in ["lamport", "spread", "timeline", "latency", "rate"] {
        let script = "const canvas = document.getElementById(arguments[0]), context = canvas.getContext('2d');
            const { data } = context.getImageData(LEFT, 0, canvas.width - LEFT - RIGHT, canvas.height - BOTTOM);
            let count = 0;
            for (let k = 0; k < data.length; k += 4) {
                const [red, green, blue, alpha] = data.slice(k, k + 4);
                if (Math.max(red, green, blue) - Math.min(red, green, blue) > 40 && alpha > 40) count += 1;
            }
            return count;";
        let painted = page.browser.run(script, &json!([drawing])).unwrap().as_u64().unwrap();
        let least = page.marks(drawing).min(1_000) as u64;
        assert!(painted >= least, "{drawing}: {painted} pixels for {least} marks");
        // And nothing where there is nothing.
        page.browser.run("time.first = -60e6; time.show(-60e6, -50e6);", &json!([])).unwrap();
        page.settle();
        assert_eq!(page.browser.run(script, &json!([drawing])).unwrap(), 0, "{drawing}");
        page.show_all();
    }
}

/// This program is the node.
pub(crate) fn a_report_of_processes_opens(driver: &Driver) {
    let options = ClusterOptions {
        rate: 20.0,
        time_limit: Duration::from_secs(1),
        journal: true,
        budget: Budget::NONE,
        ..ClusterOptions::new(["n0", "n1", "n2"])
    };
    let workload = Broadcast::default();
    let program = env::current_exe().unwrap();
    let run = Processes::new("/usr/bin/env", options, &workload)
        .arguments(["NODE_UNDER_TEST=yes".to_owned(), program.to_str().unwrap().to_owned()])
        .run()
        .unwrap()
        .run;
    assert_eq!(run.verdict(), Verdict::Valid, "{:?}", run.explanations());
    let data = Data::new(&run, About { is_simulated: false, ..About::new("broadcast") });
    let page = Page::open(driver, data);
    page.show_all();
    assert_eq!(page.marks("lamport"), page.data.messages.len());
    assert_eq!(page.marks("timeline"), page.data.operations.len());
    let broadcast = page.data.operations.iter().find(|operation| operation.f == "broadcast").unwrap().index;
    page.set("operation", &broadcast.to_string());
    // Of processes only answers are known.
    assert_eq!(expected::caused_by_operation(&page.data, broadcast).len(), 2);
    assert_eq!(page.followed("followed"), 2);
    assert!(page.text_of("detail").contains("guess"), "{}", page.text_of("detail"));
    assert!(page.complaints().is_empty(), "{:?}", page.complaints());
}
