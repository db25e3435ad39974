//! What clients sent, polled and assigned, by numbers: keys, and messages within a key.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
    ops::Range,
};

use crate::{
    Value,
    checker::numbering::Numbering,
    history::{History, Kind, Process},
};

/// A message's place: its key's number, and its own within the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) key: usize,
    pub(super) message: usize,
}

/// The completions of a history, in order, and what they say of each message.
#[derive(Debug)]
pub(super) struct Operations<'h> {
    pub(super) history: &'h History,
    pub(super) completions: Vec<Completion>,
    pub(super) keys: Vec<Key<'h>>,
    pub(super) numbers: HashMap<Cow<'h, str>, usize>,
    pub(super) polled: Vec<Polled>,
    pub(super) pairs: Vec<Pair>,
    pub(super) assigned: Vec<usize>,
    /// Whether a poll returned a key with an empty list.
    pub(super) has_empty: bool,
}

/// A completion of a send, a poll or an assign.
#[derive(Debug)]
pub(super) struct Completion {
    /// Where it stands in the history.
    pub(super) position: usize,
    pub(super) kind: Kind,
    pub(super) process: Process,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Send { place: Place, offset: Option<i64> },
    Poll(Range<usize>),
    Assign(Range<usize>),
}

/// What a poll returned of one key.
#[derive(Debug)]
pub(super) struct Polled {
    pub(super) key: usize,
    pub(super) pairs: Range<usize>,
}

/// A message as it was polled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) offset: Option<i64>,
    pub(super) message: usize,
}

/// One log.
#[derive(Debug)]
pub(super) struct Key<'h> {
    pub(super) name: Cow<'h, str>,
    pub(super) numbering: Numbering<'h>,
    pub(super) messages: Vec<Message<'h>>,
    /// The first successful poll that returned the key.
    pub(super) first_poll: Option<usize>,
    /// Whether a send to it was acknowledged.
    pub(super) has_acknowledged: bool,
}

/// A message. Operations are positions in the history.
#[derive(Debug)]
pub(super) struct Message<'h> {
    pub(super) value: &'h Value,
    /// The completion of its send: of several the last.
    pub(super) writer: Option<usize>,
    /// A send that was never completed.
    pub(super) pending: Option<usize>,
    pub(super) is_acknowledged: bool,
    pub(super) has_failed: bool,
    /// The first poll that returned it, whatever came of the poll.
    pub(super) first_reader: Option<usize>,
    /// The first successful poll that returned it.
    pub(super) first_poll: Option<usize>,
    /// All offsets at which it was seen; nearly always one.
    pub(super) offsets: BTreeSet<i64>,
}

impl<'h> Operations<'h> {
    /// What a poll returned, key by key.
    pub(super) fn polled(&self, range: &Range<usize>) -> impl Iterator<Item = (usize, &[Pair])> {
        self.polled[range.clone()].iter().map(|polled| (polled.key, &self.pairs[polled.pairs.clone()]))
    }

    /// The number of the key of that name.
    pub(super) fn number(&self, key: &str) -> Option<usize> {
        self.numbers.get(key).copied()
    }

    /// The keys of an assign.
    pub(super) fn assigned(&self, range: &Range<usize>) -> &[usize] {
        &self.assigned[range.clone()]
    }

    pub(super) fn message(&self, place: Place) -> &Message<'h> {
        &self.keys[place.key].messages[place.message]
    }

    /// All messages.
    pub(super) fn messages(&self) -> impl Iterator<Item = (Place, &Message<'h>)> {
        self.keys.iter().enumerate().flat_map(|(key, of_key)| {
            let place = move |message| Place { key, message };
            of_key.messages.iter().enumerate().map(move |(message, of)| (place(message), of))
        })
    }
}

impl Message<'_> {
    /// Whether it was polled, and nobody had sent it.
    pub(super) fn is_phantom(&self) -> bool {
        self.first_reader.is_some() && self.writer.is_none() && self.pending.is_none()
    }
}
