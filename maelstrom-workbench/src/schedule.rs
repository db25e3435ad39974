//! What a run does to its cluster, as data: it can be saved, looked at, and replayed with parts taken out.

use std::{fmt, io, str::FromStr, time::Duration};

use crate::{Integer, Value, nemesis::Fault, workload::Op};

/// The operations and faults of a run's main phase, each with its time. What follows from the workload (set-up and final
/// operations) and what each message meets on its link (which the seed decides) is not in it.
///
/// As JSON it has an entry on each line, so that one is taken out by deleting its line:
///
/// ```
/// use maelstrom_workbench::Schedule;
///
/// let text = r#"{
///   "seed": 7,
///   "nodes": ["n0", "n1"],
///   "concurrency": 2,
///   "steps": [
///     {"time": 0, "fault": "kill", "value": ["n1"]},
///     {"time": 250000000, "worker": 0, "f": "broadcast", "value": 0},
///     {"time": 900000000, "fault": "start", "value": null}
///   ]
/// }
/// "#;
/// let mut schedule: Schedule = text.parse()?;
/// assert_eq!(schedule.to_string(), text);
/// schedule.steps.retain(|step| !step.is_fault());
/// assert_eq!(schedule.steps.len(), 1);
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schedule {
    /// The seed of the run, which still decides how long messages take.
    pub seed: u64,
    /// The nodes.
    pub nodes: Vec<String>,
    /// How many workers there were. Worker k talks to node k modulo the number of nodes: see [`node_of`](Self::node_of).
    pub concurrency: usize,
    /// What is done, in the order of times.
    pub steps: Vec<Step>,
}

/// One entry of a [`Schedule`].
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// When, from the beginning of the main phase.
    pub time: Duration,
    /// What.
    pub action: Scheduled,
}

/// What a [`Step`] does.
#[derive(Clone, Debug, PartialEq)]
pub enum Scheduled {
    /// A worker begins an operation, as soon as it has none.
    Op {
        /// Which worker.
        worker: usize,
        /// What it does.
        op: Op,
    },
    /// The nemesis does something.
    Fault(Fault),
}

impl Step {
    /// Whether the nemesis does it.
    pub fn is_fault(&self) -> bool {
        matches!(self.action, Scheduled::Fault(_))
    }
}

impl Schedule {
    /// Which worker a process is. A worker whose process has ended goes on as one whose number is greater by the number of
    /// workers. Nothing where there are none.
    ///
    /// ```
    /// use maelstrom_workbench::Schedule;
    ///
    /// let nodes = ["n0", "n1", "n2"].map(str::to_owned).to_vec();
    /// let schedule = Schedule { nodes, concurrency: 6, ..Schedule::default() };
    /// assert_eq!((schedule.worker_of(17), schedule.node_of(17)), (Some(5), Some(2)));
    /// ```
    pub fn worker_of(&self, process: u64) -> Option<usize> {
        let concurrency = u64::try_from(self.concurrency).ok()?;
        usize::try_from(process.checked_rem(concurrency)?).ok()
    }

    /// The node that a process talks to, by number.
    pub fn node_of(&self, process: u64) -> Option<usize> {
        self.worker_of(process)?.checked_rem(self.nodes.len())
    }

    /// The name of the node that a process talks to.
    pub fn node_name_of(&self, process: u64) -> Option<&str> {
        self.node_of(process).map(|node| &*self.nodes[node])
    }

    /// Writes it, as its `Display` does.
    pub fn write(&self, mut out: impl io::Write) -> io::Result<()> {
        write!(out, "{self}")
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nodes: Vec<String> =
            self.nodes.iter().map(|name| Value::from(name.as_str()).to_string()).collect();
        writeln!(f, "{{\n  \"seed\": {},\n  \"nodes\": [{}],", self.seed, nodes.join(", "))?;
        write!(f, "  \"concurrency\": {},\n  \"steps\": [", self.concurrency)?;
        let mut before = "";
        for Step { time, action } in &self.steps {
            write!(f, "{before}\n    {{\"time\": {}, ", time.as_nanos())?;
            match action {
                Scheduled::Op { worker, op } => {
                    let name = Value::from(&*op.f);
                    write!(f, r#""worker": {worker}, "f": {name}, "value": {}}}"#, op.value)?;
                }
                Scheduled::Fault(fault) => {
                    let value = fault.details(&self.nodes);
                    write!(f, r#""fault": "{}", "value": {value}}}"#, fault.name())?;
                }
            }
            before = ",";
        }
        f.write_str(if self.steps.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" })
    }
}

impl FromStr for Schedule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let schedule: Value = text.parse().map_err(|error| format!("it is no JSON: {error}"))?;
        let member = |name: &str| schedule.get(name).ok_or_else(|| format!("it lacks `{name}`"));
        let whole = |value: &Value| {
            let number = value.as_integer().and_then(Integer::as_i128);
            number.and_then(|number| u64::try_from(number).ok())
        };
        let number =
            |name: &str| whole(member(name)?).ok_or_else(|| format!("its `{name}` is no number from 0 up"));
        let list = |name: &str| member(name)?.as_list().ok_or_else(|| format!("its `{name}` are no list"));
        let nodes: Option<Vec<String>> =
            list("nodes")?.iter().map(|name| name.as_str().map(str::to_owned)).collect();
        let nodes = nodes.ok_or("its `nodes` are not all names")?;
        let concurrency = usize::try_from(number("concurrency")?).map_err(|error| error.to_string())?;
        let step = |step: &Value| {
            let nanos = step.get("time").and_then(whole).ok_or("no `time` in ns")?;
            let value = step.get("value").cloned().unwrap_or_default();
            let text = |name: &str| step.get(name).and_then(Value::as_str);
            let action = if let Some(fault) = text("fault") {
                Scheduled::Fault(Fault::from_details(fault, &value, &nodes)?)
            } else {
                let f = text("f").ok_or("neither a `fault` nor the `f` of an operation")?;
                let worker = step.get("worker").and_then(whole).and_then(|k| usize::try_from(k).ok());
                let worker = worker.filter(|worker| *worker < concurrency);
                let worker = worker.ok_or("no `worker` below the concurrency")?;
                Scheduled::Op { worker, op: Op { f: f.to_owned().into(), value, is_final: false } }
            };
            Ok(Step { time: Duration::from_nanos(nanos), action })
        };
        let numbered = |(k, value): (usize, &Value)| {
            step(value).map_err(|error: String| format!("step {} has {error}: {value}", k + 1))
        };
        let steps = list("steps")?.iter().enumerate().map(numbered).collect::<Result<_, _>>()?;
        Ok(Self { seed: number("seed")?, nodes, concurrency, steps })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_in_a_schedule_is_told_with_its_place() {
        let read = |steps: &str| {
            format!(r#"{{"seed": 1, "nodes": ["n0"], "concurrency": 1, "steps": [{steps}]}}"#)
                .parse::<Schedule>()
                .unwrap_err()
        };
        assert!(read(r#"{"time": 0, "f": "x"}"#).starts_with("step 1 has no `worker` below the concurrency"));
        assert!(read(r#"{"time": 0, "f": "x", "worker": 1}"#).contains("no `worker` below"));
        assert!(read(r#"{"f": "x", "worker": 0}"#).contains("no `time` in ns"));
        assert!(read(r#"{"time": 1, "fault": "kill", "value": ["n7"]}"#).contains(r#"no node "n7""#));
        assert!("{}".parse::<Schedule>().unwrap_err().contains("`nodes`"));
    }

    #[test]
    fn a_schedule_without_steps_is_read_back() {
        let empty = Schedule { nodes: vec!["a\"b".to_owned()], concurrency: 3, ..Schedule::default() };
        assert_eq!(empty.to_string().parse(), Ok(empty));
    }
}
