//! The search against one that lists all cycles.

use super::{
    super::graph::{
        Graph,
        rel::{REALTIME, RW, WR, WW},
    },
    search::{Budget, Family, Kind, Outcome, search},
};
use crate::random::{Stream, Streams};

/// A graph of few vertices in which edges of time lead upwards.
fn draw(random: &mut Stream) -> Graph {
    let vertices = 2 + random.below(5);
    let mut edges = Vec::new();
    for _ in 0..random.below(3 * vertices) {
        let [from, to] = [0, 0].map(|_| u32::try_from(random.below(vertices)).unwrap());
        let labels = [WW, WR, RW, RW, REALTIME];
        let label = labels[random.index(labels.len())];
        if from != to
            && (label != REALTIME || from < to)
            && edges.iter().all(|(f, t, _)| (*f, *t) != (from, to))
        {
            edges.push((from, to, label));
        }
    }
    Graph::new(vertices.try_into().unwrap(), &edges)
}

/// The labels of all cycles that begin with these vertices, and do not meet themselves.
fn cycles(graph: &Graph, way: &mut Vec<u32>, labels: &mut Vec<u8>, found: &mut Vec<Vec<u8>>) {
    for (to, label) in graph.after(*way.last().unwrap()) {
        labels.push(label);
        if to == way[0] {
            found.push(labels.clone());
        } else if to > way[0] && !way.contains(&to) {
            way.push(to);
            cycles(graph, way, labels, found);
            way.pop();
        }
        labels.pop();
    }
}

fn kind_of(labels: &[u8]) -> Kind {
    let has = |label| labels.contains(&label);
    let follows = |at: usize| labels[at] == RW && labels[(at + 1) % labels.len()] == RW;
    let family = match labels.iter().map(|label| usize::from(*label == RW)).sum() {
        0 if has(WR) => Family::G1c,
        0 => Family::G0,
        1 => Family::Single,
        _ if (0..labels.len()).any(follows) => Family::G2,
        _ => Family::Nonadjacent,
    };
    Kind { family, time: if has(REALTIME) { REALTIME } else { 0 } }
}

#[test]
fn a_cycle_is_found_if_and_only_if_there_is_one_of_its_kind() {
    let mut random = Streams::new(0).stream("graphs");
    let mut counts = [0; 10];
    for _ in 0..20_000 {
        let graph = draw(&mut random);
        let mut there = Vec::new();
        for vertex in 0..u32::try_from(graph.vertices()).unwrap() {
            cycles(&graph, &mut vec![vertex], &mut Vec::new(), &mut there);
        }
        let families = [Family::G0, Family::G1c, Family::Single, Family::Nonadjacent, Family::G2];
        let kinds = families.into_iter().flat_map(|family| [0, REALTIME].map(|time| Kind { family, time }));
        for (kind, count) in kinds.zip(&mut counts) {
            let is_there = there.iter().any(|labels| kind_of(labels) == kind);
            match search(&graph, kind, &mut Budget(1_000_000)) {
                Outcome::Cycle(cycle) => {
                    let next = cycle.iter().cycle().skip(1);
                    let labels: Vec<_> =
                        cycle.iter().zip(next).map(|(from, to)| graph.relations(*from, *to)).collect();
                    assert_eq!(kind_of(&labels), kind, "{graph:?}: {cycle:?}");
                    *count += 1;
                }
                Outcome::None => assert!(!is_there, "{kind:?} in {graph:?}"),
                Outcome::Unsettled => panic!("the budget is large enough"),
            }
        }
    }
    assert!(counts.iter().all(|count| *count > 50), "{counts:?}");
}
