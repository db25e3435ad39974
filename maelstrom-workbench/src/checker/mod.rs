#![doc = include_str!("../../docs/verdicts.md")]

mod availability;
mod counter;
mod echo;
mod evidence;
mod exceptions;
mod judgement;
mod kafka;
mod linear;
mod models;
mod numbering;
mod ranges;
mod set_full;
mod stats;
mod txn;
mod unique_ids;
mod verdict;
pub(crate) mod words;

use std::fmt;

pub use availability::{Availability, ParseAvailabilityError, RequiredAvailability};
pub use counter::Counter;
pub use echo::Echo;
pub use evidence::{Cycle, Edge, Evidence, Next, Placed, State, Stuck, Suspect, Transaction};
pub use exceptions::Exceptions;
pub use judgement::{Divergence, Judgement, Warning};
pub use kafka::Kafka;
pub use linear::LinKv;
pub use models::{ConsistencyModels, UnknownModel};
pub use set_full::SetFull;
pub use stats::Stats;
pub use txn::{TxnListAppend, TxnRwRegister};
pub use unique_ids::UniqueIds;
pub use verdict::Verdict;

use crate::history::History;

/// Judges histories.
pub trait Checker: fmt::Debug + Sync {
    /// Judges one.
    fn check(&self, history: &History, options: &Options) -> Judgement;
}

/// What is asked of the checkers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Options {
    /// Whether to answer exactly as Maelstrom does, verdict and fields. Warnings are given all the same.
    pub compat: bool,
    /// The part of operations that has to succeed, for [`Availability`].
    pub availability: Option<RequiredAvailability>,
    /// What transactions are held to.
    pub consistency_models: ConsistencyModels,
}

impl Options {
    /// Answers exactly as Maelstrom does.
    #[must_use]
    pub fn compat(mut self, compat: bool) -> Self {
        self.compat = compat;
        self
    }

    /// Asks for that part of operations to succeed.
    #[must_use]
    pub fn availability(mut self, availability: Option<RequiredAvailability>) -> Self {
        self.availability = availability;
        self
    }

    /// Holds transactions to these models.
    #[must_use]
    pub fn consistency_models(mut self, models: ConsistencyModels) -> Self {
        self.consistency_models = models;
        self
    }
}
