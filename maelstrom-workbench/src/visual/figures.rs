//! The figures that a report draws, as results have them.

use std::collections::BTreeMap;

use super::{Charts, Data, Messages, OfType, Spread, messages::ENDS};
use crate::Value;

impl Data {
    /// What is drawn, in numbers: `messages` by type, by sender and receiver, and by what became of them; `charts`, latency
    /// and throughput over time; and, where clients add integers, `spread`, in ms, by quantile: how long values took until
    /// `half` of the nodes had them, and until `all` had, of those that came so far; how many `values` these are, and how many
    /// of them are `below-half` or `incomplete`, as they never came to half of the nodes, or to some.
    ///
    /// Of a type it is told how many were `sent`, in a simulation how many of those `by-timers`, and what became of them.
    pub fn figures(&self) -> Value {
        let spread = self.spread.as_ref().map(|spread| ("spread", spread_figures(spread)));
        let messages = message_figures(&self.messages, self.about.is_simulated);
        let own = [("messages", messages), ("charts", chart_figures(&self.charts))];
        Value::object(own.into_iter().chain(spread))
    }
}

fn message_figures(messages: &Messages, is_simulated: bool) -> Value {
    let of_type = |of: &OfType| {
        let ends = ENDS.into_iter().zip(of.ends).filter(|(_, count)| *count > 0);
        let timers = is_simulated.then_some(("by-timers", of.by_timers));
        let counts = ends.chain(timers).chain([("sent", of.sent)]);
        Value::object(counts.map(|(name, count)| (name, count.into())))
    };
    let mut pairs: BTreeMap<&str, BTreeMap<String, Value>> = BTreeMap::new();
    for (src, dest, count) in &messages.pairs {
        pairs.entry(src).or_default().insert(dest.clone(), (*count).into());
    }
    Value::object([
        ("total", messages.total.into()),
        ("by-type", Value::object(messages.types.iter().map(|of| (of.kind.clone(), of_type(of))))),
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
        ("values", spread.followed.into()),
        ("below-half", spread.below_half.into()),
        ("incomplete", spread.incomplete.into()),
    ])
}

#[expect(clippy::cast_precision_loss, reason = "times are far below 2^52 µs")]
fn ms(us: i64) -> Value {
    Value::Float(us as f64 / 1e3)
}
