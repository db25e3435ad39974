//! Where to look first: when it went wrong, and which operations show it.

use crate::{
    Run,
    checker::{Evidence, Verdict},
    history::{History, Kind, Operation},
};

/// When a run went wrong, and what shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Focus {
    /// In ns, by the history's clock.
    pub(super) time: Option<u64>,
    /// The operations that the explanation names, in order of time: the indices of their invocations in the history.
    pub(super) operations: Vec<usize>,
    /// What the explanation rests on, with all indices those of invocations.
    pub(super) evidence: Evidence,
}

/// That of the first explanation, which is all that every checker gives. It went wrong when the last of the operations
/// began that show it; a problem comes before what checkers say.
pub(super) fn focus(run: &Run) -> Focus {
    let told = run.judgements.iter().map(|(_, judgement)| judgement);
    let mut told = told.filter(|judgement| judgement.verdict() != Verdict::Valid);
    let mut evidence = told.next().map(|judgement| judgement.evidence().clone()).unwrap_or_default();
    let history = &run.history;
    let invocations = evidence.operations.iter().filter_map(|index| invocation(history, *index));
    let mut shown: Vec<&Operation> = invocations.collect();
    shown.sort_by_key(|operation| (operation.time, operation.index));
    shown.dedup_by_key(|operation| operation.index);
    let problem = run.problems.first().map(|problem| {
        let time = problem.time.saturating_sub(run.history_start).as_nanos();
        u64::try_from(time).unwrap_or(u64::MAX)
    });
    let time = problem.or_else(|| shown.last().map(|operation| operation.time));
    let operations = shown.iter().map(|operation| operation.index).collect();
    let begin =
        |index: &mut usize| *index = invocation(history, *index).map_or(*index, |operation| operation.index);
    evidence.indices().for_each(begin);
    Focus { time, operations, evidence }
}

/// The invocation of the operation that has this entry.
fn invocation(history: &History, index: usize) -> Option<&Operation> {
    let entries = history.operations();
    let position = history.position(index)?;
    if entries[position].kind == Kind::Invoke {
        return Some(&entries[position]);
    }
    history.other_half(position).map(|invoked| &entries[invoked])
}
