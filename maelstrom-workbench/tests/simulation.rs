//! Simulated clusters: right nodes pass, wrong ones are caught, and the same seed gives the same run.

#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    time::Duration,
};

use maelstrom::{Context, NodeId, Ulid};
use maelstrom_workbench::{
    Run, Simulation,
    checker::Verdict,
    cluster::{Action, Cluster, ClusterOptions, Delivery},
    history::Kind,
    nemesis::Nemesis,
    network::Distribution,
    workload::{Broadcast, Echo, GCounter, GSet, PnCounter, UniqueIds, Workload},
};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// Gossips everything to everybody it was told to. How it is wrong, if at all, is its configuration.
#[derive(Default)]
struct Gossip {
    seen: BTreeSet<u64>,
    unsent: BTreeSet<u64>,
    neighbours: Vec<NodeId>,
    fault: Fault,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Fault {
    #[default]
    None,
    /// Tells each value once: what a partition swallows is gone.
    TellsOnce,
    /// Acknowledges, and forgets one value in ten.
    Forgets,
    /// Panics when it sees a certain value.
    Panics,
    /// Sends to a node that is not there.
    WrongAddress,
    /// Answers each gossip with gossip.
    Storm,
}

#[maelstrom::node]
impl Gossip {
    #[init]
    fn new(fault: Fault) -> Self {
        Gossip { fault, ..Gossip::default() }
    }

    #[rpc]
    fn topology(&mut self, ctx: &Context<Self>, mut topology: BTreeMap<NodeId, Vec<NodeId>>) {
        self.neighbours = topology.remove(ctx.id()).unwrap_or_default();
    }

    #[rpc]
    fn broadcast(&mut self, ctx: &Context<Self>, message: u64) {
        match self.fault {
            Fault::Forgets if message % 10 == 3 => return,
            Fault::Panics if message == 20 => panic!("I do not like {message}"),
            Fault::WrongAddress if message == 20 => ctx.peer("n99").gossip(&[message]),
            Fault::Storm => ctx.peers(ctx.others()).gossip(&[message]),
            _ => {}
        }
        self.learn([message]);
    }

    #[rpc(reply(messages))]
    fn read(&self) -> &BTreeSet<u64> {
        &self.seen
    }

    #[message]
    fn gossip(&mut self, ctx: &Context<Self>, seen: &[u64]) {
        self.learn(seen.iter().copied());
        if self.fault == Fault::Storm {
            ctx.peers(ctx.others()).gossip(seen);
        }
    }

    #[every(500ms, jitter = 100ms)]
    fn spread(&mut self, ctx: &Context<Self>) {
        let unsent = std::mem::take(&mut self.unsent);
        let values: Vec<u64> =
            if self.fault == Fault::TellsOnce { unsent } else { self.seen.clone() }.into_iter().collect();
        if !values.is_empty() {
            ctx.peers(&self.neighbours).gossip(&values);
        }
    }

    fn learn(&mut self, values: impl IntoIterator<Item = u64>) {
        for value in values {
            if self.seen.insert(value) {
                self.unsent.insert(value);
            }
        }
    }
}

fn gossip(fault: Fault) -> Simulation<Gossip> {
    Simulation::<Gossip>::with_config(Broadcast::default(), move |_| fault)
        .latency(ms(100))
        .rate(20.0)
        .time_limit(secs(20))
}

/// The first explanation of a run that must be invalid.
fn explanation(run: &Run) -> String {
    assert_eq!(run.verdict(), Verdict::Invalid);
    run.explanations().remove(0)
}

#[test]
fn gossip_is_valid_with_and_without_partitions_and_under_every_distribution() {
    gossip(Fault::None).seeds(0..5).run().assert_valid();
    for distribution in [Distribution::Constant, Distribution::Uniform, Distribution::Exponential] {
        gossip(Fault::None)
            .distribution(distribution)
            .nemesis(Nemesis::partitions().interval(secs(5)))
            .seeds(0..10)
            .run()
            .assert_valid();
    }
}

#[test]
fn gossip_that_tells_once_is_caught_by_partitions_only() {
    gossip(Fault::TellsOnce).seeds(0..10).run().assert_valid();
    let report = gossip(Fault::TellsOnce).nemesis(Nemesis::partitions().interval(secs(5))).seeds(0..10).run();
    let run = report.first_failure().unwrap();
    let text = explanation(run);
    assert!(text.starts_with("value ") && text.contains("was missing from the read that process"), "{text}");
}

#[test]
fn a_node_that_acknowledges_and_forgets_is_caught() {
    let text = explanation(&gossip(Fault::Forgets).run_seed(0));
    assert!(text.contains("3, acknowledged to process"), "{text}");
}

#[test]
fn a_panic_makes_a_run_invalid_and_is_told() {
    let run = gossip(Fault::Panics).run_seed(0);
    let text = explanation(&run);
    assert!(text.contains("panicked while handling `broadcast` from c"), "{text}");
    assert!(text.contains("I do not like 20"), "{text}");
}

#[test]
fn a_message_to_nowhere_makes_a_run_invalid_and_is_shown() {
    let text = explanation(&gossip(Fault::WrongAddress).run_seed(0));
    assert!(text.contains("sent a message to n99, which does not exist: {\"src\":\"n"), "{text}");
}

#[test]
fn a_storm_ends_at_the_budget_and_names_its_messages() {
    let run = gossip(Fault::Storm).budget(100_000).run_seed(0);
    let text = explanation(&run);
    assert!(
        text.contains("a storm: 100000 messages were delivered by") && text.contains("`gossip`"),
        "{text}"
    );
}

#[test]
#[should_panic(expected = "again: `.seeds(0..1)` at maelstrom-workbench/tests/simulation.rs:")]
fn a_failing_assertion_says_how_to_see_it_again() {
    gossip(Fault::Forgets).seeds(0..3).run().assert_valid();
}

/// A trace of everything that happened.
fn trace(run: &Run) -> String {
    let mut trace = String::new();
    for event in &run.journal {
        writeln!(trace, "{event}").unwrap();
    }
    for operation in run.history.operations() {
        writeln!(trace, "{operation:?}").unwrap();
    }
    trace
}

#[test]
fn the_same_seed_gives_the_same_run_to_the_byte_in_any_order_and_number_of_threads() {
    let simulation = gossip(Fault::None)
        .time_limit(secs(5))
        .distribution(Distribution::Exponential)
        .nemesis(Nemesis::partitions().interval(secs(2)))
        .journal()
        .seeds(0..50);
    let all_at_once = simulation.run();
    let mut distinct = BTreeSet::new();
    for run in all_at_once.runs().iter().rev() {
        let again = simulation.run_seed(run.seed);
        assert_eq!(trace(run), trace(&again), "seed {}", run.seed);
        distinct.insert(trace(run));
    }
    assert_eq!(distinct.len(), 50);
}

/// Tells its neighbours in the order of a `HashMap`, which differs from map to map.
#[derive(Default)]
struct Unordered {
    seen: std::collections::HashSet<u64>,
}

#[maelstrom::node]
impl Unordered {
    #[rpc]
    fn topology(&mut self) {}

    #[rpc]
    fn broadcast(&mut self, ctx: &Context<Self>, message: u64) {
        self.seen.insert(message);
        let values: Vec<u64> = self.seen.iter().copied().collect();
        ctx.peers(ctx.others()).gossip(&values);
    }

    #[rpc(reply(messages))]
    fn read(&self) -> BTreeSet<u64> {
        self.seen.iter().copied().collect()
    }

    #[message]
    fn gossip(&mut self, values: &[u64]) {
        self.seen.extend(values);
    }
}

#[test]
fn a_node_that_can_not_be_replayed_is_told_where_its_runs_part() {
    let simulation = Simulation::<Unordered>::new(Broadcast::default()).time_limit(secs(5));
    assert_eq!(simulation.run_seed(0).verdict(), Verdict::Valid);
    let text = explanation(&simulation.check_determinism().run_seed(0));
    assert!(text.contains("two runs of this seed differ: where one has {\"time\":"), "{text}");
    assert!(text.contains("the order of a `HashMap`"), "{text}");
    gossip(Fault::None)
        .time_limit(secs(5))
        .nemesis(Nemesis::partitions().interval(secs(2)))
        .check_determinism()
        .seeds(0..3)
        .run()
        .assert_valid();
}

#[test]
fn the_journal_tells_what_caused_a_message() {
    let run = gossip(Fault::None).time_limit(secs(2)).journal().run_seed(1);
    let mut senders = BTreeMap::new();
    for event in &run.journal {
        let line = event.to_string();
        if line.contains(r#""type":"gossip""#) && line.contains(r#""type":"send""#) {
            assert!(line.contains(r#""cause":"timer""#), "{line}");
        }
        if line.contains(r#""type":"broadcast_ok""#) && line.contains(r#""type":"send""#) {
            let cause = line.split(r#""cause":"#).nth(1).unwrap().split(',').next().unwrap().to_owned();
            *senders.entry(cause).or_insert(0) += 1;
        }
    }
    assert!(!senders.is_empty() && senders.values().all(|count| *count == 1), "{senders:?}");
}

/// Echoes, and is right most of the time.
#[derive(Default)]
struct Echoing {
    count: u64,
    last: String,
    cache: BTreeMap<usize, String>,
    mistake: Mistake,
}

#[derive(Clone, Copy, Default)]
enum Mistake {
    #[default]
    None,
    /// Answers one request with the text of the one before.
    Late,
    /// Has a cache, whose key is the length of the text.
    Cache,
}

#[maelstrom::node]
impl Echoing {
    #[init]
    fn new(mistake: Mistake) -> Self {
        Echoing { mistake, ..Echoing::default() }
    }

    #[rpc(reply(echo))]
    fn echo(&mut self, echo: String) -> String {
        self.count += 1;
        let last = std::mem::replace(&mut self.last, echo.clone());
        match self.mistake {
            Mistake::Late if self.count == 13 => last,
            Mistake::Cache => self.cache.entry(echo.len()).or_insert(echo).clone(),
            _ => echo,
        }
    }
}

#[test]
fn an_echo_of_another_text_is_caught() {
    let echo = |mistake| {
        Simulation::<Echoing>::with_config(Echo, move |_| mistake).nodes(1).rate(10.0).time_limit(secs(10))
    };
    echo(Mistake::None).seeds(0..10).run().assert_valid();
    for mistake in [Mistake::Late, Mistake::Cache] {
        let text = explanation(&echo(mistake).run_seed(0));
        assert!(text.contains("Please echo "), "{text}");
    }
}

/// Ids from a counter, with or without the node's name, or from chance.
#[derive(Default)]
struct Ids {
    count: u64,
    scheme: Scheme,
}

#[derive(Clone, Copy, Default)]
enum Scheme {
    #[default]
    Ulid,
    NameAndCount,
    CountOnly,
    Time,
}

#[maelstrom::node]
impl Ids {
    #[init]
    fn new(scheme: Scheme) -> Self {
        Ids { count: 0, scheme }
    }

    #[rpc(reply(id))]
    fn generate(&mut self, ctx: &Context<Self>) -> String {
        self.count += 1;
        match self.scheme {
            Scheme::Ulid => Ulid::to_string(&ctx.ulid()),
            Scheme::NameAndCount => format!("{}-{}", ctx.id(), self.count),
            Scheme::CountOnly => self.count.to_string(),
            Scheme::Time => ctx.unix_time().as_millis().to_string(),
        }
    }
}

#[test]
fn colliding_ids_are_caught_and_others_pass() {
    let ids = |scheme| {
        Simulation::<Ids>::with_config(UniqueIds, move |_| scheme)
            .nodes(3)
            .rate(1000.0)
            .time_limit(secs(5))
            .nemesis(Nemesis::partitions().interval(secs(1)))
    };
    ids(Scheme::Ulid).seeds(0..5).run().assert_valid();
    ids(Scheme::NameAndCount).seeds(0..5).run().assert_valid();
    for scheme in [Scheme::CountOnly, Scheme::Time] {
        assert!(!explanation(&ids(scheme).run_seed(0)).is_empty());
    }
}

/// A set or a counter that is gossiped as a whole: for each node, what was added there.
#[derive(Default)]
struct Crdt {
    sums: BTreeMap<NodeId, (i64, i64)>,
    elements: BTreeSet<u64>,
    /// Adds what it hears, instead of taking the maximum.
    adds_up: bool,
    /// Acknowledges an element before it is certain to keep it.
    loses: bool,
}

#[maelstrom::node]
impl Crdt {
    #[init]
    fn new(wrong: (bool, bool)) -> Self {
        let (adds_up, loses) = wrong;
        Crdt { adds_up, loses, ..Crdt::default() }
    }

    #[rpc]
    fn add(&mut self, ctx: &Context<Self>, delta: Option<i64>, element: Option<u64>) {
        if let Some(delta) = delta {
            let own = self.sums.entry(ctx.id().clone()).or_default();
            if delta < 0 { own.1 -= delta } else { own.0 += delta }
        }
        if let Some(element) = element.filter(|element| !(self.loses && element % 7 == 5)) {
            self.elements.insert(element);
        }
    }

    #[rpc(reply(value))]
    fn read(&self) -> maelstrom_workbench::Value {
        if self.elements.is_empty() {
            self.sums.values().map(|(plus, minus)| plus - minus).sum::<i64>().into()
        } else {
            self.elements.iter().copied().map(i128::from).collect()
        }
    }

    #[message]
    fn merge(&mut self, sums: BTreeMap<NodeId, (i64, i64)>, elements: &BTreeSet<u64>) {
        for (node, (plus, minus)) in sums {
            let own = self.sums.entry(node).or_default();
            if self.adds_up {
                *own = (own.0 + plus, own.1 + minus);
            } else {
                *own = (own.0.max(plus), own.1.max(minus));
            }
        }
        self.elements.extend(elements);
    }

    #[every(200ms, jitter = 50ms)]
    fn spread(&self, ctx: &Context<Self>) {
        let own = self.sums.iter().filter(|(id, _)| !self.adds_up || *id == ctx.id());
        ctx.peers(ctx.others()).merge(own.map(|(id, sum)| (id.clone(), *sum)).collect(), &self.elements);
    }
}

#[test]
fn counters_and_sets_that_merge_rightly_pass_and_others_are_caught() {
    fn crdt(workload: impl Workload + Send + Sync + 'static, wrong: (bool, bool)) -> Simulation<Crdt> {
        Simulation::<Crdt>::with_config(workload, move |_| wrong)
            .nodes(3)
            .latency(ms(50))
            .rate(20.0)
            .time_limit(secs(10))
            .nemesis(Nemesis::partitions().interval(secs(3)))
    }
    crdt(GSet, (false, false)).seeds(0..5).run().assert_valid();
    crdt(PnCounter, (false, false)).seeds(0..5).run().assert_valid();
    crdt(GCounter, (false, false)).seeds(0..5).run().assert_valid();
    assert!(!explanation(&crdt(GSet, (false, true)).run_seed(0)).is_empty());
    assert!(!explanation(&crdt(PnCounter, (true, false)).run_seed(0)).is_empty());
    assert!(!explanation(&crdt(GCounter, (true, false)).run_seed(0)).is_empty());
}

/// A set or a counter of which one side wins when two copies are merged.
struct OneWins {
    total: i64,
    /// For each node, what was added there, less what was taken away.
    sums: BTreeMap<NodeId, i64>,
    elements: BTreeSet<u64>,
    winner: Winner,
}

#[derive(Clone, Copy, PartialEq)]
enum Winner {
    /// The greater total, of all nodes together.
    GreaterTotal,
    /// The greater sum of each node, which is the older one after something was taken away.
    GreaterSum,
    /// The larger set.
    LargerSet,
}

#[maelstrom::node]
impl OneWins {
    #[init]
    fn new(winner: Winner) -> Self {
        OneWins { total: 0, sums: BTreeMap::new(), elements: BTreeSet::new(), winner }
    }

    #[rpc]
    fn add(&mut self, ctx: &Context<Self>, delta: Option<i64>, element: Option<u64>) {
        self.elements.extend(element);
        self.total += delta.unwrap_or_default();
        *self.sums.entry(ctx.id().clone()).or_default() += delta.unwrap_or_default();
    }

    #[rpc(reply(value))]
    fn read(&self) -> maelstrom_workbench::Value {
        match self.winner {
            Winner::GreaterTotal => self.total.into(),
            Winner::GreaterSum => self.sums.values().sum::<i64>().into(),
            Winner::LargerSet => self.elements.iter().copied().map(i128::from).collect(),
        }
    }

    #[message]
    fn merge(&mut self, sums: &BTreeMap<NodeId, i64>, total: i64, elements: &BTreeSet<u64>) {
        self.total = self.total.max(total);
        for (node, sum) in sums {
            let own = self.sums.entry(node.clone()).or_insert(*sum);
            *own = (*own).max(*sum);
        }
        if elements.len() > self.elements.len() {
            self.elements.clone_from(elements);
        }
    }

    #[every(200ms, jitter = 50ms)]
    fn spread(&self, ctx: &Context<Self>) {
        ctx.peers(ctx.others()).merge(&self.sums, self.total, &self.elements);
    }
}

/// With one node each is right, and the greater sum also where nothing is taken away.
#[test]
fn sets_and_counters_whose_merge_forgets_one_side_are_caught() {
    fn one_wins(workload: impl Workload + Send + Sync + 'static, winner: Winner, nodes: usize) -> Run {
        Simulation::<OneWins>::with_config(workload, move |_| winner)
            .nodes(nodes)
            .latency(ms(50))
            .rate(20.0)
            .time_limit(secs(10))
            .run_seed(0)
    }
    assert_eq!(one_wins(GSet, Winner::LargerSet, 1).verdict(), Verdict::Valid);
    assert_eq!(one_wins(GCounter, Winner::GreaterTotal, 1).verdict(), Verdict::Valid);
    assert_eq!(one_wins(GCounter, Winner::GreaterSum, 3).verdict(), Verdict::Valid);
    assert_eq!(one_wins(PnCounter, Winner::GreaterSum, 1).verdict(), Verdict::Valid);

    let text = explanation(&one_wins(GSet, Winner::LargerSet, 3));
    assert!(text.contains("was missing from the read that process"), "{text}");
    for run in [one_wins(GCounter, Winner::GreaterTotal, 3), one_wins(PnCounter, Winner::GreaterSum, 3)] {
        let text = explanation(&run);
        assert!(
            text.contains("the final read of process") && text.contains("acknowledged adds make"),
            "{text}"
        );
    }
}

#[test]
fn operations_are_spread_as_the_rate_says_and_processes_renumbered_after_time_outs() {
    #[derive(Default)]
    struct Mute;

    #[maelstrom::node]
    impl Mute {
        #[message]
        fn echo(&self) {}
    }

    let run = Simulation::<Mute>::new(Echo).nodes(2).rate(10.0).time_limit(secs(30)).run_seed(0);
    let mut processes = BTreeSet::new();
    for operation in run.history.operations() {
        processes.insert(format!("{}", operation.process));
        assert!(matches!(operation.kind, Kind::Invoke | Kind::Info), "{operation:?}");
    }
    // Two workers, each cut short by its time-out of five seconds: six operations each, and a new number for each.
    assert_eq!(processes.len(), run.history.len() / 2);
    assert!((10..=14).contains(&processes.len()), "{}", processes.len());

    let run = Simulation::<Echoing>::with_config(Echo, |_| Mistake::None)
        .rate(50.0)
        .time_limit(secs(60))
        .run_seed(0);
    let operations = run.history.len() / 2;
    assert!((2_800..3_200).contains(&operations), "{operations}");
    assert_eq!(run.verdict(), Verdict::Valid);
}

/// A cluster alone, whose nodes this test plays: of the two only n0 answers its `init`.
#[test]
fn a_node_that_does_not_answer_init_ends_the_run_after_ten_seconds() {
    let mut cluster = Cluster::new(ClusterOptions::new(["n0", "n1"]), &Echo);
    cluster.start();
    let (mut now, mut actions) = (secs(0), Vec::new());
    while let Some(deadline) = cluster.deadline() {
        now = deadline;
        cluster.advance(now, &mut actions);
        for action in actions.drain(..) {
            if let Action::Deliver(Delivery { node: 0, line, .. }) = action {
                let client = line.split("\"src\":\"").nth(1).unwrap().split('"').next().unwrap();
                let reply = format!(
                    r#"{{"src":"n0","dest":"{client}","body":{{"type":"init_ok","in_reply_to":1}}}}"#
                );
                cluster.sent(now, 0, client, &reply, None);
            }
        }
    }
    assert!(cluster.set_up_failed());
    let [problem] = cluster.problems() else { panic!("{:?}", cluster.problems()) };
    assert_eq!(problem.text, "expected node n1 to respond to an init message, but it did not within 10 s");
    assert_eq!((problem.time, now), (secs(10), secs(10)));
    assert!(cluster.history().is_empty());
}

#[test]
fn a_node_that_does_not_answer_the_set_up_ends_the_run_after_five_seconds() {
    #[derive(Default)]
    struct Ignorant;

    #[maelstrom::node]
    impl Ignorant {
        #[message]
        fn topology(&self) {}
    }

    let run = Simulation::<Ignorant>::new(Broadcast::default()).nodes(1).run_seed(0);
    assert!(run.set_up_failed && run.history.is_empty());
    let [problem] = &run.problems[..] else { panic!("{:?}", run.problems) };
    assert_eq!(problem.text, "n0 did not answer the workload's set-up within 5 s");
    assert!((secs(5)..secs(6)).contains(&problem.time), "{:?}", problem.time);
}
