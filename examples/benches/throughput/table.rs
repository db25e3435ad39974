//! The table that is printed, row by row as they are measured.

use std::time::Duration;

use crate::measure::median;

/// What a time is.
#[derive(Clone, Copy)]
pub(crate) enum Unit {
    Cpu,
    Wall,
}

pub(crate) struct Row {
    name: String,
    unit: Unit,
    target: f64,
    /// Microseconds per message, of the node and of the yardstick.
    costs: [f64; 2],
    ratios: Vec<f64>,
}

impl Row {
    /// `pairs` are the times of node and yardstick in each round, for `count` messages.
    pub(crate) fn new(name: &str, unit: Unit, target: f64, count: usize, pairs: &[[Duration; 2]]) -> Self {
        let count = f64::from(u32::try_from(count).expect("so many messages take too long"));
        let cost = |side: usize| median(pairs.iter().map(|pair| pair[side].as_secs_f64() * 1e6 / count));
        let ratios = pairs.iter().map(|[node, yardstick]| node.as_secs_f64() / yardstick.as_secs_f64());
        Self { name: name.to_owned(), unit, target, costs: [cost(0), cost(1)], ratios: ratios.collect() }
    }
}

pub(crate) fn print_header() {
    println!(
        "| {:27} | {:>13} | {:>13} | {:>18} | {:>7} | met |",
        "workload", "node", "yardstick", "ratio", "target"
    );
    println!("| {:-<27} | {:->13} | {:->13} | {:->18} | {:->7} | --- |", "", "", "", "", "");
}

pub(crate) fn print(row: &Row) {
    let ratio = median(row.ratios.iter().copied());
    let least = row.ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let most = row.ratios.iter().copied().fold(0.0, f64::max);
    let cost = |cost: f64| match row.unit {
        Unit::Cpu => format!("{cost:.3} µs CPU"),
        Unit::Wall => format!("{cost:.2} µs wall"),
    };
    print_line(
        &row.name,
        row.costs.map(cost),
        &format!("{ratio:.2} ({least:.2}–{most:.2})"),
        &format!("≤ {:.2}", row.target),
        ratio <= row.target,
    );
}

/// Memory is judged by itself; the yardstick's stands beside it to show what is the process's own.
pub(crate) fn print_memory(name: &str, node: u64, yardstick: u64, target_mb: f64) {
    let megabytes = |bytes: u64| f64::from(u32::try_from(bytes / 1000).expect("below 4 TB")) / 1000.0;
    let [node, yardstick] = [megabytes(node), megabytes(yardstick)];
    print_line(
        name,
        [node, yardstick].map(|size| format!("{size:.2} MB")),
        "",
        &format!("< {target_mb:.0} MB"),
        node < target_mb,
    );
}

fn print_line(name: &str, [node, yardstick]: [String; 2], ratio: &str, target: &str, met: bool) {
    let met = if met { "yes" } else { "no" };
    println!("| {name:27} | {node:>13} | {yardstick:>13} | {ratio:>18} | {target:>7} | {met:3} |");
}
