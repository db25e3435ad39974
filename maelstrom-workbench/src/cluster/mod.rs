//! A test run, but for its nodes: handshakes, clients, operations, services, faults and history, over the network.
//!
//! It is a state machine for both hosts. Time and what nodes have written go in; what is to be done with nodes, and when
//! it wants to be called again, come out.

mod agenda;
mod clients;
mod nodes;
mod notes;
mod options;

use std::{
    borrow::Cow,
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
    fmt::{self, Write as _},
    sync::Arc,
    time::Duration,
};

use self::{
    agenda::{Agenda, Turns},
    clients::{Call, Owner, Received, Worker},
    nodes::Life,
    notes::Notes,
};
pub use self::{
    notes::{Problem, Traffic},
    options::{Budget, ClusterOptions},
};
use crate::{
    Value,
    history::History,
    journal::{Cause, Event, EventKind},
    nemesis::{Fault, FaultKind, Nemesis},
    network::{Address, Arrival, Distribution, InFlight, Latency, Network},
    quirk::{Difference, Quirk},
    random::{Stream, Streams},
    schedule::{Schedule, Scheduled, Step},
    service::{self, Service},
    workload::Workload,
};

/// How long a node may take for its handshake.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a node may take for the workload's set-up.
const SET_UP_TIMEOUT: Duration = Duration::from_secs(5);
/// What a cluster gets to recover before the final operations.
pub const RECOVERY: Duration = Duration::from_secs(10);

/// What a host is to do with a node. Nodes are given by number.
#[derive(Clone, Debug)]
pub enum Action {
    /// Hands it a message.
    Deliver(Delivery),
    /// Ends it at once. What it has written already counts; what it has not read is lost.
    Kill {
        /// Which node.
        node: usize,
    },
    /// Starts it again, with an empty memory.
    Start {
        /// Which node.
        node: usize,
    },
    /// Lets it stand still. What is delivered meanwhile waits.
    Pause {
        /// Which node.
        node: usize,
    },
    /// Lets it go on.
    Resume {
        /// Which node.
        node: usize,
    },
    /// Sets its wall clock.
    Clock {
        /// Which node.
        node: usize,
        /// By how many milliseconds it is ahead of what is right.
        ahead_ms: i64,
    },
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

/// A run in progress.
pub struct Cluster<'w> {
    options: ClusterOptions,
    workload: &'w dyn Workload,
    network: Network,
    now: Duration,
    clock_zero: Duration,
    main_start: Duration,
    phase: Phase,
    agenda: Agenda,
    /// What was done in the main phase.
    schedule: Schedule,
    turns: Turns,
    workers: Vec<Worker>,
    clients: u64,
    calls: BTreeMap<Address, Call>,
    timeouts: BinaryHeap<Reverse<(Duration, Address, u64)>>,
    lives: Vec<Life>,
    /// Since when all nodes are up, from the beginning of the main phase.
    all_up: Option<Duration>,
    paused: Vec<usize>,
    ever_paused: BTreeSet<usize>,
    wrong_clocks: Vec<usize>,
    services: Vec<Box<dyn Service>>,
    service_draws: Vec<Stream>,
    history: History,
    notes: Notes,
    set_up_failed: bool,
    delivered: u64,
    client_traffic: Traffic,
    server_traffic: Traffic,
    journal: Vec<Event>,
    journal_bytes: u64,
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
        let services = service::all(options.compat);
        let service_names: Vec<&str> = services.iter().map(|service| service.name()).collect();
        let network = Network::new(&options.nodes, &service_names, options.latency, options.compat, streams);
        let draws = service_names.iter().map(|name| streams.stream(&format!("service.{name}"))).collect();
        let schedule = Schedule {
            seed: options.seed,
            nodes: options.nodes.clone(),
            concurrency: options.concurrency,
            steps: Vec::new(),
        };
        Self {
            workload,
            network,
            now: Duration::ZERO,
            clock_zero: Duration::ZERO,
            main_start: Duration::ZERO,
            phase: Phase::Handshake { missing: options.nodes.len() },
            agenda: Agenda::new(&options, workload, streams),
            schedule,
            turns: Turns::new(options.concurrency),
            workers: (0..options.concurrency as u64).map(Worker::new).collect(),
            clients: 0,
            calls: BTreeMap::new(),
            timeouts: BinaryHeap::new(),
            lives: vec![Life::Starting; options.nodes.len()],
            all_up: Some(Duration::ZERO),
            paused: Vec::new(),
            ever_paused: BTreeSet::new(),
            wrong_clocks: Vec::new(),
            services,
            service_draws: draws,
            history: History::new(),
            notes: Notes::default(),
            set_up_failed: false,
            delivered: 0,
            client_traffic: Traffic::default(),
            server_traffic: Traffic::default(),
            journal: Vec::new(),
            journal_bytes: 0,
            quoted_names: options.nodes.iter().map(|name| Value::from(name.as_str()).to_string()).collect(),
            line: String::new(),
            numbered: String::new(),
            options,
        }
    }

    /// Begins: every node gets its `init`.
    pub fn start(&mut self) {
        self.compare_network();
        for node in 0..self.options.nodes.len() {
            self.init(node);
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

    /// Moves the clock, and does what is due. What is to be done with nodes is put into `actions`, in order.
    pub fn advance(&mut self, now: Duration, actions: &mut Vec<Action>) {
        self.now = now;
        while !self.is_done() {
            let arrived = self.arrivals(actions);
            let timed_out = self.time_outs();
            if !(self.step_phase(actions) || arrived || timed_out) {
                break;
            }
        }
    }

    /// Takes a line that a node has written. `dest` is its receiver, `cause` what the node was doing, if that is known.
    pub fn sent(&mut self, now: Duration, node: usize, dest: &str, line: &str, cause: Option<Cause>) {
        self.now = now;
        let src = self.network.node(node);
        match self.network.find(dest) {
            Some(dest) if self.network.is_client(dest) && !self.network.is_open(dest) => {
                // One that stood still can't help it, and there it would not have stood still.
                if !self.ever_paused.contains(&node) {
                    let name = &self.options.nodes[node];
                    let text = format!("stop listening to {name} when it answers a client that has given up");
                    self.notes.would(Quirk::LateReply, text);
                }
            }
            Some(dest) => self.send(src, dest, line, cause),
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
        self.notes.wrong_line(now, &self.options.nodes[node], what);
    }

    /// Takes note of a message whose sender is not the node that has written it. Returns whether there is, or was, a
    /// participant of that name.
    pub fn forged(&mut self, node: usize, src: &str) -> bool {
        let name = &self.options.nodes[node];
        let known = self.network.find(src).is_some();
        if known {
            self.notes.warn(format!("{name} sent a message in the name of {src} (Q-06)"));
        }
        known
    }

    /// Notes something that is odd, and makes no difference to the verdict.
    pub fn warn(&mut self, text: String) {
        self.notes.warn(text);
    }

    /// What is odd, and makes no difference to the verdict.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        self.notes.warnings()
    }

    /// Whether all nodes are through their handshakes and the workload's set-up.
    pub fn has_begun(&self) -> bool {
        !self.set_up_failed && !matches!(self.phase, Phase::Handshake { .. } | Phase::SetUp { .. })
    }

    /// Notes something that makes the run invalid.
    pub fn problem(&mut self, text: String) {
        self.notes.problem(self.now, text);
    }

    /// What happened so far, and is wrong by itself.
    pub fn problems(&self) -> &[Problem] {
        &self.notes.problems
    }

    /// What Maelstrom would have done differently.
    pub fn maelstrom_would(&self) -> impl Iterator<Item = &Difference> {
        self.notes.maelstrom_would()
    }

    /// What the run is made of.
    pub fn options(&self) -> &ClusterOptions {
        &self.options
    }

    /// The operations so far.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Ends the run, and gives its history, its journal and its schedule.
    pub fn into_records(self) -> (History, Vec<Event>, Schedule) {
        (self.history, self.journal, self.schedule)
    }

    /// Messages with a client at one end, and all others.
    pub fn traffic(&self) -> (Traffic, Traffic) {
        (self.client_traffic, self.server_traffic)
    }

    /// How many messages are under way.
    pub fn in_flight(&self) -> usize {
        self.network.in_flight()
    }

    /// Notes a problem that the run can't go on from, and ends it.
    pub fn give_up(&mut self, text: String) {
        self.problem(text);
        self.set_up_failed |= !self.has_begun();
        self.phase = Phase::Done;
    }

    /// Whether it ended before the first operation could begin: a node did not come up.
    pub fn set_up_failed(&self) -> bool {
        self.set_up_failed
    }

    fn elapsed(&self) -> Duration {
        self.now.saturating_sub(self.clock_zero)
    }

    fn main_elapsed(&self) -> Duration {
        self.now.saturating_sub(self.main_start)
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
        if !self.network.send(self.now, src, dest, Arc::clone(&numbered)) {
            self.note(EventKind::Lost, id, None, &numbered);
        }
        let limit = self.options.budget.bytes;
        if self.network.bytes_in_flight() + self.journal_bytes > limit && !self.is_done() {
            self.end_storm(&format!("messages took more than {limit} bytes"));
        }
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
            self.journal_bytes += (size_of::<Event>() + line.len()) as u64;
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

    fn arrivals(&mut self, actions: &mut Vec<Action>) -> bool {
        let mut any = false;
        // What a node is to do comes first: it may write at once, and that has its place in the order.
        while actions.is_empty() && !self.is_done() {
            let Some(arrival) = self.network.arrive(self.now) else { break };
            any = true;
            match arrival {
                Arrival::Delivered(message) => self.deliver(message, actions),
                Arrival::Partitioned(message) => {
                    self.note(EventKind::Partitioned, message.id, None, &message.line);
                }
                Arrival::Gone(message) => self.note(EventKind::Gone, message.id, None, &message.line),
            }
        }
        any && actions.is_empty()
    }

    fn deliver(&mut self, message: InFlight, actions: &mut Vec<Action>) {
        self.delivered += 1;
        self.traffic_of(message.src, message.dest).received += 1;
        self.note(EventKind::Receive, message.id, None, &message.line);
        if self.network.is_node(message.dest) {
            let InFlight { id, dest, line, .. } = message;
            actions.push(Action::Deliver(Delivery { node: dest.index(), id, line }));
        } else if let Some(service) = self.network.service(message.dest) {
            self.serve(service, &message);
        } else {
            self.reply_arrived(&message);
        }
        if self.delivered >= self.options.budget.messages {
            self.end_storm(&format!("{} messages were delivered", self.delivered));
        }
    }

    /// Lets a service answer a request.
    fn serve(&mut self, service: usize, message: &InFlight) {
        let Ok(Received { body }) = serde_json::from_str(&message.line) else { return };
        let src = Arc::clone(self.network.name(message.src));
        let answer = self.services[service].handle(&src, &body, &mut self.service_draws[service]);
        if let Some((quirk, text)) = answer.would {
            self.notes.would(quirk, text);
        }
        // Who has gone does not get an answer, and nobody minds.
        let Some(reply) = answer.reply.filter(|_| self.network.is_open(message.src)) else { return };
        let in_reply_to = body.get("msg_id").unwrap_or(&Value::Null);
        let line = format!(
            r#"{{"src":"{}","dest":{},"body":{{{reply},"in_reply_to":{in_reply_to}}}}}"#,
            self.services[service].name(),
            Value::from(&*src),
        );
        self.send(message.dest, message.src, &line, Some(Cause::Message(message.id)));
    }

    /// Too many messages: the run ends here, and says which types they were.
    fn end_storm(&mut self, what: &str) {
        let mut types: BTreeMap<String, usize> = BTreeMap::new();
        for line in self.network.lines_in_flight().take(10_000) {
            let body = serde_json::from_str::<Received>(line).map(|message| message.body).unwrap_or_default();
            *types.entry(kind_of(&body).unwrap_or("?").to_owned()).or_default() += 1;
        }
        let mut types: Vec<(usize, String)> = types.into_iter().map(|(kind, count)| (count, kind)).collect();
        types.sort_unstable_by(|a, b| b.cmp(a));
        let types: Vec<String> =
            types.into_iter().take(3).map(|(count, kind)| format!("{count} `{kind}`")).collect();
        self.problem(format!(
            "a storm: {what} by {:.3} s, and still under way are {}",
            self.now.as_secs_f64(),
            if types.is_empty() { "none".to_owned() } else { types.join(", ") },
        ));
        self.phase = Phase::Done;
    }

    /// One more node is through the present phase.
    fn prepared(&mut self) {
        if let Phase::Handshake { missing } | Phase::SetUp { missing } = &mut self.phase {
            *missing -= 1;
        }
    }

    fn phase_deadline(&self) -> Option<Duration> {
        match self.phase {
            Phase::Main => {
                let due = self.agenda.deadline(self.main_elapsed(), &self.turns, self.all_up());
                due.map(|due| self.main_start + due)
            }
            Phase::Recovering { until } => Some(until.max(self.now)).filter(|_| self.is_recovered()),
            _ => None,
        }
    }

    fn step_phase(&mut self, actions: &mut Vec<Action>) -> bool {
        match self.phase {
            Phase::Handshake { missing: 0 } => {
                self.clock_zero = self.now;
                self.set_up();
            }
            Phase::SetUp { missing: 0 } => {
                self.main_start = self.now;
                self.phase = Phase::Main;
            }
            Phase::Main => return self.step_main(actions),
            Phase::Draining if self.turns.all_free() => {
                if self.workload.final_op().is_none() {
                    self.phase = Phase::Done;
                } else {
                    for kind in self.kinds_of_faults() {
                        self.inject(&Fault::end_of(kind), actions);
                    }
                    self.phase = Phase::Recovering { until: self.now + RECOVERY };
                }
            }
            Phase::Recovering { until } if until <= self.now && self.is_recovered() => {
                self.phase = Phase::Final;
                for worker in 0..self.workers.len() {
                    if let Some(op) = self.workload.final_op() {
                        self.invoke(worker, op);
                    }
                }
            }
            Phase::Final if self.turns.all_free() => self.phase = Phase::Done,
            _ => return false,
        }
        true
    }

    /// The faults that there may be: those asked for, and those of a schedule that was given.
    fn kinds_of_faults(&self) -> Vec<FaultKind> {
        let mut kinds: Vec<FaultKind> = self.options.nemeses.iter().map(Nemesis::kind).collect();
        for step in &self.schedule.steps {
            if let Scheduled::Fault(fault) = &step.action
                && !kinds.contains(&fault.kind())
            {
                kinds.push(fault.kind());
            }
        }
        kinds
    }

    /// Notes in what way Maelstrom's network is another.
    fn compare_network(&mut self) {
        let Latency { mean, distribution, .. } = self.options.latency;
        if self.options.compat {
            return;
        }
        if !mean.is_zero() {
            let text = format!(
                "let messages wait in line, so that latencies may be up to {} ms shorter, and time-outs may come earlier",
                mean.as_millis()
            );
            self.notes.would(Quirk::OneMessageAtATime, text);
        } else if distribution != Distribution::Constant {
            let text = "stop at once: all latencies but constant ones need a mean above zero";
            self.notes.would(Quirk::WholeMilliseconds, text.to_owned());
        }
    }

    fn set_up(&mut self) {
        let nodes = self.options.nodes.len();
        self.phase = Phase::SetUp { missing: nodes };
        for node in 0..nodes {
            let client = self.open_client();
            match self.workload.set_up(&self.options.nodes, self.options.topology) {
                Some((body, _)) => self.request(client, node, &body, Owner::SetUp(node), 1, SET_UP_TIMEOUT),
                None => self.prepared(),
            }
        }
    }

    fn step_main(&mut self, actions: &mut Vec<Action>) -> bool {
        let (time, all_up) = (self.main_elapsed(), self.all_up());
        let nodes = self.options.nodes.len();
        if let Some(fault) = self.agenda.take_fault(time, nodes, all_up) {
            self.turns.nemesis();
            self.inject(&fault, actions);
            self.schedule.steps.push(Step { time, action: Scheduled::Fault(fault) });
            return true;
        }
        if let Some((worker, op)) = self.agenda.take_op(time, &mut self.turns) {
            let action = Scheduled::Op { worker, op: op.clone() };
            self.schedule.steps.push(Step { time, action });
            self.invoke(worker, op);
            return true;
        }
        let is_over = self.agenda.is_over(time, all_up);
        if is_over {
            self.phase = Phase::Draining;
        }
        is_over
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
