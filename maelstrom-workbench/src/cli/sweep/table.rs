//! The table of a sweep, a chart if there are several latencies, and the seeds that failed.

use std::{collections::BTreeMap, fmt::Write};

use maelstrom_workbench::{checker::Verdict, quantile};

use super::record::Record;

/// How many failing seeds are listed.
const LISTED: usize = 20;
/// How wide the chart's longest bar is.
const WIDTH: f64 = 50.0;

/// The runs of one combination of options.
type Cells<'r> = BTreeMap<(&'r str, usize, u64, u64), Vec<&'r Record>>;

/// Latencies with messages per operation, by all other options.
type Groups<'r> = BTreeMap<(&'r str, usize, u64), Vec<(u64, f64)>>;

pub(super) fn text(records: &[Record]) -> String {
    let mut cells = Cells::new();
    for record in records {
        // Rates are not negative, and the bits of such numbers have their order.
        let key = (&*record.workload, record.nodes, record.rate.to_bits(), record.latency);
        cells.entry(key).or_default().push(record);
    }
    rows(&cells) + &chart(&cells) + &failures(records)
}

fn rows(cells: &Cells<'_>) -> String {
    let mut out = format!(
        "{:<16} {:>5} {:>7} {:>8} {:>13} {:>9} {:>8} {:>17} {:>17}\n",
        "workload", "nodes", "rate", "latency", "valid", "available", "msgs/op", "stable ms", "operation ms"
    );
    for ((workload, nodes, rate, latency), records) in cells {
        let valid = records.iter().filter(|record| record.verdict() == Verdict::Valid).count();
        let available = mean(records, |record| record.availability);
        let available = available.map_or_else(|| "-".to_owned(), |part| format!("{:.1} %", 100.0 * part));
        let stable =
            [middle(records, |record| record.stable_median), most(records, |record| record.stable_max)];
        let took =
            [middle(records, |record| record.operation_median), most(records, |record| record.operation_max)];
        let pair = |[median, most]: [Option<f64>; 2]| format!("{} / {}", figure(median, 1), figure(most, 1));
        writeln!(
            out,
            "{workload:<16} {nodes:>5} {:>7} {latency:>5} ms {:>13} {available:>9} {:>8} {:>17} {:>17}",
            f64::from_bits(*rate),
            format!("{valid} of {}", records.len()),
            figure(mean(records, |record| record.messages_per_op), 2),
            pair(stable),
            pair(took),
        )
        .expect("strings take all");
    }
    out.push_str("(times: median / max)\n");
    out
}

fn figure(number: Option<f64>, digits: usize) -> String {
    number.map_or_else(|| "-".to_owned(), |number| format!("{number:.digits$}"))
}

fn values(records: &[&Record], value: impl Fn(&Record) -> Option<f64>) -> Vec<f64> {
    records.iter().filter_map(|record| value(record)).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn mean(records: &[&Record], value: impl Fn(&Record) -> Option<f64>) -> Option<f64> {
    let values = values(records, value);
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn middle(records: &[&Record], value: impl Fn(&Record) -> Option<f64>) -> Option<f64> {
    let mut values = values(records, value);
    values.sort_by(f64::total_cmp);
    quantile(&values, 50)
}

fn most(records: &[&Record], value: impl Fn(&Record) -> Option<f64>) -> Option<f64> {
    values(records, value).into_iter().max_by(f64::total_cmp)
}

/// Messages per operation by latency: a bar each.
fn chart(cells: &Cells<'_>) -> String {
    let mut groups = Groups::new();
    for ((workload, nodes, rate, latency), records) in cells {
        if let Some(messages) = mean(records, |record| record.messages_per_op) {
            groups.entry((workload, *nodes, *rate)).or_default().push((*latency, messages));
        }
    }
    let mut out = String::new();
    let longest = groups.values().flatten().map(|(_, messages)| *messages).fold(0.0, f64::max);
    for ((workload, nodes, rate), bars) in groups.iter().filter(|(_, bars)| bars.len() > 1) {
        let rate = f64::from_bits(*rate);
        writeln!(out, "\nmessages per operation by latency ({workload}, {nodes} nodes, rate {rate})")
            .expect("strings take all");
        for (latency, messages) in bars {
            writeln!(out, "{latency:>8} ms │{} {messages:.2}", bar(*messages, longest))
                .expect("strings take all");
        }
    }
    out
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to the width")]
fn bar(value: f64, longest: f64) -> String {
    let length = if longest > 0.0 { (WIDTH * value / longest).round() as usize } else { 0 };
    "█".repeat(length)
}

fn failures(records: &[Record]) -> String {
    let mut failed: Vec<_> = records.iter().filter(|record| record.verdict() != Verdict::Valid).collect();
    failed.sort_by(|a, b| (a.seed, &a.again).cmp(&(b.seed, &b.again)));
    let mut out = String::new();
    for record in failed.iter().take(LISTED) {
        let why = record.explanation.as_deref().unwrap_or_default().replace(char::is_control, "\u{fffd}");
        writeln!(out, "\nseed {} is {}: {why}\n  again: {}", record.seed, record.verdict(), record.again)
            .expect("strings take all");
    }
    if failed.len() > LISTED {
        writeln!(out, "\n… and {} more that are not valid", failed.len() - LISTED).expect("strings take all");
    }
    out
}
