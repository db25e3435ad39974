//! `show`: the verdict and the key figures of a stored run.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use maelstrom_workbench::{
    Value,
    history::{History, Kind},
    journal::{CUT_OFF, EventKind},
    quantile, story,
};

use super::{
    Status,
    closing::{self, Lines, at, count},
    journal::{self, Found},
    stored::{Stored, Unfinished, Which},
};

/// How many types of messages are counted apart.
const TYPES: usize = 6;

pub(super) fn run(which: &Which) -> Status {
    Status::of_told(which.read().and_then(|stored| Ok((text(&stored)?, stored.verdict()))))
}

fn text(stored: &Stored) -> Result<String, String> {
    let (results, history) = (&stored.results, &stored.history);
    let mut lines = Lines::default();
    lines.row(&stored.workload(), &heading(stored));
    if let Some(signal) = results.get("interrupted").and_then(Value::as_str) {
        lines.row("interrupted", &format!("by {signal}; what there was by then is judged"));
    }
    lines.row("unfinished", stored.unfinished.map_or("", Unfinished::sentence));
    lines.rows("because", &stored.texts("explanation"));
    if at(results, &["stats"]).is_some() {
        lines.row("availability", &closing::availability(results, history.invocations().count()));
        lines.rows("operations", &operations(history));
        lines.row("messages", &closing::messages(results));
        if let Some(latencies) = closing::stable_latencies(results) {
            lines.row("stable after", &latencies);
        }
    } else if stored.unfinished.is_some() {
        lines.rows("operations", &operations(history));
    }
    lines.rows("journal", &messages(&stored.folder)?);
    lines.row("faults", &story::faults(history, &BTreeSet::new(), &story::ALWAYS).join("\n"));
    lines.rows("odd", &stored.warnings());
    lines.rows("Maelstrom would", &stored.texts("maelstrom-would"));
    lines.row("results", &stored.folder.display().to_string());
    Ok(lines.0)
}

/// `valid (5 nodes, simulated, seed 3)`.
pub(super) fn heading(stored: &Stored) -> String {
    let nodes = count(stored.schedule.nodes.len(), "node");
    let host = if stored.option("simulate") == Some(&true.into()) { "simulated" } else { "processes" };
    let seed = stored.results.get("seed").unwrap_or(&Value::Null);
    format!("{} ({nodes}, {host}, seed {seed})", stored.verdict())
}

/// How long those took that succeeded, by function.
fn operations(history: &History) -> Vec<String> {
    let mut took: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for (invocation, completion) in history.invocations() {
        let latencies = took.entry(&invocation.f).or_default();
        if let Some(completion) = completion.filter(|completion| completion.kind == Kind::Ok) {
            latencies.push(completion.time.saturating_sub(invocation.time));
        }
    }
    let told = took.into_iter().map(|(f, mut latencies)| {
        latencies.sort_unstable();
        match [50, 95, 100].map(|percent| quantile(&latencies, percent)) {
            [Some(median), Some(p95), Some(most)] => format!(
                "{f}: {} ok, {} in the median, 95 % {}, at most {}",
                latencies.len(),
                ms(median),
                ms(p95),
                ms(most)
            ),
            _ => format!("{f}: none ok"),
        }
    });
    told.collect()
}

/// Nanoseconds as `12.3 ms`.
#[expect(clippy::cast_precision_loss, reason = "runs are far shorter than 2^52 ns")]
pub(super) fn ms(ns: u64) -> String {
    format!("{:.1} ms", ns as f64 / 1e6)
}

/// What became of messages, and of which type they were. Nothing without a journal.
fn messages(folder: &Path) -> Result<Vec<String>, String> {
    let mut fates: BTreeMap<&str, usize> = BTreeMap::new();
    let mut types: BTreeMap<String, usize> = BTreeMap::new();
    let found = journal::each(folder, |line| {
        if line.kind == EventKind::Send {
            *types.entry(line.message.kind().to_owned()).or_default() += 1;
        }
        *fates.entry(line.kind.name()).or_default() += 1;
    })?;
    if found == Found::Nothing {
        return Ok(Vec::new());
    }
    let fate = |name: &str| fates.get(name).copied().unwrap_or_default();
    let mut types: Vec<_> = types.into_iter().map(|(name, count)| (count, name)).collect();
    types.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let others: usize = types.iter().skip(TYPES).map(|(count, _)| count).sum();
    let mut told: Vec<String> =
        types.iter().take(TYPES).map(|(count, name)| format!("{name} {count}")).collect();
    told.extend((others > 0).then(|| format!("others {others}")));
    let counts = [
        format!(
            "sent {}, received {}, lost {}, cut off {}, to nodes that had gone {}",
            fate("send"),
            fate("recv"),
            fate("lost"),
            fate("partitioned"),
            fate("gone")
        ),
        told.join(", "),
    ];
    let cut_off = (found == Found::CutOff).then(|| CUT_OFF.to_owned());
    Ok(counts.into_iter().chain(cut_off).collect())
}
