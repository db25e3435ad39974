//! What is shown of a message.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::text;

/// As much is shown of a body, and of a name, in bytes.
const SHOWN: usize = 160;

/// A message, but for what nobody sees.
#[derive(Debug, PartialEq)]
pub(super) struct Message {
    pub(super) src: String,
    pub(super) dest: String,
    pub(super) kind: String,
    /// `message 7, seen [1,2]`: the fields of its body besides its type and the ids, cut.
    pub(super) text: String,
    pub(super) msg_id: Option<u64>,
    pub(super) in_reply_to: Option<u64>,
}

#[derive(Deserialize)]
struct Line<'l> {
    src: String,
    dest: String,
    #[serde(borrow)]
    body: Fields<'l>,
}

impl Message {
    /// Reads a line of JSON. However deep its values are, they are not looked into.
    pub(super) fn read(line: &str) -> Option<Self> {
        let Line { src, dest, body } = serde_json::from_str(line).ok()?;
        let mut message = Self {
            src: text::cut(&src, SHOWN),
            dest: text::cut(&dest, SHOWN),
            kind: "?".to_owned(),
            text: String::new(),
            msg_id: None,
            in_reply_to: None,
        };
        for (name, value) in body.0 {
            let value = value.get();
            match name.as_str() {
                "type" => {
                    let kind = serde_json::from_str(value).unwrap_or_else(|_| value.to_owned());
                    message.kind = text::cut(&kind, SHOWN);
                }
                "msg_id" => message.msg_id = value.parse().ok(),
                "in_reply_to" => message.in_reply_to = value.parse().ok(),
                _ if message.text.len() < SHOWN => {
                    let before = if message.text.is_empty() { "" } else { ", " };
                    let room = SHOWN - message.text.len();
                    message.text.extend([before, &text::cut(&name, room), " ", &text::cut(value, room)]);
                }
                _ => {}
            }
        }
        Some(message)
    }
}

/// The fields of an object in their order.
struct Fields<'l>(Vec<(String, &'l RawValue)>);

impl<'de: 'l, 'l> Deserialize<'de> for Fields<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'l> Visitor<'l> for Members {
            type Value = Fields<'l>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'l>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_fields_are_shown() {
        let line = r#"{"id":4,"src":"n0","dest":"c1","body":{"type":"read_ok","messages":[1, 2],"at":null,"in_reply_to":3}}"#;
        let message = Message::read(line).unwrap();
        assert_eq!(message.text, "messages [1, 2], at null");
        assert_eq!((message.kind.as_str(), message.in_reply_to, message.msg_id), ("read_ok", Some(3), None));
    }

    #[test]
    fn deep_and_long_bodies_are_cut() {
        let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
        let line =
            format!(r#"{{"src":"n0","dest":"n1","body":{{"type":"x","deep":{open}{close},"more":1}}}}"#);
        let message = Message::read(&line).unwrap();
        assert!(message.text.starts_with("deep [[[") && message.text.len() < 2 * SHOWN, "{}", message.text);
    }
}
