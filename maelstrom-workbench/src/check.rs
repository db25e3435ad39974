//! Judging a recorded history.

use std::fmt;

use crate::{
    checker::{
        Availability, Checker, Counter, Echo, Exceptions, Judgement, Kafka, LinKv, Options, SetFull, Stats,
        TxnListAppend, TxnRwRegister, UniqueIds,
    },
    history::History,
};

const CHECKERS: &[(&str, &dyn Checker)] = &[
    ("broadcast", &SetFull { add: "broadcast" }),
    ("echo", &Echo),
    ("g-counter", &Counter),
    ("g-set", &SetFull { add: "add" }),
    ("kafka", &Kafka),
    ("lin-kv", &LinKv),
    ("pn-counter", &Counter),
    ("txn-list-append", &TxnListAppend),
    ("txn-rw-register", &TxnRwRegister),
    ("unique-ids", &UniqueIds),
    // Not workloads, but judged alongside each.
    ("availability", &Availability),
    ("exceptions", &Exceptions),
    ("stats", &Stats),
];

/// The names that [`check`] takes: the workloads, and then the checkers that go with every workload.
pub const WORKLOADS: [&str; CHECKERS.len()] = {
    let mut names = [""; CHECKERS.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = CHECKERS[at].0;
        at += 1;
    }
    names
};

/// Judges a history of that workload by the workload's own checker, or by `stats`, `availability` or `exceptions`.
pub fn check(workload: &str, history: &History, options: &Options) -> Result<Judgement, UnknownWorkload> {
    Ok(checker_of(workload)?.check(history, options))
}

/// The checker that [`check`] uses.
pub fn checker_of(workload: &str) -> Result<&'static dyn Checker, UnknownWorkload> {
    let checker = CHECKERS.iter().find(|(name, _)| *name == workload);
    checker.map(|(_, checker)| *checker).ok_or_else(|| UnknownWorkload(workload.to_owned()))
}

/// There is no checker of that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWorkload(String);

impl fmt::Display for UnknownWorkload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no workload `{}` can be judged; there are {}", self.0, WORKLOADS.join(", "))
    }
}

impl std::error::Error for UnknownWorkload {}
