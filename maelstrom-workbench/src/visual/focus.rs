//! Where to look first: when it went wrong, and which operations show it.

use crate::{Run, checker::words, history::Process};

/// When a run went wrong, and what shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Focus {
    /// In ns, by the history's clock.
    pub(super) time: Option<u64>,
    /// The operations that the explanation names, in order: the indices of their invocations in the history.
    pub(super) evidence: Vec<usize>,
}

/// A time that an explanation tells, and of which process it does.
struct Told {
    ns: u64,
    text: String,
    process: Option<u64>,
}

/// Reads it out of the first explanation, which is all that every checker gives: the latest of its times, and the
/// operations that began or ended at one of them. A problem comes before what checkers say.
pub(super) fn focus(run: &Run) -> Focus {
    let text = run.judgements.iter().find_map(|(_, judgement)| judgement.explanation());
    let told = text.map(times).unwrap_or_default();
    let mut evidence: Vec<usize> = told.iter().filter_map(|told| operation(run, told)).collect();
    evidence.sort_unstable();
    evidence.dedup();
    let problem = run.problems.first().map(|problem| {
        let time = problem.time.saturating_sub(run.history_start).as_nanos();
        u64::try_from(time).unwrap_or(u64::MAX)
    });
    Focus { time: problem.or_else(|| told.iter().map(|told| told.ns).max()), evidence }
}

/// `process 3 at 15.12 s`: all times in a text, each with the process that was named last before it.
fn times(text: &str) -> Vec<Told> {
    let words: Vec<&str> =
        text.split_whitespace().map(|word| word.trim_matches([',', ';', '(', ')', ':'])).collect();
    let mut process = None;
    let mut told = Vec::new();
    for pair in words.windows(2) {
        if pair[0] == "process" {
            process = pair[1].parse().ok();
        } else if let Some(ns) = nanos(pair[0], pair[1]) {
            told.push(Told { ns, text: format!("{} {}", pair[0], pair[1]), process });
        }
    }
    told
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "too great a time is the greatest"
)]
fn nanos(number: &str, unit: &str) -> Option<u64> {
    let unit = match unit {
        "s" => 1e9,
        "ms" => 1e6,
        _ => return None,
    };
    number.parse::<f64>().ok().map(|number| (number * unit) as u64)
}

/// The index of the invocation of what a process began or ended at a time.
fn operation(run: &Run, told: &Told) -> Option<usize> {
    let process = Process::Client(told.process?);
    let is_it = |time: u64| words::time(time) == told.text;
    let mut own = run.history.invocations().filter(|(invocation, _)| invocation.process == process);
    own.find(|(invocation, completion)| {
        is_it(invocation.time) || completion.is_some_and(|completion| is_it(completion.time))
    })
    .map(|(invocation, _)| invocation.index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_is_of_the_process_before_it() {
        let told = times(
            "value 4, acknowledged to process 3 at 15.12 s, was missing from the read that process 9 began at 20 ms",
        );
        let told: Vec<_> = told.iter().map(|told| (told.ns, told.text.as_str(), told.process)).collect();
        assert_eq!(told, [(15_120_000_000, "15.12 s", Some(3)), (20_000_000, "20 ms", Some(9))]);
    }
}
