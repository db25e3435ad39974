//! Why there is no order: in a sentence, and in full.

use std::collections::BTreeSet;

use super::{
    super::{Next, Placed, State, Stuck, Suspect},
    blame::{self, suspects},
    register::Register,
    search::{self, Budget, Call, Calls, Effect, End, Frontier, order_before},
    words,
};
use crate::{
    Value,
    history::{History, Kind, Operation},
};

/// As many operations are shown of the order that leads to what has no place.
const SHOWN: usize = 12;
/// As many operations are named that may be wrong.
const NAMED: usize = 4;

/// What there is to say about a key.
pub(super) struct Counterexample<'a, 'h> {
    history: &'h History,
    key: &'h Value,
    register: &'a Register<'h>,
    calls: &'a Calls,
}

impl<'a, 'h> Counterexample<'a, 'h> {
    pub(super) fn new(
        history: &'h History,
        key: &'h Value,
        register: &'a Register<'h>,
        calls: &'a Calls,
    ) -> Self {
        Self { history, key, register, calls }
    }

    /// Who did what cannot be, and when.
    pub(super) fn sentence(&self, frontier: &Frontier) -> String {
        let call = self.calls.definite[frontier.base];
        let invocation = &self.history.operations()[call.invoked];
        let completion = &self.history.operations()[call.completed];
        let (process, key) = (completion.process, words::value(self.key));
        let what = match call.effect {
            Effect::Read(value) => format!("read {} from key {key}", self.value(value)),
            Effect::Write(value) => format!("wrote {} to key {key}", self.value(value)),
            Effect::Cas(from, to) => {
                format!("changed key {key} from {} to {}", self.value(from), self.value(to))
            }
        };
        let (began, ended) = (words::time(invocation.time), words::time(completion.time));
        format!(
            "{process} {what} between {began} and {ended}, but with all that was acknowledged before, its value could \
             only be {}",
            self.values(&frontier.states)
        )
    }

    /// What has no place, and the states that it has none in.
    pub(super) fn stuck(&self, frontier: &Frontier) -> Stuck {
        let call = self.calls.definite[frontier.base];
        let operations = self.history.operations();
        let is_ok_here = |operation: &&Operation| {
            let is_here =
                || operation.value.as_list().and_then(<[Value]>::first).is_some_and(|key| key == self.key);
            operation.kind == Kind::Ok && is_here()
        };
        let previous = operations[..call.completed].iter().rfind(is_ok_here);
        Stuck {
            index: operations[call.completed].index,
            previous: previous.map(|operation| operation.index),
            states: frontier.ends.iter().map(|end| self.end(end)).collect(),
            order: Vec::new(),
            suspects: Vec::new(),
        }
    }

    /// Looks for the way there, and for what may be wrong. That takes many searches, so it is not done for every key. Gives
    /// what there is to say about it.
    pub(super) fn investigate(&self, stuck: &mut Stuck, base: usize, budget: Budget) -> String {
        let operations = self.history.operations();
        let order = order_before(self.calls, base, budget, SHOWN);
        let placed = order.into_iter().map(|placed| Placed {
            index: operations[placed.call.invoked].index,
            value: self.register.value(placed.state).clone(),
        });
        stuck.order = placed.collect();
        let suspects = suspects(self.calls, self.register.failed(), base, budget);
        let suspect = |suspect: &blame::Suspect| Suspect {
            index: operations[suspect.call().completed].index,
            failed: matches!(suspect, blame::Suspect::Effective(_)),
        };
        stuck.suspects = suspects.iter().map(suspect).collect();
        if suspects.is_empty() {
            return String::new();
        }
        let further = suspects.len().saturating_sub(NAMED);
        let mut said: Vec<String> =
            suspects[further..].iter().map(|suspect| self.suspect(*suspect)).collect();
        if further > 0 {
            said.push(words::count(further, "earlier one"));
        }
        let how = if stuck.suspects.iter().any(|suspect| suspect.failed) {
            "if it took effect after all:"
        } else {
            "without"
        };
        format!("; there would be an order {how} {}", words::list(&said, "or"))
    }

    /// What it was, and when.
    fn suspect(&self, suspect: blame::Suspect) -> String {
        let Call { effect, completed, .. } = suspect.call();
        let what = match effect {
            Effect::Read(value) => format!("the read of {}", self.value(value)),
            Effect::Write(value) => format!("the write of {}", self.value(value)),
            Effect::Cas(from, to) => format!("the cas from {} to {}", self.value(from), self.value(to)),
        };
        let completion = &self.history.operations()[completed];
        let (process, time) = (completion.process, words::time(completion.time));
        let ended = if matches!(suspect, blame::Suspect::Effective(_)) { "failed" } else { "ended" };
        format!("{what} by {process} that {ended} at {time}")
    }

    /// What is known when the budget is used up.
    pub(super) fn undecided(&self, frontier: &Frontier, explored: usize) -> String {
        let total = self.calls.definite.len();
        let completion = &self.history.operations()[self.calls.definite[frontier.base].completed];
        format!(
            "key {} is undecided: {explored} states were explored, and the first {} of its {total} acknowledged \
             operations have an order; what {} completed at {} was not placed yet",
            words::value(self.key),
            frontier.base,
            completion.process,
            words::time(completion.time),
        )
    }

    fn end(&self, end: &End) -> State {
        let next = end.next.iter().map(|call| {
            let why = match call.effect {
                effect if effect.apply(end.state).is_some_and(|state| state != end.state) => {
                    let state = effect.apply(end.state).expect("it is legal");
                    format!("it makes the value {}, with which `op` has no place either", self.value(state))
                }
                Effect::Cas(from, _) | Effect::Read(from) if from != end.state => {
                    let does = if matches!(call.effect, Effect::Read(_)) { "has read" } else { "expects" };
                    format!("it {does} {}, and the value is {}", self.value(from), self.value(end.state))
                }
                _ => "it changes nothing".to_owned(),
            };
            Next { index: self.history.operations()[call.invoked].index, why }
        });
        State { value: self.register.value(end.state).clone(), next: next.collect() }
    }

    fn value(&self, state: search::State) -> String {
        words::value(self.register.value(state))
    }

    /// `1, 2 or 3`.
    fn values(&self, states: &BTreeSet<search::State>) -> String {
        const LISTED: usize = 5;
        let mut values: Vec<&Value> = states.iter().map(|state| self.register.value(*state)).collect();
        values.sort_unstable();
        let mut said: Vec<_> = values.iter().take(LISTED).map(|value| words::value(value)).collect();
        if values.len() > LISTED {
            said.push(format!("one of {} others", values.len() - LISTED));
        }
        words::list(&said, "or")
    }
}

/// The fields of a counterexample. Operations stand as their indices.
pub(super) fn fields(stuck: &Stuck) -> Value {
    let next = |Next { index, why }: &Next| {
        Value::object([("op", (*index).into()), ("why", Value::from(why.as_str()))])
    };
    let state = |State { value, next: operations }: &State| {
        Value::object([("value", value.clone()), ("next", operations.iter().map(next).collect())])
    };
    let mut fields: Vec<(&str, Value)> = vec![
        ("op", stuck.index.into()),
        ("previous-ok", stuck.previous.into()),
        ("configs", stuck.states.iter().map(state).collect()),
    ];
    if !stuck.suspects.is_empty() {
        fields.push(("suspects", stuck.suspects.iter().map(|suspect| Value::from(suspect.index)).collect()));
    }
    Value::object(fields)
}
