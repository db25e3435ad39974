//! Messages under way, and when each is handed over.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, BinaryHeap, VecDeque},
    time::Duration,
};

use super::{Address, Arrival, InFlight, latency::floor_to_ms, partitions::Partitions};

/// Messages under way.
#[derive(Debug)]
pub(super) enum Queue {
    /// Each arrives at its own time, and a partition swallows it then.
    Free(BinaryHeap<Reverse<Queued>>),
    /// As in Maelstrom, where each receiver waits for one message at a time.
    InLine(InLine),
}

impl Queue {
    pub(super) fn new(in_line: bool) -> Self {
        if in_line { Self::InLine(InLine::default()) } else { Self::Free(BinaryHeap::new()) }
    }

    pub(super) fn push(&mut self, now: Duration, message: InFlight, partitions: &Partitions) {
        match self {
            Self::Free(queue) => queue.push(Reverse(Queued(message))),
            Self::InLine(lines) => lines.push(now, message, partitions),
        }
    }

    /// When the next message arrives.
    pub(super) fn deadline(&self) -> Option<Duration> {
        match self {
            Self::Free(queue) => queue.peek().map(|queued| queued.0.0.at),
            Self::InLine(lines) => lines.deadline(),
        }
    }

    /// Takes the next message that has arrived by `now`.
    pub(super) fn pop(&mut self, now: Duration, partitions: &Partitions) -> Option<Arrival> {
        if self.deadline()? > now {
            return None;
        }
        match self {
            Self::Free(queue) => {
                let Reverse(Queued(message)) = queue.pop()?;
                Some(if partitions.drops(message.dest, message.src) {
                    Arrival::Partitioned(message)
                } else {
                    Arrival::Delivered(message)
                })
            }
            Self::InLine(lines) => lines.pop(now, partitions),
        }
    }

    /// All messages under way, in no order that means anything.
    pub(super) fn iter(&self) -> Box<dyn Iterator<Item = &InFlight> + '_> {
        match self {
            Self::Free(queue) => Box::new(queue.iter().map(|queued| &queued.0.0)),
            Self::InLine(lines) => Box::new(lines.iter()),
        }
    }
}

/// A line of messages for each receiver. It takes the one with the least deadline as soon as it has nothing else to wait
/// for: then a partition swallows it, or not; and then everything else waits until this one is handed over.
#[derive(Debug, Default)]
pub(super) struct InLine {
    receivers: BTreeMap<Address, Receiver>,
    /// When the message that a receiver has taken is handed over.
    due: BinaryHeap<Reverse<(Duration, u64, Address)>>,
    /// What partitions have swallowed, and nobody has heard of yet.
    lost: VecDeque<InFlight>,
}

#[derive(Debug, Default)]
struct Receiver {
    taken: Option<InFlight>,
    waiting: BinaryHeap<Reverse<Queued>>,
}

impl InLine {
    fn push(&mut self, now: Duration, message: InFlight, partitions: &Partitions) {
        let dest = message.dest;
        let receiver = self.receivers.entry(dest).or_default();
        receiver.waiting.push(Reverse(Queued(message)));
        self.take(dest, now, partitions);
    }

    fn take(&mut self, dest: Address, now: Duration, partitions: &Partitions) {
        let receiver = self.receivers.entry(dest).or_default();
        while receiver.taken.is_none()
            && let Some(Reverse(Queued(message))) = receiver.waiting.pop()
        {
            if partitions.drops(dest, message.src) {
                self.lost.push_back(message);
                continue;
            }
            // It sleeps for whole milliseconds, and so wakes up to one too early.
            let at = now + floor_to_ms(message.at.saturating_sub(now));
            self.due.push(Reverse((at, message.id, dest)));
            receiver.taken = Some(InFlight { at, ..message });
        }
    }

    fn deadline(&self) -> Option<Duration> {
        let lost = (!self.lost.is_empty()).then_some(Duration::ZERO);
        lost.or_else(|| self.due.peek().map(|Reverse((at, ..))| *at))
    }

    fn pop(&mut self, now: Duration, partitions: &Partitions) -> Option<Arrival> {
        if let Some(message) = self.lost.pop_front() {
            return Some(Arrival::Partitioned(message));
        }
        let Reverse((.., dest)) = self.due.pop()?;
        let message = self.receivers.get_mut(&dest)?.taken.take()?;
        self.take(dest, now, partitions);
        Some(Arrival::Delivered(message))
    }

    fn iter(&self) -> impl Iterator<Item = &InFlight> {
        let waiting = self.receivers.values().flat_map(|receiver| {
            receiver.taken.iter().chain(receiver.waiting.iter().map(|queued| &queued.0.0))
        });
        waiting.chain(&self.lost)
    }
}

/// A message in the order of arrival, then of sending.
#[derive(Debug)]
pub(super) struct Queued(InFlight);

impl Queued {
    fn key(&self) -> (Duration, u64) {
        (self.0.at, self.0.id)
    }
}

impl PartialEq for Queued {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Queued {}

impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Queued {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}
