//! The JSON values that operations carry.

mod integer;
mod json;
mod order;

use std::{collections::BTreeMap, fmt};

pub use integer::{Integer, ParseIntegerError};
pub(crate) use json::Usual;

/// A JSON value, as exact as its text.
///
/// `serde_json::Value` turns integers beyond 64 bits into floats, so that two different ids of 128 bits could look
/// equal, and reads `-0` as a float; its `arbitrary_precision` would change every other crate of a build. Here:
///
/// - integers have any size ([`Integer`]);
/// - `1` and `1.0` are different values, as for Maelstrom; `0.0` and `-0.0` are equal, and `-0` is the integer 0;
/// - the order of an object's keys is not kept.
///
/// Values are totally ordered, so that any can be a key or be sorted. The order extends the original's (Clojure's
/// `compare`): null before everything, booleans, numbers by size (an integer before the float of the same size),
/// strings by their UTF-16 units, lists by length and then element by element, objects last.
///
/// ```
/// use maelstrom_workbench::Value;
///
/// let id: Value = "340282366920938463463374607431768211457".parse()?;
/// assert_eq!(id.to_string(), "340282366920938463463374607431768211457");
/// assert_ne!("1".parse::<Value>()?, "1.0".parse::<Value>()?);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default)]
pub enum Value {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number without a fraction or an exponent.
    Integer(Integer),
    /// Any other number. JSON has no infinities; one made by hand is written as `null`.
    Float(f64),
    /// A string.
    String(String),
    /// An array.
    List(Vec<Value>),
    /// An object.
    Object(BTreeMap<String, Value>),
}

impl Value {
    /// An object of these fields.
    pub fn object<K: Into<String>>(fields: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Object(fields.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The integer, if it is one. `1.0` is none.
    pub fn as_integer(&self) -> Option<&Integer> {
        if let Self::Integer(integer) = self { Some(integer) } else { None }
    }

    /// The integer, if it is one of this range.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_integer().and_then(Integer::as_i64)
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(string) = self { Some(string) } else { None }
    }

    /// The elements, if it is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// A field, if it is an object and has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        if let Self::Object(fields) = self { fields.get(key) } else { None }
    }
}

/// As JSON, in one line.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Self {
        values.into_iter().collect()
    }
}

impl<T: Into<Value>> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

/// `None` is `null`.
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// What `serde_json` has lost already stays lost: an integer beyond 64 bits comes as a float.
impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(value),
            serde_json::Value::Number(number) => match (number.as_i128(), number.as_f64()) {
                (Some(integer), _) => Self::from(integer),
                (None, Some(float)) => Self::Float(float),
                (None, None) => Self::Null,
            },
            serde_json::Value::String(string) => Self::String(string),
            serde_json::Value::Array(list) => list.into_iter().collect(),
            serde_json::Value::Object(fields) => {
                Self::object(fields.into_iter().map(|(key, value)| (key, value.into())))
            }
        }
    }
}

macro_rules! from_integers {
    ($($type:ty)+) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::Integer(value.into())
            }
        }
    )+};
}

from_integers! { i32 i64 u32 u64 usize i128 u128 Integer }
