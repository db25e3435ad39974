//! Committed offsets that go back.
//!
//! The original does not look at them, and nothing says how soon one client's commit is known to others, or whether a
//! lower one counts. So this is little: a process that has committed an offset of a key, or was told it, is not told a
//! lower one, or none, later; unless somebody else may have committed just that in the meantime. It takes what the
//! workbench's histories have besides: `committed`.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use super::operations::{Operations, What};
use crate::{
    Value,
    history::{Kind, Process},
};

/// A committed offset that was less than before. Operations are positions.
#[derive(Clone, Copy, Debug)]
pub(super) struct LostCommit {
    pub(super) key: usize,
    /// What was committed, or told to be, and by which operation.
    pub(super) offset: i64,
    pub(super) earlier: usize,
    /// What was told then, if anything, and to which.
    pub(super) told: Option<i64>,
    pub(super) later: usize,
}

/// By key.
type Offsets = BTreeMap<usize, i64>;

/// Looks for such offsets, in the order in which they were told.
pub(super) fn lost(operations: &Operations<'_>) -> Vec<LostCommit> {
    let mut suspects = Vec::new();
    // What each process knows of each key, and by which operation.
    let mut known: HashMap<Process, BTreeMap<usize, (i64, usize)>> = HashMap::new();
    for completion in operations.completions.iter().filter(|it| it.kind == Kind::Ok) {
        let later = completion.position;
        let known = known.entry(completion.process).or_default();
        match &completion.what {
            What::Poll(range) => {
                known.extend(
                    polled(operations, range).into_iter().map(|(key, offset)| (key, (offset, later))),
                );
            }
            What::Assign(range) => {
                let Some(told) = noted(operations, later) else { continue };
                for key in operations.assigned(range) {
                    let now = told.get(key).copied();
                    if let Some((offset, earlier)) = known.get(key).copied()
                        && now < Some(offset)
                    {
                        suspects.push(LostCommit { key: *key, offset, earlier, told: now, later });
                    }
                    match now {
                        Some(offset) => drop(known.insert(*key, (offset, later))),
                        None => drop(known.remove(key)),
                    }
                }
            }
            What::Send { .. } => {}
        }
    }
    if !suspects.is_empty() {
        let commits = commits(operations);
        suspects.retain(|suspect| !is_excused(operations, &commits, suspect));
    }
    suspects
}

/// Whether another commit of just that offset may have come after the one that is missing.
fn is_excused(
    operations: &Operations<'_>,
    commits: &HashMap<(usize, i64), usize>,
    suspect: &LostCommit,
) -> bool {
    let began = operations.history.other_half(suspect.earlier).unwrap_or(suspect.earlier);
    let last = suspect.told.and_then(|offset| commits.get(&(suspect.key, offset)));
    last.is_some_and(|last| *last > began)
}

/// When each offset was last committed: the end of the poll, which never comes where the outcome is open.
fn commits(operations: &Operations<'_>) -> HashMap<(usize, i64), usize> {
    let mut commits = HashMap::new();
    for completion in &operations.completions {
        let What::Poll(range) = &completion.what else { continue };
        let (offsets, end) = match completion.kind {
            Kind::Ok => (polled(operations, range), completion.position),
            Kind::Info => (noted(operations, completion.position).unwrap_or_default(), usize::MAX),
            Kind::Fail | Kind::Invoke => continue,
        };
        for commit in offsets {
            let last = commits.entry(commit).or_insert(end);
            *last = end.max(*last);
        }
    }
    commits
}

/// A successful poll has committed the last offset of each key.
fn polled(operations: &Operations<'_>, range: &Range<usize>) -> Offsets {
    let of_key = |(key, pairs): (usize, &[super::operations::Pair])| {
        pairs.iter().filter_map(|pair| pair.offset).max().map(|offset| (key, offset))
    };
    operations.polled(range).filter_map(of_key).collect()
}

/// What an operation notes as committed, if it does.
fn noted(operations: &Operations<'_>, position: usize) -> Option<Offsets> {
    let Value::Object(offsets) = operations.history.operations()[position].further.get("committed")? else {
        return None;
    };
    let of_key =
        |(key, offset): (&String, &Value)| Some((operations.number(key)?, offset.as_integer()?.as_i64()?));
    Some(offsets.iter().filter_map(of_key).collect())
}
