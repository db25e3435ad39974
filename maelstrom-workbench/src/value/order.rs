//! When values are equal, and which comes first.

use std::{
    cmp::Ordering,
    hash::{Hash, Hasher},
};

use super::Value;

impl Value {
    /// Clojure's `compare`: `None` where it throws. As it does, it calls `1` and `1.0` equal.
    pub(crate) fn compare_as_clojure(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Null, _) | (_, Self::Null) => Some(self.rank().cmp(&other.rank())),
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::Integer(_) | Self::Float(_), Self::Integer(_) | Self::Float(_)) => {
                Some(self.by_size(other))
            }
            (Self::String(_), Self::String(_)) => Some(self.cmp(other)),
            (Self::List(a), Self::List(b)) if a.len() == b.len() => {
                for (a, b) in a.iter().zip(b) {
                    match a.compare_as_clojure(b) {
                        Some(Ordering::Equal) => {}
                        decided => return decided,
                    }
                }
                Some(Ordering::Equal)
            }
            (Self::List(a), Self::List(b)) => Some(a.len().cmp(&b.len())),
            _ => None,
        }
    }

    /// Which kinds of values come first.
    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Integer(_) | Self::Float(_) => 2,
            Self::String(_) => 3,
            Self::List(_) => 4,
            Self::Object(_) => 5,
        }
    }

    /// Two numbers by size alone.
    fn by_size(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a.cmp(b),
            (Self::Integer(a), Self::Float(b)) => a.cmp_float(*b),
            (Self::Float(a), Self::Integer(b)) => b.cmp_float(*a).reverse(),
            (Self::Float(a), Self::Float(b)) => {
                without_negative_zero(*a).total_cmp(&without_negative_zero(*b))
            }
            _ => Ordering::Equal,
        }
    }
}

/// The zero that is equal to it has to have its bits.
fn without_negative_zero(float: f64) -> f64 {
    if float == 0.0 { 0.0 } else { float }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::String(a), Self::String(b)) => a.encode_utf16().cmp(b.encode_utf16()),
            (Self::List(a), Self::List(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            (Self::Object(a), Self::Object(b)) => a.cmp(b),
            (Self::Integer(_) | Self::Float(_), Self::Integer(_) | Self::Float(_)) => self
                .by_size(other)
                .then_with(|| matches!(self, Self::Float(_)).cmp(&matches!(other, Self::Float(_)))),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Float(_), Self::Float(_)) => self.by_size(other) == Ordering::Equal,
            (Self::String(a), Self::String(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Object(a), Self::Object(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Null => state.write_u8(0),
            Self::Bool(value) => value.hash(state),
            Self::Integer(value) => value.hash(state),
            Self::Float(value) => without_negative_zero(*value).to_bits().hash(state),
            Self::String(value) => value.hash(state),
            Self::List(value) => value.hash(state),
            Self::Object(value) => value.hash(state),
        }
    }
}
