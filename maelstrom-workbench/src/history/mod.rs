//! What clients asked and what came back, in the order in which it was seen.
//!
//! Source: Maelstrom 0.2.5, as read and run, and Jepsen's histories. A client is a thread that does one operation
//! at a time; it acts under a process number, and takes a new one after an operation whose outcome it does not know.

mod edn;
mod lines;
mod operation;
mod usual;

use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
};

pub use lines::ReadError;
pub use operation::{Kind, Operation, Process};
use smol_str::SmolStr;

/// A list of operations, every completion paired with its invocation.
///
/// Operations are addressed by position, 0, 1, 2, …; their [`index`](Operation::index) is the same, but for a
/// history from which lines were taken out.
#[derive(Clone, Debug, Default)]
pub struct History {
    operations: Vec<Operation>,
    /// For each operation the position of its other half, if it has one.
    others: Vec<Option<usize>>,
    /// What each process has invoked and not completed.
    open: HashMap<Process, usize>,
}

/// Two histories are the same if their operations are.
impl PartialEq for History {
    fn eq(&self, other: &Self) -> bool {
        self.operations == other.operations
    }
}

impl History {
    /// An empty history.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends an operation, and pairs it with its invocation if it is a client's completion.
    pub fn push(&mut self, operation: Operation) -> Result<(), OrderError> {
        let position = self.operations.len();
        let mut other = None;
        if let Some(last) = self.operations.last()
            && last.index >= operation.index
        {
            return Err(OrderError::Index { index: operation.index, last: last.index });
        }
        if let Process::Client(_) = operation.process {
            let Operation { index, process, kind, ref f, .. } = operation;
            match (kind, self.open.entry(process)) {
                (Kind::Invoke, Entry::Vacant(free)) => {
                    free.insert(position);
                }
                (Kind::Invoke, Entry::Occupied(open)) => {
                    let open = self.operations[*open.get()].index;
                    return Err(OrderError::Busy { index, process, open });
                }
                (_, Entry::Occupied(open)) if self.operations[*open.get()].f == *f => {
                    let invocation = open.remove();
                    self.others[invocation] = Some(position);
                    other = Some(invocation);
                }
                (_, open) => {
                    let open = match open {
                        Entry::Occupied(open) => Some(self.operations[*open.get()].f.clone()),
                        Entry::Vacant(_) => None,
                    };
                    return Err(OrderError::NotInvoked { index, process, f: f.clone(), open });
                }
            }
        }
        self.operations.push(operation);
        self.others.push(other);
        Ok(())
    }

    /// All operations, in the order in which they were seen.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// How many operations there are; an invocation and its completion are two.
    pub fn len(&self) -> usize {
        self.operations.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// The position of the completion of an invocation, or of the invocation of a completion. An operation that was
    /// never completed has none, neither have the nemesis's.
    pub fn other_half(&self, position: usize) -> Option<usize> {
        self.others.get(position).copied().flatten()
    }

    /// Where the entry with this index is.
    pub fn position(&self, index: usize) -> Option<usize> {
        self.operations.binary_search_by_key(&index, |operation| operation.index).ok()
    }

    /// The operations of clients, in order, with their positions.
    pub fn client_operations(&self) -> impl DoubleEndedIterator<Item = (usize, &Operation)> {
        self.operations.iter().enumerate().filter(|(_, operation)| operation.process != Process::Nemesis)
    }

    /// What clients invoked, in order, with the completions that came.
    pub fn invocations(&self) -> impl DoubleEndedIterator<Item = (&Operation, Option<&Operation>)> {
        self.client_operations().filter(|(_, operation)| operation.kind == Kind::Invoke).map(
            |(position, invocation)| {
                (invocation, self.other_half(position).map(|completion| &self.operations[completion]))
            },
        )
    }
}

/// Why an operation can't come next in a history.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum OrderError {
    /// Its index is not greater than the last one's.
    Index {
        /// The operation's.
        index: usize,
        /// That of the operation before it.
        last: usize,
    },
    /// Its process has invoked another operation that is not completed.
    Busy {
        /// The operation's.
        index: usize,
        /// Who invokes it.
        process: Process,
        /// The index of the other one.
        open: usize,
    },
    /// It completes what its process has not invoked.
    NotInvoked {
        /// The operation's.
        index: usize,
        /// Who completes it.
        process: Process,
        /// Its function.
        f: SmolStr,
        /// The function that the process did invoke, if any.
        open: Option<SmolStr>,
    },
}

impl fmt::Display for OrderError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index { index, last } => {
                write!(formatter, "operation {index} stands after operation {last}: indices have to rise")
            }
            Self::Busy { index, process, open } => write!(
                formatter,
                "operation {index} is invoked by {process}, whose operation {open} is not completed yet"
            ),
            Self::NotInvoked { index, process, f, open } => {
                write!(formatter, "operation {index} completes `{f}` of {process}, which has invoked ")?;
                match open {
                    Some(open) => write!(formatter, "`{open}`"),
                    None => formatter.write_str("nothing"),
                }
            }
        }
    }
}

impl std::error::Error for OrderError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;

    fn history(
        operations: impl IntoIterator<Item = (u64, Kind, &'static str)>,
    ) -> Result<History, OrderError> {
        let mut history = History::new();
        for (index, (process, kind, f)) in operations.into_iter().enumerate() {
            history.push(Operation::new(index, 0, Process::Client(process), kind, f, Value::Null))?;
        }
        Ok(history)
    }

    #[test]
    fn completions_are_paired_with_their_invocations() {
        use Kind::*;
        let history = history([
            (0, Invoke, "add"),
            (1, Invoke, "read"),
            (1, Info, "read"),
            // Process 1's thread goes on as process 3.
            (3, Invoke, "read"),
            (0, Ok, "add"),
        ])
        .unwrap();

        let pairs: Vec<_> = (0..5).map(|position| history.other_half(position)).collect();
        assert_eq!(pairs, [Some(4), Some(2), Some(1), None, Some(0)]);
        let kinds: Vec<_> =
            history.invocations().map(|(_, completion)| completion.map(|it| it.kind)).collect();
        assert_eq!(kinds, [Some(Ok), Some(Info), None]);
    }

    #[test]
    fn the_nemesis_is_not_paired() {
        let mut history = History::new();
        for index in 0..2 {
            let start =
                Operation::new(index, 0, Process::Nemesis, Kind::Info, "start-partition", Value::Null);
            history.push(start).unwrap();
        }
        assert_eq!(history.other_half(1), None);
        assert_eq!(history.client_operations().count(), 0);
    }

    #[test]
    fn what_can_not_come_next_is_refused() {
        use Kind::*;
        let said = |operations: &[(u64, Kind, &'static str)]| {
            history(operations.iter().copied()).unwrap_err().to_string()
        };
        assert_eq!(
            said(&[(0, Invoke, "add"), (0, Invoke, "read")]),
            "operation 1 is invoked by process 0, whose operation 0 is not completed yet"
        );
        assert_eq!(
            said(&[(0, Invoke, "add"), (1, Ok, "add")]),
            "operation 1 completes `add` of process 1, which has invoked nothing"
        );
        assert_eq!(
            said(&[(0, Invoke, "add"), (0, Fail, "read")]),
            "operation 1 completes `read` of process 0, which has invoked `add`"
        );
        let mut history = history([(0, Invoke, "add")]).unwrap();
        let again = Operation::new(0, 0, Process::Client(0), Ok, "add", Value::Null);
        assert_eq!(
            history.push(again).unwrap_err().to_string(),
            "operation 0 stands after operation 0: indices have to rise"
        );
    }
}
