//! The journal of a stored run, read line by line.

use std::{
    fs::File,
    io::{BufRead, BufReader, ErrorKind},
    path::Path,
    str::FromStr,
};

use maelstrom_workbench::{
    Value,
    journal::{Cause, Event, EventKind},
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
    pub(super) id: u64,
    pub(super) message: Message,
}

impl FromStr for Line {
    type Err = serde_json::Error;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        let Event { time, kind, id, cause, line } = line.parse()?;
        let time = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        Ok(Self { time, kind, cause, id, message: serde_json::from_str(&line)? })
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

/// Hands on every event of a folder's journal, in order. `false` if there is no journal.
pub(super) fn each(folder: &Path, mut f: impl FnMut(Line)) -> Result<bool, String> {
    let path = folder.join("journal.jsonl");
    let named = |error: &dyn ToString| format!("{}: {}", path.display(), error.to_string());
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(named(&error)),
    };
    for (k, line) in BufReader::with_capacity(1 << 16, file).lines().enumerate() {
        let line = line.map_err(|error| named(&error))?;
        f(line.parse().map_err(|error| named(&format!("line {}: {error}", k + 1)))?);
    }
    Ok(true)
}
