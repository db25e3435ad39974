//! What is shown of a message.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{brief::brief, text};

/// As much is shown of a body, and of a name, in bytes.
const SHOWN: usize = 160;
/// The type of a message that has none.
const NO_TYPE: &str = "?";

/// A message, but for what nobody sees.
#[derive(Debug, PartialEq)]
pub(super) struct Message {
    pub(super) src: String,
    pub(super) dest: String,
    pub(super) kind: String,
    /// `message: 7, seen: [1,2]`: the fields of its body besides its type and the ids, cut.
    pub(super) text: String,
    pub(super) msg_id: Option<u64>,
    pub(super) in_reply_to: Option<u64>,
}

/// A line of the journal. Values are not looked into, however deep they are.
#[derive(Deserialize)]
pub(super) struct Line<'l> {
    #[serde(borrow)]
    pub(super) src: Cow<'l, str>,
    #[serde(borrow)]
    pub(super) dest: Cow<'l, str>,
    #[serde(borrow)]
    body: Fields<'l>,
}

impl<'l> Line<'l> {
    /// Reads a line of JSON.
    pub(super) fn read(line: &'l str) -> Option<Self> {
        serde_json::from_str(line).ok()
    }

    /// The type as it is written.
    pub(super) fn kind(&self) -> &str {
        self.body.0.iter().find(|(name, _)| name == "type").map_or("", |(_, kind)| kind.get())
    }

    /// The type, cut if it is long.
    pub(super) fn type_name(&self) -> String {
        let kind = self.body.0.iter().rfind(|(name, _)| name == "type");
        kind.map_or_else(|| NO_TYPE.to_owned(), |(_, kind)| type_name(kind))
    }

    /// Its fields besides its type and the ids, as JSON.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.body.0.iter().map(|(name, value)| (&**name, value.get()));
        fields.filter(|(name, _)| !matches!(*name, "type" | "msg_id" | "in_reply_to"))
    }
}

impl Message {
    pub(super) fn new(line: &Line<'_>) -> Self {
        let mut message = Self {
            src: text::cut(&line.src, SHOWN),
            dest: text::cut(&line.dest, SHOWN),
            kind: NO_TYPE.to_owned(),
            text: String::new(),
            msg_id: None,
            in_reply_to: None,
        };
        for (name, json) in &line.body.0 {
            let value = json.get();
            match &**name {
                "type" => message.kind = type_name(json),
                "msg_id" => message.msg_id = value.parse().ok(),
                "in_reply_to" => message.in_reply_to = value.parse().ok(),
                _ if message.text.len() < SHOWN => {
                    let before = if message.text.is_empty() { "" } else { ", " };
                    let room = SHOWN - message.text.len();
                    message.text.extend([before, &text::cut(name, room), ": ", &brief(value, room)]);
                }
                _ => {}
            }
        }
        message
    }
}

/// What a type is called, given as JSON.
fn type_name(json: &RawValue) -> String {
    let kind = serde_json::from_str(json.get()).unwrap_or_else(|_| json.get().to_owned());
    text::cut(&kind, SHOWN)
}

/// The fields of an object in their order.
struct Fields<'l>(Vec<(Cow<'l, str>, &'l RawValue)>);

impl<'de: 'l, 'l> Deserialize<'de> for Fields<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        /// Borrowed if it has no escapes.
        #[derive(Deserialize)]
        struct Name<'l>(#[serde(borrow)] Cow<'l, str>);
        impl<'l> Visitor<'l> for Members {
            type Value = Fields<'l>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'l>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some((Name(name), value)) = map.next_entry()? {
                    fields.push((name, value));
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
        let message = Message::new(&Line::read(line).unwrap());
        assert_eq!(message.text, "messages: [1,2], at: null");
        assert_eq!((message.kind.as_str(), message.in_reply_to, message.msg_id), ("read_ok", Some(3), None));
    }

    #[test]
    fn deep_and_long_bodies_are_cut() {
        let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
        let line =
            format!(r#"{{"src":"n0","dest":"n1","body":{{"type":"x","deep":{open}{close},"more":1}}}}"#);
        let message = Message::new(&Line::read(&line).unwrap());
        assert!(message.text.starts_with("deep: [[[") && message.text.len() < 2 * SHOWN, "{}", message.text);
    }
}
