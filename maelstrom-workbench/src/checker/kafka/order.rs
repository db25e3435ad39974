//! Polls and sends that go against the order of the log.

use std::collections::{HashMap, HashSet};

use super::{
    logs::Log,
    operations::{Operations, Pair, What},
};
use crate::history::{Kind, Process};

/// From one message to the next, where the log has others between them, or the other way round.
#[derive(Clone, Copy, Debug)]
pub(super) struct Jump {
    pub(super) key: usize,
    /// The messages, and their indices in the log.
    pub(super) from: (usize, usize),
    pub(super) to: (usize, usize),
    /// The positions of the operations; the same one twice if it is within one poll.
    pub(super) ops: [usize; 2],
}

impl Jump {
    /// How far it goes; it should be 1.
    pub(super) fn delta(&self) -> i64 {
        let signed = |index: usize| i64::try_from(index).unwrap_or(i64::MAX);
        signed(self.to.1) - signed(self.from.1)
    }
}

/// Jumps over messages, and jumps back.
#[derive(Debug, Default)]
pub(super) struct Jumps {
    pub(super) skips: Vec<Jump>,
    pub(super) back: Vec<Jump>,
}

/// All jumps of a history.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Within a poll.
    pub(super) within: Jumps,
    /// From one poll of a process to the next.
    pub(super) between: Jumps,
    /// From one send of a process to the next; only those back.
    pub(super) sends: Jumps,
}

/// What a process did last with each key: the operation, and the message; none if it got an empty list.
type Last = HashMap<usize, (usize, Option<usize>)>;

/// Looks for jumps.
pub(super) fn find(operations: &Operations<'_>, logs: &[Log]) -> Found {
    let mut found = Found::default();
    let mut lasts: HashMap<Process, (Last, Last)> = HashMap::new();
    for completion in &operations.completions {
        let (position, kind) = (completion.position, completion.kind);
        let (polled, sent) = lasts.entry(completion.process).or_default();
        match &completion.what {
            What::Send { place, .. } if kind != Kind::Fail => {
                let now = (position, Some(place.message));
                if let Some(last) = sent.insert(place.key, now) {
                    found.sends.compare(&logs[place.key], place.key, last, now);
                }
            }
            What::Poll(range) => {
                for (key, pairs) in operations.polled(range) {
                    let message = |pair: &Pair| (position, Some(pair.message));
                    for pair in pairs.windows(2) {
                        found.within.compare(&logs[key], key, message(&pair[0]), message(&pair[1]));
                    }
                    let nothing = (position, None);
                    if let Some(last) = polled.get(&key) {
                        let now = pairs.first().map_or(nothing, message);
                        found.between.compare(&logs[key], key, *last, now);
                    }
                    if kind == Kind::Ok {
                        polled.insert(key, pairs.last().map_or(nothing, message));
                    }
                }
            }
            What::Assign(range) if kind != Kind::Fail => {
                let keys: HashSet<usize> = operations.assigned(range).iter().copied().collect();
                for last in [polled, sent] {
                    last.retain(|key, _| keys.contains(key));
                }
            }
            What::Send { .. } | What::Assign(_) => {}
        }
    }
    // Whether a send leaves others out is not its business.
    found.sends.skips.clear();
    found
}

impl Jumps {
    /// Compares a message with the one before; nothing is known of one that has no index.
    fn compare(
        &mut self,
        log: &Log,
        key: usize,
        (earlier, from): (usize, Option<usize>),
        (later, to): (usize, Option<usize>),
    ) {
        let placed = |message: Option<usize>| {
            message.and_then(|message| log.index(message).map(|index| (message, index)))
        };
        let (Some(from), Some(to)) = (placed(from), placed(to)) else { return };
        let jump = Jump { key, from, to, ops: [earlier, later] };
        match jump.delta() {
            1 => {}
            2.. => self.skips.push(jump),
            _ => self.back.push(jump),
        }
    }
}
