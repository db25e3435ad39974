//! Anomalies that need no graph, of lists and of registers alike.

use std::collections::HashMap;

use super::{
    super::{models::anomaly::Anomaly, words},
    found::Found,
    told::{self, Telling},
    transactions::{Mop, NONE, Seen, Shape, Transactions},
};
use crate::{Value, history::Kind};

/// Who has written what, and how that ended.
#[derive(Debug)]
pub(super) struct Writers {
    /// Of each element the last completion that wrote it and did not fail.
    pub(super) possible: Vec<u32>,
    /// The last completion that wrote it, whatever its outcome.
    pub(super) completed: Vec<u32>,
    /// The last failure that wrote it.
    pub(super) failed: Vec<u32>,
    /// The last entry that wrote it, and something else to the key after it.
    pub(super) intermediate: Vec<u32>,
    /// Whether an entry has it.
    pub(super) written: Vec<bool>,
}

impl Writers {
    pub(super) fn new(transactions: &Transactions<'_>) -> Self {
        let none = vec![NONE; transactions.elements.len()];
        let mut writers = Self {
            possible: none.clone(),
            completed: none.clone(),
            failed: none.clone(),
            intermediate: none,
            written: vec![false; transactions.elements.len()],
        };
        // Of each key the entry that wrote it last, and what.
        let mut last: Vec<(u32, u32)> = vec![(NONE, NONE); transactions.keys.len()];
        for (entry, of) in transactions.entries() {
            for mop in transactions.mops(entry) {
                let Mop::Write { key, element } = *mop else { continue };
                let (writer, before) = std::mem::replace(&mut last[key as usize], (entry, element));
                if writer == entry {
                    writers.intermediate[before as usize] = entry;
                }
                let element = element as usize;
                writers.written[element] = true;
                if of.kind != Kind::Invoke {
                    writers.completed[element] = entry;
                }
                if of.is_possible() {
                    writers.possible[element] = entry;
                }
                if of.kind == Kind::Fail {
                    writers.failed[element] = entry;
                }
            }
        }
        writers
    }
}

/// Transactions that read the same, wrote the key after it, and both succeeded: one of the writes ignores the other.
pub(super) fn lost_updates(transactions: &Transactions<'_>, found: &mut Found) {
    let mut by_read: HashMap<(u32, Content<'_>), Vec<u32>> = HashMap::new();
    let mut order = Vec::new();
    for (entry, _) in transactions.of_kind(Kind::Ok) {
        let mops = transactions.mops(entry);
        for (at, mop) in mops.iter().enumerate() {
            let Mop::Write { key, .. } = *mop else { continue };
            let reads = |mop: &Mop| matches!(mop, Mop::Read { key: other, .. } if *other == key);
            let Some(read) = mops[..at].iter().position(reads) else { continue };
            let wrote = |mop: &Mop| matches!(mop, Mop::Write { key: other, .. } if *other == key);
            if mops[read..at].iter().any(wrote) {
                continue;
            }
            let Mop::Read { seen, .. } = mops[read] else { continue };
            let content = match seen {
                Seen::Null => Content::Null,
                Seen::List { .. } => Content::List(transactions.list(seen)),
                Seen::Value(element) => Content::Value(element),
            };
            let txns = by_read.entry((key, content)).or_default();
            txns.push(entry);
            if txns.len() == 2 {
                order.push((key, content, seen));
            }
        }
    }
    for (key, content, seen) in order {
        let txns = &by_read[&(key, content)];
        let case = || {
            Value::object([
                ("key", transactions.key(key).clone()),
                ("value", transactions.seen(seen)),
                ("txns", txns.iter().map(|txn| transactions.index(*txn)).collect()),
            ])
        };
        let story = |telling: &mut Telling| {
            let who: Vec<_> = txns.iter().map(|txn| telling.who(transactions, *txn)).collect();
            format!(
                "{} {} read {} from key {} and then wrote to it, so that one's write ignores another's",
                words::list(&who, "and"),
                if who.len() == 2 { "both" } else { "all" },
                words::value(&transactions.seen(seen)),
                words::value(transactions.key(key)),
            )
        };
        found.add(Anomaly::LostUpdate, case, story);
    }
}

/// What a read has found, as something that can be looked up.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Content<'a> {
    Null,
    List(&'a [u32]),
    Value(u32),
}

/// Replies that do something else than was asked: another number of operations, other keys, or other values written.
///
/// Not Elle's: it takes the reply for what was done.
pub(super) fn mismatches(transactions: &Transactions<'_>, shape: Shape, found: &mut Found) {
    for (entry, of) in transactions.of_kind(Kind::Ok) {
        let (asked, done) = (transactions.mops(of.other), transactions.mops(entry));
        let fits = |(asked, done): (&Mop, &Mop)| match (*asked, *done) {
            (Mop::Read { key, .. }, Mop::Read { key: other, .. }) => key == other,
            (asked, done) => asked == done,
        };
        let Some(wrong) =
            (0..asked.len().max(done.len())).find(|at| !asked.get(*at).zip(done.get(*at)).is_some_and(fits))
        else {
            continue;
        };
        let at = |mops: &[Mop]| mops.get(wrong).map(|mop| transactions.mop(*mop, shape));
        let case = || {
            Value::object([
                ("op", transactions.index(entry)),
                ("asked", at(asked).into()),
                ("answered", at(done).into()),
            ])
        };
        let story = |telling: &mut Telling| {
            let said =
                |mop: Option<Value>| mop.map_or_else(|| "nothing".to_owned(), |mop| words::value(&mop));
            format!(
                "{} asked for {} as the {} of its transaction, and was answered {}",
                telling.who(transactions, entry),
                said(at(asked)),
                told::ordinal(wrong),
                said(at(done)),
            )
        };
        found.add(Anomaly::ResponseMismatch, case, story);
    }
}
