//! Whole clusters in one process, on a virtual clock.

use std::{
    collections::BTreeSet,
    fmt,
    marker::PhantomData,
    ops::Range,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use maelstrom::{Engine, EngineOptions, Node};

use crate::{
    Quirk,
    checker::{Options, RequiredAvailability},
    cluster::{ClusterOptions, Problem},
    host::{Host, SIMULATED_EPOCH, node_seed},
    journal::Event,
    network::{Distribution, Latency, SIMULATED_HOP},
    report::{Report, Run},
    workload::Workload,
};

/// How many messages a run may deliver, unless it is told otherwise.
const BUDGET: u64 = 10_000_000;

/// A test of a node in simulated clusters: one run for each seed, each the same every time.
///
/// ```
/// use std::{collections::BTreeSet, time::Duration};
/// use maelstrom::Context;
/// use maelstrom_workbench::{Simulation, workload::Broadcast};
///
/// #[derive(Default)]
/// struct Gossip { seen: BTreeSet<u64> }
///
/// #[maelstrom::node]
/// impl Gossip {
///     #[rpc]
///     fn topology(&mut self) {}
///
///     #[rpc]
///     fn broadcast(&mut self, message: u64) { self.seen.insert(message); }
///
///     #[rpc(reply(messages))]
///     fn read(&self) -> &BTreeSet<u64> { &self.seen }
///
///     #[message]
///     fn gossip(&mut self, seen: &BTreeSet<u64>) { self.seen.extend(seen); }
///
///     #[every(500ms)]
///     fn spread(&self, ctx: &Context<Self>) { ctx.peers(ctx.others()).gossip(&self.seen); }
/// }
///
/// Simulation::<Gossip>::new(Broadcast::default())
///     .nodes(5)
///     .latency(Duration::from_millis(100))
///     .rate(50.0)
///     .time_limit(Duration::from_secs(20))
///     .partitions(Duration::from_secs(10))
///     .seeds(0..10)
///     .run()
///     .assert_valid();
/// ```
pub struct Simulation<N: Node> {
    workload: Box<dyn Workload + Send + Sync>,
    config: Box<dyn Fn(usize) -> N::Config + Send + Sync>,
    nodes: usize,
    clients_per_node: usize,
    latency: Latency,
    rate: f64,
    time_limit: Duration,
    partitions: Option<Duration>,
    seeds: Range<u64>,
    budget: u64,
    journal: bool,
    check_determinism: bool,
    compat: bool,
    availability: Option<RequiredAvailability>,
    allowed: BTreeSet<Quirk>,
    node: PhantomData<fn() -> N>,
}

impl<N: Node<Config = ()>> Simulation<N> {
    /// A test with Maelstrom's defaults: five nodes, one client for each, no latency, five operations a second for
    /// sixty seconds, no faults; and one seed, 0.
    pub fn new(workload: impl Workload + Send + Sync + 'static) -> Self {
        Self::with_config(workload, |_| ())
    }
}

impl<N: Node> Simulation<N> {
    /// As [`new`](Simulation::new), with a configuration for each node, by its number.
    pub fn with_config(
        workload: impl Workload + Send + Sync + 'static,
        config: impl Fn(usize) -> N::Config + Send + Sync + 'static,
    ) -> Self {
        Self {
            workload: Box::new(workload),
            config: Box::new(config),
            nodes: 5,
            clients_per_node: 1,
            latency: Latency {
                mean: Duration::ZERO,
                distribution: Distribution::Constant,
                hop: SIMULATED_HOP,
            },
            rate: 5.0,
            time_limit: Duration::from_secs(60),
            partitions: None,
            seeds: 0..1,
            budget: BUDGET,
            journal: false,
            check_determinism: false,
            compat: false,
            availability: None,
            allowed: BTreeSet::new(),
            node: PhantomData,
        }
    }

    /// How many nodes; they are called n0, n1, ….
    #[must_use]
    pub fn nodes(mut self, nodes: usize) -> Self {
        self.nodes = nodes;
        self
    }

    /// How many clients each node has.
    #[must_use]
    pub fn clients_per_node(mut self, clients: usize) -> Self {
        self.clients_per_node = clients;
        self
    }

    /// The mean latency between nodes.
    #[must_use]
    pub fn latency(mut self, mean: Duration) -> Self {
        self.latency.mean = mean;
        self
    }

    /// How latencies spread around their mean.
    #[must_use]
    pub fn distribution(mut self, distribution: Distribution) -> Self {
        self.latency.distribution = distribution;
        self
    }

    /// Operations per second, all clients together.
    #[must_use]
    pub fn rate(mut self, per_second: f64) -> Self {
        self.rate = per_second;
        self
    }

    /// The length of the main phase, in virtual time.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Cuts the network apart and heals it in turn, with this mean time between two steps.
    #[must_use]
    pub fn partitions(mut self, interval: Duration) -> Self {
        self.partitions = Some(interval);
        self
    }

    /// One run for each of these seeds, on all cores.
    #[must_use]
    pub fn seeds(mut self, seeds: Range<u64>) -> Self {
        self.seeds = seeds;
        self
    }

    /// How many messages a run may deliver before it counts as a storm; ten million if nothing is said.
    #[must_use]
    pub fn budget(mut self, messages: u64) -> Self {
        self.budget = messages;
        self
    }

    /// Keeps a journal of all messages in each [`Run`].
    #[must_use]
    pub fn journal(mut self) -> Self {
        self.journal = true;
        self
    }

    /// Which part of the operations has to succeed.
    #[must_use]
    pub fn availability(mut self, required: RequiredAvailability) -> Self {
        self.availability = Some(required);
        self
    }

    /// Judges exactly as Maelstrom does, its peculiarities included.
    #[must_use]
    pub fn maelstrom_compat(mut self) -> Self {
        self.compat = true;
        self
    }

    /// Accepts that Maelstrom would judge otherwise because of this peculiarity.
    #[must_use]
    pub fn allow(mut self, quirk: Quirk) -> Self {
        self.allowed.insert(quirk);
        self
    }

    /// Runs all seeds.
    pub fn run(&self) -> Report {
        let next = AtomicU64::new(self.seeds.start);
        let runs = Mutex::new(Vec::new());
        let threads = thread::available_parallelism().map_or(1, usize::from).min(seed_count(&self.seeds));
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= self.seeds.end {
                            break;
                        }
                        let run = self.run_seed(seed);
                        // A thread that panics leaves its runs whole.
                        runs.lock().unwrap_or_else(PoisonError::into_inner).push(run);
                    }
                });
            }
        });
        let mut runs = runs.into_inner().unwrap_or_else(PoisonError::into_inner);
        runs.sort_by_key(|run| run.seed);
        Report::new(self.workload.name(), runs, self.allowed.clone())
    }

    /// Makes each run twice, and finds it invalid if the two differ: a node that takes time, chance or an order from
    /// anywhere but its [`Context`](maelstrom::Context) can't be replayed.
    #[must_use]
    pub fn check_determinism(mut self) -> Self {
        self.check_determinism = true;
        self
    }

    /// Runs one seed.
    pub fn run_seed(&self, seed: u64) -> Run {
        if !self.check_determinism {
            return self.run_once(seed, self.journal);
        }
        let (mut run, again) = (self.run_once(seed, true), self.run_once(seed, true));
        if let Some(problem) = first_difference(&run.journal, &again.journal) {
            run.problems.push(problem);
        }
        if !self.journal {
            run.journal = Vec::new();
        }
        run
    }

    fn run_once(&self, seed: u64, journal: bool) -> Run {
        let options = ClusterOptions {
            nodes: (0..self.nodes).map(|k| format!("n{k}")).collect(),
            concurrency: self.nodes * self.clients_per_node,
            rate: self.rate,
            time_limit: self.time_limit,
            latency: self.latency,
            partitions: self.partitions,
            seed,
            budget: self.budget,
            journal,
            compat: self.compat,
            watch: None,
        };
        let engines = options.nodes.iter().enumerate().map(|(k, name)| {
            Engine::new(
                (self.config)(k),
                EngineOptions::new(node_seed(seed, name)).unix_epoch(SIMULATED_EPOCH),
            )
        });
        let engines: Vec<Engine<N>> = engines.collect();
        let options_of_checks = Options::default().compat(self.compat).availability(self.availability);
        Host::new(options, &*self.workload, engines).run(&options_of_checks)
    }
}

impl<N: Node> fmt::Debug for Simulation<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulation")
            .field("workload", &self.workload.name())
            .field("nodes", &self.nodes)
            .field("seeds", &self.seeds)
            .finish_non_exhaustive()
    }
}

/// What to say of two runs of one seed that differ.
fn first_difference(one: &[Event], other: &[Event]) -> Option<Problem> {
    let at = one.iter().zip(other).position(|(a, b)| a != b);
    let at = at.or_else(|| (one.len() != other.len()).then(|| one.len().min(other.len())))?;
    let show =
        |events: &[Event]| events.get(at).map_or_else(|| "nothing more".to_owned(), ToString::to_string);
    let time = one.get(at).or_else(|| other.get(at)).map(|event| event.time).unwrap_or_default();
    let text = format!(
        "two runs of this seed differ: where one has {}, the other has {}. Usual causes are the order of a `HashMap`, \
         the system's clock, and randomness of one's own: take a `BTreeMap`, and time and chance from the context",
        show(one),
        show(other)
    );
    Some(Problem { time, text })
}

fn seed_count(seeds: &Range<u64>) -> usize {
    usize::try_from(seeds.end.saturating_sub(seeds.start)).unwrap_or(usize::MAX)
}
