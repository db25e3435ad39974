//! Which behaviours there are, in which order.

use std::io;

use super::{Grade, battery::Battery, bytes, crowds, errors, handshake, life, replies};

/// A behaviour, and how to find out.
pub(super) struct Behaviour {
    pub(super) name: &'static str,
    /// What a node is to do.
    pub(super) what: &'static str,
    /// What Maelstrom does to a node that does not.
    pub(super) otherwise: &'static str,
    /// What it is if the node does not behave.
    pub(super) grade: Grade,
    /// What has to work before it can be tried.
    pub(super) needs: Needs,
    pub(super) check: fn(&mut Battery<'_>) -> io::Result<Outcome>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// A process that starts.
    Nothing,
    /// One that answers `init`.
    Handshake,
    /// One that answers some request, so that it shows whether it goes on.
    Answers,
    /// One that goes on after a message that it does not know.
    SurvivesUnknown,
    /// A workload that sets up nodes.
    SetUp,
    /// A workload.
    Workload,
    /// One whose requests it answers.
    WorkloadAnswers,
    /// Echo, and that it answers.
    Echo,
}

/// What came of a check.
#[derive(Debug)]
pub(super) enum Outcome {
    Good,
    /// It behaves, and this is how.
    GoodBut(String),
    /// It does not.
    Bad(String),
    /// It does something else that makes no difference in Maelstrom.
    Odd(String),
    /// Nobody knows, and why.
    Untried(&'static str),
    /// There is nothing to be tried with this workload.
    Beside,
}

/// All of them, in order: later ones rest on what earlier ones found out.
pub(super) fn all() -> impl Iterator<Item = &'static Behaviour> {
    let groups: [&[Behaviour]; 7] = [
        handshake::BEHAVIOURS,
        replies::BEHAVIOURS,
        errors::BEHAVIOURS,
        bytes::BEHAVIOURS,
        crowds::BEHAVIOURS,
        life::OF_ALL_LINES,
        life::OF_THE_END,
    ];
    groups.into_iter().flatten()
}
