//! Sets and counters that look right, and pass as long as nothing goes wrong. Each has a fault that brings it down, and
//! the workbench says which.

#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use maelstrom::{Context, NodeId, Result};
use maelstrom_workbench::{
    Simulation,
    checker::Verdict,
    nemesis::{Nemesis, Targets},
    workload::{GCounter, GSet, PnCounter},
};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// The explanations of the first run that is not valid, of those that must be there.
fn explanations<N: maelstrom::Node>(simulation: Simulation<N>) -> Vec<String> {
    let report = simulation.seeds(0..20).run();
    let run = report.first_failure().expect("the mistake shows");
    assert_eq!(run.verdict(), Verdict::Invalid);
    run.explanations()
}

/// Asserts that one of the explanations has all of these words.
#[track_caller]
fn assert_told(explanations: &[String], words: &[&str]) {
    let is_it = |text: &String| words.iter().all(|word| text.contains(word));
    assert!(explanations.iter().any(is_it), "{words:?} is not in {explanations:#?}");
}

/// Tells the others what was added since it told them last, and they add it. That is no merge: what comes twice is
/// counted twice, and what gets lost is not counted.
#[derive(Default)]
struct AddsUp {
    value: i64,
    untold: i64,
}

#[maelstrom::node]
impl AddsUp {
    #[rpc]
    fn add(&mut self, delta: i64) {
        self.value += delta;
        self.untold += delta;
    }

    #[rpc(reply(value))]
    fn read(&self) -> i64 {
        self.value
    }

    #[message]
    fn more(&mut self, delta: i64) {
        self.value += delta;
    }

    #[every(200ms, jitter = 100ms)]
    fn spread(&mut self, ctx: &Context<Self>) {
        let untold = std::mem::take(&mut self.untold);
        if untold != 0 {
            ctx.peers(ctx.others()).more(untold);
        }
    }
}

#[test]
fn a_merge_that_adds_is_caught_when_messages_come_twice() {
    let simulation = || {
        Simulation::<AddsUp>::new(PnCounter)
            .latency(Duration::from_millis(50))
            .rate(10.0)
            .time_limit(secs(10))
    };
    // Addition is commutative and associative, so order and delay do no harm.
    simulation().nemesis(Nemesis::reordering().interval(secs(2))).seeds(0..20).run().assert_valid();
    simulation().nemesis(Nemesis::slow_links().interval(secs(2))).seeds(0..20).run().assert_valid();
    simulation().nemesis(Nemesis::pauses().interval(secs(2))).seeds(0..20).run().assert_valid();

    for (fault, story) in
        [(Nemesis::duplication(), "messages came twice"), (Nemesis::loss(), "messages were lost")]
    {
        shrinks(&simulation().nemesis(fault.interval(secs(2))), story);
        let explanations = explanations(simulation().nemesis(fault.interval(secs(2))));
        assert!(explanations[0].starts_with("the final read of process "), "{explanations:#?}");
        assert!(explanations[0].contains(", but the acknowledged adds make "), "{explanations:#?}");
        assert_told(&explanations, &[story]);
    }
}

/// What is left of the first failing seed is a story that still has its cause.
fn shrinks<N: maelstrom::Node>(simulation: &Simulation<N>, cause: &str) {
    let shrunk = (0..20).find_map(|seed| simulation.shrink(seed)).unwrap();
    let (left, all) = (&shrunk.run, &shrunk.original);
    assert_eq!(left.schedule.steps.iter().filter(|step| !step.is_fault()).count(), 1, "{shrunk}");
    assert!(10 * left.history.len() <= all.history.len(), "{shrunk}");
    assert!(left.schedule.nodes.len() == 2 && left.schedule.concurrency == 2, "{shrunk}");
    let story = shrunk.to_string();
    assert!(story.contains(cause) && story.lines().count() <= 12, "{story}");
}

/// A counter that only grows, and has on its disk what [`Stores`] says.
struct Counter {
    counts: BTreeMap<NodeId, u64>,
    stores: Stores,
}

#[derive(Clone, Copy, PartialEq)]
enum Stores {
    /// So it counts from zero when it starts again.
    Nothing,
    /// From time to time, after it has acknowledged.
    Later,
    /// As `durable-counter` does.
    First,
}

#[maelstrom::node]
impl Counter {
    #[init]
    fn new(ctx: &Context<Self>, stores: Stores) -> Result<Self> {
        let own = ctx.storage().get("own")?.unwrap_or_default();
        Ok(Self { counts: BTreeMap::from([(ctx.id().clone(), own)]), stores })
    }

    #[rpc]
    fn add(&mut self, ctx: &Context<Self>, delta: u64) -> Result<()> {
        *self.counts.get_mut(ctx.id()).unwrap() += delta;
        if self.stores == Stores::First { self.store(ctx) } else { Ok(()) }
    }

    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        self.counts.values().sum()
    }

    #[message]
    fn gossip(&mut self, counts: &BTreeMap<NodeId, u64>) {
        for (node, count) in counts {
            let known = self.counts.entry(node.clone()).or_default();
            *known = (*known).max(*count);
        }
    }

    #[every(500ms)]
    fn spread(&self, ctx: &Context<Self>) -> Result<()> {
        ctx.peers(ctx.others()).gossip(&self.counts);
        if self.stores == Stores::Later { self.store(ctx) } else { Ok(()) }
    }

    fn store(&self, ctx: &Context<Self>) -> Result<()> {
        ctx.storage().put("own", &self.counts[ctx.id()])
    }
}

fn counter(stores: Stores) -> Simulation<Counter> {
    Simulation::<Counter>::with_config(GCounter, move |_| stores)
        .clients_per_node(10)
        .rate(30.0)
        .time_limit(secs(10))
}

#[test]
fn a_counter_that_forgets_or_stores_too_late_is_caught_by_kills() {
    let kills = || Nemesis::kills().targets(Targets::All).interval(secs(1));
    counter(Stores::First).nemesis(kills()).seeds(0..20).run().assert_valid();
    for stores in [Stores::Nothing, Stores::Later] {
        let others = [
            Nemesis::partitions(),
            Nemesis::loss(),
            Nemesis::duplication(),
            Nemesis::pauses().targets(Targets::Majority),
        ];
        let unkilled = counter(stores).nemeses(others.map(|fault| fault.interval(secs(2))));
        unkilled.seeds(0..20).run().assert_valid();

        let explanations = explanations(counter(stores).nemesis(kills()));
        assert!(explanations[0].starts_with("the final read of process "), "{explanations:#?}");
        assert!(explanations[0].contains(" make "), "{explanations:#?}");
        assert_told(&explanations, &["was killed, and down from 0.00 s to "]);
    }
}

/// Takes a node that has not answered for some rounds for dead, and never tells it anything again.
#[derive(Default)]
struct GivesUp {
    elements: BTreeSet<u64>,
    unconfirmed: BTreeMap<NodeId, BTreeSet<u64>>,
    /// For how many rounds each has not answered.
    silent: BTreeMap<NodeId, u32>,
}

/// A second and a half, at three rounds a second: far more than any message takes.
const ROUNDS: u32 = 5;

#[maelstrom::node]
impl GivesUp {
    #[rpc]
    fn add(&mut self, ctx: &Context<Self>, element: u64) {
        self.merge(ctx, &BTreeSet::from([element]));
    }

    #[rpc(reply(value))]
    fn read(&self) -> &BTreeSet<u64> {
        &self.elements
    }

    #[message]
    fn gossip(&mut self, ctx: &Context<Self>, elements: &BTreeSet<u64>) {
        self.merge(ctx, elements);
        self.have(ctx, elements);
        ctx.peer(ctx.sender()).have(elements);
    }

    #[message]
    fn have(&mut self, ctx: &Context<Self>, elements: &BTreeSet<u64>) {
        // The mistake: who was given up stays so, whatever it says now.
        let silent = self.silent.entry(ctx.sender().clone()).or_default();
        *silent = if *silent < ROUNDS { 0 } else { *silent };
        if let Some(unconfirmed) = self.unconfirmed.get_mut(ctx.sender()) {
            unconfirmed.retain(|element| !elements.contains(element));
        }
    }

    #[every(300ms)]
    fn spread(&mut self, ctx: &Context<Self>) {
        for (node, elements) in &self.unconfirmed {
            let silent = self.silent.entry(node.clone()).or_default();
            if !elements.is_empty() && *silent < ROUNDS {
                *silent += 1;
                ctx.peer(node).gossip(elements);
            }
        }
    }

    fn merge(&mut self, ctx: &Context<Self>, elements: &BTreeSet<u64>) {
        let new: Vec<u64> = elements.difference(&self.elements).copied().collect();
        for node in ctx.others() {
            self.unconfirmed.entry(node.clone()).or_default().extend(&new);
        }
        self.elements.extend(new);
    }
}

#[test]
fn a_set_that_gives_up_nodes_that_stand_still_is_caught_by_pauses() {
    let simulation = || {
        Simulation::<GivesUp>::new(GSet).latency(Duration::from_millis(50)).rate(10.0).time_limit(secs(20))
    };
    let lossy = simulation()
        .nemesis(Nemesis::loss().probability(0.1).interval(secs(2)))
        .nemesis(Nemesis::duplication().interval(secs(2)))
        .nemesis(Nemesis::reordering().interval(secs(2)));
    lossy.seeds(0..20).run().assert_valid();

    // What it was sent while it stood still reaches it; what came after its friends had given it up does not.
    let explanations = explanations(simulation().nemesis(Nemesis::pauses().interval(secs(5))));
    assert!(explanations[0].starts_with("value "), "{explanations:#?}");
    let (_, reader) = explanations[0].split_once("was missing from the read that process ").unwrap();
    let node = reader.split("(at ").nth(1).unwrap().split(')').next().unwrap();
    assert_told(&explanations, &[node, " stood still from "]);
}
