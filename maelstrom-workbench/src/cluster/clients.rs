//! Clients: requests and their replies, operations and their outcomes.

use std::{cmp::Reverse, collections::BTreeMap, fmt::Write as _, time::Duration};

use serde::Deserialize;

use super::{Cluster, ClusterOptions, kind_of};
use crate::{
    Value,
    history::{Kind, Operation, Process},
    network::{Address, InFlight},
    rpc::RpcError,
    workload::{Next, Op, Session, Turn},
};

/// What is to be done with the answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// The handshake of a node that was started.
    Init(usize),
    SetUp(usize),
    Worker(usize),
}

/// What a client waits for.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) owner: Owner,
    msg_id: u64,
}

/// One that does operations, one at a time, always with the same node.
#[derive(Debug)]
pub(super) struct Worker {
    process: u64,
    client: Option<Address>,
    next_msg_id: u64,
    op: Option<Op>,
    /// What the client remembers.
    session: Option<Box<dyn Session>>,
}

impl Worker {
    pub(super) fn new(process: u64) -> Self {
        Self { process, client: None, next_msg_id: 1, op: None, session: None }
    }
}

/// What a client looks at in a message.
#[derive(Deserialize)]
pub(super) struct Received {
    #[serde(default)]
    pub(super) body: Value,
}

impl Cluster<'_> {
    pub(super) fn open_client(&mut self) -> Address {
        let name = format!("c{}", self.clients);
        self.clients += 1;
        self.network.open(&name)
    }

    pub(super) fn request(
        &mut self,
        client: Address,
        node: usize,
        body: &str,
        owner: Owner,
        msg_id: u64,
        timeout: Duration,
    ) {
        let dest = self.network.node(node);
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        write!(
            line,
            r#"{{"src":"{}","dest":{},"body":{{{body},"msg_id":{msg_id}}}}}"#,
            self.network.name(client),
            self.quoted_names[node],
        )
        .expect("a string takes everything");
        self.calls.insert(client, Call { owner, msg_id });
        self.timeouts.push(Reverse((self.now + timeout, client, msg_id)));
        self.send(client, dest, &line, None);
        self.line = line;
    }

    pub(super) fn reply_arrived(&mut self, message: &InFlight) {
        let Some(call) = self.calls.get(&message.dest) else { return };
        let Ok(Received { body }) = serde_json::from_str(&message.line) else { return };
        if body.get("in_reply_to") != Some(&call.msg_id.into()) {
            return;
        }
        let owner = call.owner;
        self.calls.remove(&message.dest);
        match owner {
            Owner::Init(node) => {
                self.network.close(message.dest);
                self.init_answered(node, &body);
            }
            Owner::SetUp(node) => self.set_up_answered(node, &body),
            Owner::Worker(worker) => self.answered(worker, Ok(body)),
        }
    }

    pub(super) fn time_outs(&mut self) -> bool {
        let mut any = false;
        while let Some(Reverse((at, client, msg_id))) = self.timeouts.peek().copied() {
            if at > self.now {
                break;
            }
            self.timeouts.pop();
            let Some(call) = self.calls.get(&client).filter(|call| call.msg_id == msg_id) else { continue };
            any = true;
            let owner = call.owner;
            self.calls.remove(&client);
            match owner {
                Owner::Init(node) => {
                    self.network.close(client);
                    self.init_timed_out(node);
                }
                Owner::SetUp(node) => {
                    let name = &self.options.nodes[node];
                    self.give_up(format!("{name} did not answer the workload's set-up within 5 s"));
                }
                Owner::Worker(worker) => self.answered(worker, Err(())),
            }
        }
        any
    }

    /// What a generator is told of a worker.
    pub(super) fn turn(options: &ClusterOptions, workers: &[Worker], worker: usize) -> Turn {
        let (process, nodes) = (workers[worker].process, options.nodes.len());
        Turn { worker, process, nodes, concurrency: workers.len(), compat: options.compat }
    }

    /// Lets a worker begin an operation.
    pub(super) fn invoke(&mut self, worker: usize, op: Op) {
        self.turns.begin(worker);
        if self.workers[worker].client.is_none() {
            let client = Some(self.open_client());
            let session = self.workload.session();
            self.workers[worker] = Worker { client, session, ..Worker::new(self.workers[worker].process) };
        }
        let next = match &mut self.workers[worker].session {
            Some(session) => session.begin(&op),
            None => Next::Request(self.workload.request(&op)),
        };
        let process = Process::Client(self.workers[worker].process);
        let further = self.further(worker, &op, Kind::Invoke);
        self.record(process, Kind::Invoke, &op, op.value.clone(), None, further);
        self.workers[worker].op = Some(op);
        self.go_on(worker, next);
    }

    /// Lets a worker's operation go on, or end.
    fn go_on(&mut self, worker: usize, next: Next) {
        match next {
            Next::Request(body) => {
                let state = &mut self.workers[worker];
                let (client, msg_id) = (state.client.expect("it has begun an operation"), state.next_msg_id);
                state.next_msg_id += 1;
                let node =
                    self.schedule.node_of(state.process).expect("it is a worker's, and there are nodes");
                let timeout = self.workload.timeout(&self.options.latency);
                self.request(client, node, &body, Owner::Worker(worker), msg_id, timeout);
            }
            Next::Done(value) => self.complete(worker, Kind::Ok, Some(value), None),
            Next::Crash => self.complete(worker, Kind::Info, None, None),
        }
    }

    /// Takes the body of the reply to a worker's request, or that there was none in time.
    fn answered(&mut self, worker: usize, reply: Result<Value, ()>) {
        let Worker { op: Some(op), session, .. } = &mut self.workers[worker] else { return };
        let apart = self.workload.tells_errors_apart();
        let open = if self.workload.is_idempotent(&op.f) { Kind::Fail } else { Kind::Info };
        let unless_told_apart = |kind| if apart { kind } else { Kind::Info };
        let (kind, error) = match reply {
            Err(()) => (unless_told_apart(open), "net-timeout".into()),
            Ok(body) if kind_of(&body) == Some("error") => {
                let error = RpcError::from_body(&body);
                // Q-09: the original takes even a definite error for an open outcome in some workloads.
                let kind = match error.is_definite() {
                    true if apart || !self.options.compat => Kind::Fail,
                    true => Kind::Info,
                    false => unless_told_apart(open),
                };
                (kind, error.to_json())
            }
            Ok(body) => {
                let next = match session {
                    Some(session) => session.reply(op, &body),
                    None => self.workload.response(op, &body).map(Next::Done),
                };
                match next {
                    Ok(next) => return self.go_on(worker, next),
                    Err(reason) => {
                        let text = format!("indeterminate: Malformed RPC response: {reason}: {body}");
                        (Kind::Info, text.into())
                    }
                }
            }
        };
        self.complete(worker, kind, None, Some(error));
    }

    /// Ends an operation; if it did not succeed, with the value that it began with.
    fn complete(&mut self, worker: usize, kind: Kind, value: Option<Value>, error: Option<Value>) {
        let Some(op) = self.workers[worker].op.take() else { return };
        let process = Process::Client(self.workers[worker].process);
        let value = value.unwrap_or_else(|| op.value.clone());
        let further = self.further(worker, &op, kind);
        self.record(process, kind, &op, value, error, further);
        if kind == Kind::Info {
            self.workers[worker].process += self.workers.len() as u64;
            if !self.workload.keeps_client()
                && let Some(client) = self.workers[worker].client.take()
            {
                self.network.close(client);
            }
        }
        self.turns.end(worker);
        let operation = self.history.operations().last().expect("it was recorded");
        self.agenda.completed(operation);
        if let Some(ending) = &mut self.ending {
            ending.completed(worker, operation, self.now);
        }
    }

    /// What a worker's session has to say of its operation.
    fn further(&self, worker: usize, op: &Op, kind: Kind) -> BTreeMap<String, Value> {
        let session = self.workers[worker].session.as_ref();
        session.map(|session| session.further(op, kind)).unwrap_or_default()
    }

    pub(super) fn record(
        &mut self,
        process: Process,
        kind: Kind,
        op: &Op,
        value: Value,
        error: Option<Value>,
        further: BTreeMap<String, Value>,
    ) {
        let time = u64::try_from(self.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let mut operation = Operation::new(self.history.len(), time, process, kind, &*op.f, value);
        (operation.is_final, operation.error, operation.further) = (op.is_final, error, further);
        if let Some(watch) = &self.options.watch {
            watch.operation(&operation);
        }
        self.history.push(operation).expect("processes do one operation at a time");
    }
}
