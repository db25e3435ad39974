//! What can be wrong with a history of transactions, by name.
//!
//! Source: Adya, "Weak Consistency" (1999), for most; Elle 0.2.2 for the names, and for which implies which.

use std::fmt;

macro_rules! anomalies {
    ($($anomaly:ident $name:literal [$($implied:ident)*])+) => {
        /// Something that is wrong with a history of transactions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub(crate) enum Anomaly {
            $($anomaly,)+
        }

        impl Anomaly {
            /// All, in the order of their declaration.
            pub(crate) const ALL: &[Self] = &[$(Self::$anomaly,)+];

            /// Its name in results.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$anomaly => $name,)+
                }
            }

            /// What is there as well where it is, in one step.
            fn implies(self) -> Anomalies {
                match self {
                    $(Self::$anomaly => Anomalies::of(&[$(Self::$implied,)*]),)+
                }
            }
        }
    };
}

// Of a cycle without edges of processes and of real time, each is a special case of the one with those.
anomalies! {
    G0 "G0" [G1c G0Process]
    G0Process "G0-process" [G1cProcess G0Realtime]
    G0Realtime "G0-realtime" [G1cRealtime]
    G1a "G1a" []
    G1b "G1b" []
    G1c "G1c" [G1cProcess]
    G1cProcess "G1c-process" [G1cRealtime]
    G1cRealtime "G1c-realtime" []
    GSingleItem "G-single-item" [GSingle GSingleItemProcess GNonadjacentItem]
    GSingleItemProcess "G-single-item-process" [GSingleProcess GSingleItemRealtime GNonadjacentItemProcess]
    GSingleItemRealtime "G-single-item-realtime" [GSingleRealtime GNonadjacentItemRealtime]
    GSingle "G-single" [GNonadjacent GSingleProcess]
    GSingleProcess "G-single-process" [GNonadjacentProcess GSingleRealtime]
    GSingleRealtime "G-single-realtime" [GNonadjacentRealtime]
    GNonadjacentItem "G-nonadjacent-item" [GNonadjacent G2Item GNonadjacentItemProcess]
    GNonadjacentItemProcess "G-nonadjacent-item-process" [GNonadjacentProcess G2ItemProcess GNonadjacentItemRealtime]
    GNonadjacentItemRealtime "G-nonadjacent-item-realtime" [G2ItemRealtime GNonadjacentRealtime]
    GNonadjacent "G-nonadjacent" [G2 GNonadjacentProcess]
    GNonadjacentProcess "G-nonadjacent-process" [G2Process GNonadjacentRealtime]
    GNonadjacentRealtime "G-nonadjacent-realtime" [G2Realtime]
    G2Item "G2-item" [G2 G2ItemProcess]
    G2ItemProcess "G2-item-process" [G2Process G2ItemRealtime]
    G2ItemRealtime "G2-item-realtime" [G2Realtime]
    G2 "G2" [G2Process]
    G2Process "G2-process" [G2Realtime]
    G2Realtime "G2-realtime" []
    Internal "internal" []
    FutureRead "future-read" [G1c]
    DirtyUpdate "dirty-update" [G1a]
    IncompatibleOrder "incompatible-order" [G1a]
    LostUpdate "lost-update" [G2Item]
    DuplicateElements "duplicate-elements" []
    CyclicVersions "cyclic-versions" []
    EmptyTransactionGraph "empty-transaction-graph" []
    CycleSearchTimeout "cycle-search-timeout" []
    Pl1CycleExists "PL-1-cycle-exists" []
    Pl2CycleExists "PL-2-cycle-exists" []
    PlSiCycleExists "PL-SI-cycle-exists" []
    Pl299CycleExists "PL-2.99-cycle-exists" []
    Pl3CycleExists "PL-3-cycle-exists" []
    StrongSessionPl1CycleExists "strong-session-PL-1-cycle-exists" []
    StrongSessionPl2CycleExists "strong-session-PL-2-cycle-exists" []
    StrongSessionSiCycleExists "strong-session-snapshot-isolation-cycle-exists" []
    StrongSessionSerializableCycleExists "strong-session-serializable-cycle-exists" []
    StrongPl1CycleExists "strong-PL-1-cycle-exists" []
    StrongPl2CycleExists "strong-PL-2-cycle-exists" []
    StrongSiCycleExists "strong-snapshot-isolation-cycle-exists" []
    PlSsCycleExists "PL-SS-cycle-exists" []
    // Not Elle's: it fails on the first, or does not see it, and sees nothing of the second.
    PhantomRead "phantom-read" []
    ResponseMismatch "response-mismatch" []
}

impl Anomaly {
    /// Whether its cases are cycles, or say of one that it is there.
    pub(crate) fn is_of_cycles(self) -> bool {
        self <= Self::G2Realtime && !matches!(self, Self::G1a | Self::G1b)
            || (Self::CycleSearchTimeout..=Self::PlSsCycleExists).contains(&self)
    }

    fn bit(self) -> u64 {
        1 << self as u64
    }
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of anomalies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Anomalies(u64);

impl Anomalies {
    pub(crate) fn of(list: &[Anomaly]) -> Self {
        list.iter().copied().collect()
    }

    pub(crate) fn contains(self, anomaly: Anomaly) -> bool {
        self.0 & anomaly.bit() != 0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn insert(&mut self, anomaly: Anomaly) {
        self.0 |= anomaly.bit();
    }

    #[must_use]
    pub(crate) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub(crate) fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    #[must_use]
    pub(crate) fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// In the order of their declaration.
    pub(crate) fn iter(self) -> impl Iterator<Item = Anomaly> {
        Anomaly::ALL.iter().copied().filter(move |anomaly| self.contains(*anomaly))
    }

    /// With everything that these imply.
    #[must_use]
    pub(crate) fn implied(self) -> Self {
        let next = self.iter().fold(self, |all, anomaly| all.union(anomaly.implies()));
        if next == self { self } else { next.implied() }
    }

    /// With everything that implies one of these.
    #[must_use]
    pub(crate) fn implying(self) -> Self {
        let implies = |anomaly: &Anomaly| !Self::of(&[*anomaly]).implied().intersection(self).is_empty();
        Anomaly::ALL.iter().copied().filter(implies).collect()
    }
}

impl FromIterator<Anomaly> for Anomalies {
    fn from_iter<I: IntoIterator<Item = Anomaly>>(anomalies: I) -> Self {
        let mut set = Self::default();
        anomalies.into_iter().for_each(|anomaly| set.insert(anomaly));
        set
    }
}
