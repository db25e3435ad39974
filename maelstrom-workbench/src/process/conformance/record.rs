//! What a node has written, and what was wrong with it.

use crate::{Integer, Value, cluster::excerpt};

/// How much of a line is shown.
const SHOWN: usize = 300;

/// What a node has written to stdout: a message, or what passes for one.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) src: String,
    pub(super) dest: String,
    pub(super) body: Value,
    pub(super) line: String,
}

impl Message {
    /// Reads a line, with empty texts where it lacks something; nothing if it is no object at all.
    pub(super) fn read(line: &str) -> Option<Self> {
        // Text after the first value is not looked at, as in Maelstrom.
        let mut values = serde_json::Deserializer::from_str(line).into_iter::<Value>();
        let value = values.next()?.ok().filter(|value| matches!(value, Value::Object(_)))?;
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let body = value.get("body").cloned().unwrap_or_default();
        Some(Self { src: text("src"), dest: text("dest"), body, line: line.to_owned() })
    }

    pub(super) fn kind(&self) -> Option<&str> {
        self.body.get("type")?.as_str()
    }

    /// The code of an error.
    pub(super) fn code(&self) -> Option<i64> {
        self.body.get("code").and_then(Value::as_integer).and_then(Integer::as_i64)
    }

    /// Whether it is the reply to this request of this client, and says so as it is asked for.
    pub(super) fn answers(&self, client: &str, msg_id: u64) -> bool {
        self.dest == client && self.body.get("in_reply_to") == Some(&msg_id.into())
    }

    /// Its line, or the beginning of it.
    pub(super) fn shown(&self) -> String {
        shown(&self.line)
    }
}

/// What was wrong with lines of stdout: of each kind the first, and how many.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) messages: usize,
    pub(super) no_messages: Kind,
    pub(super) malformed: Kind,
    pub(super) in_other_names: Kind,
    pub(super) to_nobody: Kind,
}

#[derive(Debug, Default)]
pub(super) struct Kind {
    pub(super) first: Option<String>,
    pub(super) count: usize,
}

impl Kind {
    pub(super) fn add(&mut self, text: impl FnOnce() -> String) {
        self.count += 1;
        self.first.get_or_insert_with(text);
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.first = self.first.take().or(other.first);
    }
}

impl Record {
    pub(super) fn merge(&mut self, other: Self) {
        self.messages += other.messages;
        self.no_messages.merge(other.no_messages);
        self.malformed.merge(other.malformed);
        self.in_other_names.merge(other.in_other_names);
        self.to_nobody.merge(other.to_nobody);
    }
}

/// The beginning of a line, for a person.
pub(super) fn shown(line: &str) -> String {
    excerpt(line, SHOWN).into_owned()
}
