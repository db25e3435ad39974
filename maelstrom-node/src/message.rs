//! Messages as they cross the network.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap};

use crate::{
    encode::Flatten,
    error::Error,
    node_id::NodeId,
    raw::{RawEnvelope, RawPayload},
};

/// A message: who sent it, who is to get it, and its body.
///
/// A node declared with [`#[maelstrom::node]`](crate::node) never sees one; a [`Node`](crate::Node) written by hand
/// gets each message as a [`RawMessage`], and tests read what was sent as `Message<Value>`.
///
/// As JSON: `{"src": "c1", "dest": "n1", "body": {"type": "echo", "msg_id": 1, …}}`. Further keys of the envelope
/// are ignored (Maelstrom sends an `id`).
#[derive(Clone, Debug, PartialEq)]
pub struct Message<P> {
    /// The sender.
    pub src: NodeId,
    /// The receiver.
    pub dest: NodeId,
    /// Ids and payload.
    pub body: Body<P>,
}

/// The body of a message: two optional ids, and a payload whose fields stand beside them.
///
/// The payload is anything that serialises as an object with a `type`.
#[derive(Clone, Debug, PartialEq)]
pub struct Body<P> {
    /// The sender's number for this message, if it wants a reply.
    pub msg_id: Option<u64>,
    /// The `msg_id` of the request that this message answers.
    pub in_reply_to: Option<u64>,
    /// `type` and the other fields.
    pub payload: P,
}

/// A message whose fields are not decoded yet.
pub type RawMessage<'m> = Message<RawPayload<'m>>;

impl<P> Message<P> {
    /// The reply to this message: source and destination swapped, the request's `msg_id` as `in_reply_to`, and
    /// `msg_id` as the reply's own number.
    ///
    /// ```
    /// use maelstrom::{Body, Message};
    ///
    /// let request = Message {
    ///     src: "c1".into(),
    ///     dest: "n1".into(),
    ///     body: Body { msg_id: Some(7), in_reply_to: None, payload: "ping" },
    /// };
    /// let reply = request.into_reply(Some(0), "pong");
    /// assert_eq!((reply.src.as_str(), reply.dest.as_str()), ("n1", "c1"));
    /// assert_eq!(reply.body.in_reply_to, Some(7));
    /// ```
    pub fn into_reply<R>(self, msg_id: Option<u64>, payload: R) -> Message<R> {
        Message {
            src: self.dest,
            dest: self.src,
            body: Body { msg_id, in_reply_to: self.body.msg_id, payload },
        }
    }

    /// Whether the sender waits for a reply: it gave a `msg_id`, and this is not itself a reply.
    pub fn expects_reply(&self) -> bool {
        self.body.msg_id.is_some() && self.body.in_reply_to.is_none()
    }
}

impl<'m> RawMessage<'m> {
    /// Reads a message from one line of JSON.
    ///
    /// Fails with code 12 if the line is not JSON, or lacks `src`, `dest` or an object as `body`.
    pub fn from_line(line: &'m str) -> Result<Self, Error> {
        let not_a_message = |reason: &dyn fmt::Display| Error::malformed_request(reason);
        let envelope: RawEnvelope<'m> = serde_json::from_str(line).map_err(|error| not_a_message(&error))?;
        let RawEnvelope { src: Some(src), dest: Some(dest), body: Some(body) } = envelope else {
            return Err(not_a_message(
                &"a message has `src`, `dest` and `body`; this one lacks some of them",
            ));
        };
        Ok(Message {
            src: NodeId::from(&*src.0),
            dest: NodeId::from(&*dest.0),
            body: Body { msg_id: body.msg_id, in_reply_to: body.in_reply_to, payload: body.payload },
        })
    }

    /// The `type`; empty if there is none.
    pub fn kind(&self) -> &str {
        self.body.payload.kind()
    }
}

impl<P: Serialize> Serialize for Message<P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("src", &self.src)?;
        map.serialize_entry("dest", &self.dest)?;
        map.serialize_entry("body", &self.body)?;
        map.end()
    }
}

impl<P: Serialize> Serialize for Body<P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.payload.serialize(Flatten { map: &mut map, reserved: &["msg_id", "in_reply_to"] })?;
        for (name, id) in [("msg_id", self.msg_id), ("in_reply_to", self.in_reply_to)] {
            if let Some(id) = id {
                map.serialize_entry(name, &id)?;
            }
        }
        map.end()
    }
}

/// Reads a message from JSON text (not from a `Value`: the fields are borrowed from the text).
impl<'de, P: Deserialize<'de>> Deserialize<'de> for Message<P> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let envelope = RawEnvelope::deserialize(deserializer)?;
        let src = envelope.src.ok_or_else(|| de::Error::missing_field("src"))?;
        let dest = envelope.dest.ok_or_else(|| de::Error::missing_field("dest"))?;
        let body = envelope.body.ok_or_else(|| de::Error::missing_field("body"))?;
        Ok(Message {
            src: NodeId::from(&*src.0),
            dest: NodeId::from(&*dest.0),
            body: Body {
                msg_id: body.msg_id,
                in_reply_to: body.in_reply_to,
                payload: body.payload.parse().map_err(de::Error::custom)?,
            },
        })
    }
}
