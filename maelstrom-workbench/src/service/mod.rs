//! Maelstrom's services: the stores and the clock that nodes may ask, as pure state machines.
//!
//! A service is a pseudo-node: it has a name, takes requests and answers them, one at a time. It reads no clock, and
//! its random draws come from a stream that the caller gives it; so whoever carries the messages decides everything.
//!
//! | | |
//! | --- | --- |
//! | `lin-kv` | a linearizable key-value store |
//! | `seq-kv` | a sequentially consistent one: a caller sees its own past, and others late |
//! | `lww-kv` | an eventually consistent one: replicas, of which the last write wins |
//! | `lin-tso` | a linearizable source of timestamps: 0, 1, 2, … |
//!
//! # Requests of the stores
//!
//! Keys and values are any JSON; `1`, `1.0` and `"1"` are different, objects are the same whatever the order of their
//! keys. A missing field counts as `null`, which is a key and a value like any other.
//!
//! | Request | Reply |
//! | --- | --- |
//! | `{"type": "read", "key": K}` | `{"type": "read_ok", "value": V}`, or error 20 |
//! | `{"type": "write", "key": K, "value": V}` | `{"type": "write_ok"}` |
//! | `{"type": "cas", "key": K, "from": A, "to": B}` | `{"type": "cas_ok"}`; error 22 if the value is not A, error 20 if there is none |
//! | … with `"create_if_not_exists": true` | B is written too if there is no value |
//!
//! `lin-tso` answers `{"type": "ts"}` with `{"type": "ts_ok", "ts": N}`. To any other request a service answers error
//! 10, which says what it knows.
//!
//! # What differs from Maelstrom
//!
//! Four quirks, each of which the original has with `compat`:
//! [Q-10](crate::Quirk::SilentServices), [Q-11](crate::Quirk::SeqKvGoesBack),
//! [Q-12](crate::Quirk::LwwKvNeverConverges) and [Q-13](crate::Quirk::LwwKvNeverCreates). Two things differ always, as
//! [`Value`] does not keep them: an object comes back with its keys in alphabetical order, and a float in this
//! program's spelling (`1e20`, and not `1.0E20`).
//!
//! Source: Maelstrom 0.2.5, as read and run.
//!
//! ```
//! use maelstrom_workbench::{random::Streams, service};
//!
//! let mut random = Streams::new(1).stream("lin-kv");
//! let mut lin_kv = service::all(false).remove(0);
//! let write = r#"{"type": "write", "key": "x", "value": [1, 2], "msg_id": 1}"#.parse()?;
//! let read = r#"{"type": "read", "key": "x", "msg_id": 2}"#.parse()?;
//!
//! lin_kv.handle("n1", &write, &mut random);
//! let answer = lin_kv.handle("n2", &read, &mut random);
//! assert_eq!(answer.reply.as_deref(), Some(r#""type":"read_ok","value":[1,2]"#));
//! # Ok::<(), serde_json::Error>(())
//! ```

mod edn;
mod kv;
mod lin_kv;
mod lin_tso;
mod lww_kv;
mod seq_kv;
mod unknown;

use std::fmt;

use crate::{Quirk, Value, random::Stream};

/// A pseudo-node that answers requests, of nodes and of clients.
pub trait Service: fmt::Debug + Send {
    /// Its name among the nodes: `lin-kv`.
    fn name(&self) -> &'static str;

    /// Handles one request. `src` is the caller's name, `body` the request's body, of which the ids are ignored. All
    /// random draws are taken from `random`.
    fn handle(&mut self, src: &str, body: &Value, random: &mut Stream) -> Answer;
}

/// What a service answers to one request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The reply's body: its members as JSON text, without braces and without `in_reply_to`, in Maelstrom's order:
    /// `"type":"read_ok","value":1`. None if there is no reply.
    pub reply: Option<String>,
    /// What Maelstrom would have done differently with this request, where a node could notice it: words that go on
    /// from "Maelstrom would". In the life of a service there is one text per quirk, so that a set of them stays small.
    pub would: Option<(Quirk, String)>,
}

impl Answer {
    /// The reply as a whole message, without a number: from the service of this name, to whoever has sent `request`.
    pub(crate) fn line(&self, service: &str, to: &str, request: &Value) -> Option<String> {
        let reply = self.reply.as_ref()?;
        let in_reply_to = request.get("msg_id").unwrap_or(&Value::Null);
        let dest = Value::from(to);
        Some(format!(r#"{{"src":"{service}","dest":{dest},"body":{{{reply},"in_reply_to":{in_reply_to}}}}}"#))
    }
}

/// All services, in the order `lin-kv`, `seq-kv`, `lww-kv`, `lin-tso`; with `compat` as Maelstrom has them, quirks
/// included.
pub fn all(compat: bool) -> Vec<Box<dyn Service>> {
    vec![
        Box::new(lin_kv::LinKv::new(compat)),
        Box::new(seq_kv::SeqKv::new(compat)),
        Box::new(lww_kv::LwwKv::new(compat)),
        Box::new(lin_tso::LinTso::new(compat)),
    ]
}
