//! The report of a run that has none yet: made for whoever asks, of what there is so far.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
    time::{Duration, Instant},
};

use maelstrom_workbench::{
    history::History,
    results::{Beginning, is_going_on},
};

use super::file;

/// The file that is made here where there is none.
pub(super) const REPORT: &str = "report.html";

/// How often a report is asked for again.
const OFTEN: Duration = Duration::from_secs(2);
/// Of the time that goes by, so small a part is spent on making the report of a run: one in so many.
const PART: u32 = 10;

/// A page, and when to look again, if more is to come.
pub(super) struct Live {
    pub(super) page: String,
    pub(super) again: Option<Duration>,
}

/// The report that a path such as `/broadcast/latest/report.html` means. Fails if there is no such run, or if it never
/// began.
pub(super) fn report(store: &Path, path: &str) -> io::Result<Live> {
    let run = path.strip_suffix(REPORT).and_then(|run| run.strip_suffix('/'));
    let run = run.ok_or(io::ErrorKind::NotFound)?;
    let begun = Instant::now();
    // Asked first: if it is over meanwhile, the next look shows it.
    let goes_on = is_going_on(&file::find(store, run)?);
    if !goes_on && file::find(store, &format!("{run}/results.json")).is_ok() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let open = |name: &str| file::open(store, &format!("{run}/{name}")).map(|(file, _)| file);
    // In this order the operations of all messages are there, and when they began, as a recorder writes them first.
    let journal = part(open("journal.jsonl")?)?;
    let history = BufReader::new(open("history.jsonl")?);
    let (history, _) = History::read_whole_lines(history).map_err(io::Error::other)?;
    let beginning: Beginning = io::read_to_string(open("run.json")?)?.parse().map_err(io::Error::other)?;
    let mut data = beginning.so_far(history, journal)?;
    if goes_on {
        // What is being written is not missing.
        data.left_out.retain(|sentence| sentence != maelstrom_workbench::journal::CUT_OFF);
    } else {
        "unknown".clone_into(&mut data.verdict);
        data.explanations.push("the run was broken off, and nobody has judged it".to_owned());
    }
    let page = data.page();
    Ok(Live { page, again: goes_on.then(|| OFTEN.max(begun.elapsed() * PART)) })
}

/// What there is of a file by now.
fn part(file: File) -> io::Result<BufReader<io::Take<File>>> {
    let length = file.metadata()?.len();
    Ok(BufReader::with_capacity(1 << 16, file.take(length)))
}
