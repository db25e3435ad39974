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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{history::Process, random::Streams};

    fn operation(kind: Kind, f: &str, value: &str) -> Operation {
        Operation::new(0, 0, Process::Nemesis, kind, f, value.parse().unwrap())
    }

    #[test]
    fn each_worker_polls_from_the_beginning_until_it_has_what_anybody_saw() {
        let mut history = History::new();
        for (index, kind, f, value) in [
            (0, Kind::Invoke, "send", r#"[["send","a",7]]"#),
            (1, Kind::Ok, "send", r#"[["send","a",[4,7]]]"#),
            (2, Kind::Invoke, "poll", r#"[["poll"]]"#),
            (3, Kind::Ok, "poll", r#"[["poll",{"b":[[0,1]],"c":[]}]]"#),
        ] {
            let process = Process::Client(0);
            history.push(Operation { index, process, ..operation(kind, f, value) }).unwrap();
        }
        let mut polls = FinalPolls::new(&history);
        let mut random = Streams::new(0).stream("final");
        let mut next = |polls: &mut FinalPolls| polls.next(&mut random, 1).map(|(_, op)| op);
        assert_eq!(next(&mut polls), Some(Op::new("crash", Value::Null).last()));
        assert_eq!(next(&mut polls), Some(Op::new("assign", vec!["a", "b"]).last()));
        assert_eq!(next(&mut polls).unwrap().f, "poll");
        polls.completed(1, &operation(Kind::Ok, "poll", r#"[["poll",{"a":[[3,0],[4,7]]}]]"#));
        // What another worker polls does not count.
        polls.completed(2, &operation(Kind::Ok, "poll", r#"[["poll",{"b":[[0,1]]}]]"#));
        assert_eq!(next(&mut polls).unwrap().f, "poll");
        polls.completed(1, &operation(Kind::Ok, "poll", r#"[["poll",{"b":[[0,1]]}]]"#));
        assert_eq!(next(&mut polls), None);
    }

    #[test]
    fn there_is_nothing_to_do_where_nothing_was_seen() {
        let mut random = Streams::new(0).stream("final");
        assert!(FinalPolls::new(&History::new()).next(&mut random, 0).is_none());
    }
}
