//! The models, what each implies, and what it rules out.
//!
//! Source: the papers that Elle 0.2.2 names for each, above all Adya's "Weak Consistency" (1999); Bailis et al., "Highly
//! Available Transactions" (2013); Cerone et al., "A Framework for Transactional Consistency Models with Atomic
//! Visibility" (2015); Daudjee and Salem, "Lazy Database Replication with Snapshot Isolation" (2006).

use super::anomaly::Anomaly::{self, *};

/// A consistency model.
pub(super) struct Model {
    /// Its name, where it has several the one that formulas use.
    pub(super) name: &'static str,
    /// Its other names. The last one is what people call it.
    pub(super) aliases: &'static [&'static str],
    /// The models that hold wherever it does, in one step.
    pub(super) implies: &'static [&'static str],
    /// What it rules out beyond those.
    pub(super) prohibits: &'static [Anomaly],
}

const fn model(
    name: &'static str,
    aliases: &'static [&'static str],
    implies: &'static [&'static str],
    prohibits: &'static [Anomaly],
) -> Model {
    Model { name, aliases, implies, prohibits }
}

/// All of them.
#[rustfmt::skip]
pub(super) const MODELS: [Model; 36] = [
    model("PL-1", &["read-uncommitted"], &[], &[
        G0, DuplicateElements, CyclicVersions, Pl1CycleExists, PhantomRead, ResponseMismatch,
    ]),
    model("PL-2", &["read-committed"], &["PL-1"], &[G1a, G1b, G1c, Pl2CycleExists]),
    model("PL-CS", &["cursor-stability"], &["PL-2"], &[LostUpdate]),
    model("PL-2L", &["monotonic-view"], &["PL-2"], &[]),
    model("PL-MSR", &["monotonic-snapshot-read"], &["PL-2"], &[]),
    model("PL-2+", &["consistent-view"], &["PL-CS", "PL-2L"], &[GSingle]),
    model("PL-FCV", &["forward-consistent-view"], &["PL-2+"], &[]),
    model("PL-3U", &["update-serializable"], &["PL-FCV"], &[]),
    model("monotonic-atomic-view", &[], &["PL-2"], &[]),
    model("read-atomic", &[], &["monotonic-atomic-view"], &[Internal, FutureRead]),
    model("update-atomic", &[], &["read-atomic"], &[LostUpdate]),
    model("causal-cerone", &[], &["read-atomic"], &[]),
    model("prefix", &[], &["causal-cerone"], &[]),
    model("parallel-snapshot-isolation", &[], &["causal-cerone", "update-atomic"], &[]),
    model("PL-SI", &["snapshot-isolation"],
        &["PL-FCV", "PL-MSR", "monotonic-atomic-view", "parallel-snapshot-isolation", "prefix"],
        &[GNonadjacent, PlSiCycleExists]),
    model("PL-2.99", &["repeatable-read"], &["PL-CS", "monotonic-atomic-view"], &[
        G2Item, Pl299CycleExists,
    ]),
    model("PL-3", &["conflict-serializable", "serializable"],
        &["PL-2.99", "PL-3U", "PL-SI", "view-serializable"], &[G2, Pl3CycleExists]),
    model("strong-session-PL-1", &["strong-session-read-uncommitted"], &["PL-1"], &[
        G0Process, StrongSessionPl1CycleExists,
    ]),
    model("strong-session-PL-2", &["strong-session-read-committed"], &["PL-2", "strong-session-PL-1"], &[
        G1cProcess, StrongSessionPl2CycleExists,
    ]),
    model("strong-session-snapshot-isolation", &[], &["PL-SI", "strong-session-PL-2"], &[
        GNonadjacentProcess, StrongSessionSiCycleExists,
    ]),
    model("strong-session-serializable", &[], &["PL-3", "strong-session-snapshot-isolation"], &[
        G2Process, StrongSessionSerializableCycleExists,
    ]),
    model("strong-PL-1", &["strong-read-uncommitted"], &["strong-session-PL-1"], &[
        G0Realtime, StrongPl1CycleExists,
    ]),
    model("strong-PL-2", &["strong-read-committed"], &["strong-session-PL-2", "strong-PL-1"], &[
        G1cRealtime, StrongPl2CycleExists,
    ]),
    model("strong-snapshot-isolation", &[], &["strong-session-snapshot-isolation", "strong-PL-2"], &[
        GNonadjacentRealtime, StrongSiCycleExists,
    ]),
    model("PL-SS", &["strict-serializable", "strong-serializable"],
        &["strong-session-serializable", "strong-snapshot-isolation", "linearizable", "session-serializable"],
        &[G2Realtime, PlSsCycleExists]),
    model("view-serializable", &[], &[], &[]),
    model("1SR", &[], &[], &[]),
    model("session-serializable", &[], &["1SR"], &[]),
    model("linearizable", &[], &["sequential"], &[]),
    model("sequential", &[], &["causal"], &[]),
    model("causal", &[], &["writes-follow-reads", "PRAM"], &[]),
    model("PRAM", &[], &["monotonic-reads", "monotonic-writes", "read-your-writes"], &[]),
    model("writes-follow-reads", &[], &[], &[]),
    model("monotonic-reads", &[], &[], &[]),
    model("monotonic-writes", &[], &[], &[]),
    model("read-your-writes", &[], &[], &[]),
];
