//! A payload as it came: its type known, its fields not decoded yet.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor, value::MapDeserializer},
    ser::SerializeMap,
};
use serde_json::value::RawValue;
use smallvec::SmallVec;

use crate::{
    decode::{CowStr, Decode, decode_raw, decode_str, missing},
    error::Error,
    message::{Body, RawMessage},
};

/// The payload of a received message: its type, and its fields as borrowed JSON text.
///
/// Nothing is decoded before it is asked for, and each field is decoded straight from its text into the wanted type.
/// So fields may come in any order, integer-keyed maps, `u128` and raw values work, and unknown fields of any depth
/// cost only a scan.
#[derive(Clone, Default)]
pub struct RawPayload<'m> {
    kind: Option<Cow<'m, str>>,
    fields: SmallVec<[Field<'m>; 4]>,
}

type Field<'m> = (Cow<'m, str>, &'m RawValue);

impl<'m> RawPayload<'m> {
    /// The message's `type`; empty if it has none, or one that is no string.
    pub fn kind(&self) -> &str {
        self.kind.as_deref().unwrap_or_default()
    }

    /// The text of a field. If it was given twice, the last one counts.
    pub fn get(&self, name: &str) -> Option<&'m RawValue> {
        self.fields.iter().rfind(|field| field.0 == name).map(|field| field.1)
    }

    /// Every field but `type`, `msg_id` and `in_reply_to`, in the order received.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'m RawValue)> {
        self.fields.iter().filter(|field| field.0 != "type").map(|field| (&*field.0, field.1))
    }

    /// Decodes a field. Only a type that has a value for "nothing", such as `Option`, may be absent.
    ///
    /// Fails with code 12, naming the field and what was wrong.
    pub fn field<T: Decode<'m>>(&self, name: &str) -> Result<T, Error> {
        match self.get(name) {
            Some(raw) => decode_raw(raw).map_err(|error| self.bad_field(name, &error)),
            None => missing().ok_or_else(|| self.missing_field(name)),
        }
    }

    /// Decodes a field, or makes a value if it is absent.
    pub fn field_or_else<T: Decode<'m>>(&self, name: &str, absent: impl FnOnce() -> T) -> Result<T, Error> {
        match self.get(name) {
            Some(raw) => decode_raw(raw).map_err(|error| self.bad_field(name, &error)),
            None => Ok(absent()),
        }
    }

    /// Decodes a string field, borrowing it from the line unless it has escapes.
    pub fn str_field(&self, name: &str) -> Result<Cow<'m, str>, Error> {
        match self.get(name) {
            Some(raw) => decode_str(raw).map_err(|error| self.bad_field(name, &error)),
            None => Err(self.missing_field(name)),
        }
    }

    /// As [`str_field`](Self::str_field), or makes a value if it is absent.
    pub fn str_field_or_else(
        &self,
        name: &str,
        absent: impl FnOnce() -> Cow<'m, str>,
    ) -> Result<Cow<'m, str>, Error> {
        match self.get(name) {
            Some(raw) => decode_str(raw).map_err(|error| self.bad_field(name, &error)),
            None => Ok(absent()),
        }
    }

    /// Decodes the whole payload, `type` included, into any `Deserialize` type: for an enum that is tagged with
    /// `#[serde(tag = "type")]`, say.
    ///
    /// Fails with code 12.
    pub fn parse<T: Deserialize<'m>>(&self) -> Result<T, Error> {
        T::deserialize(MapDeserializer::new(self.fields.iter().map(|(name, raw)| (name.as_ref(), *raw))))
            .map_err(|error| Error::malformed_request(format_args!("`{}`: {}", self.kind(), reason(&error))))
    }

    /// The error for a type that the node does not know: code 10.
    pub fn not_supported(&self) -> Error {
        match self.kind {
            Some(ref kind) => Error::not_supported(format_args!("this node has no handler for `{kind}`")),
            None => Error::malformed_request("the body has no `type`, or one that is no string"),
        }
    }

    #[cold]
    fn missing_field(&self, name: &str) -> Error {
        Error::malformed_request(format_args!("`{}`: the field `{name}` is missing", self.kind()))
    }

    #[cold]
    fn bad_field(&self, name: &str, error: &serde_json::Error) -> Error {
        Error::malformed_request(format_args!("`{}`: the field `{name}`: {}", self.kind(), reason(error)))
    }
}

/// What `serde_json` says, without the position: that counts from the start of a field, which nobody sees.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason).to_owned()
}

impl fmt::Debug for RawPayload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.fields.iter().map(|field| (&field.0, field.1.get()))).finish()
    }
}

/// Writes the payload as it came, `type` included: what a proxy sends on.
impl Serialize for RawPayload<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for (name, raw) in &self.fields {
            map.serialize_entry(name, raw)?;
        }
        map.end()
    }
}

/// Reads an object, from JSON text only. `msg_id` and `in_reply_to` are left out.
impl<'de> Deserialize<'de> for RawPayload<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut body = RawBody { msg_id: None, in_reply_to: None, payload: RawPayload::default() };
        FillBody(&mut body).deserialize(deserializer)?;
        Ok(body.payload)
    }
}

pub(crate) type RawBody<'m> = Body<RawPayload<'m>>;

/// What an envelope held, apart from the message it is read into.
#[derive(Default)]
pub(crate) struct Found {
    src: bool,
    dest: bool,
    body: bool,
}

impl Found {
    pub(crate) fn everything(&self) -> bool {
        self.src && self.dest && self.body
    }
}

/// Reads an envelope into a message. In place, since a message with its fields is a few hundred bytes, and moving it
/// about costs as much as reading it.
pub(crate) struct FillMessage<'x, 'm>(pub(crate) &'x mut RawMessage<'m>);

impl<'de> DeserializeSeed<'de> for FillMessage<'_, 'de> {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FillMessage<'_, 'de> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message: an object with src, dest and body")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found, A::Error> {
        let mut found = Found::default();
        while let Some(key) = map.next_key::<CowStr<'de>>()? {
            match &*key.0 {
                "src" => {
                    self.0.src = map.next_value()?;
                    found.src = true;
                }
                "dest" => {
                    self.0.dest = map.next_value()?;
                    found.dest = true;
                }
                "body" => {
                    map.next_value_seed(FillBody(&mut self.0.body))?;
                    found.body = true;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }
}

/// As [`FillMessage`], for the body.
pub(crate) struct FillBody<'x, 'm>(pub(crate) &'x mut RawBody<'m>);

impl<'de> DeserializeSeed<'de> for FillBody<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for FillBody<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body of a message, an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let body = self.0;
        // Of a body that is given twice, too, the last counts.
        (body.msg_id, body.in_reply_to) = (None, None);
        body.payload.kind = None;
        body.payload.fields.clear();
        while let Some(CowStr(key)) = map.next_key::<CowStr<'de>>()? {
            match &*key {
                "msg_id" => body.msg_id = map.next_value()?,
                "in_reply_to" => body.in_reply_to = map.next_value()?,
                name => {
                    let raw: &'de RawValue = map.next_value()?;
                    if name == "type" {
                        body.payload.kind = decode_str(raw).ok();
                    }
                    body.payload.fields.push((key, raw));
                }
            }
        }
        Ok(())
    }
}
