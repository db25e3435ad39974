//! What is noted of a run besides its history.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::quirk::{Difference, Quirk};

/// How many wrong lines of a node are told one by one.
const TOLD: u64 = 10;

/// Something that makes a run invalid whatever its history says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// When, from the run's very beginning.
    pub time: Duration,
    /// What, in a sentence.
    pub text: String,
}

/// How many messages there were, as Maelstrom's `net` checker counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Messages sent.
    pub sent: u64,
    /// Messages received.
    pub received: u64,
}

/// Problems, oddities, and what Maelstrom would have done.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) problems: Vec<Problem>,
    warnings: BTreeSet<String>,
    would: BTreeSet<Difference>,
    /// For each node that wrote any, how many of its lines were wrong.
    wrong_lines: BTreeMap<String, u64>,
}

impl Notes {
    pub(super) fn problem(&mut self, time: Duration, text: String) {
        self.problems.push(Problem { time, text });
    }

    pub(super) fn wrong_line(&mut self, time: Duration, node: &str, what: &str) {
        let count = self.wrong_lines.entry(node.to_owned()).or_default();
        *count += 1;
        if *count <= TOLD {
            self.problem(time, format!("{node} sent {what}"));
        }
    }

    pub(super) fn warn(&mut self, text: String) {
        self.warnings.insert(text);
    }

    pub(super) fn would(&mut self, quirk: Quirk, text: String) {
        self.would.insert(Difference { quirk, text });
    }

    pub(super) fn warnings(&self) -> impl Iterator<Item = String> {
        let counted = self.wrong_lines.iter().filter(|(_, count)| **count > TOLD);
        let counted =
            counted.map(|(name, count)| format!("{name} sent {} further wrong lines", count - TOLD));
        self.warnings.iter().cloned().chain(counted)
    }

    pub(super) fn maelstrom_would(&self) -> impl Iterator<Item = &Difference> {
        self.would.iter()
    }
}
