//! What a read lacks of what had been added before it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    Run, Value,
    history::{Kind, Operation},
};

/// As many values are named.
const MOST_NAMED: usize = 200;

/// A read of a set, and which values it lacks that had been acknowledged when it began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortfall {
    /// The index of its invocation.
    pub operation: usize,
    /// How many had been acknowledged when it began.
    pub acknowledged: usize,
    /// How many of those it lacks.
    pub lacking: usize,
    /// The first ones that it lacks, rising.
    pub missing: Vec<i64>,
}

/// Those of operations, by the indices of their invocations, that read lists of integers.
pub(super) fn shortfalls(run: &Run, operations: &[usize]) -> Vec<Shortfall> {
    operations.iter().filter_map(|index| shortfall(run, *index)).collect()
}

fn shortfall(run: &Run, operation: usize) -> Option<Shortfall> {
    let history = &run.history;
    let began = history.position(operation)?;
    let completion = &history.operations()[history.other_half(began)?];
    if completion.f != "read" || completion.kind != Kind::Ok {
        return None;
    }
    let read: BTreeSet<i64> = completion.value.as_list()?.iter().filter_map(Value::as_i64).collect();
    let is_acknowledged = |(position, entry): &(usize, &Operation)| {
        *position < began && entry.f != "read" && entry.kind == Kind::Ok
    };
    let added = history.client_operations().filter(is_acknowledged);
    // An acknowledgement may say nothing of what was added: the invocation has it.
    let added =
        added.filter_map(|(position, _)| history.operations()[history.other_half(position)?].value.as_i64());
    let added: BTreeSet<i64> = added.collect();
    let missing: Vec<i64> = added.difference(&read).copied().collect();
    let (acknowledged, lacking) = (added.len(), missing.len());
    let missing = missing.into_iter().take(MOST_NAMED).collect();
    (acknowledged > 0).then_some(Shortfall { operation, acknowledged, lacking, missing })
}
