//! Values from JSON text, and to it.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Error, value::RawValue};

use super::Value;

/// How deep lists and objects may stand in each other: as for `serde_json`, so that reading can't exhaust the stack.
const MAX_DEPTH: usize = 128;

impl FromStr for Value {
    type Err = Error;

    /// Reads JSON text. The error is `serde_json`'s.
    fn from_str(text: &str) -> Result<Self, Error> {
        match serde_json::from_str(text) {
            Ok(Usual(value)) => Ok(value),
            Err(_) => read(serde_json::from_str(text)?, MAX_DEPTH),
        }
    }
}

/// From `serde_json` only: other formats have no raw text to give.
impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer)?.get().parse().map_err(D::Error::custom)
    }
}

/// A value that has no number but 64-bit integers, as nearly all have none: read in one go, several times as fast.
/// Where there is another, `serde_json` would not give its digits, so that is an error, and the text has to be
/// [`read`] with more care.
#[derive(Default)]
pub(crate) struct Usual(pub(crate) Value);

impl<'de> Deserialize<'de> for Usual {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyUsual)
    }
}

struct AnyUsual;

impl<'de> Visitor<'de> for AnyUsual {
    type Value = Usual;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without numbers other than 64-bit integers")
    }

    fn visit_unit<E>(self) -> Result<Usual, E> {
        Ok(Usual(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Usual, E> {
        Ok(Usual(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Usual, E> {
        Ok(Usual(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Usual, E> {
        Ok(Usual(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Usual, E> {
        Ok(Usual(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Usual, A::Error> {
        let mut list = Vec::new();
        while let Some(Usual(element)) = elements.next_element()? {
            list.push(element);
        }
        // Long reads are most of what a history weighs.
        list.shrink_to_fit();
        Ok(Usual(Value::List(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Usual, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((key, Usual(field))) = map.next_entry()? {
            fields.insert(key, field);
        }
        Ok(Usual(Value::Object(fields)))
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => value.serialize(serializer),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::String(value) => serializer.serialize_str(value),
            Self::List(values) => serializer.collect_seq(values),
            Self::Object(fields) => serializer.collect_map(fields),
        }
    }
}

/// Takes one layer off at a time, down to the text of each number: a number is whole in its text only.
/// Text is thus scanned once per layer above it.
fn read(raw: &RawValue, depth: usize) -> Result<Value, Error> {
    let text = raw.get();
    let below = || depth.checked_sub(1).ok_or_else(|| Error::custom("nested deeper than 128 levels"));
    Ok(match text.as_bytes()[0] {
        b'n' => Value::Null,
        b't' => Value::Bool(true),
        b'f' => Value::Bool(false),
        b'"' => Value::String(serde_json::from_str(text).map_err(without_position)?),
        b'[' => {
            let below = below()?;
            let elements: Vec<&RawValue> = serde_json::from_str(text)?;
            // Reserved at once: long reads are most of what a history weighs.
            let mut list = Vec::with_capacity(elements.len());
            for element in elements {
                list.push(read(element, below)?);
            }
            Value::List(list)
        }
        b'{' => {
            let below = below()?;
            let mut object = serde_json::Deserializer::from_str(text);
            Value::Object(object.deserialize_map(Fields(below)).map_err(without_position)?)
        }
        _ => number(text)?,
    })
}

/// The fields of an object, whose own may be this much deeper.
struct Fields(usize);

impl<'t> Visitor<'t> for Fields {
    type Value = BTreeMap<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((key, field)) = map.next_entry::<String, &RawValue>()? {
            fields.insert(key, read(field, self.0).map_err(A::Error::custom)?);
        }
        Ok(fields)
    }
}

fn number(text: &str) -> Result<Value, Error> {
    // Nearly all numbers are small integers, and no other number reads as one.
    if let Ok(small) = text.parse::<i64>() {
        return Ok(small.into());
    }
    if !text.contains(['.', 'e', 'E']) {
        return text.parse().map(Value::Integer).map_err(Error::custom);
    }
    let float: f64 = text.parse().map_err(Error::custom)?;
    if float.is_finite() {
        Ok(Value::Float(float))
    } else {
        Err(Error::custom(format!("{text} is out of range")))
    }
}

/// A position within an inner text would mislead.
fn without_position(error: Error) -> Error {
    let text = error.to_string();
    Error::custom(text.split(" at line ").next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_gives_what_the_long_way_gives_or_nothing() {
        let deep = |depth| "[".repeat(depth) + &"]".repeat(depth);
        for (text, is_usual) in [
            ("null", true),
            (" true ", true),
            ("-9223372036854775808", true),
            ("18446744073709551615", true),
            ("18446744073709551616", false),
            ("-0", false),
            ("[1, 1.0]", false),
            ("[0.1e1]", false),
            (r#"{"a": {"b": [[], {}, "\u00fc\n\ud83d\ude00"]}, "c": -1, "a": null}"#, true),
            (&deep(127), true),
            (&deep(128), false),
        ] {
            let usual = serde_json::from_str::<Usual>(text).map(|Usual(value)| value);
            let long = read(serde_json::from_str(text).unwrap(), MAX_DEPTH).unwrap();
            assert_eq!(usual.is_ok(), is_usual, "{text}");
            if let Ok(usual) = usual {
                assert_eq!(usual, long, "{text}");
            }
            assert_eq!(text.parse::<Value>().unwrap(), long, "{text}");
        }
    }
}
