//! A run that is kept in a folder.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{BufReader, ErrorKind},
    path::{Path, PathBuf},
};

use clap::Args;
use maelstrom_workbench::{
    Schedule, Value,
    checker::Verdict,
    history::History,
    results::{Beginning, is_going_on},
};

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
        let is_run =
            |folder: &PathBuf| ["results.json", "run.json"].iter().any(|name| folder.join(name).is_file());
        candidates.into_iter().find(is_run).ok_or_else(|| {
            let run = self.run.display();
            format!("{run}: there is no such run, neither here nor in {}", self.store.display())
        })
    }

    /// Reads it.
    pub(super) fn read(&self) -> Result<Stored, String> {
        Stored::read(&self.folder()?)
    }
}

/// A run without results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfinished {
    /// It will have some.
    GoesOn,
    /// Whoever made it was killed.
    BrokenOff,
}

impl Unfinished {
    /// In a sentence.
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::GoesOn => "the run goes on; this is what there is so far",
            Self::BrokenOff => "the run was broken off; `analyze` judges what there is",
        }
    }
}

/// What a folder has of a run.
pub(super) struct Stored {
    pub(super) folder: PathBuf,
    pub(super) results: Value,
    pub(super) history: History,
    /// Whether its last line was cut off.
    is_cut_off: bool,
    /// Why there are no results, if there are none.
    pub(super) unfinished: Option<Unfinished>,
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
        let (results, beginning) = match fs::read_to_string(folder.join("results.json")) {
            Ok(text) => (text.parse().map_err(|error| named("results.json", &error))?, None),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let beginning: Beginning =
                    text("run.json")?.parse().map_err(|error: String| named("run.json", &error))?;
                (results_of(&beginning), Some(beginning))
            }
            Err(error) => return Err(named("results.json", &error)),
        };
        let (history, is_cut_off) = File::open(folder.join("history.jsonl"))
            .map_err(|error| error.to_string())
            .and_then(|file| {
                History::read_whole_lines(BufReader::new(file)).map_err(|error| error.to_string())
            })
            .map_err(|error| named("history.jsonl", &error))?;
        let schedule = match fs::read_to_string(folder.join("schedule.json")) {
            Ok(text) => text.parse().map_err(|error: String| named("schedule.json", &error))?,
            Err(error) if error.kind() == ErrorKind::NotFound => match &beginning {
                Some(beginning) => beginning.schedule.clone(),
                None => of_options(&results),
            },
            Err(error) => return Err(named("schedule.json", &error)),
        };
        let goes_on = || is_going_on(&folder);
        let unfinished =
            beginning.map(|_| if goes_on() { Unfinished::GoesOn } else { Unfinished::BrokenOff });
        Ok(Self { folder, results, history, is_cut_off, unfinished, schedule })
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
        // What is being written is not missing.
        (self.is_cut_off && self.unfinished != Some(Unfinished::GoesOn)).then_some(CUT_OFF)
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

/// What is known without results, under the names that it has there.
fn results_of(beginning: &Beginning) -> Value {
    let Beginning { about, schedule, history_start } = beginning;
    let start = history_start.map(|start| u64::try_from(start.as_nanos()).unwrap_or(u64::MAX));
    Value::object([
        ("seed", schedule.seed.into()),
        ("options", about.options.clone()),
        ("history-start", start.into()),
    ])
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
    value.as_i64().and_then(|number| number.try_into().ok())
}
