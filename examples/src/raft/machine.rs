//! What is replicated.

use std::fmt;

use maelstrom::Result;
use serde::{Serialize, de::DeserializeOwned};

/// What all nodes compute from the same log, and so all alike (§2): what it answers may depend on nothing but the
/// commands before.
pub trait StateMachine: Default + 'static {
    /// What clients ask: the payload of a request, read by `serde` with its `type`.
    type Command: Clone + fmt::Debug + Serialize + DeserializeOwned + 'static;

    /// What they are told: the payload of a reply, with its `type`.
    type Answer: Clone + Serialize + DeserializeOwned + 'static;

    /// Whether [`apply`](Self::apply) would change nothing. Such a command is answered without being in the log.
    fn is_read_only(command: &Self::Command) -> bool {
        let _ = command;
        false
    }

    /// Makes the next step. An error is an answer, too; not one with code 0 or 11, though, after
    /// which [`Raft`](super::Raft) tries again.
    fn apply(&mut self, command: &Self::Command) -> Result<Self::Answer>;
}
