//! The figures that a report draws, as results have them.

use std::collections::BTreeMap;

use super::{Charts, Data, Messages, Spread};
use crate::Value;

impl Data {
    /// What is drawn, in numbers: `messages` by type, by sender and receiver, and by what became of them; `charts`, latency
    /// and throughput over time; and, where clients add integers, `spread`, in ms, by quantile: how long values took until
    /// `half` of the nodes had them, and until `all` had; and how many are `incomplete`, as they never came to some.
    pub fn figures(&self) -> Value {
        let spread = self.spread.as_ref().map(|spread| ("spread", spread_figures(spread)));
        let own = [("messages", message_figures(&self.messages)), ("charts", chart_figures(&self.charts))];
        Value::object(own.into_iter().chain(spread))
    }
}

fn message_figures(messages: &Messages) -> Value {
    let mut pairs: BTreeMap<&str, BTreeMap<String, Value>> = BTreeMap::new();
    for (src, dest, count) in &messages.pairs {
        pairs.entry(src).or_default().insert(dest.clone(), (*count).into());
    }
    Value::object([
        ("total", messages.total.into()),
        (
            "by-type",
            Value::object(messages.types.iter().map(|(kind, count)| (kind.clone(), (*count).into()))),
        ),
        ("by-pair", Value::object(pairs.into_iter().map(|(src, counts)| (src, Value::Object(counts))))),
        ("by-end", Value::object(messages.ends.iter().map(|(end, count)| (end.clone(), (*count).into())))),
    ])
}

fn chart_figures(charts: &Charts) -> Value {
    let mut latency: BTreeMap<&str, Vec<(String, Value)>> = BTreeMap::new();
    for line in &charts.latency {
        let point = |(bucket, us): &(u64, i64)| Value::List(vec![(*bucket).into(), ms(*us)]);
        let points = line.points.iter().map(point).collect();
        latency.entry(&line.f).or_default().push((line.quantile.to_string(), points));
    }
    let mut rate: BTreeMap<&str, Vec<(String, Value)>> = BTreeMap::new();
    for line in &charts.rate {
        rate.entry(&line.f).or_default().push((line.outcome.clone(), line.per_s.clone().into()));
    }
    let nested = |lines: BTreeMap<&str, Vec<(String, Value)>>| {
        Value::object(lines.into_iter().map(|(f, lines)| (f, Value::object(lines))))
    };
    Value::object([
        ("bucket-ms", ms(charts.bucket)),
        ("latency-ms", nested(latency)),
        ("rate-per-s", nested(rate)),
    ])
}

fn spread_figures(spread: &Spread) -> Value {
    let quantiles = |took: &[(f64, i64)]| {
        Value::object(took.iter().map(|(quantile, us)| (quantile.to_string(), ms(*us))))
    };
    Value::object([
        ("half", quantiles(&spread.half)),
        ("all", quantiles(&spread.all)),
        ("incomplete", spread.incomplete.into()),
    ])
}

#[expect(clippy::cast_precision_loss, reason = "times are far below 2^52 µs")]
fn ms(us: i64) -> Value {
    Value::Float(us as f64 / 1e3)
}
