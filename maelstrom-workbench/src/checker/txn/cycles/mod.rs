//! Cycles of transactions each of which comes before the next.
//!
//! In each strongly connected component it is first asked which models are broken at all, by a search for components
//! of smaller graphs; then for a cycle of each kind that is not ruled out by what does not exist and not implied by what
//! was found, in Elle's order. A cycle has the name of the relations that its edges go by, of which each has one.
//!
//! The search is our own. The crate `adya` 0.1.0, a port of Elle, was measured: it has cycles of every kind with reasons
//! for their edges, and agrees with 3113 of the 3490 recorded results in verdict and types. But it brings `clap` into a
//! build even without its features; its keys and values are 64-bit integers and strings; it reads histories from text, in
//! 1.4 s for 100,000 transactions, and judges them in 2.2 s, where this takes 0.3 s; and its searches end by the clock, so
//! that a verdict could depend on the machine. The rest to Elle's own answers would have had to be made around it.

mod exists;
mod original;
mod search;
#[cfg(test)]
mod tests;

use self::search::{Budget, Family, Kind, Outcome};
pub(super) use exists::ACYCLIC;

use super::{
    super::models::anomaly::{
        Anomalies,
        Anomaly::{self, *},
    },
    Depends,
    found::Found,
    graph::{
        Graph,
        rel::{self, PROCESS, REALTIME, RW, WR},
    },
    story,
};

/// The kinds of cycles, in the order in which they are looked for: Elle's, without those of predicates.
const KINDS: [(Anomaly, Kind); 15] = {
    const fn kind(family: Family, time: u8) -> Kind {
        Kind { family, time }
    }
    [
        (GSingleItem, kind(Family::Single, 0)),
        (G0, kind(Family::G0, 0)),
        (GNonadjacentItem, kind(Family::Nonadjacent, 0)),
        (GSingleItemProcess, kind(Family::Single, PROCESS)),
        (G1c, kind(Family::G1c, 0)),
        (GNonadjacentItemProcess, kind(Family::Nonadjacent, PROCESS)),
        (GSingleItemRealtime, kind(Family::Single, REALTIME)),
        (G2Item, kind(Family::G2, 0)),
        (GNonadjacentItemRealtime, kind(Family::Nonadjacent, REALTIME)),
        (G0Process, kind(Family::G0, PROCESS)),
        (G1cProcess, kind(Family::G1c, PROCESS)),
        (G2ItemProcess, kind(Family::G2, PROCESS)),
        (G0Realtime, kind(Family::G0, REALTIME)),
        (G1cRealtime, kind(Family::G1c, REALTIME)),
        (G2ItemRealtime, kind(Family::G2, REALTIME)),
    ]
};

/// How many edges are looked at in a component, at least and for each that it has; and in all components together.
const STEPS: u64 = 2_000_000;
const STEPS_PER_EDGE: u64 = 20;
const ALL_STEPS: u64 = 100_000_000;

/// How many steps the original's search may take in a component, and in all of them.
const STEPS_OF_ORIGINAL: u64 = 500_000;
const ALL_STEPS_OF_ORIGINAL: u64 = 5_000_000;

/// What the searches in all components may take together.
struct Budgets {
    ours: Budget,
    original: Budget,
}

/// Adds what the cycles of a graph show.
pub(super) fn find(dependencies: &dyn Depends<'_>, compat: bool, found: &mut Found) {
    let graph = dependencies.graph();
    let ours = Budget(ALL_STEPS.max(STEPS_PER_EDGE * graph.edges() as u64));
    let mut budgets = Budgets { ours, original: Budget(if compat { ALL_STEPS_OF_ORIGINAL } else { 0 }) };
    for component in graph.components(rel::ANY).large() {
        let graph = graph.among(&component);
        Component::new(dependencies, &graph, &component).search(&mut budgets, found);
    }
}

/// A strongly connected component.
struct Component<'a, 'h> {
    dependencies: &'a dyn Depends<'h>,
    graph: &'a Graph,
    /// The same with the one relation by which each edge goes.
    labelled: Graph,
    /// The transactions.
    vertices: &'a [u32],
}

impl<'a, 'h> Component<'a, 'h> {
    fn new(dependencies: &'a dyn Depends<'h>, graph: &'a Graph, vertices: &'a [u32]) -> Self {
        let labelled = graph.labelled(|relations| dependencies.label(relations));
        Self { dependencies, graph, labelled, vertices }
    }

    fn search(&self, budgets: &mut Budgets, found: &mut Found) {
        let (broken, models) = exists::broken(self.graph);
        for anomaly in broken {
            story::add_existing(self.dependencies, anomaly, self.vertices, found);
        }
        let possible = ACYCLIC.iter().map(exists::Acyclic::model).filter(|model| !models.contains(*model));
        let mut settled = possible.fold(Anomalies::default(), |all, model| all.union(model.all_prohibited()));
        let mut budget = budgets.ours.grant(STEPS.max(STEPS_PER_EDGE * self.labelled.edges() as u64));
        let mut budget_of_original = budgets.original.grant(STEPS_OF_ORIGINAL);
        for (anomaly, kind) in KINDS {
            if settled.contains(anomaly) {
                continue;
            }
            let original = self.as_original(anomaly, kind, &mut budget_of_original);
            let outcome = original.unwrap_or_else(|| search::search(&self.labelled, kind, &mut budget));
            match outcome {
                Outcome::None => {}
                Outcome::Cycle(cycle) => {
                    let name = self.name(&cycle);
                    let cycle: Vec<u32> = cycle.iter().map(|place| self.vertices[*place as usize]).collect();
                    story::add_cycle(self.dependencies, name, &cycle, found);
                    settled = settled.union(Anomalies::of(&[anomaly]).implied());
                }
                Outcome::Unsettled => story::add_timeout(anomaly, self.vertices, found),
            }
        }
        budgets.ours.give_back(budget);
        budgets.original.give_back(budget_of_original);
    }

    /// What the original's search comes to; nothing if that takes too long.
    fn as_original(&self, anomaly: Anomaly, kind: Kind, budget: &mut Budget) -> Option<Outcome> {
        if budget.0 == 0 {
            return None;
        }
        let transactions = self.dependencies.transactions();
        let indices: Vec<_> =
            self.vertices.iter().map(|entry| transactions.operation(*entry).index as u64).collect();
        let Ok(cycle) = original::search(self.graph, &indices, kind, budget) else {
            budget.0 = 0;
            return None;
        };
        // It does not ask whether what was sought without RW was found.
        let fits =
            |cycle: &Vec<u32>| matches!(kind.family, Family::G0 | Family::G1c) || self.name(cycle) == anomaly;
        Some(cycle.filter(fits).map_or(Outcome::None, Outcome::Cycle))
    }

    /// What a cycle is called.
    fn name(&self, cycle: &[u32]) -> Anomaly {
        let next = cycle.iter().cycle().skip(1);
        let labels: Vec<_> =
            cycle.iter().zip(next).map(|(from, to)| self.labelled.relations(*from, *to)).collect();
        let has = |label: u8| labels.contains(&label);
        let is_adjacent = |at: usize| labels[at] == RW && labels[(at + 1) % labels.len()] == RW;
        let is_rw = |label: &u8| *label == RW;
        let family = match labels.iter().copied().filter(is_rw).count() {
            0 if has(WR) => Family::G1c,
            0 => Family::G0,
            1 => Family::Single,
            _ if (0..labels.len()).any(is_adjacent) => Family::G2,
            _ => Family::Nonadjacent,
        };
        let time = [REALTIME, PROCESS].into_iter().find(|time| has(*time)).unwrap_or_default();
        let kind = Kind { family, time };
        let (name, _) = KINDS.into_iter().find(|(_, other)| *other == kind).expect("there is one of each");
        name
    }
}
