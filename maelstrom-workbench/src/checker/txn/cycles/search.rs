//! The search for a cycle of one kind.
//!
//! From each edge with which such a cycle can begin a breadth-first search goes over pairs of a vertex and of what the way
//! to it has had, and so finds the shortest way back. That way could meet itself; then ways that do not are tried one
//! after the other. All is counted against a budget, so that a search ends on every machine in the same place.

use std::ops::Range;

use super::super::graph::{
    Components, Graph,
    rel::{PROCESS, REALTIME, RW, WR, WW},
};

/// What a cycle has to be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// WW only.
    G0,
    /// WW and WR, one WR at least.
    G1c,
    /// One RW.
    Single,
    /// Several RW, none after another.
    Nonadjacent,
    /// Several RW, some after another.
    G2,
}

/// A kind of cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) family: Family,
    /// The relation of time that it has to have at least once: PROCESS, REALTIME, or none.
    pub(super) time: u8,
}

/// How many edges may be looked at yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget(pub(super) u64);

/// Of that, for the ways from one edge that are tried one after the other.
const BUDGET_OF_EDGE: u64 = 100_000;

/// The budget is used up.
pub(super) struct Exhausted;

impl Budget {
    pub(super) fn take(&mut self, steps: u64) -> Result<(), Exhausted> {
        self.0 = self.0.checked_sub(steps).ok_or(Exhausted)?;
        Ok(())
    }

    /// Sets some of it aside; less if there is no more.
    pub(super) fn grant(&mut self, steps: u64) -> Self {
        let granted = steps.min(self.0);
        self.0 -= granted;
        Self(granted)
    }

    /// Takes back what is left of what was set aside.
    pub(super) fn give_back(&mut self, rest: Self) {
        self.0 += rest.0;
    }
}

/// What came of a search.
pub(super) enum Outcome {
    /// A cycle: its vertices, in order.
    Cycle(Vec<u32>),
    /// There is none.
    None,
    /// The budget did not suffice.
    Unsettled,
}

/// What the way so far has had: bits.
type State = u8;
const HAD_TIME: State = 1;
const HAD_SECOND_RW: State = 2;
const HAD_ADJACENT: State = 4;
const LAST_WAS_RW: State = 8;

impl Kind {
    /// With which edges a cycle is taken to begin.
    fn begins_with(self, label: u8) -> bool {
        label
            == match self.family {
                Family::G0 if self.time == 0 => WW,
                Family::G0 => self.time,
                Family::G1c => WR,
                Family::Single | Family::Nonadjacent | Family::G2 => RW,
            }
    }

    /// What the first edge has had.
    fn start(self, label: u8) -> State {
        match label {
            RW => LAST_WAS_RW,
            label if label == self.time => HAD_TIME,
            _ => 0,
        }
    }

    /// What a way has had after one more edge; nothing if it may not have that.
    fn step(self, state: State, label: u8) -> Option<State> {
        if label & (PROCESS | REALTIME) != 0 {
            return (label == self.time).then_some((state | HAD_TIME) & !LAST_WAS_RW);
        }
        match (label, self.family) {
            (WR, Family::G0) | (RW, Family::G0 | Family::G1c | Family::Single) => None,
            (RW, Family::Nonadjacent) if state & LAST_WAS_RW != 0 => None,
            (RW, _) if state & LAST_WAS_RW != 0 => Some(state | HAD_SECOND_RW | HAD_ADJACENT),
            (RW, _) => Some(state | HAD_SECOND_RW | LAST_WAS_RW),
            _ => Some(state & !LAST_WAS_RW),
        }
    }

    /// Whether the way is such a cycle, once it is back.
    fn is_done(self, state: State) -> bool {
        let had = |bits| state & bits == bits;
        let data = match self.family {
            Family::G0 | Family::G1c | Family::Single => true,
            Family::Nonadjacent => had(HAD_SECOND_RW) && !had(LAST_WAS_RW),
            Family::G2 => had(HAD_SECOND_RW) && (had(HAD_ADJACENT) || had(LAST_WAS_RW)),
        };
        data && (self.time == 0 || had(HAD_TIME))
    }

    /// The relations between which a cycle's first edge has to close.
    fn others(self) -> u8 {
        self.time
            | match self.family {
                Family::G0 => WW,
                Family::G1c | Family::Single => WW | WR,
                Family::Nonadjacent | Family::G2 => WW | WR | RW,
            }
    }
}

/// Looks for a short cycle of this kind in a graph of which each edge has one relation.
pub(super) fn search(graph: &Graph, kind: Kind, budget: &mut Budget) -> Outcome {
    let mut search = Search {
        graph,
        kind,
        components: graph.components(kind.others()),
        reached: vec![0; graph.vertices()],
        touched: Vec::new(),
        is_on_way: vec![false; graph.vertices()],
        budget,
    };
    let mut is_settled = true;
    for from in 0..u32::try_from(graph.vertices()).expect("vertices are numbered") {
        for (to, label) in graph.after(from) {
            if !kind.begins_with(label) || !search.may_return(to, from) {
                continue;
            }
            match search.shortest(from, to, label) {
                Ok(Some(cycle)) => return Outcome::Cycle(cycle),
                Ok(None) => {}
                Err(Exhausted) if search.budget.0 == 0 => return Outcome::Unsettled,
                Err(Exhausted) => is_settled = false,
            }
        }
    }
    if is_settled { Outcome::None } else { Outcome::Unsettled }
}

struct Search<'a> {
    graph: &'a Graph,
    kind: Kind,
    components: Components,
    /// For each vertex the states, as bits, with which it was reached.
    reached: Vec<u16>,
    /// The vertices of which that is not 0.
    touched: Vec<u32>,
    /// Which vertices are on the way that is being tried.
    is_on_way: Vec<bool>,
    budget: &'a mut Budget,
}

/// A vertex on the way, and the place of the one before it.
struct Reached {
    vertex: u32,
    state: State,
    before: usize,
}

impl Search<'_> {
    /// Whether a way can lead from one vertex to another: the numbers of components fall along edges. Where the first edge
    /// of a cycle is of no other kind than the rest, both have to be in one component.
    fn may_return(&self, from: u32, to: u32) -> bool {
        let [from, to] = [from, to].map(|vertex| self.components.of[vertex as usize]);
        if self.kind.family == Family::Single { from >= to } else { from == to }
    }

    fn shortest(&mut self, from: u32, to: u32, label: u8) -> Result<Option<Vec<u32>>, Exhausted> {
        for vertex in self.touched.drain(..) {
            self.reached[vertex as usize] = 0;
        }
        let start = self.kind.start(label);
        if from == to {
            return Ok(self.kind.is_done(start).then(|| vec![from]));
        }
        self.reached[to as usize] = 1 << start;
        self.touched.push(to);
        let mut way = vec![Reached { vertex: to, state: start, before: usize::MAX }];
        let mut next = 0;
        let mut meets_itself = false;
        while next < way.len() {
            let Reached { vertex, state, .. } = way[next];
            for (to, label) in self.graph.after(vertex) {
                self.budget.take(1)?;
                let Some(state) = self.kind.step(state, label) else { continue };
                if to == from {
                    if self.kind.is_done(state) {
                        let cycle = trace(from, &way, next);
                        if is_simple(&cycle) {
                            return Ok(Some(cycle));
                        }
                        meets_itself = true;
                    }
                    continue;
                }
                let bit = 1_u16 << state;
                if self.components.of[to as usize] < self.components.of[from as usize] {
                    continue;
                }
                let reached = &mut self.reached[to as usize];
                if *reached & bit != 0 {
                    continue;
                }
                if *reached == 0 {
                    self.touched.push(to);
                }
                *reached |= bit;
                way.push(Reached { vertex: to, state, before: next });
            }
            next += 1;
        }
        // There is a way back, so there may be one that does not meet itself.
        if meets_itself { self.one_after_the_other(from, to, start) } else { Ok(None) }
    }

    /// Tries ways that do not meet themselves.
    fn one_after_the_other(
        &mut self,
        from: u32,
        to: u32,
        start: State,
    ) -> Result<Option<Vec<u32>>, Exhausted> {
        let mut budget = self.budget.grant(BUDGET_OF_EDGE);
        let mut way = vec![(to, start, self.graph.row(to))];
        self.is_on_way[to as usize] = true;
        let is_found = self.try_from(from, &mut way, &mut budget);
        let cycle = [from].into_iter().chain(way.iter().map(|(vertex, ..)| *vertex)).collect();
        for (vertex, ..) in way {
            self.is_on_way[vertex as usize] = false;
        }
        self.budget.give_back(budget);
        is_found.map(|is_found| is_found.then_some(cycle))
    }

    /// Leaves the way as it is when it is back.
    fn try_from(
        &mut self,
        from: u32,
        way: &mut Vec<(u32, State, Range<usize>)>,
        budget: &mut Budget,
    ) -> Result<bool, Exhausted> {
        while let Some((vertex, state, edges)) = way.last_mut() {
            let Some(place) = edges.next() else {
                self.is_on_way[*vertex as usize] = false;
                way.pop();
                continue;
            };
            budget.take(1)?;
            let (next, label) = self.graph.edge(place);
            let Some(state) = self.kind.step(*state, label) else { continue };
            if next == from {
                if self.kind.is_done(state) {
                    return Ok(true);
                }
            } else if !self.is_on_way[next as usize]
                && self.components.of[next as usize] >= self.components.of[from as usize]
            {
                self.is_on_way[next as usize] = true;
                way.push((next, state, self.graph.row(next)));
            }
        }
        Ok(false)
    }
}

/// The vertices from the first one to the last of a way.
fn trace(from: u32, way: &[Reached], last: usize) -> Vec<u32> {
    let mut cycle = Vec::new();
    let mut at = last;
    while at != usize::MAX {
        cycle.push(way[at].vertex);
        at = way[at].before;
    }
    cycle.push(from);
    cycle.reverse();
    cycle
}

fn is_simple(cycle: &[u32]) -> bool {
    let mut vertices = cycle.to_vec();
    vertices.sort_unstable();
    vertices.windows(2).all(|pair| pair[0] != pair[1])
}
