//! What came before what by the clock, and by the order in which a process works.

use std::collections::{HashMap, VecDeque};

use super::{
    super::models::anomaly::{Anomalies, Anomaly},
    graph::rel,
    transactions::{Entry, NONE, Transactions},
};
use crate::history::Kind;

/// Adds the edges of time that matter for what is looked for: of real time if anything asks for it, which has those of
/// processes in it; else of processes, if anything asks for those.
pub(super) fn edges(transactions: &Transactions<'_>, wanted: Anomalies, edges: &mut Vec<(u32, u32, u8)>) {
    let asks = |suffix: &str| wanted.iter().any(|anomaly: Anomaly| anomaly.name().ends_with(suffix));
    if asks("-realtime") {
        realtime(transactions, edges);
    } else if asks("-process") {
        processes(transactions, edges);
    }
}

/// From every success to what began after it, but for what others say already.
fn realtime(transactions: &Transactions<'_>, edges: &mut Vec<(u32, u32, u8)>) {
    // Successes that are not before another success.
    let mut last: VecDeque<u32> = VecDeque::new();
    for (entry, Entry { kind, other, .. }) in transactions.entries() {
        match kind {
            Kind::Invoke if *other != NONE => {
                edges.extend(last.iter().map(|ok| (*ok, *other, rel::REALTIME)));
            }
            Kind::Ok => {
                // Those that were over when it began; the list is in order.
                while last.front().is_some_and(|ok| ok < other) {
                    last.pop_front();
                }
                last.push_back(entry);
            }
            _ => {}
        }
    }
}

/// From every success to the next one of its process.
fn processes(transactions: &Transactions<'_>, edges: &mut Vec<(u32, u32, u8)>) {
    let mut last: HashMap<u64, u32> = HashMap::new();
    for (entry, Entry { process, .. }) in transactions.of_kind(Kind::Ok) {
        if let Some(before) = last.insert(*process, entry) {
            edges.push((before, entry, rel::PROCESS));
        }
    }
}
