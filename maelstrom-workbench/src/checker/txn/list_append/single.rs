//! Anomalies of lists that need no graph.

use std::collections::BTreeMap;

use super::{
    super::{
        super::{models::anomaly::Anomaly, words},
        found::Found,
        single::Writers,
        told::Telling,
        transactions::{Mop, NONE, Transactions},
    },
    SHAPE,
    orders::Orders,
};
use crate::{Value, history::Kind};

/// Reads of what failed, and of what was appended on the way to something else.
pub(super) fn dirty_reads(transactions: &Transactions<'_>, writers: &Writers, found: &mut Found) {
    for (entry, _) in transactions.of_kind(Kind::Ok) {
        for mop in transactions.mops(entry) {
            let Mop::Read { seen, .. } = *mop else { continue };
            let list = transactions.list(seen);
            for element in list {
                let writer = writers.failed[*element as usize];
                if writer != NONE {
                    let why = "failed";
                    dirty_read(transactions, Anomaly::G1a, (entry, *mop), (writer, *element), why, found);
                }
            }
            if let Some(element) = list.last() {
                let writer = writers.intermediate[*element as usize];
                if writer != NONE && writer != entry {
                    let why = "went on to append more to it";
                    dirty_read(transactions, Anomaly::G1b, (entry, *mop), (writer, *element), why, found);
                }
            }
        }
    }
}

fn dirty_read(
    transactions: &Transactions<'_>,
    anomaly: Anomaly,
    (reader, mop): (u32, Mop),
    (writer, element): (u32, u32),
    why: &str,
    found: &mut Found,
) {
    let value = transactions.value(element);
    let case = || {
        Value::object([
            ("op", transactions.index(reader)),
            ("mop", transactions.mop(mop, SHAPE)),
            ("writer", transactions.index(writer)),
            ("element", value.clone()),
        ])
    };
    let story = |telling: &mut Telling| {
        format!(
            "{} read key {} with {}, which was appended in a transaction that {why}, that of {}",
            telling.who(transactions, reader),
            words::value(transactions.key(mop.key())),
            words::value(value),
            telling.who(transactions, writer),
        )
    };
    found.add(anomaly, case, story);
}

/// Reads with an element twice.
pub(super) fn duplicates(transactions: &Transactions<'_>, found: &mut Found) {
    // The read in which each element was found before.
    let mut found_in = vec![0_usize; transactions.elements.len()];
    let mut reads = 0;
    for (entry, _) in transactions.possible() {
        for mop in transactions.mops(entry) {
            let Mop::Read { key, seen } = *mop else { continue };
            reads += 1;
            let list = transactions.list(seen);
            let mut is_twice = false;
            for element in list {
                is_twice |= std::mem::replace(&mut found_in[*element as usize], reads) == reads;
            }
            if !is_twice {
                continue;
            }
            let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
            for element in list {
                *counts.entry(*element).or_default() += 1;
            }
            let twice = counts.into_iter().filter(|(_, count)| *count > 1).map(|(element, count)| {
                let value = transactions.value(element);
                (value.as_str().map_or_else(|| value.to_string(), str::to_owned), count.into())
            });
            let twice = Value::object(twice);
            let case = || {
                Value::object([
                    ("op", transactions.index(entry)),
                    ("mop", transactions.mop(*mop, SHAPE)),
                    ("duplicates", twice),
                ])
            };
            let story = |telling: &mut Telling| {
                format!(
                    "{} read {} from key {}, with an element more than once",
                    telling.who(transactions, entry),
                    words::value(&transactions.seen(seen)),
                    words::value(transactions.key(key)),
                )
            };
            found.add(Anomaly::DuplicateElements, case, story);
        }
    }
}

/// Appends of failed transactions on which those of successful ones stand. `orders` is of all reads, failed ones
/// included.
pub(super) fn dirty_updates(
    transactions: &Transactions<'_>,
    writers: &Writers,
    orders: &Orders,
    found: &mut Found,
) {
    for (key, order) in (0..).zip(&orders.of_key) {
        // The last element whose transaction's outcome is known, and those since.
        let (mut base, mut since) = (NONE, Vec::new());
        for element in order {
            let writer = writers.completed[*element as usize];
            if writer == NONE {
                continue;
            }
            since.push(*element);
            let is_failed = |entry: u32| entry != NONE && transactions.entry(entry).kind == Kind::Fail;
            match transactions.entry(writer).kind {
                Kind::Ok => {
                    if is_failed(base) {
                        dirty_update(transactions, key, &since, (base, writer), found);
                    }
                }
                Kind::Fail if !is_failed(base) => {}
                _ => continue,
            }
            (base, since) = (writer, vec![*element]);
        }
    }
}

fn dirty_update(
    transactions: &Transactions<'_>,
    key: u32,
    elements: &[u32],
    (failed, ok): (u32, u32),
    found: &mut Found,
) {
    let values = transactions.values(elements);
    let case = || {
        Value::object([
            ("key", transactions.key(key).clone()),
            ("values", values.clone()),
            ("txns", Value::List(vec![transactions.index(failed), "...".into(), transactions.index(ok)])),
        ])
    };
    let story = |telling: &mut Telling| {
        format!(
            "of {} in key {}, the first was appended in a transaction that failed, that of {}, and the last in one that \
             did not, that of {}",
            words::value(&values),
            words::value(transactions.key(key)),
            telling.who(transactions, failed),
            telling.who(transactions, ok),
        )
    };
    found.add(Anomaly::DirtyUpdate, case, story);
}

/// Reads of elements that nobody has appended.
///
/// Not Elle's: it fails on one in the longest list of a key.
pub(super) fn phantoms(transactions: &Transactions<'_>, writers: &Writers, found: &mut Found) {
    for (entry, _) in transactions.of_kind(Kind::Ok) {
        for mop in transactions.mops(entry) {
            let Mop::Read { key, seen } = *mop else { continue };
            let phantom = transactions.list(seen).iter().find(|element| !writers.written[**element as usize]);
            let Some(element) = phantom else { continue };
            let value = transactions.value(*element);
            let case = || {
                Value::object([
                    ("op", transactions.index(entry)),
                    ("mop", transactions.mop(*mop, SHAPE)),
                    ("element", value.clone()),
                ])
            };
            let story = |telling: &mut Telling| {
                format!(
                    "{} read key {} with {}, which nobody has appended",
                    telling.who(transactions, entry),
                    words::value(transactions.key(key)),
                    words::value(value),
                )
            };
            found.add(Anomaly::PhantomRead, case, story);
        }
    }
}
