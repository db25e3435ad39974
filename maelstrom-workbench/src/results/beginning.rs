//! What is known of a run before there are results.

use std::{
    io::{self, BufRead},
    str::FromStr,
    time::Duration,
};

use super::nanos;
use crate::{
    Integer, Run, Schedule, Value,
    cluster::ClusterOptions,
    history::History,
    visual::{About, Data},
    workload::Workload,
};

/// How a run began: `run.json`. With what there is of its history and its journal it can be looked at while it goes on,
/// and after it was broken off.
///
/// ```
/// use maelstrom_workbench::{cluster::ClusterOptions, results::Beginning, visual::About, workload::Echo};
///
/// let beginning = Beginning::new(About::new("echo"), &ClusterOptions::new(["n0", "n1"]), &Echo);
/// assert_eq!(beginning.to_value().to_string().parse(), Ok(beginning));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Beginning {
    /// How it came about.
    pub about: About,
    /// Its seed, its nodes and how many clients it has; no steps.
    pub schedule: Schedule,
    /// When the history's clock began by that of the journal, if it has.
    pub history_start: Option<Duration>,
}

impl Beginning {
    /// That of a run which is made of these options.
    pub fn new(about: About, options: &ClusterOptions, workload: &dyn Workload) -> Self {
        let schedule = Schedule {
            seed: options.seed,
            nodes: options.nodes.clone(),
            concurrency: options.clients(workload),
            steps: Vec::new(),
        };
        Self { about, schedule, history_start: None }
    }

    /// As `run.json` has it. What `results.json` has as well, has the same name.
    pub fn to_value(&self) -> Value {
        let Self { about, schedule, history_start } = self;
        Value::object([
            ("workload", about.workload.as_str().into()),
            ("simulate", about.is_simulated.into()),
            ("again", about.again.clone().into()),
            ("options", about.options.clone()),
            ("seed", schedule.seed.into()),
            ("nodes", schedule.nodes.clone().into()),
            ("concurrency", schedule.concurrency.into()),
            ("history-start", history_start.map(nanos).into()),
        ])
    }

    /// The run as far as it has come. Nobody has judged it.
    pub fn run(&self, history: History) -> Run {
        let history_start = self.history_start.unwrap_or_default();
        Run::unjudged(history, self.schedule.clone(), history_start)
    }

    /// What a report draws of a run that goes on. Its verdict is `running`.
    pub fn so_far(&self, history: History, journal: impl BufRead) -> io::Result<Data> {
        let mut data = Data::read(&self.run(history), self.about.clone(), journal)?;
        // What was sent is counted in the end only.
        data.messages_per_operation = None;
        let sent = data.messages.sent.last().copied().unwrap_or_default();
        data.end = data.end.max(sent);
        "running".clone_into(&mut data.verdict);
        Ok(data)
    }
}

impl FromStr for Beginning {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all: Value = text.parse().map_err(|error| format!("it is no JSON: {error}"))?;
        let whole = |name: &str| -> Option<u64> {
            all.get(name).and_then(Value::as_integer).and_then(Integer::as_i128)?.try_into().ok()
        };
        let number = |name: &str| whole(name).ok_or_else(|| format!("its `{name}` is no number from 0 up"));
        let word = |name: &str| all.get(name).and_then(Value::as_str).map(str::to_owned);
        let nodes = all.get("nodes").and_then(Value::as_list).unwrap_or_default();
        let nodes = nodes.iter().map(|name| name.as_str().map(str::to_owned));
        Ok(Self {
            about: About {
                workload: word("workload").ok_or("it lacks `workload`")?,
                is_simulated: all.get("simulate") == Some(&true.into()),
                again: word("again"),
                options: all.get("options").cloned().unwrap_or_default(),
            },
            schedule: Schedule {
                seed: number("seed")?,
                nodes: nodes.collect::<Option<_>>().ok_or("its `nodes` are not all names")?,
                concurrency: number("concurrency")?
                    .try_into()
                    .map_err(|_| "its `concurrency` is too large")?,
                steps: Vec::new(),
            },
            history_start: whole("history-start").map(Duration::from_nanos),
        })
    }
}
