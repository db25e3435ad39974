//! What a run leaves behind: the map of results, and the folder it is kept in.
//!
//! While a run goes on its folder has `run.json`, which says how it [began](Beginning), and what there is so far of
//! `history.jsonl` and `journal.jsonl`. As soon as it has `results.json` the run is over. [`is_going_on`] tells a
//! run that goes on from one that was broken off.
//!
//! The names are Maelstrom's as of 0.2.5. `results.json` has, beside the checkers' results and `valid?`, what only this
//! workbench knows: `explanation`, `maelstrom-would`, `warnings`, `problems`, `interrupted`, `latencies` in ms by function
//! and quantile, what the report draws ([`figures`](visual::Data::figures)), and the `seed` and `options` with which the
//! run can be had again. Its checkers `perf` and `timeline` only draw, and are not there; their drawings are files.

mod beginning;
mod layout;
mod net;
mod recorder;
mod store;

pub use beginning::Beginning;
pub use layout::Layout;
pub use net::net;
pub use recorder::Recorder;
pub use store::{Store, is_going_on};

use std::{io, time::Duration};

use signal_hook::low_level;

use crate::{Run, Value, checker::Verdict, cluster::Problem, visual};

/// The results of a run, as `results.json` has them. `options` says how the run was made, and `interrupted` the number of
/// the signal that ended it, if one has.
pub fn results(run: &Run, interrupted: Option<i32>, options: Value) -> Value {
    let result = |(name, judgement): &(String, crate::checker::Judgement)| {
        (name.clone(), Value::Object(judgement.result().clone()))
    };
    let own = [
        ("valid?", run.verdict().into()),
        ("history-start", nanos(run.history_start).into()),
        ("net", net(run)),
        ("latencies", visual::latencies(run)),
        ("explanation", run.explanations().into()),
        ("maelstrom-would", maelstrom_would(run).into()),
        ("warnings", warnings(run).into()),
        ("problems", run.problems.iter().map(problem).collect()),
        ("seed", run.seed.into()),
        ("options", options),
    ];
    let interrupted = interrupted.map(|signal| ("interrupted", signal_name(signal).into()));
    let own = own.into_iter().chain(interrupted).map(|(name, value)| (name.to_owned(), value));
    Value::object(run.judgements.iter().map(result).chain(own))
}

/// The results of a run that could not be made. Whether the nodes are right, nobody knows.
pub fn results_of_failure(error: &io::Error, seed: u64, options: Value) -> Value {
    let text = error.to_string();
    let first = Problem { time: Duration::ZERO, text: text.clone() };
    Value::object([
        ("valid?", Verdict::Unknown.into()),
        ("explanation", vec![text].into()),
        ("problems", Value::List(vec![problem(&first)])),
        ("seed", seed.into()),
        ("options", options),
    ])
}

fn problem(problem: &Problem) -> Value {
    Value::object([("time", nanos(problem.time).into()), ("text", problem.text.as_str().into())])
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn signal_name(signal: i32) -> String {
    low_level::signal_name(signal).map_or_else(|| signal.to_string(), str::to_owned)
}

/// What Maelstrom would have done differently, while the run went and when it was judged: `stop listening to n1 …`.
pub fn maelstrom_would(run: &Run) -> Vec<String> {
    let judged = run.judgements.iter().flat_map(|(_, judgement)| judgement.maelstrom_would());
    let judged = judged.map(|divergence| {
        let text = divergence.to_string();
        text.strip_prefix("Maelstrom would ").map(str::to_owned).unwrap_or(text)
    });
    run.maelstrom_would.iter().map(ToString::to_string).chain(judged).collect()
}

/// What is odd in the run, and in its history, though Maelstrom does not see it.
pub fn warnings(run: &Run) -> Vec<String> {
    let judged =
        run.judgements.iter().flat_map(|(_, judgement)| judgement.warnings()).map(ToString::to_string);
    run.warnings.iter().cloned().chain(judged).collect()
}
