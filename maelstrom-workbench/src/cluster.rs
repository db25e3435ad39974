//! A test run, but for its nodes: handshakes, clients, operations, faults and history, over the network.
//!
//! It is a state machine for both hosts. Time and what nodes have written go in; what is to be handed to nodes, and when
//! it wants to be called again, come out.

use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
    fmt::{self, Write as _},
    sync::Arc,
    time::Duration,
};

use serde::Deserialize;

use crate::{
    Value,
    history::{History, Kind, Operation, Process},
    journal::{Cause, Event, EventKind},
    nemesis::{Fault, Partitioner},
    network::{Address, Arrival, InFlight, Latency, Network},
    random::{Stream, Streams},
    rpc::RpcError,
    watch::Watch,
    workload::{Generator, Op, Workload},
};

/// How long a node may take for its handshake.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a node may take for the workload's set-up.
const SET_UP_TIMEOUT: Duration = Duration::from_secs(5);
/// What a cluster gets to recover before the final operations.
const RECOVERY: Duration = Duration::from_secs(10);
/// How many wrong lines of a node are told one by one.
const TOLD: u64 = 10;

/// What a run is made of.
#[derive(Clone, Debug)]
pub struct ClusterOptions {
    /// The nodes' names, in order.
    pub nodes: Vec<String>,
    /// How many clients work at a time.
    pub concurrency: usize,
    /// Operations per second, all clients together. With zero there are none but the final ones.
    pub rate: f64,
    /// The length of the main phase.
    pub time_limit: Duration,
    /// How long messages take.
    pub latency: Latency,
    /// The mean time between two steps of the partitioner, if there is one.
    pub partitions: Option<Duration>,
    /// What decides everything.
    pub seed: u64,
    /// Whether to keep a journal of all messages.
    pub journal: bool,
    /// How many messages may be delivered before the run counts as a storm.
    pub budget: u64,
    /// Whether to do exactly what Maelstrom does, where that is worse.
    pub compat: bool,
    /// Who looks on.
    pub watch: Option<Arc<dyn Watch>>,
}

/// A message for a node.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Which node, by number.
    pub node: usize,
    /// The network's number for the message.
    pub id: u64,
    /// The message, as one line of JSON without a line break.
    pub line: Arc<str>,
}

/// Something that makes a run invalid whatever its history says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// When, from the run's very beginning.
    pub time: Duration,
    /// What, in a sentence.
    pub text: String,
}

/// How many messages there were, as Maelstrom's `net` checker counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Messages sent.
    pub sent: u64,
    /// Messages received.
    pub received: u64,
}

enum Phase {
    Handshake {
        missing: usize,
    },
    SetUp {
        missing: usize,
    },
    Main,
    /// Outstanding operations end; then come the final ones, if there are any.
    Draining,
    Recovering {
        until: Duration,
    },
    Final,
    Done,
}

#[derive(Clone, Copy)]
enum Owner {
    Init(usize),
    SetUp(usize),
    Worker(usize),
}

/// What a client waits for.
struct Call {
    owner: Owner,
    msg_id: u64,
}

struct Worker {
    process: u64,
    client: Option<Address>,
    next_msg_id: u64,
    op: Option<Op>,
}

/// A run in progress.
pub struct Cluster<'w> {
    options: ClusterOptions,
    workload: &'w dyn Workload,
    network: Network,
    now: Duration,
    clock_zero: Duration,
    main_start: Duration,
    phase: Phase,
    workers: Vec<Worker>,
    free: BTreeSet<usize>,
    cursor: usize,
    clients: u64,
    calls: BTreeMap<Address, Call>,
    timeouts: BinaryHeap<Reverse<(Duration, Address, u64)>>,
    generator: Generator,
    due_stream: Stream,
    op_stream: Stream,
    next_due: Duration,
    starved: bool,
    partitioner: Option<Partitioner>,
    history: History,
    problems: Vec<Problem>,
    set_up_failed: bool,
    would: BTreeSet<String>,
    warnings: BTreeSet<String>,
    /// For each node, how many of its lines were wrong.
    wrong_lines: Vec<u64>,
    delivered: u64,
    client_traffic: Traffic,
    server_traffic: Traffic,
    journal: Vec<Event>,
    /// The nodes' names as JSON.
    quoted_names: Vec<String>,
    /// Where a message's line, and then the same with its number, are put together.
    line: String,
    numbered: String,
}

impl<'w> Cluster<'w> {
    /// A run that has not begun.
    pub fn new(options: ClusterOptions, workload: &'w dyn Workload) -> Self {
        let streams = Streams::new(options.seed);
        let network = Network::new(&options.nodes, options.latency, streams);
        let workers = (0..options.concurrency)
            .map(|process| Worker { process: process as u64, client: None, next_msg_id: 1, op: None })
            .collect();
        Self {
            workload,
            network,
            now: Duration::ZERO,
            clock_zero: Duration::ZERO,
            main_start: Duration::ZERO,
            phase: Phase::Handshake { missing: options.nodes.len() },
            workers,
            free: (0..options.concurrency).collect(),
            cursor: 0,
            clients: 0,
            calls: BTreeMap::new(),
            timeouts: BinaryHeap::new(),
            generator: workload.generator(),
            due_stream: streams.stream("operations.due"),
            op_stream: streams.stream("operations.content"),
            next_due: Duration::ZERO,
            starved: false,
            partitioner: options.partitions.map(|interval| Partitioner::new(interval, streams)),
            history: History::new(),
            problems: Vec::new(),
            set_up_failed: false,
            would: BTreeSet::new(),
            warnings: BTreeSet::new(),
            wrong_lines: vec![0; options.nodes.len()],
            delivered: 0,
            client_traffic: Traffic::default(),
            server_traffic: Traffic::default(),
            journal: Vec::new(),
            quoted_names: options.nodes.iter().map(|name| Value::from(name.as_str()).to_string()).collect(),
            line: String::new(),
            numbered: String::new(),
            options,
        }
    }

    /// Begins: every node gets its `init`.
    pub fn start(&mut self) {
        let node_ids: Value = self.options.nodes.iter().map(String::as_str).collect();
        for node in 0..self.options.nodes.len() {
            let client = self.open_client();
            let name = Value::from(self.options.nodes[node].as_str());
            let body = format!(r#""type":"init","node_id":{name},"node_ids":{node_ids}"#);
            self.request(client, node, &body, Owner::Init(node), 1, INIT_TIMEOUT);
        }
    }

    /// When [`advance`](Self::advance) wants to be called next; `None` when all is over.
    pub fn deadline(&self) -> Option<Duration> {
        if self.is_done() {
            return None;
        }
        let timeout = self.timeouts.peek().map(|Reverse((at, ..))| *at);
        [self.network.deadline(), timeout, self.phase_deadline()].into_iter().flatten().min()
    }

    /// Whether all is over.
    pub fn is_done(&self) -> bool {
        matches!(self.phase, Phase::Done)
    }

    /// Moves the clock, and does what is due. What nodes are to get is put into `deliveries`, in order.
    pub fn advance(&mut self, now: Duration, deliveries: &mut Vec<Delivery>) {
        self.now = now;
        while !self.is_done() {
            let arrived = self.arrivals(deliveries);
            let timed_out = self.time_outs();
            if !(self.step_phase() || arrived || timed_out) {
                break;
            }
        }
    }

    /// Takes a line that a node has written. `dest` is its receiver, `cause` what the node was doing, if that is known.
    pub fn sent(&mut self, now: Duration, node: usize, dest: &str, line: &str, cause: Option<Cause>) {
        self.now = now;
        let src = self.network.node(node);
        match self.network.find(dest) {
            Some(dest) if self.network.is_open(dest) => self.send(src, dest, line, cause),
            Some(_) => {
                let name = &self.options.nodes[node];
                self.would.insert(format!(
                    "stop listening to {name} when it answers a client that has given up (Q-05)"
                ));
            }
            None => {
                let text = format!("a message to {dest}, which does not exist: {}", excerpt(line));
                self.wrong_line(now, node, &text);
            }
        }
    }

    /// Notes that a node has written something wrong, such as "a message to …": the run is invalid, and goes on. After
    /// the first few such lines of a node the others are only counted.
    pub fn wrong_line(&mut self, now: Duration, node: usize, what: &str) {
        self.now = now;
        self.wrong_lines[node] += 1;
        if self.wrong_lines[node] <= TOLD {
            self.problem(format!("{} sent {what}", self.options.nodes[node]));
        }
    }

    /// Takes note of a message whose sender is not the node that has written it. Returns whether there is, or was, a
    /// participant of that name.
    pub fn forged(&mut self, node: usize, src: &str) -> bool {
        let name = &self.options.nodes[node];
        let known = self.network.find(src).is_some();
        if known {
            self.warnings.insert(format!("{name} sent a message in the name of {src} (Q-06)"));
        }
        known
    }

    /// Notes something that is odd, and makes no difference to the verdict.
    pub fn warn(&mut self, text: String) {
        self.warnings.insert(text);
    }

    /// What is odd, and makes no difference to the verdict.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        let counted = self.wrong_lines.iter().zip(&self.options.nodes).filter(|(count, _)| **count > TOLD);
        let counted =
            counted.map(|(count, name)| format!("{name} sent {} further wrong lines", count - TOLD));
        self.warnings.iter().cloned().chain(counted)
    }

    /// Whether all nodes are through their handshakes and the workload's set-up.
    pub fn has_begun(&self) -> bool {
        !matches!(self.phase, Phase::Handshake { .. } | Phase::SetUp { .. })
    }

    /// Notes something that makes the run invalid.
    pub fn problem(&mut self, text: String) {
        self.problems.push(Problem { time: self.now, text });
    }

    /// What happened so far, and is wrong by itself.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What Maelstrom would have done differently.
    pub fn maelstrom_would(&self) -> impl Iterator<Item = &str> {
        self.would.iter().map(String::as_str)
    }

    /// What the run is made of.
    pub fn options(&self) -> &ClusterOptions {
        &self.options
    }

    /// The operations so far.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Ends the run, and gives its history and its journal.
    pub fn into_history(self) -> (History, Vec<Event>) {
        (self.history, self.journal)
    }

    /// Messages with a client at one end, and all others.
    pub fn traffic(&self) -> (Traffic, Traffic) {
        (self.client_traffic, self.server_traffic)
    }

    /// How many messages are under way.
    pub fn in_flight(&self) -> usize {
        self.network.in_flight()
    }

    fn elapsed(&self) -> Duration {
        self.now.saturating_sub(self.clock_zero)
    }

    fn open_client(&mut self) -> Address {
        let name = format!("c{}", self.clients);
        self.clients += 1;
        self.network.open(&name)
    }

    /// Sends `{"src":…}` on, with the network's number in front.
    fn send(&mut self, src: Address, dest: Address, line: &str, cause: Option<Cause>) {
        let id = self.network.next_id();
        self.numbered.clear();
        write!(self.numbered, "{{\"id\":{id},{}", line.trim_start().strip_prefix('{').unwrap_or(line))
            .expect("a string takes everything");
        let numbered: Arc<str> = self.numbered.as_str().into();
        self.traffic_of(src, dest).sent += 1;
        self.note(EventKind::Send, id, cause, &numbered);
        self.network.send(self.now, src, dest, numbered);
    }

    fn note(&mut self, kind: EventKind, id: u64, cause: Option<Cause>, line: &Arc<str>) {
        if !self.options.journal && self.options.watch.is_none() {
            return;
        }
        let event = Event { time: self.now, kind, id, cause, line: Arc::clone(line) };
        if let Some(watch) = &self.options.watch {
            watch.message(&event);
        }
        if self.options.journal {
            self.journal.push(event);
        }
    }

    fn traffic_of(&mut self, src: Address, dest: Address) -> &mut Traffic {
        if self.network.is_client(src) || self.network.is_client(dest) {
            &mut self.client_traffic
        } else {
            &mut self.server_traffic
        }
    }

    fn request(
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

    fn arrivals(&mut self, deliveries: &mut Vec<Delivery>) -> bool {
        let mut any = false;
        while let Some(arrival) = self.network.arrive(self.now) {
            any = true;
            match arrival {
                Arrival::Delivered(message) => {
                    self.delivered += 1;
                    self.traffic_of(message.src, message.dest).received += 1;
                    self.note(EventKind::Receive, message.id, None, &message.line);
                    if self.network.is_node(message.dest) {
                        let InFlight { id, dest, line, .. } = message;
                        deliveries.push(Delivery { node: dest.index(), id, line });
                    } else {
                        self.reply_arrived(&message);
                    }
                    if self.delivered >= self.options.budget {
                        self.end_storm();
                    }
                }
                Arrival::Partitioned(message) => {
                    self.note(EventKind::Partitioned, message.id, None, &message.line);
                }
                Arrival::Gone(message) => self.note(EventKind::Gone, message.id, None, &message.line),
            }
            // A node that is handed something may write at once, and that has its place in the order.
            if !deliveries.is_empty() || self.is_done() {
                break;
            }
        }
        any && deliveries.is_empty()
    }

    /// Too many messages: the run ends here, and says which types they were.
    fn end_storm(&mut self) {
        let mut types: BTreeMap<String, usize> = BTreeMap::new();
        for line in self.network.lines_in_flight().take(10_000) {
            let body = serde_json::from_str::<Received>(line).map(|message| message.body).unwrap_or_default();
            *types.entry(kind_of(&body).unwrap_or("?").to_owned()).or_default() += 1;
        }
        let mut types: Vec<(usize, String)> = types.into_iter().map(|(kind, count)| (count, kind)).collect();
        types.sort_unstable_by(|a, b| b.cmp(a));
        let types: Vec<String> =
            types.into_iter().take(3).map(|(count, kind)| format!("{count} `{kind}`")).collect();
        let budget = self.options.budget;
        self.problem(format!(
            "a storm: {budget} messages were delivered by {:.3} s, and still under way are {}",
            self.now.as_secs_f64(),
            if types.is_empty() { "none".to_owned() } else { types.join(", ") },
        ));
        self.phase = Phase::Done;
    }

    fn reply_arrived(&mut self, message: &InFlight) {
        let Some(call) = self.calls.get(&message.dest) else { return };
        let Ok(Received { body }) = serde_json::from_str(&message.line) else { return };
        if body.get("in_reply_to") != Some(&call.msg_id.into()) {
            return;
        }
        let owner = call.owner;
        self.calls.remove(&message.dest);
        match owner {
            Owner::Init(node) => {
                if kind_of(&body) == Some("init_ok") {
                    self.network.close(message.dest);
                    self.prepared(node);
                } else {
                    let name = self.options.nodes[node].clone();
                    self.give_up(format!("expected an init_ok from {name}, but it answered {body}"));
                }
            }
            Owner::SetUp(node) => {
                let expected = self.workload.set_up(&self.options.nodes).map(|(_, reply)| reply);
                if kind_of(&body) == expected {
                    self.prepared(node);
                } else {
                    let name = self.options.nodes[node].clone();
                    self.give_up(format!("{name} answered the workload's set-up with {body}"));
                }
            }
            Owner::Worker(worker) => self.complete(worker, Ok(body)),
        }
    }

    fn time_outs(&mut self) -> bool {
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
                    let name = self.options.nodes[node].clone();
                    self.give_up(format!(
                        "expected node {name} to respond to an init message, but it did not within 10 s"
                    ));
                }
                Owner::SetUp(node) => {
                    let name = self.options.nodes[node].clone();
                    self.give_up(format!("{name} did not answer the workload's set-up within 5 s"));
                }
                Owner::Worker(worker) => self.complete(worker, Err(())),
            }
        }
        any
    }

    /// Notes a problem that the run can't go on from, and ends it.
    pub fn give_up(&mut self, text: String) {
        self.problem(text);
        self.set_up_failed |= matches!(self.phase, Phase::Handshake { .. } | Phase::SetUp { .. });
        self.phase = Phase::Done;
    }

    /// Whether it ended before the first operation could begin: a node did not come up.
    pub fn set_up_failed(&self) -> bool {
        self.set_up_failed
    }

    /// One more node is through the present phase.
    fn prepared(&mut self, _node: usize) {
        if let Phase::Handshake { missing } | Phase::SetUp { missing } = &mut self.phase {
            *missing -= 1;
        }
    }

    fn phase_deadline(&self) -> Option<Duration> {
        match self.phase {
            // Without operations and faults there is still a limit to wait for.
            Phase::Main if self.options.rate <= 0.0 && self.next_fault().is_none() => {
                Some(self.main_start + self.options.time_limit)
            }
            Phase::Main => {
                let op = (!self.free.is_empty() && self.has_ops()).then(|| self.main_start + self.next_due);
                let fault = self.next_fault().map(|due| self.main_start + due);
                op.into_iter().chain(fault).min()
            }
            Phase::Recovering { until } => Some(until),
            _ => None,
        }
    }

    /// Whether the main phase has another operation. One that was due in time, and found no free client until the limit
    /// had passed, is none.
    fn has_ops(&self) -> bool {
        let limit = self.options.time_limit;
        self.options.rate > 0.0 && self.next_due < limit && self.now.saturating_sub(self.main_start) < limit
    }

    fn next_fault(&self) -> Option<Duration> {
        self.partitioner.as_ref().map(Partitioner::due).filter(|due| *due < self.options.time_limit)
    }

    fn step_phase(&mut self) -> bool {
        match self.phase {
            Phase::Handshake { missing: 0 } => {
                self.clock_zero = self.now;
                let nodes = self.options.nodes.len();
                self.phase = Phase::SetUp { missing: nodes };
                for node in 0..nodes {
                    let client = self.open_client();
                    match self.workload.set_up(&self.options.nodes) {
                        Some((body, _)) => {
                            self.request(client, node, &body, Owner::SetUp(node), 1, SET_UP_TIMEOUT);
                        }
                        None => self.prepared(node),
                    }
                }
                true
            }
            Phase::SetUp { missing: 0 } => {
                self.main_start = self.now;
                self.phase = Phase::Main;
                true
            }
            Phase::Main => self.step_main(),
            Phase::Draining if self.free.len() == self.workers.len() => {
                if self.workload.final_op().is_none() {
                    self.phase = Phase::Done;
                } else {
                    if self.partitioner.is_some() {
                        self.inject(&Fault::StopPartition);
                    }
                    self.phase = Phase::Recovering { until: self.now + RECOVERY };
                }
                true
            }
            Phase::Recovering { until } if until <= self.now => {
                self.phase = Phase::Final;
                for worker in 0..self.workers.len() {
                    if let Some(op) = self.workload.final_op() {
                        self.invoke(worker, op);
                    }
                }
                true
            }
            Phase::Final if self.free.len() == self.workers.len() => {
                self.phase = Phase::Done;
                true
            }
            _ => false,
        }
    }

    fn step_main(&mut self) -> bool {
        let elapsed = self.now.saturating_sub(self.main_start);
        if self.next_fault().is_some_and(|due| due <= elapsed) {
            let nodes = self.options.nodes.len();
            if let Some(fault) = self.partitioner.as_mut().map(|partitioner| partitioner.step(nodes)) {
                self.cursor += 1;
                self.inject(&fault);
            }
            return true;
        }
        if self.has_ops() && self.next_due <= elapsed {
            let Some(worker) = self.next_free() else {
                self.starved = true;
                return false;
            };
            if std::mem::take(&mut self.starved) {
                // The slot was missed, and is not made up for.
                self.next_due = elapsed;
            }
            let interval = Duration::from_secs_f64(2.0 / self.options.rate);
            self.next_due += self.due_stream.uniform(interval);
            let op = (self.generator)(&mut self.op_stream);
            self.invoke(worker, op);
            return true;
        }
        // With no rate the main phase still takes its time.
        let idle = self.options.rate <= 0.0 && elapsed < self.options.time_limit;
        if !self.has_ops() && self.next_fault().is_none() && !idle {
            self.phase = Phase::Draining;
            return true;
        }
        false
    }

    /// The next free worker, in rotation. The cursor counts the nemesis as one more.
    fn next_free(&mut self) -> Option<usize> {
        let start = self.cursor % (self.workers.len() + 1);
        let worker = self.free.range(start..).next().or_else(|| self.free.first()).copied()?;
        self.cursor += 1;
        Some(worker)
    }

    fn invoke(&mut self, worker: usize, op: Op) {
        self.free.remove(&worker);
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
        self.free.insert(worker);
    }

    fn inject(&mut self, fault: &Fault) {
        match fault {
            Fault::StartPartition { kind, cuts } => {
                let mut isolated = BTreeMap::new();
                for (receiver, senders) in cuts {
                    for sender in senders {
                        self.network.cut(self.network.node(*receiver), self.network.node(*sender));
                    }
                    let names = senders.iter().map(|sender| self.options.nodes[*sender].clone());
                    isolated.insert(self.options.nodes[*receiver].clone(), names.collect());
                }
                let op = Op::new("start-partition", kind.name());
                self.record(Process::Nemesis, Kind::Info, &op, op.value.clone(), None);
                self.record(
                    Process::Nemesis,
                    Kind::Info,
                    &op,
                    Value::List(vec!["isolated".into(), Value::Object(isolated)]),
                    None,
                );
            }
            Fault::StopPartition => {
                self.network.heal();
                let op = Op::new("stop-partition", Value::Null);
                self.record(Process::Nemesis, Kind::Info, &op, Value::Null, None);
                self.record(Process::Nemesis, Kind::Info, &op, "network-healed".into(), None);
            }
        }
    }

    fn record(&mut self, process: Process, kind: Kind, op: &Op, value: Value, error: Option<Value>) {
        let time = u64::try_from(self.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let mut operation = Operation::new(self.history.len(), time, process, kind, &*op.f, value);
        (operation.is_final, operation.error) = (op.is_final, error);
        if let Some(watch) = &self.options.watch {
            watch.operation(&operation);
        }
        self.history.push(operation).expect("processes do one operation at a time");
    }
}

impl fmt::Debug for Cluster<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster")
            .field("options", &self.options)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

/// What a client looks at in a message.
#[derive(Deserialize)]
struct Received {
    #[serde(default)]
    body: Value,
}

/// As much of a line as a person reads.
fn excerpt(line: &str) -> Cow<'_, str> {
    const READABLE: usize = 2_000;
    match line.char_indices().nth(READABLE) {
        Some((end, _)) => format!("{}… ({} bytes)", &line[..end], line.len()).into(),
        None => line.into(),
    }
}

fn kind_of(body: &Value) -> Option<&str> {
    body.get("type").and_then(Value::as_str)
}
