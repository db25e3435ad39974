//! A run that is kept in a folder.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{BufReader, ErrorKind},
    path::{Path, PathBuf},
};

use clap::Args;
use maelstrom_workbench::{Integer, Schedule, Value, checker::Verdict, history::History};

use super::closing::at;

const CUT_OFF: &str = "the last line of the history was cut off, and is left out";

/// Which run is meant.
#[derive(Debug, Args)]
pub(super) struct Which {
    /// The run's folder, or its name below the store, such as `latest`, `broadcast/latest` or
    /// `broadcast/20240229T120000.000Z`
    #[arg(value_name = "RUN", default_value = "latest")]
    pub(super) run: PathBuf,

    /// Where runs are kept
    #[arg(long, value_name = "DIR", default_value = "store")]
    pub(super) store: PathBuf,
}

impl Which {
    /// Its folder: what the path says from here, or else below the store.
    pub(super) fn folder(&self) -> Result<PathBuf, String> {
        let candidates = [self.run.clone(), self.store.join(&self.run)];
        candidates.into_iter().find(|folder| folder.join("results.json").is_file()).ok_or_else(|| {
            let run = self.run.display();
            format!("{run}: there is no such run, neither here nor in {}", self.store.display())
        })
    }

    /// Reads it.
    pub(super) fn read(&self) -> Result<Stored, String> {
        Stored::read(&self.folder()?)
    }
}

/// What a folder has of a run.
pub(super) struct Stored {
    pub(super) folder: PathBuf,
    pub(super) results: Value,
    pub(super) history: History,
    /// Whether its last line was cut off.
    is_cut_off: bool,
    /// Where the run has none, as it could not be made, that of its options, without steps.
    pub(super) schedule: Schedule,
}

impl Stored {
    fn read(folder: &Path) -> Result<Self, String> {
        // With the links on the way resolved: `latest` may be another run tomorrow.
        let folder = folder.canonicalize().map_err(|error| format!("{}: {error}", folder.display()))?;
        let named = |name: &str, error: &dyn ToString| {
            format!("{}: {}", folder.join(name).display(), error.to_string())
        };
        let text = |name: &str| fs::read_to_string(folder.join(name)).map_err(|error| named(name, &error));
        let results = text("results.json")?.parse().map_err(|error| named("results.json", &error))?;
        let (history, is_cut_off) = File::open(folder.join("history.jsonl"))
            .map_err(|error| error.to_string())
            .and_then(|file| {
                History::read_whole_lines(BufReader::new(file)).map_err(|error| error.to_string())
            })
            .map_err(|error| named("history.jsonl", &error))?;
        let schedule = match fs::read_to_string(folder.join("schedule.json")) {
            Ok(text) => text.parse().map_err(|error: String| named("schedule.json", &error))?,
            Err(error) if error.kind() == ErrorKind::NotFound => of_options(&results),
            Err(error) => return Err(named("schedule.json", &error)),
        };
        Ok(Self { folder, results, history, is_cut_off, schedule })
    }

    /// The workload: of the options, or, where they lack, of the folder's place.
    pub(super) fn workload(&self) -> String {
        let of_place = || self.folder.parent()?.file_name().and_then(OsStr::to_str).map(str::to_owned);
        self.option("workload")
            .and_then(Value::as_str)
            .map(str::to_owned)
            .or_else(of_place)
            .unwrap_or_default()
    }

    /// An option that the run was made with.
    pub(super) fn option(&self, name: &str) -> Option<&Value> {
        at(&self.results, &["options", name]).filter(|value| !value.is_null())
    }

    /// The stored verdict.
    pub(super) fn verdict(&self) -> Verdict {
        verdict(&self.results)
    }

    /// When the history's clock began by that of the journal, in ns, if the results say it.
    pub(super) fn history_start(&self) -> Option<u64> {
        self.results.get("history-start")?.as_integer()?.as_i128()?.try_into().ok()
    }

    /// What is odd.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings = self.texts("warnings");
        // Results that were made since say it themselves.
        warnings.retain(|warning| warning != CUT_OFF);
        warnings.extend(self.cut_off().map(str::to_owned));
        warnings
    }

    /// Says so if the history's last line was cut off.
    pub(super) fn cut_off(&self) -> Option<&'static str> {
        self.is_cut_off.then_some(CUT_OFF)
    }

    /// A list of sentences in the results.
    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        self.results.get(name).map(texts).unwrap_or_default()
    }
}

/// The verdict that results have.
pub(super) fn verdict(results: &Value) -> Verdict {
    match results.get("valid?") {
        Some(Value::Bool(true)) => Verdict::Valid,
        Some(Value::Bool(false)) => Verdict::Invalid,
        _ => Verdict::Unknown,
    }
}

/// Nodes and workers, as far as results say.
fn of_options(results: &Value) -> Schedule {
    let option = |name: &str| at(results, &["options", name]);
    Schedule {
        nodes: option("nodes").map(texts).unwrap_or_default(),
        concurrency: option("concurrency").and_then(whole).unwrap_or_default(),
        ..Schedule::default()
    }
}

fn texts(list: &Value) -> Vec<String> {
    list.as_list().unwrap_or_default().iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A number from 0 up.
pub(super) fn whole(value: &Value) -> Option<usize> {
    value.as_integer().and_then(Integer::as_i64).and_then(|number| number.try_into().ok())
}
