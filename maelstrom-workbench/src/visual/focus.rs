//! Where to look first: when it went wrong.

use crate::{Run, checker::words, history::Process};

/// When a run went wrong, and the operation that shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Focus {
    /// In ns, by the history's clock.
    pub(super) time: Option<u64>,
    /// The index of its invocation in the history.
    pub(super) operation: Option<usize>,
}

/// Reads it out of the first explanation: the latest of its times, and the operation that began or ended then.
/// Explanations are all that every checker gives.
pub(super) fn focus(run: &Run) -> Focus {
    let explained = run.judgements.iter().find_map(|(_, judgement)| of_text(run, judgement.explanation()?));
    if let Some(problem) = run.problems.first() {
        let time = problem.time.saturating_sub(run.history_start).as_nanos();
        return Focus { time: u64::try_from(time).ok(), operation: None };
    }
    explained.unwrap_or_default()
}

fn of_text(run: &Run, text: &str) -> Option<Focus> {
    let tokens: Vec<&str> =
        text.split_whitespace().map(|word| word.trim_matches([',', ';', '(', ')', ':'])).collect();
    let times = tokens.windows(2).filter_map(|pair| {
        let number: f64 = pair[0].parse().ok()?;
        let ns = number
            * if pair[1] == "s" {
                1e9
            } else if pair[1] == "ms" {
                1e6
            } else {
                return None;
            };
        Some((ns, format!("{} {}", pair[0], pair[1])))
    });
    let (ns, told) = times.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    let is_mentioned = |process: u64| {
        let number = process.to_string();
        tokens.windows(2).any(|pair| pair[0] == "process" && pair[1] == number)
    };
    let operation = run.history.client_operations().find(|(_, operation)| {
        let Process::Client(process) = operation.process else { return false };
        words::time(operation.time) == told && is_mentioned(process)
    });
    let Some((position, operation)) = operation else {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times in ns fit")]
        return Some(Focus { time: Some(ns as u64), operation: None });
    };
    let other = run.history.other_half(position).unwrap_or(position);
    let index = run.history.operations()[position.min(other)].index;
    Some(Focus { time: Some(operation.time), operation: Some(index) })
}
