//! The end: every worker polls everything once more, with a new client.

use std::{collections::BTreeMap, time::Duration};

use super::{
    super::{Finale, Op},
    offsets::{self, Offsets},
};
use crate::{
    Value,
    history::{History, Kind, Operation},
    random::Stream,
};

/// The time between two polls, on average.
const INTERVAL: Duration = Duration::from_millis(200);

/// What is to be polled, and how far each worker is.
pub(super) struct FinalPolls {
    /// The greatest offset of each key that was ever shown.
    targets: Offsets,
    workers: BTreeMap<usize, Worker>,
}

struct Worker {
    /// What it has not reached yet.
    missing: Offsets,
    /// How many operations it began.
    begun: usize,
}

impl FinalPolls {
    pub(super) fn new(history: &History) -> Self {
        let mut targets = Offsets::new();
        let successes = history.client_operations().filter(|(_, operation)| operation.kind == Kind::Ok);
        successes.for_each(|(_, operation)| offsets::raise(&mut targets, offsets::shown(operation)));
        Self { targets, workers: BTreeMap::new() }
    }
}

impl Finale for FinalPolls {
    fn next(&mut self, random: &mut Stream, worker: usize) -> Option<(Duration, Op)> {
        let targets = &self.targets;
        let worker =
            self.workers.entry(worker).or_insert_with(|| Worker { missing: targets.clone(), begun: 0 });
        if worker.missing.is_empty() {
            return None;
        }
        worker.begun += 1;
        Some(match worker.begun {
            1 => (Duration::ZERO, Op::new("crash", Value::Null).last()),
            2 => {
                let keys: Value = targets.keys().map(String::as_str).collect();
                (Duration::ZERO, Op::new("assign", keys).last())
            }
            begun => {
                let poll = Value::List(vec![Value::List(vec!["poll".into()])]);
                let wait = if begun == 3 { Duration::ZERO } else { random.uniform(2 * INTERVAL) };
                (wait, Op::new("poll", poll).last())
            }
        })
    }

    fn completed(&mut self, worker: usize, operation: &Operation) {
        if operation.kind != Kind::Ok || operation.f != "poll" {
            return;
        }
        if let Some(worker) = self.workers.get_mut(&worker) {
            for (key, offset) in offsets::shown(operation) {
                if worker.missing.get(&key).is_some_and(|missing| *missing <= offset) {
                    worker.missing.remove(&key);
                }
            }
        }
    }
}
