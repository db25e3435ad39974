//! The journal of a stored run, read line by line.

use std::{
    fs::File,
    io::{BufRead, BufReader, ErrorKind},
    path::Path,
};

use maelstrom_workbench::Value;
use serde::Deserialize;

/// One event of a message, as the file has it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Line {
    /// In ns from the run's very beginning: before the handshakes, after which histories begin.
    pub(super) time: u64,
    /// `send`, `recv`, `lost`, `partitioned` or `gone`.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// In simulations: the number of the message that was handled, or `timer`.
    pub(super) cause: Option<Value>,
    pub(super) message: Message,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Message {
    pub(super) id: u64,
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
        f(serde_json::from_str(&line).map_err(|error| named(&format!("line {}: {error}", k + 1)))?);
    }
    Ok(true)
}
