//! Messages as they cross the network.

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed},
    ser::SerializeMap,
};

use crate::{
    encode::Flatten,
    error::Error,
    node_id::NodeId,
    raw::{FillBody, FillMessage, RawPayload},
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

const INCOMPLETE: &str = "a message has `src`, `dest` and `body`; this one lacks some of them";

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
        let mut message = Self::empty();
        message.read(line)?;
        Ok(message)
    }

    /// A message to [`read`](Self::read) into.
    pub(crate) fn empty() -> Self {
        let body = Body { msg_id: None, in_reply_to: None, payload: RawPayload::default() };
        Self { src: NodeId::from(""), dest: NodeId::from(""), body }
    }

    /// As [`from_line`](Self::from_line), in place.
    pub(crate) fn read(&mut self, line: &'m str) -> Result<(), Error> {
        if let Some((src, dest, body)) = split_usual_envelope(line) {
            let mut json = serde_json::Deserializer::from_str(body);
            if FillBody(&mut self.body).deserialize(&mut json).and_then(|()| json.end()).is_ok() {
                (self.src, self.dest) = (NodeId::from(src), NodeId::from(dest));
                return Ok(());
            }
        }
        let mut json = serde_json::Deserializer::from_str(line);
        let found = FillMessage(self).deserialize(&mut json).map_err(Error::malformed_request)?;
        json.end().map_err(Error::malformed_request)?;
        if found.everything() { Ok(()) } else { Err(Error::malformed_request(INCOMPLETE)) }
    }

    /// The `type`; empty if there is none.
    pub fn kind(&self) -> &str {
        self.body.payload.kind()
    }
}

/// Takes a line apart that has its envelope as Maelstrom always writes it, `{"id":…,"src":"…","dest":"…","body":…}`,
/// into sender, receiver, and the text that is the body if nothing follows it. Any other line is left to the parser:
/// this only spares it work, a fifth of a small message's.
fn split_usual_envelope(line: &str) -> Option<(&str, &str, &str)> {
    let rest = line.strip_prefix("{\"id\":")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let is_number = digits == 1 || (digits > 1 && !rest.starts_with('0'));
    let rest = rest[digits..].strip_prefix(",\"src\":\"").filter(|_| is_number)?;
    let (src, rest) = split_plain_string(rest)?;
    let (dest, rest) = split_plain_string(rest.strip_prefix(",\"dest\":\"")?)?;
    let body = rest.strip_prefix(",\"body\":")?.strip_suffix('}')?;
    Some((src, dest, body))
}

/// Splits at the end of a string, after its opening quotation mark, unless there are escapes in it.
fn split_plain_string(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..b' '))?;
    let rest = text[end..].strip_prefix('"')?;
    Some((&text[..end], rest))
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
        let mut raw = RawMessage::empty();
        if !FillMessage(&mut raw).deserialize(deserializer)?.everything() {
            return Err(de::Error::custom(INCOMPLETE));
        }
        let Message { src, dest, body: Body { msg_id, in_reply_to, payload } } = raw;
        let payload = payload.parse().map_err(de::Error::custom)?;
        Ok(Message { src, dest, body: Body { msg_id, in_reply_to, payload } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual(line: &str) -> bool {
        split_usual_envelope(line).is_some()
    }

    #[test]
    fn the_envelope_that_maelstrom_writes_is_taken_apart() {
        assert_eq!(
            split_usual_envelope(r#"{"id":10,"src":"c1","dest":"n1","body":{"type":"x"}}"#),
            Some(("c1", "n1", r#"{"type":"x"}"#))
        );
        assert!(usual(r#"{"id":0,"src":"","dest":"","body":1}"#));
    }

    #[test]
    fn any_other_envelope_is_left_to_the_parser() {
        for line in [
            r#"{"id":01,"src":"c1","dest":"n1","body":{}}"#,
            r#"{"id":,"src":"c1","dest":"n1","body":{}}"#,
            r#"{"id":1.5,"src":"c1","dest":"n1","body":{}}"#,
            r#"{"id":-1,"src":"c1","dest":"n1","body":{}}"#,
            r#"{"id":1, "src":"c1","dest":"n1","body":{}}"#,
            r#"{"id":1,"src":"c\u0031","dest":"n1","body":{}}"#,
            "{\"id\":1,\"src\":\"c\t1\",\"dest\":\"n1\",\"body\":{}}",
            r#"{"id":1,"dest":"n1","src":"c1","body":{}}"#,
            r#"{"src":"c1","dest":"n1","body":{}}"#,
            "{\"id\":1",
            "",
        ] {
            assert!(!usual(line), "{line}");
        }
    }

    #[test]
    fn what_follows_the_body_is_seen() {
        let twice = r#"{"id":1,"src":"c1","dest":"n1","body":{"type":"a","x":1},"body":{"type":"b"}}"#;
        let message = RawMessage::from_line(twice).expect("a message");
        assert_eq!(message.kind(), "b");
        assert!(message.body.payload.get("x").is_none());
        assert!(RawMessage::from_line(r#"{"id":1,"src":"c1","dest":"n1","body":{}} {}"#).is_err());
        assert!(RawMessage::from_line(r#"{"id":1,"src":"c1","dest":"n1","body":{}}}"#).is_err());
        assert!(RawMessage::from_line(r#"{"id":1,"src":"c1","dest":"n1","body":[]}"#).is_err());
    }
}
