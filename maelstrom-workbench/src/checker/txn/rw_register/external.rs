//! What of a transaction others can see: the first read of a key, if no write stands before it, and its last write.

use std::ops::Range;

use super::super::transactions::{Mop, Seen, Transactions};
use crate::history::Kind;

/// What a transaction does with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) key: u32,
    /// The element that it read first.
    pub(super) read: Option<u32>,
    /// The element that it wrote last.
    pub(super) written: Option<u32>,
}

/// What a transaction does with its keys, in the order in which it takes them up.
pub(super) fn accesses(mops: &[Mop]) -> Vec<Access> {
    let mut accesses: Vec<Access> = Vec::with_capacity(mops.len());
    for mop in mops {
        let known = accesses.iter_mut().find(|access| access.key == mop.key());
        match (*mop, known) {
            (Mop::Write { element, .. }, Some(access)) => access.written = Some(element),
            (Mop::Write { key, element }, None) => {
                accesses.push(Access { key, read: None, written: Some(element) });
            }
            (Mop::Read { key, seen: Seen::Value(element) }, None) => {
                accesses.push(Access { key, read: Some(element), written: None });
            }
            (Mop::Read { .. }, _) => {}
        }
    }
    accesses
}

/// Which transactions read and which wrote an element, of those that succeeded, or of which it is known that they did.
#[derive(Debug)]
pub(super) struct External {
    readers: Lists,
    writers: Lists,
}

impl External {
    pub(super) fn new(transactions: &Transactions<'_>) -> Self {
        let (mut readers, mut writers) = (Vec::new(), Vec::new());
        for (entry, _) in transactions.of_kind(Kind::Ok) {
            for Access { read, written, .. } in accesses(transactions.mops(entry)) {
                readers.extend(read.map(|element| (element, entry)));
                writers.extend(written.map(|element| (element, entry)));
            }
        }
        let count = transactions.elements.len();
        Self { readers: Lists::new(count, &readers), writers: Lists::new(count, &writers) }
    }

    /// Counts writes of transactions with open outcome as well, where one of them was read: so they were done. There is nothing
    /// if there are none of those.
    pub(super) fn with_open(transactions: &Transactions<'_>) -> Option<Self> {
        let sure = Self::new(transactions);
        let (mut writers, mut has_open) = (Vec::new(), false);
        for (entry, of) in transactions.possible() {
            let accesses = accesses(transactions.mops(entry));
            let written = || accesses.iter().filter_map(|access| access.written);
            let is_open = of.kind == Kind::Info;
            // One that was read tells of all.
            if !is_open || written().any(|element| !sure.readers(element).is_empty()) {
                has_open |= is_open;
                writers.extend(written().map(|element| (element, entry)));
            }
        }
        has_open.then(|| Self { writers: Lists::new(transactions.elements.len(), &writers), ..sure })
    }

    pub(super) fn readers(&self, element: u32) -> &[u32] {
        self.readers.of(element)
    }

    pub(super) fn writers(&self, element: u32) -> &[u32] {
        self.writers.of(element)
    }

    /// A value that was read, and that two have written, does not tell whom it depends on.
    pub(super) fn unique_writes(&self, transactions: &Transactions<'_>) -> Result<(), String> {
        for (element, of) in (0..).zip(&transactions.elements) {
            let writers = self.writers(element);
            if writers.len() > 1 && !self.readers(element).is_empty() {
                return Err(format!(
                    "key {} was read as {}, which {} transactions have written, so that it can't be told which was read",
                    transactions.key(of.key),
                    of.value,
                    writers.len(),
                ));
            }
        }
        Ok(())
    }
}

/// A list for each of many things.
#[derive(Debug)]
struct Lists {
    rows: Vec<usize>,
    entries: Vec<u32>,
}

impl Lists {
    /// The lists of things, from pairs of a thing and an entry of its list.
    fn new(count: usize, pairs: &[(u32, u32)]) -> Self {
        let mut rows = vec![0; count + 1];
        for (of, _) in pairs {
            rows[*of as usize + 1] += 1;
        }
        for at in 0..count {
            rows[at + 1] += rows[at];
        }
        let (mut ends, mut entries) = (rows.clone(), vec![0; pairs.len()]);
        for (of, entry) in pairs {
            let end = &mut ends[*of as usize];
            entries[*end] = *entry;
            *end += 1;
        }
        Self { rows, entries }
    }

    fn of(&self, of: u32) -> &[u32] {
        let Range { start, end } = self.rows[of as usize]..self.rows[of as usize + 1];
        &self.entries[start..end]
    }
}
