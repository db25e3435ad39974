//! What was measured in a test, and kept in its folder, so that a later test can be compared to it.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    time::Duration,
};

use maelstrom_workbench::{
    Run, Value,
    checker::Verdict,
    history::{History, Kind},
    results::Layout,
};

use super::super::{Status, closing, test::Outcome};

/// The file in a run's folder.
const FILE: &str = "challenge.json";

/// The figures by which challenges are judged. What could not be measured is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Figures {
    /// Messages between nodes, for each operation.
    pub(super) messages_per_op: Option<f64>,
    /// How long values took until they were everywhere for good.
    pub(super) median_ms: Option<f64>,
    pub(super) maximum_ms: Option<f64>,
    /// How long the median of the operations took that succeeded.
    pub(super) operation_ms: Option<f64>,
}

impl Figures {
    pub(super) fn of(run: &Run) -> Self {
        let latencies = closing::field(run, "workload", "stable-latencies");
        let quantile = |name| latencies.and_then(|latencies| latencies.get(name)).and_then(number);
        Self {
            messages_per_op: run.messages_per_operation(),
            median_ms: quantile("0.5"),
            maximum_ms: quantile("1"),
            operation_ms: median_of_operations(&run.history),
        }
    }

    /// Writes them to the run's folder.
    pub(super) fn keep(&self, challenge: &str, simulate: bool, outcome: &Outcome) -> io::Result<()> {
        let value = Value::object([
            ("challenge", challenge.into()),
            ("simulate", simulate.into()),
            ("valid?", (outcome.status() == Status::Judged(Verdict::Valid)).into()),
            ("messages-per-op", self.messages_per_op.into()),
            ("median-latency-ms", self.median_ms.into()),
            ("maximum-latency-ms", self.maximum_ms.into()),
            ("operation-latency-ms", self.operation_ms.into()),
        ]);
        fs::write(outcome.store.path().join(FILE), format!("{}\n", Layout(&value)))
    }

    /// Those of the latest correct run for a challenge, and its folder. Runs by the other clock are not compared:
    /// there, a hop takes another time.
    pub(super) fn latest(
        store: &Path,
        workload: &str,
        challenge: &str,
        simulate: bool,
    ) -> Option<(Self, PathBuf)> {
        let folders = fs::read_dir(store.join(workload)).ok()?;
        let mut folders: Vec<PathBuf> = folders.filter_map(|entry| Some(entry.ok()?.path())).collect();
        // They are named by when they began; `latest`, which points to one of them, would be first.
        folders.retain(|folder| !folder.is_symlink());
        folders.sort();
        folders.into_iter().rev().find_map(|folder| {
            let value: Value = fs::read_to_string(folder.join(FILE)).ok()?.parse().ok()?;
            let is_it = value.get("challenge") == Some(&challenge.into())
                && value.get("simulate") == Some(&simulate.into())
                && value.get("valid?") == Some(&true.into());
            let figure = |name| value.get(name).and_then(number);
            is_it.then(|| {
                let figures = Self {
                    messages_per_op: figure("messages-per-op"),
                    median_ms: figure("median-latency-ms"),
                    maximum_ms: figure("maximum-latency-ms"),
                    operation_ms: figure("operation-latency-ms"),
                };
                (figures, folder)
            })
        })
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(integer) => integer.to_string().parse().ok(),
        Value::Float(float) => Some(*float),
        _ => None,
    }
}

fn median_of_operations(history: &History) -> Option<f64> {
    let answered = history.invocations().filter_map(|(invocation, completion)| {
        let completion = completion.filter(|completion| completion.kind == Kind::Ok)?;
        Some(completion.time - invocation.time)
    });
    let mut latencies: Vec<u64> = answered.collect();
    latencies.sort_unstable();
    let median = latencies.get(latencies.len() / 2)?;
    Some(Duration::from_nanos(*median).as_secs_f64() * 1e3)
}

/// How many requests a service was sent, by the journal of a run.
pub(super) fn requests(outcome: &Outcome, service: &str) -> io::Result<usize> {
    let mut journal =
        BufReader::with_capacity(1 << 16, File::open(outcome.store.path().join("journal.jsonl"))?);
    let (sent, dest) = (r#""type":"send","#, format!(r#","dest":"{service}","#));
    let (mut count, mut line) = (0, Vec::new());
    while journal.read_until(b'\n', &mut line)? > 0 {
        // The body comes last, and what is said in it does not count. The rest of the line is plain text.
        let body = memchr::memmem::find(&line, br#","body":"#).unwrap_or(line.len());
        let head = String::from_utf8_lossy(&line[..body]);
        count += usize::from(head.contains(sent) && (head + ",").contains(&dest));
        line.clear();
    }
    Ok(count)
}
