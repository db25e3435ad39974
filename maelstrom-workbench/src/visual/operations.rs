//! What clients did, as it is drawn.

use serde::{Deserialize, Serialize};

use super::{micros, text};
use crate::{
    Run,
    history::{self, Kind, Process},
};

/// As many are drawn one by one.
pub const MOST_OPERATIONS: usize = 20_000;
/// As much is shown of a value, in bytes; of operations that show what went wrong, more.
const SHOWN: usize = 400;
const SHOWN_OF_EVIDENCE: usize = 8_000;

/// An operation of a client. Times are in µs by the history's clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// The index of its invocation in the history.
    pub index: usize,
    /// Its process.
    pub process: u64,
    /// The node that its client talks to, by number.
    pub node: usize,
    /// Its function.
    pub f: String,
    /// When it was invoked.
    pub invoked: i64,
    /// When it was completed, if it was.
    pub completed: Option<i64>,
    /// `ok`, `fail`, or `info` for an outcome that nobody knows.
    pub outcome: String,
    /// What was asked, as JSON, cut if it is long.
    pub value: String,
    /// What came back, if it is something else.
    pub result: Option<String>,
    /// Why it did not succeed.
    pub error: Option<String>,
    /// Whether it belongs to the final phase.
    pub is_final: bool,
}

/// Those around the focus, which is the last one of the evidence, if there are too many, and how many there are in all.
pub(super) fn around(run: &Run, evidence: &[usize]) -> (Vec<Operation>, usize) {
    let all: Vec<_> = run.history.invocations().collect();
    let at =
        evidence.last().map_or(0, |focus| all.partition_point(|(invocation, _)| invocation.index < *focus));
    // Mostly what came before it tells why.
    let start = at.saturating_sub(MOST_OPERATIONS / 4 * 3).min(all.len().saturating_sub(MOST_OPERATIONS));
    let kept = all.iter().skip(start).take(MOST_OPERATIONS);
    let shown = |index| if evidence.contains(&index) { SHOWN_OF_EVIDENCE } else { SHOWN };
    let operation = |(invocation, completion): &(&history::Operation, Option<&history::Operation>)| {
        operation(run, invocation, *completion, shown(invocation.index))
    };
    (kept.filter_map(operation).collect(), all.len())
}

fn operation(
    run: &Run,
    invocation: &history::Operation,
    completion: Option<&history::Operation>,
    shown: usize,
) -> Option<Operation> {
    let Process::Client(process) = invocation.process else { return None };
    let result = completion.filter(|completion| completion.value != invocation.value);
    let error = completion.and_then(|completion| completion.error.as_ref());
    Some(Operation {
        index: invocation.index,
        process,
        node: run.schedule.node_of(process).unwrap_or(0),
        f: text::cut(&invocation.f, SHOWN),
        invoked: micros(invocation.time),
        completed: completion.map(|completion| micros(completion.time)),
        outcome: outcome(completion).to_owned(),
        value: text::of_value(&invocation.value, shown),
        result: result.map(|completion| text::of_value(&completion.value, shown)),
        error: error.map(|error| text::of_value(error, shown)),
        is_final: invocation.is_final,
    })
}

/// `ok`, `fail` or `info`; what was never completed is open, too.
pub(super) fn outcome(completion: Option<&history::Operation>) -> &'static str {
    completion.map_or(Kind::Info, |completion| completion.kind).name()
}
