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
    quantile,
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
        // A run that was cut short is nothing to compare with.
        let is_whole = outcome.interrupted.is_none();
        let is_correct = is_whole && outcome.status() == Status::Judged(Verdict::Valid);
        self.write(outcome.store.path(), challenge, simulate, is_correct)
    }

    fn write(&self, folder: &Path, challenge: &str, simulate: bool, is_correct: bool) -> io::Result<()> {
        let value = Value::object([
            ("challenge", challenge.into()),
            ("simulate", simulate.into()),
            ("valid?", is_correct.into()),
            ("messages-per-op", self.messages_per_op.into()),
            ("median-latency-ms", self.median_ms.into()),
            ("maximum-latency-ms", self.maximum_ms.into()),
            ("operation-latency-ms", self.operation_ms.into()),
        ]);
        fs::write(folder.join(FILE), format!("{}\n", Layout(&value)))
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
    let median = quantile(&latencies, 50)?;
    Some(Duration::from_nanos(median).as_secs_f64() * 1e3)
}

/// How many requests a service was sent, by the journal of a run.
pub(super) fn requests(folder: &Path, service: &str) -> io::Result<usize> {
    let mut journal = BufReader::with_capacity(1 << 16, File::open(folder.join("journal.jsonl"))?);
    let (sent, dest) = (r#""type":"send","#, format!(r#","dest":"{service}","#));
    let (mut count, mut line) = (0, Vec::new());
    while journal.read_until(b'\n', &mut line)? > 0 {
        // The body comes last, and what is said in it does not count. What is before it is plain text.
        let body = br#""body":"#;
        let head = memchr::memmem::find(&line, body).unwrap_or(line.len());
        let head = String::from_utf8_lossy(&line[..head]);
        count += usize::from(head.contains(sent) && head.contains(&dest));
        line.clear();
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own for a test.
    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("maelstrom-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_latest_correct_run_by_the_same_clock_is_compared_with() {
        let place = Place::new("figures");
        let figures = |messages| Figures {
            messages_per_op: Some(messages),
            operation_ms: Some(2.0),
            ..Figures::default()
        };
        for (name, messages, challenge, simulate, is_correct) in [
            ("20260101T000000.000Z", 1.0, "5b", false, true),
            ("20260102T000000.000Z", 2.0, "5b", false, true),
            ("20260103T000000.000Z", 3.0, "5b", false, false),
            ("20260104T000000.000Z", 4.0, "5b", true, true),
            ("20260105T000000.000Z", 5.0, "5c", false, true),
        ] {
            let folder = place.0.join("kafka").join(name);
            fs::create_dir_all(&folder).unwrap();
            figures(messages).write(&folder, challenge, simulate, is_correct).unwrap();
        }
        let latest = |challenge, simulate| Figures::latest(&place.0, "kafka", challenge, simulate);
        let (found, folder) = latest("5b", false).unwrap();
        assert_eq!(found, figures(2.0));
        assert!(folder.ends_with("kafka/20260102T000000.000Z"), "{}", folder.display());
        assert_eq!(latest("5b", true).unwrap().0, figures(4.0));
        assert_eq!(latest("5a", false), None);
    }

    #[test]
    fn only_requests_to_the_service_are_counted() {
        let place = Place::new("requests");
        let lines = [
            r#"{"time":1,"type":"send","message":{"id":1,"src":"n0","dest":"seq-kv","body":{"type":"read"}}}"#,
            r#"{"time":2,"type":"recv","message":{"id":1,"src":"n0","dest":"seq-kv","body":{"type":"read"}}}"#,
            r#"{"time":3,"type":"send","cause":1,"message":{"id":2,"src":"seq-kv","dest":"n0","body":{}}}"#,
            r#"{"time":4,"type":"send","message":{"id":3,"src":"n0","dest":"n1","body":{"a":{"x":1,"dest":"seq-kv","y":2}}}}"#,
            r#"{"time":5,"type":"send","cause":"timer","message":{"id":4,"src":"n1","dest":"seq-kv","body":{}}}"#,
        ];
        fs::write(place.0.join("journal.jsonl"), lines.join("\n")).unwrap();
        assert_eq!(requests(&place.0, "seq-kv").unwrap(), 2);
        assert_eq!(requests(&place.0, "lin-kv").unwrap(), 0);
    }
}
