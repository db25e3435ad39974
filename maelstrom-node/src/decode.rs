//! Reading fields.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor, value::Error as ValueError},
    forward_to_deserialize_any,
};
use serde_json::value::RawValue;

/// A value that can be read from a message whose line lives for `'m`: anything that implements
/// [`serde::Deserialize<'m>`](serde::Deserialize).
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be read from a message",
    label = "this type can't be made from JSON",
    note = "put `#[derive(serde::Deserialize)]` on it, or on the types it is made of",
    note = "a type parameter needs the bounds `serde::Serialize + serde::de::DeserializeOwned`"
)]
pub trait Decode<'m>: Deserialize<'m> {}

#[diagnostic::do_not_recommend]
impl<'m, T: Deserialize<'m>> Decode<'m> for T {}

/// Decodes the text of one field.
#[inline]
pub(crate) fn decode_raw<'m, T: Deserialize<'m>>(raw: &'m RawValue) -> serde_json::Result<T> {
    serde_json::from_str(raw.get())
}

/// Decodes the text of a string field, borrowing it unless it has escapes.
#[inline]
pub(crate) fn decode_str(raw: &RawValue) -> serde_json::Result<Cow<'_, str>> {
    let text = raw.get();
    // The text is known to be JSON. So what begins with a quotation mark ends with one, and is the string itself
    // unless there is a backslash between them.
    match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) if !inner.as_bytes().contains(&b'\\') => Ok(Cow::Borrowed(inner)),
        _ => decode_raw::<CowStr<'_>>(raw).map(|text| text.0),
    }
}

/// The value of a field that is not there, if its type has one: `None` for an `Option`.
pub(crate) fn missing<'m, T: Deserialize<'m>>() -> Option<T> {
    T::deserialize(Missing).ok()
}

/// Tells a type that its field is missing; only options have an answer.
struct Missing;

impl<'de> Deserializer<'de> for Missing {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, ValueError> {
        Err(de::Error::custom("missing"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_none()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// A string that borrows from the input unless it has escapes. (serde's own `Cow<str>` never borrows.)
pub(crate) struct CowStr<'m>(pub(crate) Cow<'m, str>);

impl<'de> Deserialize<'de> for CowStr<'de> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(CowStrVisitor)
    }
}

struct CowStrVisitor;

impl<'de> Visitor<'de> for CowStrVisitor {
    type Value = CowStr<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    #[inline]
    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(CowStr(Cow::Borrowed(text)))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(CowStr(Cow::Owned(text.to_owned())))
    }
}
