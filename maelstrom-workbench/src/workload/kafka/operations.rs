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
