//! Clients: requests and their replies, operations and their outcomes.

use std::{cmp::Reverse, fmt::Write as _, time::Duration};

use serde::Deserialize;

use super::{Cluster, ClusterOptions, kind_of};
use crate::{
    Value,
    history::{Kind, Operation, Process},
    network::{Address, InFlight},
    rpc::RpcError,
    workload::{Op, Turn},
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
}

impl Worker {
    pub(super) fn new(process: u64) -> Self {
        Self { process, client: None, next_msg_id: 1, op: None }
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
            Owner::Worker(worker) => self.complete(worker, Ok(body)),
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
                Owner::Worker(worker) => self.complete(worker, Err(())),
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
        let node = worker % self.options.nodes.len();
        let client = self.workers[worker].client.unwrap_or_else(|| {
            let client = self.open_client();
            self.workers[worker].client = Some(client);
            self.workers[worker].next_msg_id = 1;
            client
        });
        let state = &mut self.workers[worker];
        let msg_id = state.next_msg_id;
        state.next_msg_id += 1;
        let process = Process::Client(state.process);
        state.op = Some(op.clone());
        let body = self.workload.request(&op);
        self.record(process, Kind::Invoke, &op, op.value.clone(), None);
        let timeout = self.workload.timeout(&self.options.latency);
        self.request(client, node, &body, Owner::Worker(worker), msg_id, timeout);
    }

    /// Ends an operation: with the body of its reply, or with none.
    fn complete(&mut self, worker: usize, reply: Result<Value, ()>) {
        let Some(op) = self.workers[worker].op.take() else { return };
        let apart = self.workload.tells_errors_apart();
        let open = if self.workload.is_idempotent(&op.f) { Kind::Fail } else { Kind::Info };
        let unless_told_apart = |kind| if apart { kind } else { Kind::Info };
        let (kind, value, error) = match reply {
            Err(()) => (unless_told_apart(open), op.value.clone(), Some("net-timeout".into())),
            Ok(body) if kind_of(&body) == Some("error") => {
                let error = RpcError::from_body(&body);
                // Q-09: the original takes even a definite error for an open outcome in some workloads.
                let kind = match error.is_definite() {
                    true if apart || !self.options.compat => Kind::Fail,
                    true => Kind::Info,
                    false => unless_told_apart(open),
                };
                (kind, op.value.clone(), Some(error.to_json()))
            }
            Ok(body) => match self.workload.response(&op, &body) {
                Ok(value) => (Kind::Ok, value, None),
                Err(reason) => {
                    let text = format!("indeterminate: Malformed RPC response: {reason}: {body}");
                    (Kind::Info, op.value.clone(), Some(text.into()))
                }
            },
        };
        let process = Process::Client(self.workers[worker].process);
        self.record(process, kind, &op, value, error);
        if kind == Kind::Info {
            self.workers[worker].process += self.workers.len() as u64;
            if !self.workload.keeps_client()
                && let Some(client) = self.workers[worker].client.take()
            {
                self.network.close(client);
            }
        }
        self.turns.end(worker);
    }

    pub(super) fn record(
        &mut self,
        process: Process,
        kind: Kind,
        op: &Op,
        value: Value,
        error: Option<Value>,
    ) {
        let time = u64::try_from(self.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let mut operation = Operation::new(self.history.len(), time, process, kind, &*op.f, value);
        (operation.is_final, operation.error) = (op.is_final, error);
        if let Some(watch) = &self.options.watch {
            watch.operation(&operation);
        }
        self.history.push(operation).expect("processes do one operation at a time");
    }
}
