//! All that is wrong with a history.

use std::collections::BTreeMap;

use super::{
    commits::{self, LostCommit},
    cycles,
    logs::Log,
    operations::{Operations, Place},
    order::{self, Found},
    values::{self, Conflict, Lost, Reading},
};

/// What was found, by what it is.
#[derive(Debug)]
pub(super) struct Findings {
    pub(super) phantoms: Vec<Reading>,
    pub(super) aborted: Vec<Reading>,
    pub(super) early: Vec<Reading>,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) duplicates: Vec<Place>,
    pub(super) lost: Vec<Lost>,
    pub(super) unseen: Vec<Place>,
    pub(super) jumps: Found,
    pub(super) commits: Vec<LostCommit>,
    pub(super) knows_nothing: bool,
}

impl Findings {
    /// Looks for everything. With `compat` what the original does not see stays away, and what it alone sees comes in.
    pub(super) fn find(operations: &Operations<'_>, logs: &[Log], compat: bool) -> Self {
        let mut unseen = values::unseen(operations);
        if compat {
            unseen.extend(values::seen_last(operations));
        }
        Self {
            phantoms: if compat { Vec::new() } else { values::phantoms(operations) },
            aborted: values::aborted(operations),
            early: cycles::early(operations),
            conflicts: values::conflicts(logs),
            duplicates: values::duplicates(operations),
            lost: values::lost(operations, logs),
            unseen,
            jumps: order::find(operations, logs),
            commits: if compat { Vec::new() } else { commits::lost(operations) },
            knows_nothing: cycles::is_empty(operations),
        }
    }

    /// How many there are of each type of error, by Maelstrom's name for it. It has none for a phantom and a lost
    /// commit.
    pub(super) fn counts(&self) -> BTreeMap<&'static str, usize> {
        let counts = [
            ("G1a", self.aborted.len()),
            ("G1c-realtime", self.early.len()),
            ("duplicate", self.duplicates.len()),
            ("empty-transaction-graph", self.knows_nothing.into()),
            ("inconsistent-offsets", self.conflicts.len()),
            ("int-nonmonotonic-poll", self.jumps.within.back.len()),
            ("int-poll-skip", self.jumps.within.skips.len()),
            ("lost-commit", self.commits.len()),
            ("lost-write", self.lost.len()),
            ("nonmonotonic-poll", self.jumps.between.back.len()),
            ("nonmonotonic-send", self.jumps.sends.back.len()),
            ("phantom", self.phantoms.len()),
            ("poll-skip", self.jumps.between.skips.len()),
            // The same cycles, as Elle's quick test for them counts.
            ("strong-PL-2-cycle-exists", self.early.len()),
            ("unseen", self.unseen.len()),
        ];
        counts.into_iter().filter(|(_, count)| *count > 0).collect()
    }
}
