//! Sets that only grow: is everything read that was added?
//!
//! Source: Maelstrom 0.2.5, as read and run (Jepsen's `set-full`, not linearizable).

mod elements;
mod oddities;

use std::{cmp::Reverse, collections::BTreeMap};

use elements::{Element, Elements, Outcome};

use super::{Checker, Evidence, Judgement, Options, Verdict, words};
use crate::{
    Value,
    history::History,
    quantile::{self, quantile},
};

/// Judges `broadcast` and `g-set`: an element is lost if it was known to be there, and later reads miss it.
///
/// For each element that was added, three operations decide:
/// - *known*: the first completion that shows that it exists, a successful add or a read that contains it;
/// - *last present*, *last absent*: of the reads that do, or don't, contain it, the one that began last. (Only reads that
///   ended after the add began.)
///
/// It is *stable* if the last present read began after the last absent one; *lost* if it was known before a last
/// absent read that began after the last present one; otherwise *never read*. Invalid if any is lost, unknown if none
/// is stable.
///
/// Time is linear in the size of the history (the elements of all reads counted), but for sorting the elements.
#[derive(Clone, Copy, Debug)]
pub struct SetFull {
    /// The function that adds: `broadcast` or `add`. `read` reads.
    pub add: &'static str,
}

impl Checker for SetFull {
    fn check(&self, history: &History, _: &Options) -> Judgement {
        match Elements::find(self.add, history) {
            Ok((elements, oddities)) => judge(history, elements).warn(oddities.warnings(history)),
            Err(error) => Judgement::failed(error),
        }
    }
}

/// How many of the stale elements are described.
const WORST_STALE: usize = 8;

fn judge(history: &History, elements: Elements<'_>) -> Judgement {
    let mut sorted = elements.by_number;
    sorted.sort_unstable_by(|a, b| a.value.cmp(b.value));
    let (mut stable, mut lost, mut never_read) = (Vec::new(), Vec::new(), Vec::new());
    for element in &sorted {
        match element.outcome() {
            Outcome::Stable => stable.push((element, element.stable_latency(history))),
            Outcome::Lost => lost.push((element, element.lost_latency(history))),
            Outcome::NeverRead => never_read.push(element),
        }
    }
    let mut late: Vec<_> = stable.iter().copied().filter(|&(_, latency)| latency > 0).collect();

    let verdict = match (lost.is_empty(), stable.is_empty()) {
        (false, _) => Verdict::Invalid,
        (true, true) => Verdict::Unknown,
        (true, false) => Verdict::Valid,
    };
    let (explanation, evidence) = match verdict {
        Verdict::Valid => (None, Evidence::default()),
        Verdict::Unknown if sorted.is_empty() => (Some("no value was added".to_owned()), Evidence::default()),
        Verdict::Unknown => {
            let added = words::count(sorted.len(), "value");
            (Some(format!("{added} added, but none was read")), Evidence::default())
        }
        Verdict::Invalid => {
            let (text, evidence) = explain_lost(history, &lost);
            (Some(text), evidence)
        }
    };
    let mut fields = vec![
        ("attempt-count", sorted.len().into()),
        ("stable-count", stable.len().into()),
        ("lost-count", lost.len().into()),
        ("never-read-count", never_read.len().into()),
        ("stale-count", late.len().into()),
        ("lost", lost.iter().map(|(element, _)| element.value.clone()).collect()),
        ("never-read", never_read.iter().map(|element| element.value.clone()).collect()),
        ("stale", late.iter().map(|(element, _)| element.value.clone()).collect()),
        // The original's test for these can't fire.
        ("duplicated-count", 0.into()),
        ("duplicated", Value::Object(BTreeMap::default())),
    ];
    for (name, outcomes) in [("stable-latencies", &stable), ("lost-latencies", &lost)] {
        if !outcomes.is_empty() {
            fields.push((name, quantiles(outcomes.iter().map(|&(_, latency)| latency).collect())));
        }
    }
    // Of equal latencies the greatest element comes first, as in the original.
    late.reverse();
    late.sort_by_key(|&(_, latency)| Reverse(latency));
    let describe = |&(element, latency): &(&Element<'_>, u64)| describe_stale(history, element, latency);
    fields.push(("worst-stale", late.iter().take(WORST_STALE).map(describe).collect()));
    Judgement::new(verdict, fields).explain(explanation).prove(evidence)
}

fn describe_stale(history: &History, element: &Element<'_>, latency: u64) -> Value {
    let index =
        |position: Option<usize>| position.map(|position| history.operations()[position].index).into();
    Value::object([
        ("element", element.value.clone()),
        ("outcome", "stable".into()),
        ("stable-latency", latency.into()),
        ("lost-latency", Value::Null),
        ("known", index(element.known)),
        ("last-absent", index(element.last_absent)),
    ])
}

/// In ms, by the part of elements that have at most so much.
fn quantiles(mut latencies: Vec<u64>) -> Value {
    latencies.sort_unstable();
    let told =
        [0, 50, 95, 99, 100].map(|percent| (quantile::name(percent), quantile(&latencies, percent).into()));
    Value::object(told)
}

fn explain_lost(history: &History, lost: &[(&Element<'_>, u64)]) -> (String, Evidence) {
    let (element, _) = lost[0];
    let operation = |position: Option<usize>| position.map(|position| &history.operations()[position]);
    let (Some(known), Some(absent)) = (operation(element.known), operation(element.last_absent)) else {
        unreachable!("a lost element was known and then absent");
    };
    let evidence = Evidence::of([known.index, absent.index]).about(element.value);
    let (value, process, at) = (words::value(element.value), known.process, words::time(known.time));
    let known = if known.f == "read" {
        format!("read by {process} at {at}")
    } else {
        format!("acknowledged to {process} at {at}")
    };
    let (process, at) = (absent.process, words::time(absent.time));
    let others = words::others(lost.len() - 1, "value", "got lost as well");
    let text =
        format!("value {value}, {known}, was missing from the read that {process} began at {at}{others}");
    (text, evidence)
}
