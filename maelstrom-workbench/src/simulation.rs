//! Whole clusters in one process, on a virtual clock.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    fmt,
    marker::PhantomData,
    ops::Range,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use maelstrom::{Engine, EngineOptions, Node};

use crate::{
    Quirk,
    checker::{ConsistencyModels, Options, RequiredAvailability},
    cluster::{self, ClusterOptions, Problem},
    host::{Birth, Host, node_seed},
    journal::Event,
    nemesis::Nemesis,
    network::{Distribution, SIMULATED_HOP},
    report::{Report, Run},
    schedule::Schedule,
    shrink::{self, Candidate, Shrunk},
    topology::Topology,
    workload::Workload,
};

/// A test of a node in simulated clusters: one run for each seed, each the same every time.
///
/// ```
/// use std::{collections::BTreeSet, time::Duration};
/// use maelstrom::Context;
/// use maelstrom_workbench::{Simulation, nemesis::Nemesis, workload::Broadcast};
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
///     .nemesis(Nemesis::partitions())
///     .seeds(0..10)
///     .run()
///     .assert_valid();
/// ```
///
/// The examples of the methods below go on with this node, which survives partitions and lost messages, but not a kill:
/// what one node alone knew is gone with it.
pub struct Simulation<N: Node> {
    workload: Arc<dyn Workload + Send + Sync>,
    config: Arc<dyn Fn(usize) -> N::Config + Send + Sync>,
    options: ClusterOptions,
    clients: Clients,
    seeds: Range<u64>,
    check_determinism: bool,
    availability: Option<RequiredAvailability>,
    consistency_models: ConsistencyModels,
    allowed: BTreeSet<Quirk>,
    node: PhantomData<fn() -> N>,
}

#[derive(Clone, Copy, Debug)]
enum Clients {
    PerNode(usize),
    InAll(usize),
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
    ///
    /// ```
    /// use std::time::Duration;
    /// use maelstrom_workbench::{Simulation, workload::Echo};
    ///
    /// struct Slow { delay: Duration }
    ///
    /// #[maelstrom::node]
    /// impl Slow {
    ///     #[init]
    ///     fn new(delay: Duration) -> Self { Slow { delay } }
    ///
    ///     #[rpc(reply(echo))]
    ///     fn echo(&self, echo: String) -> String { echo }
    /// }
    ///
    /// Simulation::<Slow>::with_config(Echo, |node| Duration::from_millis(10 * node as u64)).run().assert_valid();
    /// ```
    pub fn with_config(
        workload: impl Workload + Send + Sync + 'static,
        config: impl Fn(usize) -> N::Config + Send + Sync + 'static,
    ) -> Self {
        let mut options = ClusterOptions::new(names(5));
        options.latency.hop = SIMULATED_HOP;
        Self {
            workload: Arc::new(workload),
            config: Arc::new(config),
            options,
            clients: Clients::PerNode(1),
            seeds: 0..1,
            check_determinism: false,
            availability: None,
            consistency_models: ConsistencyModels::default(),
            allowed: BTreeSet::new(),
            node: PhantomData,
        }
    }

    /// How many nodes; they are called n0, n1, ….
    ///
    #[doc = concat!("```\n", include_str!("simulation/gossip.txt"), "
use maelstrom_workbench::topology::Topology;

Simulation::<Gossip>::new(Broadcast::default())
    .nodes(7)
    .topology(Topology::Line)
    .clients_per_node(3)
    .run()
    .assert_valid();
```")]
    #[must_use]
    pub fn nodes(mut self, nodes: usize) -> Self {
        self.options.nodes = names(nodes);
        self
    }

    /// Who is proposed as whose neighbour, where the workload proposes neighbours: the grid, if nothing is said.
    #[must_use]
    pub fn topology(mut self, topology: Topology) -> Self {
        self.options.topology = topology;
        self
    }

    /// How many clients each node has: `3` is Maelstrom's `--concurrency 3n`.
    #[must_use]
    pub fn clients_per_node(mut self, clients: usize) -> Self {
        self.clients = Clients::PerNode(clients);
        self
    }

    /// How many clients there are, all nodes together: `10` is Maelstrom's `--concurrency 10`.
    #[must_use]
    pub fn concurrency(mut self, clients: usize) -> Self {
        self.clients = Clients::InAll(clients);
        self
    }

    /// The mean latency between nodes, and between nodes and services.
    ///
    #[doc = concat!("```\n", include_str!("simulation/gossip.txt"), "
use maelstrom_workbench::network::Distribution;

Simulation::<Gossip>::new(Broadcast::default())
    .latency(Duration::from_millis(50))
    .distribution(Distribution::Exponential)
    .run()
    .assert_valid();
```")]
    #[must_use]
    pub fn latency(mut self, mean: Duration) -> Self {
        self.options.latency.mean = mean;
        self
    }

    /// How latencies spread around their mean.
    #[must_use]
    pub fn distribution(mut self, distribution: Distribution) -> Self {
        self.options.latency.distribution = distribution;
        self
    }

    /// Operations per second, all clients together.
    ///
    #[doc = concat!("```\n", include_str!("simulation/gossip.txt"), "
let simulation = Simulation::<Gossip>::new(Broadcast::default())
    .rate(100.0)
    .time_limit(Duration::from_secs(5));
let run = simulation.run_seed(0);
assert!((400..600).contains(&run.history.invocations().count()));
```")]
    #[must_use]
    pub fn rate(mut self, per_second: f64) -> Self {
        self.options.rate = per_second;
        self
    }

    /// The length of the main phase, in virtual time.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.options.time_limit = limit;
        self
    }

    /// Adds a fault. Each draws from streams of its own, so that one leaves the others as they are.
    ///
    #[doc = concat!("```\n", include_str!("simulation/gossip.txt"), "
use maelstrom_workbench::nemesis::{Nemesis, Targets};

Simulation::<Gossip>::new(Broadcast::default())
    .nemesis(Nemesis::partitions())
    .nemesis(Nemesis::loss().probability(0.1))
    .nemesis(Nemesis::pauses().targets(Targets::Minority).interval(Duration::from_secs(3)))
    .seeds(0..5)
    .run()
    .assert_valid();

// A killed node has forgotten what it had not told yet.
let report = Simulation::<Gossip>::new(Broadcast::default()).nemesis(Nemesis::kills()).seeds(0..5).run();
assert!(report.first_failure().is_some());
```")]
    #[must_use]
    pub fn nemesis(mut self, nemesis: Nemesis) -> Self {
        self.options.nemeses.push(nemesis);
        self
    }

    /// Adds several faults.
    #[must_use]
    pub fn nemeses(mut self, nemeses: impl IntoIterator<Item = Nemesis>) -> Self {
        self.options.nemeses.extend(nemeses);
        self
    }

    /// One run for each of these seeds, on all cores.
    ///
    #[doc = concat!("```\n", include_str!("simulation/gossip.txt"), "
let report = Simulation::<Gossip>::new(Broadcast::default()).seeds(40..50).run();
assert_eq!(report.runs().len(), 10);
```")]
    #[must_use]
    pub fn seeds(mut self, seeds: Range<u64>) -> Self {
        self.seeds = seeds;
        self
    }

    /// Does what a schedule says instead of what the seed would decide: a run's own
    /// [`schedule`](Run::schedule) or one that was saved, maybe with steps taken out. The schedule brings its seed
    /// with it, which still decides how long messages take; nodes and clients have to be as they were.
    ///
    #[doc = concat!("```\n", include_str!("simulation/gossip.txt"), "
use maelstrom_workbench::nemesis::Nemesis;

let simulation = || Simulation::<Gossip>::new(Broadcast::default()).nemesis(Nemesis::partitions());
let run = simulation().run_seed(7);
let mut schedule = run.schedule.clone();
let again = simulation().schedule(schedule.clone()).run();
assert_eq!(again.runs()[0].history, run.history);

// The same operations at the same times, without the partitions.
schedule.steps.retain(|step| !step.is_fault());
simulation().schedule(schedule).run().assert_valid();
```")]
    ///
    /// # Panics
    /// If the schedule is for other nodes, or another number of clients.
    #[must_use]
    pub fn schedule(mut self, schedule: Schedule) -> Self {
        self.seeds = schedule.seed..schedule.seed + 1;
        self.options.schedule = Some(Arc::new(schedule));
        self
    }

    /// How many messages a run may deliver before it counts as a storm; ten million if nothing is said.
    ///
    #[doc = concat!("```\n", include_str!("simulation/gossip.txt"), "
let run = Simulation::<Gossip>::new(Broadcast::default()).budget(1_000).run_seed(0);
assert!(run.explanations()[0].starts_with(\"a storm: 1000 messages were delivered\"));
```")]
    #[must_use]
    pub fn budget(mut self, messages: u64) -> Self {
        self.options.budget.messages = messages;
        self
    }

    /// How many bytes messages under way and the journal may take before the run counts as a storm; a GiB if nothing is
    /// said. What nodes keep for themselves is not counted.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.options.budget.bytes = bytes;
        self
    }

    /// Keeps a journal of all messages in each [`Run`].
    ///
    #[doc = concat!("```\n", include_str!("simulation/gossip.txt"), "
let run = Simulation::<Gossip>::new(Broadcast::default()).journal().run_seed(0);
let gossip = run.journal.iter().find(|event| event.line.contains(\"gossip\")).unwrap();
println!(\"{gossip}\");
```")]
    #[must_use]
    pub fn journal(mut self) -> Self {
        self.options.journal = true;
        self
    }

    /// Makes each run twice, and finds it invalid if the two differ: a node that takes time, chance or an order from
    /// anywhere but its [`Context`](maelstrom::Context) can't be replayed.
    ///
    #[doc = concat!("```\n", include_str!("simulation/gossip.txt"), "
Simulation::<Gossip>::new(Broadcast::default()).check_determinism().run().assert_valid();
```")]
    #[must_use]
    pub fn check_determinism(mut self) -> Self {
        self.check_determinism = true;
        self
    }

    /// Which part of the operations has to succeed.
    ///
    #[doc = concat!("```\n", include_str!("simulation/gossip.txt"), "
use maelstrom_workbench::{Quirk, checker::RequiredAvailability};

Simulation::<Gossip>::new(Broadcast::default())
    .availability(RequiredAvailability::Total)
    .allow(Quirk::SinglePrecisionAvailability)
    .run()
    .assert_valid();
```")]
    #[must_use]
    pub fn availability(mut self, required: RequiredAvailability) -> Self {
        self.availability = Some(required);
        self
    }

    /// What transactions are held to; strict serializability unless it is said.
    #[must_use]
    pub fn consistency_models(mut self, models: ConsistencyModels) -> Self {
        self.consistency_models = models;
        self
    }

    /// Does and judges all exactly as Maelstrom does, its peculiarities included.
    #[must_use]
    pub fn maelstrom_compat(mut self) -> Self {
        self.options.compat = true;
        self
    }

    /// Accepts that Maelstrom would have done or judged otherwise because of this peculiarity.
    #[must_use]
    pub fn allow(mut self, quirk: Quirk) -> Self {
        self.allowed.insert(quirk);
        self
    }

    /// Runs all seeds.
    pub fn run(&self) -> Report {
        self.check_schedule();
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
        let again = self.clone().journal();
        Report::new(
            self.workload.name(),
            runs,
            self.allowed.clone(),
            AssertUnwindSafe(Box::new(move |seed| again.run_seed(seed))),
        )
    }

    /// Runs one seed.
    pub fn run_seed(&self, seed: u64) -> Run {
        self.check_schedule();
        if !self.check_determinism {
            return self.run_once(seed, self.options.journal);
        }
        let mut run = self.run_once(seed, true);
        let (_, again, _) = self.host(seed, true).play().0.into_records();
        if let Some(problem) = first_difference(&run.journal, &again) {
            run.problems.push(problem);
        }
        if !self.options.journal {
            run.journal = Vec::new();
        }
        run
    }

    /// Looks for a smaller run that fails as the one of this seed does: fewer faults, operations, nodes and clients, and
    /// less time. `None` if that run is valid. It takes some hundreds of runs, and prints as a story:
    ///
    #[doc = concat!("```\n", include_str!("simulation/gossip.txt"), "
use maelstrom_workbench::nemesis::Nemesis;

let simulation = Simulation::<Gossip>::new(Broadcast::default()).nemesis(Nemesis::kills());
let failing = (0..10).find_map(|seed| simulation.shrink(seed)).unwrap();
println!(\"{failing}\");
assert!(failing.run.schedule.steps.len() <= 4);
```")]
    pub fn shrink(&self, seed: u64) -> Option<Shrunk> {
        let clients = shrink::clients_of(&*self.workload, self.options.compat);
        let rerun = |candidate: &Candidate| -> Result<Run, Infallible> {
            Ok(self.host_of(candidate.options(&self.options)).run(&self.checks()))
        };
        shrink::shrink(self.run_seed(seed), self.options.time_limit, shrink::TRIES, clients, rerun)
    }

    fn concurrency_in_all(&self) -> usize {
        match self.clients {
            Clients::PerNode(clients) => self.options.nodes.len() * clients,
            Clients::InAll(clients) => clients,
        }
    }

    fn check_schedule(&self) {
        let nodes = &self.options.nodes;
        let (asked, compat) = (self.concurrency_in_all(), self.options.compat);
        let clients = cluster::clients(&*self.workload, nodes.len(), asked, compat);
        if let Some(schedule) = &self.options.schedule {
            assert!(
                schedule.nodes == *nodes && schedule.concurrency == clients,
                "the schedule is for {} clients of {:?}, and this test has {clients} of {nodes:?}",
                schedule.concurrency,
                schedule.nodes,
            );
        }
    }

    fn run_once(&self, seed: u64, journal: bool) -> Run {
        self.host(seed, journal).run(&self.checks())
    }

    fn checks(&self) -> Options {
        Options::default()
            .compat(self.options.compat)
            .availability(self.availability)
            .consistency_models(self.consistency_models)
    }

    fn host(&self, seed: u64, journal: bool) -> Host<'_, Engine<N>> {
        let mut options = self.options.clone();
        options.concurrency = self.concurrency_in_all();
        (options.seed, options.journal) = (seed, journal);
        self.host_of(options)
    }

    fn host_of(&self, options: ClusterOptions) -> Host<'_, Engine<N>> {
        let (seed, names) = (options.seed, options.nodes.clone());
        let start = move |Birth { node, life, epoch, stored }| {
            let options =
                EngineOptions::new(node_seed(seed, &names[node], life)).unix_epoch(epoch).stored(stored);
            Ok(Engine::<N>::new((self.config)(node), options))
        };
        let host = Host::new(options, &*self.workload, Box::new(start));
        host.expect("an engine can always be made")
    }
}

impl<N: Node> Clone for Simulation<N> {
    fn clone(&self) -> Self {
        Self {
            workload: Arc::clone(&self.workload),
            config: Arc::clone(&self.config),
            options: self.options.clone(),
            allowed: self.allowed.clone(),
            seeds: self.seeds.clone(),
            ..*self
        }
    }
}

/// n0, n1, ….
fn names(count: usize) -> Vec<String> {
    (0..count).map(|k| format!("n{k}")).collect()
}

impl<N: Node> fmt::Debug for Simulation<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulation")
            .field("workload", &self.workload.name())
            .field("options", &self.options)
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
