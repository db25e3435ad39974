//! The search for a cycle as the original does it, for results that are to be exactly its own.
//!
//! It follows every way from every transaction, in the order of its hash maps, takes the first cycle that it comes upon,
//! and gives up if that one turns out to be of another kind. So it may miss cycles that there are, or name another one.
//! Source: Elle 0.2.2, and the hash maps of bifurcan 0.2.

use std::collections::{HashMap, HashSet};

use super::{
    super::clojure,
    super::graph::{
        Graph,
        rel::{PROCESS, REALTIME, RW, WR, WW},
    },
    search::{Budget, Exhausted, Family, Kind},
};

/// A relation of an edge, one at a time, in the order in which they are tried.
const RELATIONS: [u8; 5] = [WW, WR, RW, PROCESS, REALTIME];

/// Which RW edges may be taken beyond those that are allowed anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    None,
    /// One.
    Single,
    /// One, not right after another.
    Free,
    /// None right now.
    Taken,
}

/// What a way may still take, and has to.
#[derive(Clone, Copy, Debug)]
struct State {
    legal: u8,
    /// Relations that have to come.
    wanted: u8,
    /// How many RW have to come.
    wanted_rw: u8,
    mode: Mode,
}

impl State {
    fn start(kind: Kind) -> Self {
        let (legal, wanted, wanted_rw, mode) = match kind.family {
            Family::G0 => (WW, 0, 0, Mode::None),
            Family::G1c => (WW | WR, WR, 0, Mode::None),
            Family::Single => (WW | WR, 0, 1, Mode::Single),
            Family::Nonadjacent => (WW | WR, 0, 2, Mode::Free),
            Family::G2 => (WW | WR | RW, 0, 2, Mode::None),
        };
        Self { legal: legal | kind.time, wanted: wanted | kind.time, wanted_rw, mode }
    }

    fn is_valid(self) -> bool {
        self.wanted == 0 && self.wanted_rw == 0 && self.mode != Mode::Taken
    }

    /// The states after an edge, which may count as one or another of its relations.
    fn after(self, relations: u8, is_first: bool) -> Vec<Self> {
        let takes_rw = self.wanted_rw > 0 || matches!(self.mode, Mode::Single | Mode::Free);
        let rw = if takes_rw { RW } else { 0 };
        let wanted = self.wanted & !rw;
        let legal = self.legal & !rw & !wanted;
        let steps = |mask: u8| {
            RELATIONS
                .into_iter()
                .filter(move |relation| relations & mask & relation != 0)
                .filter_map(move |r| self.step(r))
        };
        let mut states: Vec<_> = steps(rw).collect();
        if is_first && self.wanted_rw > 0 {
            return states;
        }
        states.extend(steps(wanted));
        if is_first && self.wanted != 0 {
            return states;
        }
        states.extend(steps(legal).next());
        states
    }

    fn step(self, relation: u8) -> Option<Self> {
        let wanted = self.wanted & !relation;
        if self.legal & relation != 0 {
            let wanted_rw = if relation == RW { self.wanted_rw.saturating_sub(1) } else { self.wanted_rw };
            let mode = if self.mode == Mode::Taken { Mode::Free } else { self.mode };
            return Some(Self { wanted, wanted_rw, mode, ..self });
        }
        let (wanted_rw, mode) = match self.mode {
            Mode::Single => (0, Mode::None),
            Mode::Free => (self.wanted_rw.saturating_sub(1), Mode::Taken),
            Mode::None | Mode::Taken => return None,
        };
        (relation == RW).then_some(Self { wanted, wanted_rw, mode, ..self })
    }
}

/// A graph in the order of the original's hash maps.
struct Ordered {
    vertices: Vec<u32>,
    /// The edges of each vertex.
    after: HashMap<u32, Vec<(u32, u8)>>,
}

impl Ordered {
    /// The edges with these relations; of each vertex the index that its operation has in the history.
    fn new(graph: &Graph, indices: &[u64], relations: u8) -> Self {
        let count = u32::try_from(graph.vertices()).expect("vertices are numbered");
        let edges = |from| {
            let after = graph.after(from).filter(|(_, relation)| relation & relations != 0);
            after.map(move |(to, relation)| (from, to, relation & relations))
        };
        Self::of((0..count).flat_map(edges), indices)
    }

    fn of(edges: impl Iterator<Item = (u32, u32, u8)>, indices: &[u64]) -> Self {
        let mut after: HashMap<u32, Vec<(u32, u8)>> = HashMap::new();
        for (from, to, relations) in edges {
            after.entry(from).or_default().push((to, relations));
            after.entry(to).or_default();
        }
        for row in after.values_mut() {
            *row = in_order(std::mem::take(row), 0, &|(to, _)| hash(indices[*to as usize]));
        }
        let vertices = after.keys().copied().collect();
        Self { vertices: in_order(vertices, 0, &|vertex| hash(indices[*vertex as usize])), after }
    }

    fn after(&self, vertex: u32) -> &[(u32, u8)] {
        self.after.get(&vertex).map_or(&[], Vec::as_slice)
    }

    /// The edges between some vertices.
    fn among(&self, vertices: &[u32], indices: &[u64]) -> Self {
        let is_in: HashSet<u32> = vertices.iter().copied().collect();
        let edges = |from: &u32| {
            let from = *from;
            self.after(from).iter().map(move |(to, relations)| (from, *to, *relations))
        };
        Self::of(is_in.iter().flat_map(edges).filter(|(_, to, _)| is_in.contains(to)), indices)
    }
}

/// The hash under which an index is kept.
fn hash(index: u64) -> u32 {
    let hash = clojure::hash_of_integer(index);
    // It comes as a long, whose halves are mixed.
    let hash = if hash >> 31 == 1 { !hash } else { hash };
    let hash = hash ^ hash >> 20 ^ hash >> 12;
    hash ^ hash >> 7 ^ hash >> 4
}

/// Keys in the order in which a hash trie lists them: five bits of the hash at a time, those that are alone with theirs
/// before the others.
fn in_order<T: Copy>(keys: Vec<T>, shift: u32, hash: &impl Fn(&T) -> u32) -> Vec<T> {
    if keys.len() < 2 || shift >= 32 {
        return keys;
    }
    let mut slots: Vec<Vec<T>> = vec![Vec::new(); 32];
    for key in keys {
        slots[(hash(&key) >> shift & 31) as usize].push(key);
    }
    let (mut alone, mut others) = (Vec::new(), Vec::new());
    for slot in slots {
        match slot.as_slice() {
            [key] => alone.push(*key),
            _ => others.extend(in_order(slot, shift + 5, hash)),
        }
    }
    alone.extend(others);
    alone
}

/// The cycle that the original comes upon, if any.
pub(super) fn search(
    graph: &Graph,
    indices: &[u64],
    kind: Kind,
    budget: &mut Budget,
) -> Result<Option<Vec<u32>>, Exhausted> {
    let start = State::start(kind);
    let relations = start.legal | if start.wanted_rw > 0 { RW } else { 0 };
    let graph = Ordered::new(graph, indices, relations);
    for vertex in graph.vertices.clone() {
        let cycle = from(&graph, indices, start, vertex, budget)?;
        if cycle.is_some() {
            return Ok(cycle);
        }
    }
    Ok(None)
}

/// A way's last step.
#[derive(Clone, Copy)]
struct Step {
    vertex: u32,
    state: State,
    before: Option<usize>,
}

/// The ways from one vertex, all of one length at a time.
fn from(
    graph: &Ordered,
    indices: &[u64],
    start: State,
    vertex: u32,
    budget: &mut Budget,
) -> Result<Option<Vec<u32>>, Exhausted> {
    let mut steps = vec![Step { vertex, state: start, before: None }];
    let mut ends = vec![0];
    while !ends.is_empty() {
        let mut open = Vec::new();
        for end in ends {
            let way = trace(&steps, end);
            let [earlier @ .., last] = way.as_slice() else { continue };
            let Some(met) = earlier.iter().position(|vertex| vertex == last) else {
                open.push(end);
                continue;
            };
            if !steps[end].state.is_valid() {
                continue;
            }
            if met == 0 {
                return Ok(Some(earlier.to_vec()));
            }
            budget.take(way.len() as u64)?;
            let around = graph.among(&way[met..], indices);
            for vertex in &way[met..] {
                let cycle = from(&around, indices, start, *vertex, budget)?;
                if cycle.is_some() {
                    return Ok(cycle);
                }
            }
        }
        ends = Vec::new();
        for end in open {
            let Step { vertex, state, before } = steps[end];
            for (to, relations) in graph.after(vertex) {
                for state in state.after(*relations, before.is_none()) {
                    budget.take(1)?;
                    ends.push(steps.len());
                    steps.push(Step { vertex: *to, state, before: Some(end) });
                }
            }
        }
    }
    Ok(None)
}

/// The vertices of a way, in order.
fn trace(steps: &[Step], end: usize) -> Vec<u32> {
    let mut way = Vec::new();
    let mut at = Some(end);
    while let Some(step) = at {
        way.push(steps[step].vertex);
        at = steps[step].before;
    }
    way.reverse();
    way
}
