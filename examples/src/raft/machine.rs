//! What is replicated.

use std::fmt;

use maelstrom::Result;
use serde::{Serialize, de::DeserializeOwned};

/// What all nodes compute from the same log, and so all alike (§2): what it answers may depend on nothing but the
/// commands before.
///
/// ```
/// use examples::raft::{Raft, StateMachine};
/// use maelstrom::{Result, testing::{TestNode, json}};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Default)]
/// struct Counter(i64);
///
/// #[derive(Clone, Debug, Serialize, Deserialize)]
/// #[serde(tag = "type", rename = "add")]
/// struct Add { delta: i64 }
///
/// #[derive(Clone, Serialize, Deserialize)]
/// #[serde(tag = "type", rename = "add_ok")]
/// struct AddOk { value: i64 }
///
/// impl StateMachine for Counter {
///     type Command = Add;
///     type Answer = AddOk;
///
///     fn apply(&mut self, add: &Add) -> Result<AddOk> {
///         self.0 += add.delta;
///         Ok(AddOk { value: self.0 })
///     }
/// }
///
/// // A program has `maelstrom::run::<Raft<Counter>>()` in its `main`. A cluster of one elects itself.
/// let mut node = TestNode::<Raft<Counter>>::new("n0", ["n0"]);
/// let request = node.start_request("c1", json!({"type": "add", "delta": 5}));
/// node.advance(std::time::Duration::from_secs(1));
/// assert_eq!(node.reply(request).unwrap()?, json!({"type": "add_ok", "value": 5}));
/// # Ok::<(), maelstrom::Error>(())
/// ```
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
