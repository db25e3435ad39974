//! Transactions on lists that contradict themselves.

use std::collections::BTreeMap;

use super::{
    super::{
        super::{models::anomaly::Anomaly, words},
        found::Found,
        told::Telling,
        transactions::{Mop, NONE, Seen, Transactions},
    },
    SHAPE,
};
use crate::{Value, history::Kind};

/// What a transaction's own operations say of a key.
enum Expected {
    /// It is not there.
    Null,
    /// The list.
    List(Vec<u32>),
    /// What it ends with.
    End(Vec<u32>),
}

/// What is wrong within one transaction: reads that contradict its operations before them, and reads of what it appends
/// after them.
pub(super) fn contradictions(transactions: &Transactions<'_>, compat: bool, found: &mut Found) {
    // The last transaction that used each key.
    let mut last = vec![NONE; transactions.keys.len()];
    for (entry, _) in transactions.of_kind(Kind::Ok) {
        let mops = transactions.mops(entry);
        let mut uses_twice = false;
        for mop in mops {
            uses_twice |= std::mem::replace(&mut last[mop.key() as usize], entry) == entry;
        }
        // Else there is nothing to contradict.
        if uses_twice {
            internal(transactions, entry, compat, found);
            future_read(transactions, entry, found);
        }
    }
}

/// In Elle a read of null rules out nothing but by an append that follows it; so it is with `compat`.
fn internal(transactions: &Transactions<'_>, entry: u32, compat: bool, found: &mut Found) {
    let mut expected: BTreeMap<u32, Expected> = BTreeMap::new();
    for mop in transactions.mops(entry) {
        match *mop {
            Mop::Write { key, element } => match expected.entry(key).or_insert(Expected::End(Vec::new())) {
                state @ Expected::Null => *state = Expected::List(vec![element]),
                Expected::List(list) | Expected::End(list) => list.push(element),
            },
            Mop::Read { key, seen } => {
                let list = transactions.list(seen);
                let fits = match expected.get(&key) {
                    None => true,
                    Some(Expected::Null) => compat || list.is_empty(),
                    Some(Expected::End(end)) => list.ends_with(end),
                    Some(Expected::List(expected)) => expected == list && seen != Seen::Null,
                };
                if !fits {
                    contradiction(transactions, entry, *mop, &expected[&key], found);
                    return;
                }
                let now = if seen == Seen::Null { Expected::Null } else { Expected::List(list.to_vec()) };
                expected.insert(key, now);
            }
        }
    }
}

fn contradiction(
    transactions: &Transactions<'_>,
    entry: u32,
    mop: Mop,
    expected: &Expected,
    found: &mut Found,
) {
    let Mop::Read { key, seen } = mop else { return };
    let (values, has_to) = match expected {
        Expected::Null => (Value::Null, "had to be"),
        Expected::List(list) => (transactions.values(list), "had to be"),
        Expected::End(end) => (transactions.values(end), "had to end with"),
    };
    let case = || {
        let shown = match (expected, &values) {
            (Expected::End(_), Value::List(end)) => {
                Value::List([Value::from("...")].into_iter().chain(end.iter().cloned()).collect())
            }
            (_, values) => values.clone(),
        };
        Value::object([
            ("op", transactions.index(entry)),
            ("mop", transactions.mop(mop, SHAPE)),
            ("expected", shown),
        ])
    };
    let story = |telling: &mut Telling| {
        format!(
            "{} read {} from key {}, which by its own operations before {has_to} {}",
            telling.who(transactions, entry),
            words::value(&transactions.seen(seen)),
            words::value(transactions.key(key)),
            words::value(&values),
        )
    };
    found.add(Anomaly::Internal, case, story);
}

fn future_read(transactions: &Transactions<'_>, entry: u32, found: &mut Found) {
    let mops = transactions.mops(entry);
    for (at, mop) in mops.iter().enumerate() {
        let Mop::Write { key, element } = *mop else { continue };
        let saw =
            |mop: &&Mop| matches!(mop, Mop::Read { seen, .. } if transactions.list(*seen).contains(&element));
        let Some(read) = mops[..at].iter().filter(|mop| mop.key() == key).find(saw) else { continue };
        let value = transactions.value(element);
        let case = || {
            Value::object([
                ("op", transactions.index(entry)),
                ("mop", transactions.mop(*read, SHAPE)),
                ("element", value.clone()),
            ])
        };
        let story = |telling: &mut Telling| {
            format!(
                "{} read {} from key {} before it appended it",
                telling.who(transactions, entry),
                words::value(value),
                words::value(transactions.key(key)),
            )
        };
        found.add(Anomaly::FutureRead, case, story);
        return;
    }
}
