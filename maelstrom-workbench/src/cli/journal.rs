//! The journal of a stored run, read line by line.

use std::{
    fs::File,
    io::{self, BufReader, ErrorKind},
    path::Path,
};

use maelstrom_workbench::{
    Value,
    journal::{self, Cause, Event, EventKind},
};
use serde::Deserialize;

/// One event of a message, and the message.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// In ns from the run's very beginning: before the handshakes, after which histories begin.
    pub(super) time: u64,
    pub(super) kind: EventKind,
    /// Known in simulations only.
    pub(super) cause: Option<Cause>,
    /// The message that was being handled, if its handler had waited for that cause.
    pub(super) handled: Option<u64>,
    pub(super) id: u64,
    pub(super) message: Message,
}

impl TryFrom<Event> for Line {
    type Error = serde_json::Error;

    fn try_from(event: Event) -> Result<Self, Self::Error> {
        let Event { time, kind, id, cause, handled, line } = event;
        let time = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        Ok(Self { time, kind, cause, handled, id, message: serde_json::from_str(&line)? })
    }
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Message {
    pub(super) src: String,
    pub(super) dest: String,
    #[serde(default)]
    pub(super) body: Value,
}

impl Message {
    /// The body's type.
    pub(super) fn kind(&self) -> &str {
        self.body.get("type").and_then(Value::as_str).unwrap_or("?")
    }
}

/// What there is of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// No file.
    Nothing,
    /// All of it.
    Whole,
    /// All but its last line, which was cut off.
    CutOff,
}

/// Hands on every event of a folder's journal, in order.
pub(super) fn each(folder: &Path, mut f: impl FnMut(Line)) -> Result<Found, String> {
    let path = folder.join("journal.jsonl");
    let named = |error: io::Error| format!("{}: {error}", path.display());
    let file = match File::open(&path) {
        Ok(file) => BufReader::with_capacity(1 << 16, file),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(named(error)),
    };
    let is_cut_off = journal::read(file, |event| {
        f(event.try_into()?);
        Ok(())
    });
    Ok(if is_cut_off.map_err(named)? { Found::CutOff } else { Found::Whole })
}
