//! The log (§5.3), in memory and in storage.

use maelstrom::{Result, Ulid, storage::Storage};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Index, Term};

/// A command, with a name of its own by which it is known if it comes again (§8).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request<C> {
    /// Given by the node that a client has asked.
    pub id: Ulid,
    /// What it has asked for.
    pub command: C,
}

/// A request, and the term of the leader that took it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry<C> {
    /// When it was taken.
    pub term: Term,
    /// None in the entry that begins a term.
    pub request: Option<Request<C>>,
}

/// The entries, from index 1, as in the paper. Storage counts from 0.
#[derive(Debug)]
pub(super) struct Log<C> {
    entries: Vec<Entry<C>>,
}

impl<C: Clone + Serialize + DeserializeOwned> Log<C> {
    pub(super) fn restore(storage: &Storage<'_>) -> Result<Self> {
        Ok(Self { entries: storage.entries(..)? })
    }

    /// The index of the last entry; 0 if there is none.
    pub(super) fn last_index(&self) -> Index {
        self.entries.len()
    }

    pub(super) fn last_term(&self) -> Term {
        self.term(self.last_index()).unwrap_or_default()
    }

    /// The term of an entry, if it is there. Before the first entry is one of term 0, so that all logs begin alike.
    pub(super) fn term(&self, index: Index) -> Option<Term> {
        if index == 0 { Some(0) } else { self.entries.get(index - 1).map(|entry| entry.term) }
    }

    /// The entries after `index`; none if it is beyond the end.
    pub(super) fn after(&self, index: Index) -> &[Entry<C>] {
        self.entries.get(index..).unwrap_or_default()
    }

    /// Whether a log that ends so is at least as up to date as this one: its last term is later, or the terms are the
    /// same and it is not shorter (§5.4.1).
    pub(super) fn lets_lead(&self, last_index: Index, last_term: Term) -> bool {
        (last_term, last_index) >= (self.last_term(), self.last_index())
    }

    /// If this log does not have the entry that the leader's new ones follow: from where it needs entries. It skips the
    /// whole term of a wrong entry at once (§5.3, at its end).
    pub(super) fn conflict(&self, prev_index: Index, prev_term: Term) -> Option<Index> {
        match self.term(prev_index) {
            None => Some(self.last_index() + 1),
            Some(term) if term == prev_term => None,
            Some(wrong) => Some(self.entries.partition_point(|entry| entry.term < wrong) + 1),
        }
    }

    pub(super) fn append(&mut self, storage: &Storage<'_>, entry: Entry<C>) -> Result<Index> {
        storage.append(&entry)?;
        self.entries.push(entry);
        Ok(self.last_index())
    }

    /// Takes the leader's entries after `prev`, which is here. What is here already stays: this message may be older
    /// than others that have come. Only an entry of another term is wrong, and with it all that follow it (§5.3).
    pub(super) fn merge(&mut self, storage: &Storage<'_>, prev: Index, entries: &[Entry<C>]) -> Result<()> {
        let here = self.after(prev);
        let same = here.iter().zip(entries).take_while(|(here, new)| here.term == new.term).count();
        let new = &entries[same..];
        if !new.is_empty() {
            self.entries.truncate(prev + same);
            storage.truncate((prev + same) as u64);
        }
        for entry in new {
            self.append(storage, entry.clone())?;
        }
        Ok(())
    }
}
