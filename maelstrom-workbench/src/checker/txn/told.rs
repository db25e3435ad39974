//! How transactions are spoken of.

use super::{
    super::{Evidence, words},
    transactions::{NONE, Transactions},
};

/// A story being told: which transactions have been named.
#[derive(Debug, Default)]
pub(super) struct Telling {
    pub(super) evidence: Evidence,
}

impl Telling {
    /// `process 3 from 20 ms to 31 ms`.
    pub(super) fn who(&mut self, transactions: &Transactions<'_>, entry: u32) -> String {
        self.evidence.name(transactions.operation(entry).index);
        let of = transactions.entry(entry);
        let time = |entry: u32| words::time(transactions.operation(entry).time);
        if of.other == NONE {
            format!("process {} from {} on", of.process, time(entry))
        } else {
            format!("process {} from {} to {}", of.process, time(of.other), time(entry))
        }
    }
}

/// `first operation`, ….
pub(super) fn ordinal(place: usize) -> String {
    const NAMES: [&str; 4] = ["first", "second", "third", "fourth"];
    NAMES.get(place).map_or_else(|| format!("{}th operation", place + 1), |name| format!("{name} operation"))
}
