//! A store of keys and values as a state machine: what the example `lin-kv` puts on [`Raft`](crate::raft::Raft).

use std::collections::BTreeMap;

use maelstrom::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::raft::StateMachine;

/// What a client may ask: the payload of its request, as it is on the wire.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// `{"type": "read", "key": 1}`. Error 20 if there is no such key.
    Read {
        /// Any JSON.
        key: Value,
    },
    /// `{"type": "write", "key": 1, "value": 2}`
    Write {
        /// Any JSON.
        key: Value,
        /// Any JSON.
        value: Value,
    },
    /// `{"type": "cas", "key": 1, "from": 2, "to": 3}`. Error 20 if there is no such key, 22 if its value is another.
    Cas {
        /// Any JSON.
        key: Value,
        /// What has to be there.
        from: Value,
        /// What takes its place.
        to: Value,
    },
}

/// What it is told: the payload of the reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Answer {
    /// `{"type": "read_ok", "value": 2}`
    ReadOk {
        /// What was written.
        value: Value,
    },
    /// `{"type": "write_ok"}`
    WriteOk,
    /// `{"type": "cas_ok"}`
    CasOk,
}

/// The values, each under the text of its key.
#[derive(Debug, Default)]
pub struct Store(BTreeMap<String, Value>);

impl StateMachine for Store {
    type Command = Command;
    type Answer = Answer;

    fn is_read_only(command: &Command) -> bool {
        matches!(command, Command::Read { .. })
    }

    fn apply(&mut self, command: &Command) -> Result<Answer> {
        match command {
            Command::Read { key } => Ok(Answer::ReadOk { value: self.value(key)?.clone() }),
            Command::Write { key, value } => {
                self.0.insert(key.to_string(), value.clone());
                Ok(Answer::WriteOk)
            }
            Command::Cas { key, from, to } => {
                let value = self.value(key)?;
                if value != from {
                    let text = format_args!("key {key} has the value {value}, and not {from}");
                    return Err(Error::precondition_failed(text));
                }
                value.clone_from(to);
                Ok(Answer::CasOk)
            }
        }
    }
}

impl Store {
    fn value(&mut self, key: &Value) -> Result<&mut Value> {
        let unknown = || Error::key_does_not_exist(format_args!("nothing was written to key {key}"));
        self.0.get_mut(&key.to_string()).ok_or_else(unknown)
    }
}
