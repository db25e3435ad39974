//! What an explanation rests on, for those who want to look at it.

use serde::{Deserialize, Serialize};

use crate::Value;

/// What an explanation rests on. Operations stand as the indices of one of their entries in the history.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Evidence {
    /// The operations that the explanation names, in its order.
    pub operations: Vec<usize>,
    /// The value that got lost, came twice, or was nobody's.
    pub value: Option<Value>,
    /// The transactions that came before each other in a circle.
    pub cycle: Option<Cycle>,
    /// Why an operation of a register has no place.
    pub stuck: Option<Stuck>,
}

impl Evidence {
    /// Adds an operation that the explanation names.
    pub fn name(&mut self, index: usize) {
        self.operations.push(index);
    }

    /// Whether it is about operations that have to be in one order, on which nodes can't agree without a majority of them.
    pub(crate) fn needs_majority(&self) -> bool {
        self.cycle.is_some() || self.stuck.is_some()
    }

    /// All indices that are in it.
    pub(crate) fn indices(&mut self) -> impl Iterator<Item = &mut usize> {
        let transactions = self.cycle.iter_mut().flat_map(|cycle| &mut cycle.transactions);
        let of_stuck = self.stuck.iter_mut().flat_map(|stuck| {
            let next = stuck.states.iter_mut().flat_map(|state| &mut state.next).map(|next| &mut next.index);
            let order = stuck.order.iter_mut().map(|placed| &mut placed.index);
            let suspects = stuck.suspects.iter_mut().map(|suspect| &mut suspect.index);
            next.chain(order).chain(suspects).chain(&mut stuck.previous).chain([&mut stuck.index])
        });
        self.operations
            .iter_mut()
            .chain(transactions.map(|transaction| &mut transaction.index))
            .chain(of_stuck)
    }

    /// Operations, and nothing else.
    pub(crate) fn of(operations: impl IntoIterator<Item = usize>) -> Self {
        Self { operations: operations.into_iter().collect(), ..Self::default() }
    }

    /// About this value.
    pub(crate) fn about(mut self, value: &Value) -> Self {
        self.value = Some(value.clone());
        self
    }
}

/// Transactions that came before each other in a circle. Each edge leads to the transaction after, the last one to the
/// first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cycle {
    /// The transactions.
    pub transactions: Vec<Transaction>,
    /// Edges from each of them to the next.
    pub edges: Vec<Edge>,
}

/// A transaction of a [`Cycle`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transaction {
    /// What it is called in the explanation: `T1`, ….
    pub name: String,
    /// Its completion in the history.
    pub index: usize,
    /// Who did it.
    pub process: u64,
}

/// Why a transaction came before the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// The place of the first one among the transactions.
    pub from: usize,
    /// That of the next.
    pub to: usize,
    /// Elle's name for it: `ww`, `wr`, `rw`, `process` or `realtime`.
    pub kind: String,
    /// The reason.
    pub why: String,
}

/// An operation that no order of operations has a place for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stuck {
    /// Its completion in the history.
    pub index: usize,
    /// The last operation of the key that succeeded before it.
    pub previous: Option<usize>,
    /// States that can be reached with all that was completed before it in place.
    pub states: Vec<State>,
    /// The last operations of one order of what was completed before it, which leads to one of the states.
    pub order: Vec<Placed>,
    /// Without any one of these there would be an order up to there, in the order of their completions.
    pub suspects: Vec<Suspect>,
}

/// An operation in an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Placed {
    /// Its invocation in the history.
    pub index: usize,
    /// The value after it.
    pub value: Value,
}

/// An operation that may be the one that is wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suspect {
    /// Its completion in the history.
    pub index: usize,
    /// Whether it failed: then there would be an order had it taken effect.
    pub failed: bool,
}

/// A value that a register can have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The value.
    pub value: Value,
    /// The operations that could come next, and why none leads on.
    pub next: Vec<Next>,
}

/// An operation that could come next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Next {
    /// Its invocation in the history.
    pub index: usize,
    /// Why it leads nowhere.
    pub why: String,
}
