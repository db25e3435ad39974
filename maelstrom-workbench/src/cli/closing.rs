//! What a test ends with: the few figures that people look for.

use std::fmt::Write;

use maelstrom_workbench::{Run, Value, checker::Verdict, process::Exit, results};

use super::{Status, command_line, options::Test, plan::Plan, test::Outcome};

/// How many sentences of a kind are shown; the results have all.
const SHOWN: usize = 8;

/// Prints it, with Maelstrom's closing line at the end if it came to a judgement.
pub(super) fn print(test: &Test, plan: &Plan, outcome: &Outcome) {
    print!("{}", text(test, plan, outcome));
}

fn text(test: &Test, plan: &Plan, outcome: &Outcome) -> String {
    let closing = match outcome.status() {
        Status::Judged(Verdict::Valid) => "\nEverything looks good! ヽ(‘ー`)ノ\n",
        Status::Judged(Verdict::Invalid) => "\nAnalysis invalid! (ﾉಥ益ಥ）ﾉ ┻━┻\n",
        Status::Judged(Verdict::Unknown) => {
            "\nErrors occurred during analysis, but no anomalies found. ಠ~ಠ\n"
        }
        Status::BadArguments | Status::Failed => "",
    };
    figures(test, plan, outcome) + closing
}

/// All but the closing line.
pub(super) fn figures(test: &Test, plan: &Plan, outcome: &Outcome) -> String {
    let (run, options) = (&outcome.run, &test.options);
    let results = results::results(run, outcome.interrupted, Value::Null);
    let mut lines = Lines::default();
    let host = if test.simulate { "simulated" } else { "processes" };
    let nodes = count(plan.cluster.nodes.len(), "node");
    lines.row(&options.workload, &format!("{} ({nodes}, {host}, seed {})", verdict(outcome), run.seed));
    if let Some(signal) = outcome.interrupted {
        lines.row("interrupted", &format!("by {}; what there was by then is judged", Exit::Signal(signal)));
    }
    lines.rows("because", &because(run));
    if !run.set_up_failed {
        let operations = run.history.invocations().count();
        lines.row("availability", &availability(&results, operations));
        lines.row("messages", &messages(&results));
        if let Some(latencies) = stable_latencies(&results) {
            lines.row("stable after", &latencies);
            let mean = plan.cluster.latency.mean.as_millis();
            if mean > 0 && !plan.cluster.compat {
                // there, messages wait in line for the one before them, and not for partitions.
                lines
                    .row("", &format!("(in Maelstrom up to {mean} ms less, and time-outs may come earlier)"));
            }
        }
    }
    lines.rows("odd", &results::warnings(run));
    lines.rows("Maelstrom would", &results::maelstrom_would(run));
    lines.row("results", &outcome.store.path().display().to_string());
    lines.row("report", &outcome.store.report().display().to_string());
    let clients = Some(run.schedule.concurrency).filter(|clients| *clients != plan.cluster.concurrency);
    lines.row("in Maelstrom", &command_line::for_maelstrom(options, clients, &test.node_args));
    if outcome.status() != Status::Judged(Verdict::Valid) {
        let again =
            command_line::for_workbench(options, &test.node_args, run.seed, test.simulate, &test.store);
        lines.row("again", &again);
    }
    lines.0
}

/// Why it is not valid. A node's last lines are shown once; further nodes mostly have died of the same.
fn because(run: &Run) -> Vec<String> {
    if run.set_up_failed {
        // What checkers say of an empty history is beside the point.
        return shortened(run.problems.iter().map(|problem| problem.text.clone()));
    }
    shortened(run.explanations())
}

fn shortened(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut is_first = true;
    let shorten = |text: String| match text.split_once(". Before crashing") {
        Some((what, _)) if !std::mem::take(&mut is_first) => what.to_owned(),
        _ => text,
    };
    texts.into_iter().map(shorten).collect()
}

fn verdict(outcome: &Outcome) -> String {
    match outcome.status() {
        Status::Judged(verdict) => verdict.to_string(),
        Status::BadArguments | Status::Failed if outcome.run.set_up_failed => "did not come up".to_owned(),
        Status::BadArguments | Status::Failed => "a node crashed".to_owned(),
    }
}

/// `0.98 of 50 operations: ok 49, failed 0, indeterminate 1`.
pub(super) fn availability(results: &Value, operations: usize) -> String {
    let stats = |name: &str| at(results, &["stats", name]).map_or_else(|| "0".to_owned(), Value::to_string);
    let fraction = at(results, &["availability", "ok-fraction"]).map_or_else(String::new, Value::to_string);
    format!(
        "{fraction} of {}: ok {}, failed {}, indeterminate {}",
        count(operations, "operation"),
        stats("ok-count"),
        stats("fail-count"),
        stats("info-count"),
    )
}

/// Availability and messages in a few words: `100.0 % available,  12.40 messages/op`.
pub(super) fn brief(run: &Run) -> String {
    let available = match field(run, "availability", "ok-fraction") {
        Some(Value::Float(fraction)) => format!("{:5.1} % available", 100.0 * fraction),
        _ => String::new(),
    };
    let per_op = run.messages_per_operation().unwrap_or_default();
    format!("{available:17}, {per_op:6.2} messages/op")
}

/// What the results say of messages.
pub(super) fn messages(results: &Value) -> String {
    let per_op = |who: &str| at(results, &["net", who, "msgs-per-op"]);
    if let (Some(Value::Float(servers)), Some(Value::Float(all))) = (per_op("servers"), per_op("all")) {
        return format!("{servers:.2} between nodes per operation, {all:.2} with those of clients");
    }
    let sent = at(results, &["net", "all", "send-count"]);
    format!("{} in all, and no operations", sent.unwrap_or(&0.into()))
}

/// How long sets took until all had an element for good.
pub(super) fn stable_latencies(results: &Value) -> Option<String> {
    let latencies = at(results, &["workload", "stable-latencies"])?;
    let quantile = |name: &str| latencies.get(name).map_or_else(|| "?".to_owned(), Value::to_string);
    let (median, p95, p99, worst) = (quantile("0.5"), quantile("0.95"), quantile("0.99"), quantile("1"));
    Some(format!("{median} ms in the median, 95 % {p95} ms, 99 % {p99} ms, at worst {worst} ms"))
}

/// A member of a member, as deep as it goes.
pub(super) fn at<'v>(value: &'v Value, names: &[&str]) -> Option<&'v Value> {
    names.iter().try_fold(value, |value, name| value.get(name))
}

/// A field of a checker's result.
pub(super) fn field<'r>(run: &'r Run, checker: &str, name: &str) -> Option<&'r Value> {
    run.judgements.iter().find(|(known, _)| known == checker)?.1.result().get(name)
}

/// `1 node`, `5 nodes`.
pub(super) fn count(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Rows of a label and a text.
#[derive(Default)]
pub(super) struct Lines(pub(super) String);

impl Lines {
    pub(super) fn row(&mut self, label: &str, text: &str) {
        // What has several lines stays under its column.
        for (k, line) in text.lines().enumerate() {
            let label = if k == 0 { label } else { "" };
            // What nodes have said may be anything, also what terminals obey.
            let line = line.replace(char::is_control, "\u{fffd}");
            let row = format!("{label:<16} {line}");
            writeln!(self.0, "{}", row.trim_end()).expect("strings take all");
        }
    }

    pub(super) fn rows(&mut self, label: &str, texts: &[String]) {
        for (k, text) in texts.iter().take(SHOWN).enumerate() {
            self.row(if k == 0 { label } else { "" }, text);
        }
        if texts.len() > SHOWN {
            self.row("", &format!("… and {} more, in results.json", texts.len() - SHOWN));
        }
    }
}
