//! Is there an order in which all operations on a register are legal?
//!
//! The search places operations one after another. What has to be known of those placed is little: the operations with
//! a known outcome are taken in the order of their completions, so that all before the first that is not placed, the
//! base, are; of those after it only those can be placed that had begun when the base was completed. They are as many
//! as were under way at that moment, so a set of them is a few bits. Open operations have bits of their own.
//!
//! Four things keep it short. None of them loses an order, nor a base that can be reached:
//!
//! - what never changes anything, such as a read, is placed as soon as it is legal;
//! - of operations with the same effect, the one that is due first is placed first;
//! - a state that was seen is not entered again;
//! - nor is one that was seen with fewer open operations used up.

use std::{
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

/// The value of a register, by number. It is 0 at first.
pub(super) type State = u32;

/// What an operation does, or has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    Read(State),
    Write(State),
    Cas(State, State),
}

impl Effect {
    /// The state after it, if it is legal.
    pub(super) fn apply(self, state: State) -> Option<State> {
        match self {
            Self::Read(value) => (state == value).then_some(state),
            Self::Write(value) => Some(value),
            Self::Cas(from, to) => (state == from).then_some(to),
        }
    }

    /// Whether it leaves every state in which it is legal as it is.
    fn never_changes(self) -> bool {
        match self {
            Self::Read(_) => true,
            Self::Write(_) => false,
            Self::Cas(from, to) => from == to,
        }
    }
}

/// An operation, with its positions in the history.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    pub(super) effect: Effect,
    pub(super) invoked: usize,
    /// That of its completion; the greatest number if its outcome is open.
    pub(super) completed: usize,
}

/// What is to be placed.
#[derive(Clone)]
pub(super) struct Calls {
    /// What has happened, in the order of completions.
    pub(super) definite: Vec<Call>,
    /// What may have happened, in the order of invocations.
    pub(super) open: Vec<Call>,
}

/// How long a search may go on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    /// How often an operation may be tried, or a state compared with another.
    pub(super) steps: u64,
    /// What the states that were seen may take.
    pub(super) bytes: u64,
}

impl Default for Budget {
    /// Some seconds, and a GiB.
    fn default() -> Self {
        Self { steps: 400_000_000, bytes: 1 << 30 }
    }
}

impl Budget {
    /// The part of each of so many searches, one after another.
    pub(super) fn split(self, searches: usize) -> Self {
        let searches = u64::try_from(searches.max(1)).unwrap_or(u64::MAX);
        Self { steps: self.steps / searches, ..self }
    }
}

/// What came of a search.
pub(super) enum Outcome {
    /// There is an order.
    Placed,
    /// There is none.
    Stuck(Frontier),
    /// The budget is used up. So many states were explored.
    Undecided { frontier: Frontier, explored: usize },
}

/// How far a search came.
#[derive(Default)]
pub(super) struct Frontier {
    /// The number of the first operation that was never placed together with all that were completed before it.
    pub(super) base: usize,
    /// All values that the register can have with those in place.
    pub(super) states: BTreeSet<State>,
    /// One way to reach each of up to ten of these values: what could come next.
    pub(super) ends: Vec<End>,
}

/// A state with the operations that could come next.
pub(super) struct End {
    pub(super) state: State,
    pub(super) next: Vec<Call>,
}

/// An operation that was placed, and the value after it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) call: Call,
    pub(super) state: State,
}

/// How many of the last states are kept for a report.
const ENDS: usize = 10;

/// What is placed, and the value after it.
#[derive(Clone)]
struct Configuration {
    at: At,
    open: Bits,
    path: Path,
}

/// What was placed, the last first, if somebody asks for it.
#[derive(Clone)]
enum Path {
    NotKept,
    Start,
    After(Rc<(Placed, Path)>),
}

impl Path {
    fn push(&mut self, call: Call, state: State) {
        if !matches!(self, Self::NotKept) {
            *self = Self::After(Rc::new((Placed { call, state }, self.clone())));
        }
    }

    /// The last ones, in their order.
    fn last(&self, most: usize) -> Vec<Placed> {
        let mut path = self;
        let mut placed = Vec::new();
        while let Self::After(last) = path
            && placed.len() < most
        {
            placed.push(last.0);
            path = &last.1;
        }
        placed.reverse();
        placed
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct At {
    base: usize,
    state: State,
    /// By slot.
    placed: Bits,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Bits(Box<[u64]>);

impl Bits {
    fn none(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64)].into())
    }

    fn has(&self, bit: usize) -> bool {
        self.0[bit / 64] >> (bit % 64) & 1 == 1
    }

    fn flip(&mut self, bit: usize) {
        self.0[bit / 64] ^= 1 << (bit % 64);
    }

    fn is_within(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(these, those)| these & !those == 0)
    }

    fn bytes(&self) -> u64 {
        8 * self.0.len() as u64
    }
}

/// Looks for an order.
pub(super) fn search(calls: &Calls, budget: Budget) -> Outcome {
    let mut search = Search::new(calls, Path::NotKept);
    loop {
        match search.step(budget) {
            Step::Further(at) if at.base == calls.definite.len() => return Outcome::Placed,
            Step::Further(_) => {}
            Step::UsedUp => {
                return Outcome::Undecided { frontier: search.frontier, explored: search.explored };
            }
            Step::End => return Outcome::Stuck(search.frontier),
        }
    }
}

/// The last operations of one order of all that was completed before an operation that has no place.
pub(super) fn order_before(calls: &Calls, base: usize, budget: Budget, most: usize) -> Vec<Placed> {
    let mut search = Search::new(calls, Path::Start);
    loop {
        match search.step(budget) {
            Step::Further(at) if at.base == base => return at.path.last(most),
            Step::Further(_) => {}
            Step::UsedUp | Step::End => return Vec::new(),
        }
    }
}

/// A search under way.
struct Search<'c> {
    window: Window<'c>,
    stack: Vec<Configuration>,
    seen: HashMap<At, Vec<Bits>>,
    frontier: Frontier,
    explored: usize,
    steps: u64,
    bytes: u64,
}

/// What a step came to.
enum Step {
    /// A state that was not seen before, or that all are placed in.
    Further(Reached),
    /// The budget is used up.
    UsedUp,
    /// There are no further states.
    End,
}

/// So many are placed for sure, in this way.
struct Reached {
    base: usize,
    path: Path,
}

impl<'c> Search<'c> {
    fn new(calls: &'c Calls, path: Path) -> Self {
        let window = Window::new(calls);
        let at = At { base: 0, state: 0, placed: Bits::none(window.slots) };
        let stack = vec![Configuration { at, open: Bits::none(calls.open.len()), path }];
        let (seen, frontier) = (HashMap::new(), Frontier::default());
        Self { window, stack, seen, frontier, explored: 0, steps: 0, bytes: 0 }
    }

    /// Goes on to the next state.
    fn step(&mut self, budget: Budget) -> Step {
        while let Some(mut configuration) = self.stack.pop() {
            self.window.settle(&mut configuration, &mut self.steps);
            let reached = Reached { base: configuration.at.base, path: configuration.path.clone() };
            if reached.base == self.window.calls.definite.len() {
                return Step::Further(reached);
            }
            let known = self.seen.entry(configuration.at.clone()).or_default();
            self.steps += known.len() as u64;
            if known.iter().any(|open| open.is_within(&configuration.open)) {
                continue;
            }
            known.push(configuration.open.clone());
            self.explored += 1;
            // The entry and its place in the table, and as much for what waits on the stack.
            self.bytes += 2 * (configuration.at.placed.bytes() + configuration.open.bytes() + 96);
            self.window.note(&configuration, &mut self.frontier);
            if self.steps > budget.steps || self.bytes > budget.bytes {
                return Step::UsedUp;
            }
            self.window.push_next(&configuration, &mut self.stack, &mut self.steps);
            return Step::Further(reached);
        }
        Step::End
    }
}

/// What can be placed at which base.
struct Window<'c> {
    calls: &'c Calls,
    /// For each base the operations under way when it was completed, itself included, in the order of completions.
    under_way: Vec<Vec<usize>>,
    /// For each base how many of the open operations had begun.
    begun: Vec<usize>,
    /// For each operation its bit. No two that were under way together have the same.
    slot: Vec<usize>,
    slots: usize,
}

impl<'c> Window<'c> {
    fn new(calls: &'c Calls) -> Self {
        let mut by_invocation: Vec<usize> = (0..calls.definite.len()).collect();
        by_invocation.sort_unstable_by_key(|&call| calls.definite[call].invoked);
        let mut by_invocation = by_invocation.into_iter().peekable();
        let (mut under_way, mut begun) = (Vec::new(), Vec::new());
        let (mut active, mut free) = (BTreeSet::new(), BTreeSet::new());
        let (mut slot, mut slots) = (vec![0; calls.definite.len()], 0);
        for (base, Call { completed, .. }) in calls.definite.iter().enumerate() {
            while let Some(call) = by_invocation.next_if(|&call| calls.definite[call].invoked < *completed) {
                active.insert(call);
                slot[call] = free.pop_first().unwrap_or_else(|| {
                    slots += 1;
                    slots - 1
                });
            }
            under_way.push(active.iter().copied().collect());
            begun.push(calls.open.partition_point(|open| open.invoked < *completed));
            active.remove(&base);
            free.insert(slot[base]);
        }
        Self { calls, under_way, begun, slot, slots }
    }

    /// The operations with a known outcome that could come next.
    fn definite<'a>(&'a self, at: &'a At) -> impl Iterator<Item = (usize, Call)> + 'a {
        let waiting = self.under_way[at.base].iter().filter(|&&call| !at.placed.has(self.slot[call]));
        waiting.map(|&call| (call, self.calls.definite[call]))
    }

    /// The open operations that could come next.
    fn open<'a>(&'a self, configuration: &'a Configuration) -> impl Iterator<Item = (usize, Call)> + 'a {
        let begun = 0..self.begun[configuration.at.base];
        begun.filter(|&call| !configuration.open.has(call)).map(|call| (call, self.calls.open[call]))
    }

    /// Places what never changes anything, and moves the base on to the first that is not placed.
    fn settle(&self, configuration: &mut Configuration, steps: &mut u64) {
        let at = &mut configuration.at;
        while at.base < self.slot.len() {
            for &call in &self.under_way[at.base] {
                *steps += 1;
                let it = self.calls.definite[call];
                if it.effect.never_changes()
                    && it.effect.apply(at.state).is_some()
                    && !at.placed.has(self.slot[call])
                {
                    at.placed.flip(self.slot[call]);
                    configuration.path.push(it, at.state);
                }
            }
            if !at.placed.has(self.slot[at.base]) {
                return;
            }
            // The slot is another's from here on.
            at.placed.flip(self.slot[at.base]);
            at.base += 1;
        }
    }

    /// Puts what can come after a state on the stack, the operation that is due first on top.
    fn push_next(&self, configuration: &Configuration, stack: &mut Vec<Configuration>, steps: &mut u64) {
        let at = &configuration.at;
        let mut tried: Vec<Effect> = Vec::new();
        let bottom = stack.len();
        let definite = self.definite(at).map(|(number, call)| (number, call, true));
        let open = self.open(configuration).map(|(number, call)| (number, call, false));
        for (number, call @ Call { effect, .. }, is_definite) in definite.chain(open) {
            *steps += 1;
            // A write of what is there has its use, as it need not come later; not so if it may never have happened.
            let has_use = |state: &State| is_definite || *state != at.state;
            let Some(state) = effect.apply(at.state).filter(has_use) else { continue };
            if tried.contains(&effect) {
                continue;
            }
            tried.push(effect);
            let mut next = configuration.clone();
            next.at.state = state;
            next.path.push(call, state);
            if is_definite {
                next.at.placed.flip(self.slot[number]);
            } else {
                next.open.flip(number);
            }
            stack.push(next);
        }
        stack[bottom..].reverse();
    }

    /// Keeps a state if none came further.
    fn note(&self, configuration: &Configuration, frontier: &mut Frontier) {
        let At { base, state, .. } = configuration.at;
        if base < frontier.base {
            return;
        }
        if base > frontier.base {
            *frontier = Frontier { base, ..Frontier::default() };
        }
        if frontier.states.insert(state) && frontier.ends.len() < ENDS {
            let definite = self.definite(&configuration.at).map(|(_, call)| call);
            let next = definite.chain(self.open(configuration).map(|(_, call)| call)).collect();
            frontier.ends.push(End { state, next });
        }
    }
}
