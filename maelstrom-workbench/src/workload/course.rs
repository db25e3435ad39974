//! What clients do, where one operation depends on those before: in the main phase, in a client, and at the end.

use std::{collections::BTreeMap, fmt, time::Duration};

use super::{Generator, Op, Turn};
use crate::{
    Value,
    history::{Kind, Operation},
    random::Stream,
};

/// The operations of one run's main phase, where they depend on the time or on what came back.
pub trait Operations {
    /// An operation for whose turn it is, so long after the main phase began.
    fn next(&mut self, random: &mut Stream, turn: &Turn, time: Duration) -> Op;

    /// Is told of every completion.
    fn completed(&mut self, operation: &Operation) {
        let _ = operation;
    }
}

/// Operations that depend on nothing but whose turn it is.
pub(super) struct Drawn(pub(super) Generator);

impl Operations for Drawn {
    fn next(&mut self, random: &mut Stream, turn: &Turn, _: Duration) -> Op {
        (self.0)(random, turn)
    }
}

/// What one client remembers between requests, for operations of several requests, or of none. A client that takes the
/// place of another one has a new session.
pub trait Session: fmt::Debug {
    /// Begins an operation.
    fn begin(&mut self, op: &Op) -> Next;

    /// Goes on with the body of the reply to the operation's last request. It is no error: after one of those, or none in
    /// time, the operation ends. An `Err` says what is wrong with the reply, which makes the operation's outcome open.
    fn reply(&mut self, op: &Op, reply: &Value) -> Result<Next, String>;

    /// What the history is to have of the operation besides: with its invocation, or with what came of it.
    fn further(&self, op: &Op, kind: Kind) -> BTreeMap<String, Value> {
        let _ = (op, kind);
        BTreeMap::new()
    }
}

/// How an operation goes on.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// With a request: the members of its body as JSON text, without braces and `msg_id`.
    Request(String),
    /// It succeeded, with this value.
    Done(Value),
    /// The client ends, and the operation with it, with open outcome.
    Crash,
}

/// What clients do when the main phase is over and the cluster has had time to recover. It is cut off after
/// [`FINALE`](crate::cluster::FINALE).
pub trait Finale {
    /// What a worker does next, and how long after its last operation was due; `None` if it is done.
    fn next(&mut self, random: &mut Stream, worker: usize) -> Option<(Duration, Op)>;

    /// Is told of every completion, and which worker's it is.
    fn completed(&mut self, worker: usize, operation: &Operation) {
        let _ = (worker, operation);
    }
}

/// One operation for each worker.
pub(super) struct OneEach {
    op: Op,
    /// Who had its turn.
    done: Vec<usize>,
}

impl OneEach {
    pub(super) fn new(op: Op) -> Self {
        Self { op, done: Vec::new() }
    }
}

impl Finale for OneEach {
    fn next(&mut self, _: &mut Stream, worker: usize) -> Option<(Duration, Op)> {
        if self.done.contains(&worker) {
            return None;
        }
        self.done.push(worker);
        Some((Duration::ZERO, self.op.clone()))
    }
}
