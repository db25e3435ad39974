//! Who does not hear whom.

use std::collections::{BTreeMap, BTreeSet};

use super::Address;

/// Where a cut comes from. Each source is healed by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CutBy {
    /// Maelstrom's partitions.
    Partition,
    /// Cuts in one direction only.
    OneWay,
}

/// For each receiver, whose messages it drops.
#[derive(Clone, Debug, Default)]
pub(super) struct Partitions([BTreeMap<Address, BTreeSet<Address>>; 2]);

impl Partitions {
    pub(super) fn cut(&mut self, by: CutBy, receiver: Address, sender: Address) {
        self.0[by as usize].entry(receiver).or_default().insert(sender);
    }

    pub(super) fn heal(&mut self, by: CutBy) {
        self.0[by as usize].clear();
    }

    pub(super) fn drops(&self, receiver: Address, sender: Address) -> bool {
        self.0.iter().any(|cuts| cuts.get(&receiver).is_some_and(|senders| senders.contains(&sender)))
    }
}
