//! Whether there is a cycle at all that a model rules out.

use super::super::{
    super::models::{
        Models,
        anomaly::Anomaly::{self, *},
    },
    graph::{
        Graph, components,
        rel::{PROCESS, REALTIME, RW, WR, WW},
    },
};

/// A graph that has no cycle where a model holds.
pub(in super::super) struct Acyclic {
    pub(in super::super) anomaly: Anomaly,
    pub(in super::super) model: &'static str,
    /// The relations of its edges.
    relations: u8,
    /// Whether there may be an RW after each edge.
    is_extended: bool,
}

const fn acyclic(anomaly: Anomaly, model: &'static str, relations: u8, is_extended: bool) -> Acyclic {
    Acyclic { anomaly, model, relations, is_extended }
}

/// From the weakest model on, without time, with processes, and with real time.
pub(in super::super) const ACYCLIC: [Acyclic; 13] = [
    acyclic(Pl1CycleExists, "PL-1", WW, false),
    acyclic(Pl2CycleExists, "PL-2", WW | WR, false),
    acyclic(PlSiCycleExists, "PL-SI", WW | WR, true),
    acyclic(Pl299CycleExists, "PL-2.99", WW | WR | RW, false),
    acyclic(Pl3CycleExists, "PL-3", WW | WR | RW, false),
    acyclic(StrongSessionPl1CycleExists, "strong-session-PL-1", WW | PROCESS, false),
    acyclic(StrongSessionPl2CycleExists, "strong-session-PL-2", WW | WR | PROCESS, false),
    acyclic(StrongSessionSiCycleExists, "strong-session-snapshot-isolation", WW | WR | PROCESS, true),
    acyclic(
        StrongSessionSerializableCycleExists,
        "strong-session-serializable",
        WW | WR | RW | PROCESS,
        false,
    ),
    acyclic(StrongPl1CycleExists, "strong-PL-1", WW | REALTIME, false),
    acyclic(StrongPl2CycleExists, "strong-PL-2", WW | WR | REALTIME, false),
    acyclic(StrongSiCycleExists, "strong-snapshot-isolation", WW | WR | REALTIME, true),
    acyclic(PlSsCycleExists, "PL-SS", WW | WR | RW | REALTIME, false),
];

impl Acyclic {
    pub(in super::super) fn model(&self) -> Models {
        Models::of(&[self.model])
    }

    fn is_broken_in(&self, graph: &Graph) -> bool {
        if self.is_extended {
            has_extended_cycle(graph, self.relations)
        } else {
            has_cycle(graph, self.relations)
        }
    }
}

/// The weakest of these that a graph shows to be broken, and all models that are broken with them.
pub(super) fn broken(graph: &Graph) -> (Vec<Anomaly>, Models) {
    let (mut anomalies, mut models) = (Vec::new(), Models::default());
    for acyclic in &ACYCLIC {
        let model = acyclic.model();
        if !models.contains(model) && acyclic.is_broken_in(graph) {
            anomalies.push(acyclic.anomaly);
            models = models.union(model.and_stronger());
        }
    }
    (anomalies, models)
}

fn has_cycle(graph: &Graph, relations: u8) -> bool {
    let components = graph.components(relations);
    components.count < graph.vertices()
        || (0..).zip(&components.of).any(|(vertex, _)| graph.relations(vertex, vertex) & relations != 0)
}

/// Whether there is a cycle of such edges, each maybe with an RW after it. Each vertex stands twice: reached by an RW, and
/// otherwise.
fn has_extended_cycle(graph: &Graph, relations: u8) -> bool {
    let edge = |state: u32, k: usize| {
        let (vertex, is_free) = (state / 2, state.is_multiple_of(2));
        let (to, relation) = graph.edge(graph.row(vertex).start + k / 2);
        let is_rw = k % 2 == 1;
        let fits = if is_rw { is_free && relation & RW != 0 } else { relation & relations != 0 };
        fits.then_some(2 * to + u32::from(is_rw))
    };
    let vertices = 2 * graph.vertices();
    let components = components(vertices, |state| 2 * graph.row(state / 2).len(), edge);
    let is_own = |state: u32| {
        let vertex = state / 2;
        state.is_multiple_of(2) && graph.relations(vertex, vertex) & relations != 0
    };
    components.count < vertices || (0..).zip(&components.of).any(|(state, _)| is_own(state))
}
