//! What is shown of a run that went wrong: where, and why.

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

/// What a minority acknowledges can't be known to all.
pub(crate) fn suspects_whose_nodes_were_apart_from_a_majority_are_marked(driver: &Driver) {
    let (mut marked, mut all) = (0, 0);
    for data in [shown_runs::stuck(), shown_runs::stuck_apart()] {
        let page = Page::open(driver, data);
        let data = &page.data;
        for (suspect, number) in data.stuck.as_ref().unwrap().suspects.iter().zip(0..) {
            let operation = expected::operation(data, suspect.index);
            let node = &data.nodes[operation.node];
            let is_apart = |fault: &&Window| {
                let lasts = fault.start <= operation.invoked
                    && fault.end.is_none_or(|end| operation.completed.unwrap() <= end);
                let (few, _) = fault.what.split_once(" apart from ").unwrap_or_default();
                let few = few.trim_start_matches("a partition kept ").replace(" and ", ", ");
                let few: Vec<&str> = few.split(", ").collect();
                lasts && few.contains(&node.as_str()) && few.len() * 2 < data.nodes.len()
            };
            let fault = data.faults.iter().find(is_apart);
            let text = page.text(&format!("document.querySelectorAll('#stuck li')[{number}].textContent"));
            let said = format!("while {node} was apart from a majority (");
            assert_eq!(text.contains(&said), fault.is_some(), "{text} though {fault:?}");
            assert!(fault.is_none_or(|fault| text.contains(&fault.what)), "{text} though {fault:?}");
            marked += usize::from(fault.is_some());
            all += 1;
        }
    }
    assert!(0 < marked && marked < all, "{marked} of {all}");
}
