//! The final operations, and when they are due.

use std::{collections::BTreeMap, fmt, time::Duration};

use crate::{
    history::Operation,
    random::Stream,
    workload::{Finale, Op},
};

/// How long final operations go on being begun.
pub const FINALE: Duration = Duration::from_secs(10);

/// The final phase.
pub(super) struct Ending {
    finale: Box<dyn Finale>,
    draws: Stream,
    end: Duration,
    /// When each worker's last operation was due.
    last_due: Vec<Duration>,
    /// What comes next of those who have nothing to do, and when.
    next: BTreeMap<usize, (Duration, Op)>,
}

impl Ending {
    pub(super) fn new(finale: Box<dyn Finale>, draws: Stream, workers: usize, now: Duration) -> Self {
        let last_due = vec![now; workers];
        let mut ending = Self { finale, draws, end: now + FINALE, last_due, next: BTreeMap::new() };
        (0..workers).for_each(|worker| ending.plan(worker, now));
        ending
    }

    fn plan(&mut self, worker: usize, now: Duration) {
        let Some((wait, op)) = self.finale.next(&mut self.draws, worker) else { return };
        // What is late goes on from where it is.
        let due = now.max(self.last_due[worker] + wait);
        self.last_due[worker] = due;
        if due < self.end {
            self.next.insert(worker, (due, op));
        }
    }

    /// When there is something to do next.
    pub(super) fn deadline(&self) -> Option<Duration> {
        self.next.values().map(|(due, _)| *due).min()
    }

    /// Takes what is due.
    pub(super) fn take(&mut self, now: Duration) -> Option<(usize, Op)> {
        if now >= self.end {
            self.next.clear();
        }
        let due = self.next.iter().filter(|(_, (due, _))| *due <= now);
        let worker = due.min_by_key(|(_, (due, _))| *due).map(|(worker, _)| *worker)?;
        self.next.remove(&worker).map(|(_, op)| (worker, op))
    }

    pub(super) fn completed(&mut self, worker: usize, operation: &Operation, now: Duration) {
        self.finale.completed(worker, operation);
        self.plan(worker, now);
    }

    /// Whether there is nothing to begin any more.
    pub(super) fn is_over(&self) -> bool {
        self.next.is_empty()
    }
}

impl fmt::Debug for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ending").field("end", &self.end).field("next", &self.next).finish_non_exhaustive()
    }
}
