//! Latency and throughput over time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{micros, operations::outcome, text};
use crate::{
    Run, Value,
    history::Kind,
    quantile::{self, quantile},
};

/// The quantiles that are drawn.
const PERCENTS: [usize; 4] = [50, 95, 99, 100];
/// Into as many parts the run is cut.
const BUCKETS: u64 = 50;
/// More functions than this are drawn as one.
const MOST_FUNCTIONS: usize = 12;

/// Figures over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Charts {
    /// The length of a bucket, in µs.
    pub bucket: i64,
    /// How long operations took that succeeded.
    pub latency: Vec<Quantile>,
    /// How many operations were completed.
    pub rate: Vec<Rate>,
}

/// A quantile of the latencies of one function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quantile {
    /// The function.
    pub f: String,
    /// From 0 to 1.
    pub quantile: f64,
    /// For each bucket that has any: its number, and the latency in µs.
    pub points: Vec<(u64, i64)>,
}

/// How often a function had an outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// The function.
    pub f: String,
    /// `ok`, `fail` or `info`.
    pub outcome: String,
    /// In each bucket, per second.
    pub per_s: Vec<f64>,
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) fn charts(run: &Run) -> Charts {
    let length = run.history.operations().last().map_or(0, |operation| operation.time) + 1;
    // At least 100 ms, and whole ms.
    let bucket = (length / BUCKETS / 1_000_000 + 1).max(100) * 1_000_000;
    let buckets = usize::try_from(length / bucket + 1).unwrap_or(1);
    let mut latencies: BTreeMap<String, BTreeMap<u64, Vec<u64>>> = BTreeMap::new();
    let mut counts: BTreeMap<(String, &str), Vec<u64>> = BTreeMap::new();
    for (invocation, completion) in run.history.invocations() {
        let mut f = text::cut(&invocation.f, 100);
        if latencies.len() >= MOST_FUNCTIONS && !latencies.contains_key(&f) {
            "(others)".clone_into(&mut f);
        }
        let by_bucket = latencies.entry(f.clone()).or_default();
        let Some(end) = completion else { continue };
        if end.kind == Kind::Ok {
            let taken = end.time.saturating_sub(invocation.time);
            by_bucket.entry(invocation.time / bucket).or_default().push(taken);
        }
        let counts = counts.entry((f, outcome(completion))).or_insert_with(|| vec![0; buckets]);
        let at = usize::try_from(end.time / bucket).unwrap_or(0).min(buckets - 1);
        counts[at] += 1;
    }
    let latency = latencies.into_iter().flat_map(|(f, by_bucket)| lines(f, by_bucket)).collect();
    let seconds = bucket as f64 / 1e9;
    let rate = counts.into_iter().map(|((f, outcome), counts)| Rate {
        f,
        outcome: outcome.to_owned(),
        per_s: counts.into_iter().map(|count| count as f64 / seconds).collect(),
    });
    Charts { bucket: micros(bucket), latency, rate: rate.collect() }
}

fn lines(f: String, mut by_bucket: BTreeMap<u64, Vec<u64>>) -> Vec<Quantile> {
    for latencies in by_bucket.values_mut() {
        latencies.sort_unstable();
    }
    let line = |percent| {
        let points = by_bucket.iter();
        let points =
            points.filter_map(|(bucket, sorted)| Some((*bucket, micros(quantile(sorted, percent)?))));
        Quantile { f: f.clone(), quantile: quantile::part(percent), points: points.collect() }
    };
    PERCENTS.into_iter().map(line).collect()
}

/// How long operations took that succeeded, in ms, by function and quantile: `{"read": {"0.5": 1.2, …}}`.
#[expect(clippy::cast_precision_loss, reason = "times are far below 2^52 µs")]
pub(crate) fn latencies(run: &Run) -> Value {
    let mut by_function: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (invocation, completion) in run.history.invocations() {
        if let Some(end) = completion.filter(|completion| completion.kind == Kind::Ok) {
            let taken = end.time.saturating_sub(invocation.time);
            by_function.entry(&invocation.f).or_default().push(taken);
        }
    }
    let quantiles = |mut latencies: Vec<u64>| {
        latencies.sort_unstable();
        let ms = |percent| quantile(&latencies, percent).map(|ns| Value::Float(micros(ns) as f64 / 1e3));
        Value::object(PERCENTS.map(|percent| (quantile::name(percent), ms(percent).into())))
    };
    Value::object(by_function.into_iter().map(|(f, latencies)| (f, quantiles(latencies))))
}
