//! The main phase: sends and polls, some assigns, and now and then a crash.

use std::time::Duration;

use super::{
    super::{Op, Operations, Turn, TxnOptions, txn::Keys},
    offsets::{self, Offsets},
};
use crate::{
    Value,
    history::{Kind, Operation},
    random,
};

/// How long a client lives on average.
const LIFE: Duration = Duration::from_secs(30);
/// One in so many operations is an assign.
const ASSIGNS: u64 = 64;
/// One in so many assigns takes all keys in that were not polled up to their ends.
const CATCHES_UP: u64 = 3;

/// The operations of a run.
pub(super) struct Stream {
    keys: Keys,
    /// What was drawn when an assign came instead: a read or a write, with its key.
    drawn: Option<Value>,
    next_crash: Duration,
    /// Of keys with acknowledged sends beyond what any poll has seen, how far both are.
    sent: Offsets,
    polled: Offsets,
}

impl Stream {
    pub(super) fn new(options: TxnOptions) -> Self {
        Self {
            keys: Keys::new(options),
            drawn: None,
            next_crash: Duration::ZERO,
            sent: Offsets::new(),
            polled: Offsets::new(),
        }
    }

    /// A send, a poll or an assign.
    pub(super) fn operation(&mut self, random: &mut random::Stream) -> Op {
        let keys = &mut self.keys;
        let drawn = self.drawn.take().unwrap_or_else(|| keys.operation(random, "send"));
        let [f, key, value] = drawn.as_list().unwrap_or_default() else {
            unreachable!("a read or a write has three parts")
        };
        let key = Value::from(key.to_string());
        if random.below(ASSIGNS) == 0 {
            let op = Op::new("assign", self.assigned(key, random));
            self.drawn = Some(drawn);
            return op;
        }
        let micro_op = match f.as_str() {
            Some("send") => vec![f.clone(), key, value.clone()],
            _ => vec!["poll".into()],
        };
        let f = if micro_op.len() == 1 { "poll" } else { "send" };
        Op::new(f, Value::List(vec![Value::List(micro_op)]))
    }

    /// The keys of an assign.
    fn assigned(&self, key: Value, random: &mut random::Stream) -> Value {
        if random.below(CATCHES_UP) > 0 {
            return Value::List(vec![key]);
        }
        let mut keys: Vec<Value> = self.sent.keys().map(|key| key.as_str().into()).collect();
        if !keys.contains(&key) {
            keys.push(key);
        }
        keys.into()
    }
}

impl Operations for Stream {
    fn next(&mut self, random: &mut random::Stream, turn: &Turn, time: Duration) -> Op {
        if self.next_crash <= time {
            let clients = u32::try_from(turn.concurrency.max(1)).unwrap_or(u32::MAX);
            self.next_crash += random.uniform(2 * LIFE / clients);
            return Op::new("crash", Value::Null);
        }
        self.operation(random)
    }

    fn completed(&mut self, operation: &Operation) {
        if operation.kind != Kind::Ok {
            return;
        }
        let shown = offsets::shown(operation);
        let keys: Vec<String> = shown.keys().cloned().collect();
        offsets::raise(if operation.f == "send" { &mut self.sent } else { &mut self.polled }, shown);
        for key in keys {
            if self.sent.get(&key).is_none_or(|sent| self.polled.get(&key) >= Some(sent)) {
                self.sent.remove(&key);
                self.polled.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::{history::Process, random::Streams};

    const TURN: Turn = Turn { worker: 0, process: 0, nodes: 1, concurrency: 3, compat: false };

    #[test]
    fn clients_crash_about_every_thirty_seconds_and_the_first_one_at_once() {
        let mut main = Stream::new(TxnOptions::default());
        let mut random = Streams::new(0).stream("operations");
        let mut next = |ms| main.next(&mut random, &TURN, Duration::from_millis(ms)).f == "crash";
        assert!(next(0));
        let crashes = (1..3_000_000).step_by(100).filter(|ms| next(*ms)).count();
        assert!((250..350).contains(&crashes), "{crashes} of three clients in 3000 s");
    }

    #[test]
    fn one_in_64_is_an_assign_and_its_operation_comes_after() {
        let mut main = Stream::new(TxnOptions::default());
        let mut random = Streams::new(0).stream("operations");
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let (mut assigned, mut sent) = (None, BTreeSet::new());
        for _ in 0..20_000 {
            let op = main.operation(&mut random);
            *counts.entry(op.f.to_string()).or_default() += 1;
            let first = op.value.as_list().unwrap()[0].clone();
            if op.f == "send" {
                let [_, key, message] = first.as_list().unwrap() else { panic!("{first}") };
                assert!(sent.insert((key.clone(), message.clone())), "{first} comes twice");
                assert!(assigned.take().is_none_or(|assigned| assigned == *key));
            }
            assigned = if op.f == "assign" { Some(first) } else { None };
        }
        assert!((250..380).contains(&counts["assign"]), "{counts:?}");
        assert!(counts["send"].abs_diff(counts["poll"]) < 1_000, "{counts:?}");
    }

    #[test]
    fn one_in_three_assigns_takes_in_what_nobody_has_polled_to_its_end() {
        let mut main = Stream::new(TxnOptions::default());
        let mut random = Streams::new(0).stream("operations");
        let mut ok = |f: &str, value: &str| {
            let value = value.parse().unwrap();
            main.completed(&Operation::new(0, 0, Process::Client(0), Kind::Ok, f, value));
        };
        ok("send", r#"[["send","seen",[3,1]]]"#);
        ok("send", r#"[["send","late",[5,1]]]"#);
        ok("poll", r#"[["poll",{"seen":[[2,1],[3,1]],"late":[[4,1]]}]]"#);
        let key = Value::from("key");
        let with_late = Value::List(vec!["late".into(), key.clone()]);
        let mut count = 0;
        for _ in 0..3_000 {
            let keys = main.assigned(key.clone(), &mut random);
            if keys == with_late {
                count += 1;
            } else {
                assert_eq!(keys, Value::List(vec![key.clone()]));
            }
        }
        assert!((900..1_100).contains(&count), "{count}");
    }
}
