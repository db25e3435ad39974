//! One entry of a history.

use std::{collections::BTreeMap, fmt};

use smol_str::SmolStr;

use crate::Value;

/// An invocation, or a completion. Both are entries of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Its place in the history: 0, 1, 2, …
    pub index: usize,
    /// When it was seen, in ns since the start of the run.
    pub time: u64,
    /// Who did it.
    pub process: Process,
    /// Invocation, or which kind of completion.
    pub kind: Kind,
    /// The function, such as `read` or `broadcast`.
    pub f: SmolStr,
    /// What was asked, or what came back. A completion that is not `ok` has its invocation's.
    pub value: Value,
    /// Whether it belongs to the final phase, in which workloads read what is left (`final?`).
    pub is_final: bool,
    /// Why it did not succeed: the error's name, or `[name, text]`.
    pub error: Option<Value>,
    /// Any other field, under its name, such as `seek-to-beginning?`.
    pub further: BTreeMap<String, Value>,
}

impl Operation {
    /// An operation without error and further fields, outside the final phase.
    pub fn new(
        index: usize,
        time: u64,
        process: Process,
        kind: Kind,
        f: impl Into<SmolStr>,
        value: Value,
    ) -> Self {
        let (f, further) = (f.into(), BTreeMap::new());
        Self { index, time, process, kind, f, value, is_final: false, error: None, further }
    }
}

/// Who does an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Process {
    /// A client. After an `info` its thread goes on with a number that is greater by the number of threads.
    Client(u64),
    /// What causes faults.
    Nemesis,
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(number) => write!(f, "process {number}"),
            Self::Nemesis => f.write_str("the nemesis"),
        }
    }
}

/// What an entry says of its operation. In JSON, `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// It begins.
    Invoke,
    /// It happened.
    Ok,
    /// It did not happen.
    Fail,
    /// It may have happened, or may happen yet. Also what the nemesis does.
    Info,
}

impl Kind {
    /// Its name in a history.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invoke => "invoke",
            Self::Ok => "ok",
            Self::Fail => "fail",
            Self::Info => "info",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Invoke, Self::Ok, Self::Fail, Self::Info].into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
