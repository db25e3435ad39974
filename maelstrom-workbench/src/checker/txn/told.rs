//! How transactions are spoken of.

use super::{
    super::words,
    transactions::{NONE, Transactions},
};

/// `process 3 from 20 ms to 31 ms`.
pub(super) fn who(transactions: &Transactions<'_>, entry: u32) -> String {
    let of = transactions.entry(entry);
    let time = |entry: u32| words::time(transactions.operation(entry).time);
    if of.other == NONE {
        format!("process {} from {} on", of.process, time(entry))
    } else {
        format!("process {} from {} to {}", of.process, time(of.other), time(entry))
    }
}

/// `first operation`, ….
pub(super) fn ordinal(place: usize) -> String {
    const NAMES: [&str; 4] = ["first", "second", "third", "fourth"];
    NAMES.get(place).map_or_else(|| format!("{}th operation", place + 1), |name| format!("{name} operation"))
}
