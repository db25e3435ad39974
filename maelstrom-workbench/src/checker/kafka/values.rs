//! Messages in wrong places: twice, together with others, lost, or where none should be.

use super::{
    logs::Log,
    operations::{Operations, Place, What},
};
use crate::history::Kind;

/// A message that was polled, and should not have been. Operations are positions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    pub(super) place: Place,
    /// The completion of its send, if it has one.
    pub(super) writer: Option<usize>,
    pub(super) reader: usize,
}

/// An offset with several messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Conflict {
    pub(super) key: usize,
    pub(super) index: usize,
}

/// A message that was acknowledged and never polled, though a later one was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lost {
    pub(super) place: Place,
    pub(super) index: usize,
    pub(super) writer: usize,
    /// The last index that was polled, and who polled it.
    pub(super) bound: usize,
    pub(super) max_read: Option<(Place, usize)>,
}

/// Messages whose sends failed, and that were polled all the same.
pub(super) fn aborted(operations: &Operations<'_>) -> Vec<Reading> {
    let mut found = Vec::new();
    for completion in operations.completions.iter().filter(|completion| completion.kind == Kind::Ok) {
        let What::Poll(range) = &completion.what else { continue };
        for (key, pairs) in operations.polled(range) {
            for pair in pairs {
                let place = Place { key, message: pair.message };
                let message = operations.message(place);
                if message.has_failed {
                    found.push(Reading { place, writer: message.writer, reader: completion.position });
                }
            }
        }
    }
    found
}

/// Messages that nobody sent, with the first poll that has each.
pub(super) fn phantoms(operations: &Operations<'_>) -> Vec<Reading> {
    let phantoms = operations.messages().filter(|(_, message)| message.is_phantom());
    let reading =
        |(place, reader): (Place, Option<usize>)| Some(Reading { place, writer: None, reader: reader? });
    let mut found: Vec<_> =
        phantoms.filter_map(|(place, message)| reading((place, message.first_reader))).collect();
    found.sort_by_key(|reading| reading.reader);
    found
}

/// Offsets at which several messages were seen.
pub(super) fn conflicts(logs: &[Log]) -> Vec<Conflict> {
    let of_log = |(key, log): (usize, &Log)| -> Vec<Conflict> {
        let entries = log.entries.iter().enumerate().filter(|(_, entry)| entry.messages.len() > 1);
        entries.map(|(index, _)| Conflict { key, index }).collect()
    };
    logs.iter().enumerate().flat_map(of_log).collect()
}

/// Messages that were seen at several offsets.
pub(super) fn duplicates(operations: &Operations<'_>) -> Vec<Place> {
    let several = operations.messages().filter(|(_, message)| message.offsets.len() > 1);
    several.map(|(place, _)| place).collect()
}

/// Messages that were acknowledged, stand before one that was polled, and never were.
pub(super) fn lost(operations: &Operations<'_>, logs: &[Log]) -> Vec<Lost> {
    let mut found = Vec::new();
    for (key, (of_key, log)) in operations.keys.iter().zip(logs).enumerate() {
        let Some(bound) = last_polled(of_key.messages.iter().map(|it| it.first_poll.is_some()), log) else {
            continue;
        };
        let max_read = || {
            let is_last = |message: &&usize| log.span(**message).is_some_and(|(_, last)| last == bound);
            let place = Place { key, message: *log.entries[bound].messages.iter().find(is_last)? };
            Some((place, operations.message(place).first_reader?))
        };
        let before = found.len();
        for (message, of) in of_key.messages.iter().enumerate() {
            if let (Some((index, last)), true, None, Some(writer)) =
                (log.span(message), of.is_acknowledged, of.first_poll, of.writer)
                && last <= bound
            {
                let place = Place { key, message };
                found.push(Lost { place, index, writer, bound, max_read: max_read() });
            }
        }
        found[before..].sort_by_key(|lost| lost.index);
    }
    found
}

/// The greatest index that shows that everything before it could be polled: of each message that was, its first.
pub(super) fn last_polled(is_polled: impl Iterator<Item = bool>, log: &Log) -> Option<usize> {
    let polled = is_polled.enumerate().filter(|(_, is_polled)| *is_polled);
    polled.filter_map(|(message, _)| log.span(message).map(|(first, _)| first)).max()
}

/// Messages that were acknowledged and never polled, by key.
pub(super) fn unseen(operations: &Operations<'_>) -> Vec<Place> {
    let unseen =
        operations.messages().filter(|(_, message)| message.is_acknowledged && message.first_poll.is_none());
    unseen.map(|(place, _)| place).collect()
}

/// The last success of a send or a poll, by which the original tells what is unseen.
pub(super) fn last_success(operations: &Operations<'_>) -> Option<usize> {
    let is_told = |what: &What| !matches!(what, What::Assign(_));
    let completions = operations.completions.iter().rev();
    completions.filter(|it| it.kind == Kind::Ok && is_told(&it.what)).map(|it| it.position).next()
}

/// What the original counts as unseen besides: the messages of a key that the very last success was the first to poll,
/// if no send to the key was ever acknowledged.
pub(super) fn seen_last(operations: &Operations<'_>) -> Vec<Place> {
    let last = last_success(operations);
    let is_such = |key: usize| {
        let key = &operations.keys[key];
        key.first_poll.is_some() && key.first_poll == last && !key.has_acknowledged
    };
    let places =
        operations.messages().filter(|(place, message)| is_such(place.key) && message.first_poll.is_some());
    places.map(|(place, _)| place).collect()
}
