//! What a run leaves behind: the map of results, and the folder it is kept in.
//!
//! The names are Maelstrom's as of 0.2.5. `results.json` has, beside the checkers'
//! results and `valid?`, what only this workbench knows: `explanation`, `maelstrom-would`, `warnings`, `problems`, and
//! the `seed` and `options` with which the run can be had again. Its checkers `perf` and `timeline` only draw, and are
//! not there.

mod journal_writer;
mod layout;
mod net;
mod store;

pub use journal_writer::JournalWriter;
pub use layout::Layout;
pub use net::net;
pub use store::Store;

use crate::{Run, Value};

/// The results of a run, as `results.json` has them. `options` says how the run was made.
pub fn results(run: &Run, options: Value) -> Value {
    let result = |(name, judgement): &(String, crate::checker::Judgement)| {
        (name.clone(), Value::Object(judgement.result().clone()))
    };
    let problems = run.problems.iter().map(|problem| {
        let time = u64::try_from(problem.time.as_nanos()).unwrap_or(u64::MAX);
        Value::object([("time", time.into()), ("text", problem.text.as_str().into())])
    });
    let own = [
        ("valid?", run.verdict().into()),
        ("net", net(run)),
        ("explanation", run.explanations().into()),
        ("maelstrom-would", maelstrom_would(run).into()),
        ("warnings", warnings(run).into()),
        ("problems", problems.collect()),
        ("seed", run.seed.into()),
        ("options", options),
    ];
    let own = own.map(|(name, value)| (name.to_owned(), value));
    Value::object(run.judgements.iter().map(result).chain(own))
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
