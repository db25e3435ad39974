//! What is kept of each run of a sweep: a line of JSON.

use std::time::Duration;

use maelstrom_workbench::{Run, Value, checker::Verdict, history::Kind, quantile};
use serde::{Deserialize, Serialize};

use super::super::closing::field;

/// The figures of a run. Times are in ms; what a workload has not is missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Record {
    pub(super) workload: String,
    pub(super) nodes: usize,
    /// Operations per second.
    pub(super) rate: f64,
    /// The mean.
    pub(super) latency: u64,
    pub(super) seed: u64,
    /// `valid`, `unknown` or `invalid`.
    verdict: String,
    pub(super) availability: Option<f64>,
    pub(super) messages_per_op: Option<f64>,
    pub(super) stable_median: Option<f64>,
    pub(super) stable_max: Option<f64>,
    pub(super) operation_median: Option<f64>,
    pub(super) operation_max: Option<f64>,
    /// Why it is not valid.
    pub(super) explanation: Option<String>,
    /// The command line that makes it again.
    pub(super) again: String,
}

impl Record {
    pub(super) fn of(
        run: &Run,
        workload: &str,
        nodes: usize,
        rate: f64,
        latency: Duration,
        again: String,
    ) -> Self {
        let stable =
            |quantile: &str| field(run, "workload", "stable-latencies")?.get(quantile).and_then(number);
        let mut took: Vec<u64> = run
            .history
            .invocations()
            .filter_map(|(invocation, completion)| {
                let completion = completion.filter(|completion| completion.kind == Kind::Ok)?;
                Some(completion.time.saturating_sub(invocation.time))
            })
            .collect();
        took.sort_unstable();
        let took = |percent| quantile(&took, percent).map(ms);
        Self {
            workload: workload.to_owned(),
            nodes,
            rate,
            latency: u64::try_from(latency.as_millis()).unwrap_or(u64::MAX),
            seed: run.seed,
            verdict: run.verdict().to_string(),
            availability: field(run, "availability", "ok-fraction").and_then(number),
            messages_per_op: run.messages_per_operation(),
            stable_median: stable("0.5"),
            stable_max: stable("1"),
            operation_median: took(50),
            operation_max: took(100),
            explanation: run.explanations().into_iter().next(),
            again,
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        let known =
            [Verdict::Valid, Verdict::Invalid].into_iter().find(|known| known.to_string() == self.verdict);
        known.unwrap_or(Verdict::Unknown)
    }

    pub(super) fn line(&self) -> String {
        serde_json::to_string(self).expect("names and numbers are JSON")
    }
}

/// Reads lines, of one part or of several.
pub(super) fn read(text: &str) -> Result<Vec<Record>, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(k, line)| serde_json::from_str(line).map_err(|error| format!("line {}: {error}", k + 1)))
        .collect()
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        Value::Integer(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "runs are far shorter than 2^52 ns")]
fn ms(ns: u64) -> f64 {
    ns as f64 / 1e6
}
