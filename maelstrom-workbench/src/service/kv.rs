//! What the three stores have in common: their requests, and what one does to the value of its key.

use std::fmt;

use super::edn::{Bare, Edn};
use crate::Value;

/// The types of requests, for the text of an error.
pub(super) const KNOWN: &str = "read, write and cas";

/// What a missing field counts as.
static NULL: Value = Value::Null;

/// A request. Each is about one key only, so no store has to look at more than that key's value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'b> {
    pub(super) key: &'b Value,
    operation: Operation<'b>,
}

#[derive(Clone, Copy, Debug)]
enum Operation<'b> {
    Read,
    Write { value: &'b Value },
    Cas { from: &'b Value, to: &'b Value, create: bool },
}

/// What a request does to a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effect<'v> {
    pub(super) outcome: Outcome<'v>,
    /// The value that the key gets; it may be the one it has. None if the request sets nothing.
    pub(super) sets: Option<&'v Value>,
}

/// What a request is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome<'v> {
    Read {
        value: &'v Value,
    },
    Written,
    Swapped,
    /// Error 20.
    Missing,
    /// Error 22.
    Differs {
        value: &'v Value,
        from: &'v Value,
    },
}

impl<'b> Request<'b> {
    /// Reads a body. None if its type is none of these.
    pub(super) fn read(body: &'b Value) -> Option<Self> {
        let field = |name| body.get(name).unwrap_or(&NULL);
        let operation = match field("type").as_str()? {
            "read" => Operation::Read,
            "write" => Operation::Write { value: field("value") },
            "cas" => Operation::Cas {
                from: field("from"),
                to: field("to"),
                // All but these two are true to Clojure.
                create: !matches!(field("create_if_not_exists"), Value::Null | Value::Bool(false)),
            },
            _ => return None,
        };
        Some(Self { key: field("key"), operation })
    }

    /// The same request, of which `create_if_not_exists` is ignored.
    pub(super) fn without_creating(mut self) -> Self {
        if let Operation::Cas { create, .. } = &mut self.operation {
            *create = false;
        }
        self
    }

    /// Whether it is answered the same whatever the store holds.
    pub(super) fn is_write(&self) -> bool {
        matches!(self.operation, Operation::Write { .. })
    }

    /// What it does if the key has this value, or none.
    pub(super) fn apply<'v>(self, current: Option<&'v Value>) -> Effect<'v>
    where
        'b: 'v,
    {
        let (outcome, sets) = match (self.operation, current) {
            (Operation::Read, Some(value)) => (Outcome::Read { value }, None),
            (Operation::Write { value }, _) => (Outcome::Written, Some(value)),
            (Operation::Cas { to, create: true, .. }, None) => (Outcome::Swapped, Some(to)),
            (Operation::Read | Operation::Cas { .. }, None) => (Outcome::Missing, None),
            (Operation::Cas { from, to, .. }, Some(value)) if value == from => (Outcome::Swapped, Some(to)),
            (Operation::Cas { from, .. }, Some(value)) => (Outcome::Differs { value, from }, None),
        };
        Effect { outcome, sets }
    }

    /// Whether it leaves the store as it is if the key has this value, or none.
    pub(super) fn changes_nothing(self, current: Option<&Value>) -> bool {
        self.apply(current).sets.is_none_or(|value| current == Some(value))
    }
}

impl Outcome<'_> {
    /// The reply's members.
    pub(super) fn reply(self) -> String {
        self.reply_with(|from| Edn(from).to_string())
    }

    /// The same, with the second value of error 22 as `lww-kv` prints it (Q-13).
    pub(super) fn reply_with_bare_value(self) -> String {
        self.reply_with(|from| Bare(from).to_string())
    }

    fn reply_with(self, print: impl FnOnce(&Value) -> String) -> String {
        match self {
            Self::Read { value } => format!(r#""type":"read_ok","value":{value}"#),
            Self::Written => r#""type":"write_ok""#.to_owned(),
            Self::Swapped => r#""type":"cas_ok""#.to_owned(),
            Self::Missing => error(20, "key does not exist"),
            Self::Differs { value, from } => {
                error(22, format_args!("current value {} is not {}", Edn(value), print(from)))
            }
        }
    }
}

/// The body of an error.
pub(super) fn error(code: u8, text: impl fmt::Display) -> String {
    let text = serde_json::to_string(&text.to_string()).expect("strings can be written");
    format!(r#""type":"error","code":{code},"text":{text}"#)
}
