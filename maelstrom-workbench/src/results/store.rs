//! The folder of a run: `store/<workload>/<time>/`.

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    io::{self, BufReader, BufWriter, Write},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{Beginning, Layout, Recorder, recorder::Files, results, results_of_failure};
use crate::{
    Run, Value,
    history::History,
    journal,
    visual::{About, Data},
};

const HISTORY: &str = "history.jsonl";
const JOURNAL: &str = "journal.jsonl";
const REPORT: &str = "report.html";

/// A folder for one run. `store/latest` and `store/<workload>/latest` point to it as soon as it is there, so that the
/// files of a run that goes on can be looked at.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
    /// Locked as long as this is there, or until the program ends, however it does: so others know that the run goes on.
    _lock: Option<Arc<File>>,
}

/// Whether the program that made a run's folder is still at it.
pub fn is_going_on(folder: &Path) -> bool {
    let Ok(folder) = File::open(folder) else { return false };
    matches!(folder.try_lock_shared(), Err(TryLockError::WouldBlock))
}

impl Store {
    /// Makes the folder of a run that begins now. `root` is what is usually called `store`.
    pub fn create(root: &Path, workload: &str, now: SystemTime) -> io::Result<Self> {
        let parent = root.join(workload);
        fs::create_dir_all(&parent)?;
        let mut ms = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_millis();
        let name = loop {
            let name = stamp(ms);
            match fs::create_dir(parent.join(&name)) {
                Ok(()) => break name,
                // Another run began in the same millisecond.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => ms += 1,
                Err(error) => return Err(error),
            }
        };
        let folder = parent.join(&name);
        // Where there are no locks, nobody sees that it goes on; that does not keep it from going on.
        let lock = File::open(&folder).and_then(|file| file.lock().map(|()| Arc::new(file))).ok();
        link(&root.join("latest"), &Path::new(workload).join(&name))?;
        link(&parent.join("latest"), Path::new(&name))?;
        let store = Self { folder, _lock: lock };
        fs::create_dir(store.node_logs())?;
        Ok(store)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The folder for what nodes of processes store, a folder for each.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The folder for what nodes write to stderr, `<node>.log` each.
    pub fn node_logs(&self) -> PathBuf {
        self.folder.join("node-logs")
    }

    /// Writes `run.json`. Returns somebody to watch the run, who writes `history.jsonl` and `journal.jsonl` while it goes
    /// on.
    pub fn record(&self, mut beginning: Beginning) -> io::Result<Recorder> {
        let create = |name: &str| File::create(self.folder.join(name));
        let store = Self { folder: self.folder.clone(), _lock: None };
        store.write_value("run.json", &beginning.to_value())?;
        Recorder::new(Files {
            history: Box::new(create(HISTORY)?),
            journal: Box::new(create(JOURNAL)?),
            begins: Box::new(move |time| {
                beginning.history_start = Some(time);
                store.write_value("run.json", &beginning.to_value())
            }),
        })
    }

    /// Writes `history.jsonl`, `schedule.json` and `results.json`; `journal.jsonl` and the logs, too, where the run has
    /// them; and with the messages of `journal.jsonl`, which has to be complete, the drawings: `report.html`,
    /// `timeline.html`, `messages.svg`, `latency.svg` and `rate.svg`. `interrupted` is for the [`results`].
    pub fn write(&self, run: &Run, interrupted: Option<i32>, about: About) -> io::Result<()> {
        self.replace(HISTORY, |file| run.history.write(file))?;
        self.replace("schedule.json", |file| run.schedule.write(file))?;
        if !run.journal.is_empty() {
            let mut file = self.create_file(JOURNAL)?;
            journal::write(&run.journal, &mut file)?;
            file.flush()?;
        }
        self.write_logs(run)?;
        let results = results(run, interrupted, about.options.clone());
        match self.drawn(run, about) {
            Ok(data) => {
                self.write_results(&with_figures(results, &data))?;
                self.draw(data)
            }
            // Without its journal the run is still judged.
            Err(error) => self.write_results(&results).and(Err(error)),
        }
    }

    fn drawn(&self, run: &Run, about: About) -> io::Result<Data> {
        let journal = BufReader::with_capacity(1 << 16, File::open(self.folder.join(JOURNAL))?);
        Data::read(run, about, journal)
    }

    fn draw(&self, data: Data) -> io::Result<()> {
        for (name, drawing) in data.svgs()? {
            fs::write(self.folder.join(name), drawing)?;
        }
        fs::write(self.folder.join("timeline.html"), data.timeline())?;
        self.replace(REPORT, |file| file.write_all(data.page().as_bytes()))
    }

    /// The file of the report.
    pub fn report(&self) -> PathBuf {
        self.folder.join(REPORT)
    }

    /// Writes `results.json` and an empty history for a run that could not be made.
    pub fn write_failure(&self, error: &io::Error, seed: u64, options: Value) -> io::Result<()> {
        self.replace(HISTORY, |file| History::new().write(file))?;
        self.write_results(&results_of_failure(error, seed, options))
    }

    fn write_results(&self, results: &Value) -> io::Result<()> {
        self.write_value("results.json", results)
    }

    fn write_value(&self, name: &str, value: &Value) -> io::Result<()> {
        self.replace(name, |file| writeln!(file, "{}", Layout(value)))
    }

    /// Writes a file that whoever looks finds whole, or as it was before.
    fn replace(
        &self,
        name: &str,
        write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> io::Result<()> {
        let new = format!("{name}.new");
        let mut file = self.create_file(&new)?;
        write(&mut file)?;
        file.flush()?;
        fs::rename(self.folder.join(new), self.folder.join(name))
    }

    fn write_logs(&self, run: &Run) -> io::Result<()> {
        let mut files: BTreeMap<&str, BufWriter<File>> = BTreeMap::new();
        for line in &run.logs {
            let Some(node) = line.node.as_deref() else { continue };
            if !files.contains_key(node) {
                files.insert(node, self.create_file(&format!("node-logs/{node}.log"))?);
            }
            let file = files.get_mut(node).expect("it was made if it was not there");
            writeln!(file, "{line}")?;
        }
        files.values_mut().try_for_each(BufWriter::flush)
    }

    fn create_file(&self, name: &str) -> io::Result<BufWriter<File>> {
        Ok(BufWriter::with_capacity(1 << 16, File::create(self.folder.join(name))?))
    }
}

/// The results with what the report draws.
fn with_figures(results: Value, data: &Data) -> Value {
    let (Value::Object(mut results), Value::Object(figures)) = (results, data.figures()) else {
        unreachable!("both have members")
    };
    results.extend(figures);
    Value::Object(results)
}

/// Lets a link point somewhere else, in one step for whoever looks.
fn link(at: &Path, target: &Path) -> io::Result<()> {
    let new = at.with_extension(format!("new-{}", std::process::id()));
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    symlink(target, &new)?;
    fs::rename(&new, at).inspect_err(|_| {
        let _ = fs::remove_file(&new);
    })
}

/// Milliseconds since 1970 as `20240229T235959.042Z`.
fn stamp(ms: u128) -> String {
    let (seconds, ms) = (ms / 1000, ms % 1000);
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Years begin in March, so that the leap day comes last; a cycle of 400 of them has 146,097 days.
    // 1970-01-01 is day 719,468 since 0000-03-01. (Howard Hinnant, "chrono-compatible low-level date algorithms".)
    let day = days + 719_468;
    let (era, day) = (day / 146_097, day % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) =
        if month < 10 { (era * 400 + year, month + 3) } else { (era * 400 + year + 1, month - 9) };
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}.{ms:03}Z")
}

#[cfg(test)]
mod tests {
    use super::stamp;

    #[test]
    fn stamps_are_in_utc_with_leap_days() {
        assert_eq!(stamp(0), "19700101T000000.000Z");
        assert_eq!(stamp(1_709_251_199_042), "20240229T235959.042Z");
        assert_eq!(stamp(1_709_251_200_000), "20240301T000000.000Z");
        assert_eq!(stamp(4_107_542_399_999), "21000228T235959.999Z");
        assert_eq!(stamp(4_107_542_400_000), "21000301T000000.000Z");
    }
}
