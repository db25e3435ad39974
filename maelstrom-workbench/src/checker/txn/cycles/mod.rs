//! Cycles of transactions each of which comes before the next.
//!
//! In each strongly connected component it is first asked which models are broken at all, by a search for components
//! of smaller graphs; then for a cycle of each kind that is not ruled out by what does not exist and not implied by what
//! was found, in Elle's order. A cycle has the name of the relations that its edges go by, of which each has one.
//!
//! The search is our own. The crate `adya` 0.1.0, a port of Elle, was measured against what is needed: it brings `clap`
//! into a build even without its features, knows integers and short strings only as keys and values, has no anomalies of
//! processes' and real time's edges under their own names, nor those that only say that a cycle exists, and gives no
//! reasons for its edges; most of it would have had to be done again around it. What graphs take here, components and
//! breadth-first searches with a state, is some hundred lines.

mod exists;
mod search;

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
        rel::{self, PROCESS, REALTIME},
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

/// How many edges are looked at in a component, at least and for each that it has.
const STEPS: u64 = 2_000_000;
const STEPS_PER_EDGE: u64 = 20;

/// Adds what the cycles of a graph show.
pub(super) fn find(dependencies: &dyn Depends<'_>, found: &mut Found) {
    let graph = dependencies.graph();
    for component in graph.components(rel::ANY).large() {
        in_component(dependencies, &graph.among(&component), &component, found);
    }
}

fn in_component(dependencies: &dyn Depends<'_>, graph: &Graph, vertices: &[u32], found: &mut Found) {
    let (broken, models) = exists::broken(graph);
    for anomaly in broken {
        story::add_existing(dependencies, anomaly, vertices, found);
    }
    let possible = ACYCLIC.iter().map(exists::Acyclic::model).filter(|model| !models.contains(*model));
    let mut settled = possible.fold(Anomalies::default(), |all, model| all.union(model.all_prohibited()));
    let labelled = graph.labelled(|relations| dependencies.label(relations));
    let mut budget = Budget(STEPS.max(STEPS_PER_EDGE * labelled.edges() as u64));
    for (anomaly, kind) in KINDS {
        if settled.contains(anomaly) {
            continue;
        }
        match search::search(&labelled, kind, &mut budget) {
            Outcome::None => {}
            Outcome::Cycle(cycle) => {
                let cycle: Vec<u32> = cycle.iter().map(|place| vertices[*place as usize]).collect();
                story::add_cycle(dependencies, anomaly, &cycle, found);
                settled = settled.union(Anomalies::of(&[anomaly]).implied());
            }
            Outcome::Unsettled => story::add_timeout(anomaly, vertices, found),
        }
    }
}
