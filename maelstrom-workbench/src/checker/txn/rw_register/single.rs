//! Anomalies of registers that need no graph.

use std::collections::BTreeMap;

use super::{
    super::{
        super::{models::anomaly::Anomaly, words},
        found::Found,
        single::Writers,
        told::Telling,
        transactions::{Mop, NONE, Seen, Transactions},
    },
    SHAPE,
};
use crate::{Value, history::Kind};

/// Reads that contradict the transaction's own operations before them, and reads of what it writes after them.
///
/// To Elle null and false say nothing of what is read next, and it does not see the latter; so it is with `compat`.
pub(super) fn within(transactions: &Transactions<'_>, compat: bool, found: &mut Found) {
    for (entry, _) in transactions.of_kind(Kind::Ok) {
        let mops = transactions.mops(entry);
        // A transaction of one operation can't contradict itself.
        if mops.len() < 2 {
            continue;
        }
        internal(transactions, entry, compat, found);
        if !compat {
            future_read(transactions, entry, found);
        }
    }
}

fn internal(transactions: &Transactions<'_>, entry: u32, compat: bool, found: &mut Found) {
    let mut expected: BTreeMap<u32, u32> = BTreeMap::new();
    for mop in transactions.mops(entry) {
        let (Mop::Write { key, element } | Mop::Read { key, seen: Seen::Value(element) }) = *mop else {
            continue;
        };
        let Some(before) = expected.insert(key, element) else { continue };
        let value = transactions.value(before);
        let says_nothing = compat && matches!(value, Value::Null | Value::Bool(false));
        if matches!(mop, Mop::Write { .. }) || before == element || says_nothing {
            continue;
        }
        let case = || {
            Value::object([
                ("op", transactions.index(entry)),
                ("mop", transactions.mop(*mop, SHAPE)),
                ("expected", value.clone()),
            ])
        };
        let story = |telling: &mut Telling| {
            format!(
                "{} read {} from key {}, which by its own operations before had to be {}",
                telling.who(transactions, entry),
                words::value(transactions.value(element)),
                words::value(transactions.key(key)),
                words::value(value),
            )
        };
        found.add(Anomaly::Internal, case, story);
        return;
    }
}

fn future_read(transactions: &Transactions<'_>, entry: u32, found: &mut Found) {
    let mops = transactions.mops(entry);
    for (at, mop) in mops.iter().enumerate() {
        let Mop::Read { key, seen: Seen::Value(read) } = *mop else { continue };
        let writes = |mop: &Mop| matches!(mop, Mop::Write { element, .. } if *element == read);
        if mops[..at].iter().any(writes) || !mops[at..].iter().any(writes) {
            continue;
        }
        let case = || {
            Value::object([
                ("op", transactions.index(entry)),
                ("mop", transactions.mop(*mop, SHAPE)),
                ("element", transactions.value(read).clone()),
            ])
        };
        let story = |telling: &mut Telling| {
            format!(
                "{} read {} from key {} before it wrote it",
                telling.who(transactions, entry),
                words::value(transactions.value(read)),
                words::value(transactions.key(key)),
            )
        };
        found.add(Anomaly::FutureRead, case, story);
        return;
    }
}

/// Reads of what failed, and of what its transaction has overwritten.
pub(super) fn dirty_reads(transactions: &Transactions<'_>, writers: &Writers, found: &mut Found) {
    for (entry, _) in transactions.of_kind(Kind::Ok) {
        for mop in transactions.mops(entry) {
            let Mop::Read { seen: Seen::Value(element), .. } = *mop else { continue };
            let failed = writers.failed[element as usize];
            if failed != NONE {
                dirty_read(transactions, Anomaly::G1a, (entry, *mop), failed, "failed", found);
            }
            let intermediate = writers.intermediate[element as usize];
            if intermediate != NONE && intermediate != entry {
                let why = "went on to write something else to it";
                dirty_read(transactions, Anomaly::G1b, (entry, *mop), intermediate, why, found);
            }
        }
    }
}

fn dirty_read(
    transactions: &Transactions<'_>,
    anomaly: Anomaly,
    (reader, mop): (u32, Mop),
    writer: u32,
    why: &str,
    found: &mut Found,
) {
    let Mop::Read { key, seen } = mop else { return };
    let case = || {
        Value::object([
            ("op", transactions.index(reader)),
            ("mop", transactions.mop(mop, SHAPE)),
            ("writer", transactions.index(writer)),
        ])
    };
    let story = |telling: &mut Telling| {
        format!(
            "{} read {} from key {}, which was written in a transaction that {why}, that of {}",
            telling.who(transactions, reader),
            words::value(&transactions.seen(seen)),
            words::value(transactions.key(key)),
            telling.who(transactions, writer),
        )
    };
    found.add(anomaly, case, story);
}

/// Reads of values that nobody has written.
///
/// Not Elle's: it takes one for the value that the key had at first.
pub(super) fn phantoms(transactions: &Transactions<'_>, writers: &Writers, found: &mut Found) {
    for (entry, _) in transactions.of_kind(Kind::Ok) {
        for mop in transactions.mops(entry) {
            let Mop::Read { key, seen: Seen::Value(element) } = *mop else { continue };
            let value = transactions.value(element);
            if value.is_null() || writers.written[element as usize] {
                continue;
            }
            let case =
                || Value::object([("op", transactions.index(entry)), ("mop", transactions.mop(*mop, SHAPE))]);
            let story = |telling: &mut Telling| {
                format!(
                    "{} read {} from key {}, which nobody has written",
                    telling.who(transactions, entry),
                    words::value(value),
                    words::value(transactions.key(key)),
                )
            };
            found.add(Anomaly::PhantomRead, case, story);
        }
    }
}
