//! A test run, but for its nodes: handshakes, clients, operations, services, faults and history, over the network.
//!
//! It is a state machine for both hosts. Time and what nodes have written go in; what is to be done with nodes, and when
//! it wants to be called again, come out.

mod agenda;
mod clients;
mod ending;
mod messages;
mod nodes;
mod notes;
mod options;
mod phases;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
    fmt,
    sync::Arc,
    time::Duration,
};

pub use self::ending::FINALE;
pub(crate) use self::messages::excerpt;
use self::{
    agenda::{Agenda, Turns},
    clients::{Call, Worker},
    ending::Ending,
    nodes::Life,
    notes::Notes,
    phases::Phase,
};
pub use self::{
    notes::{Problem, Traffic},
    options::{Budget, ClusterOptions},
};
use crate::{
    Value,
    history::History,
    journal::Event,
    network::{Address, Network},
    quirk::Difference,
    random::{Stream, Streams},
    schedule::Schedule,
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
    /// The final operations, once it comes to them, and what they draw from.
    ending: Option<Ending>,
    ending_draws: Option<Stream>,
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
    /// The type of the reply to the workload's set-up.
    set_up_reply: Option<&'static str>,
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
    pub fn new(mut options: ClusterOptions, workload: &'w dyn Workload) -> Self {
        let notes = groups(&mut options, workload);
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
            ending: None,
            ending_draws: Some(streams.stream("operations.final")),
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
            notes,
            set_up_reply: None,
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

    /// When the history's clock began: after the handshakes.
    pub fn history_start(&self) -> Duration {
        self.clock_zero
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
}

impl fmt::Debug for Cluster<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster")
            .field("options", &self.options)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

fn kind_of(body: &Value) -> Option<&str> {
    body.get("type").and_then(Value::as_str)
}

/// How many clients work where so many are asked for. With `compat` just these, as in Maelstrom; else some workloads take
/// more.
pub fn clients(workload: &dyn Workload, nodes: usize, asked: usize, compat: bool) -> usize {
    if compat { asked } else { workload.clients(nodes, asked) }
}

/// Takes as many clients as the workload works with, and notes what Maelstrom makes of the number asked for. A schedule
/// brings its number with it.
fn groups(options: &mut ClusterOptions, workload: &dyn Workload) -> Notes {
    let mut notes = Notes::default();
    let servers = options.nodes.len();
    let asked = options.schedule.as_ref().map_or(options.concurrency, |schedule| schedule.concurrency);
    options.concurrency = options.clients(workload);
    for Difference { quirk, text } in workload.maelstrom_would(servers, asked, options.concurrency) {
        if options.compat {
            notes.problem(Duration::ZERO, format!("Maelstrom would {text}"));
        } else {
            notes.would(quirk, text);
        }
    }
    notes
}
