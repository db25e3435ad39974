//! The order of each key's messages: their offsets, without the gaps.

use super::{
    hashed,
    operations::{Key, Operations},
};

/// One key's log. An index is the place of an offset among those that hold a message.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) entries: Vec<Entry>,
    /// For each message the last index at which it stands for what is there.
    indices: Vec<Option<usize>>,
    /// For each message the first index and the last one, wherever it stands.
    spans: Vec<Option<(usize, usize)>>,
}

/// An offset, and the messages seen there; more than one is an error.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) offset: i64,
    pub(super) messages: Vec<usize>,
}

impl Log {
    pub(super) fn of_keys(operations: &Operations<'_>) -> Vec<Self> {
        operations.keys.iter().map(Self::of_key).collect()
    }

    fn of_key(key: &Key<'_>) -> Self {
        let places = key.messages.iter().enumerate();
        let mut places: Vec<(i64, usize)> = places
            .flat_map(|(message, of)| of.offsets.iter().map(move |offset| (*offset, message)))
            .collect();
        places.sort_unstable();
        // Of several messages at an offset only one has the index: that which the original picks.
        let place = |message: usize| hashed::place(key.messages[message].value);
        for several in places.chunk_by_mut(|a, b| a.0 == b.0).filter(|several| several.len() > 1) {
            several.sort_by_key(|(_, message)| place(*message));
        }
        let mut log = Self {
            entries: Vec::new(),
            indices: vec![None; key.messages.len()],
            spans: vec![None; key.messages.len()],
        };
        for (offset, message) in places {
            match log.entries.last_mut() {
                Some(entry) if entry.offset == offset => entry.messages.push(message),
                _ => {
                    log.indices[message] = Some(log.entries.len());
                    log.entries.push(Entry { offset, messages: vec![message] });
                }
            }
            let index = log.entries.len() - 1;
            log.spans[message] = Some((log.spans[message].map_or(index, |(first, _)| first), index));
        }
        log
    }

    /// Where a message stands in the order.
    pub(super) fn index(&self, message: usize) -> Option<usize> {
        self.indices[message]
    }

    /// The first and the last index at which a message was seen.
    pub(super) fn span(&self, message: usize) -> Option<(usize, usize)> {
        self.spans[message]
    }
}
