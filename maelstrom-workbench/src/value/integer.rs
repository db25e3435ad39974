//! Integers of any size.

use std::{cmp::Ordering, fmt, str::FromStr};

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// An integer of any size: compared, hashed and written exactly. Arithmetic is for those that fit [`i128`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Integer(Repr);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Small(i64),
    /// Its decimal digits, without leading zeros, and a `-` if it is negative. Never one that fits `Small`, so that
    /// equal integers have equal representations.
    Big(Box<str>),
}

/// The text is no integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseIntegerError;

impl fmt::Display for ParseIntegerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an integer: expected digits, after a `-` if negative")
    }
}

impl std::error::Error for ParseIntegerError {}

impl Integer {
    /// Its value, if it fits.
    pub fn as_i64(&self) -> Option<i64> {
        if let Repr::Small(value) = self.0 { Some(value) } else { None }
    }

    /// Its value, if it fits.
    pub fn as_i128(&self) -> Option<i128> {
        match &self.0 {
            Repr::Small(value) => Some((*value).into()),
            Repr::Big(digits) => digits.parse().ok(),
        }
    }

    /// Compares by size with a float, exactly. NaN counts as greater than all.
    pub(super) fn cmp_float(&self, float: f64) -> Ordering {
        if !float.is_finite() {
            return if float == f64::NEG_INFINITY { Ordering::Greater } else { Ordering::Less };
        }
        // Rust prints all digits of a float, so this is exact at any size.
        let whole: Self =
            format!("{:.0}", float.trunc()).parse().expect("a finite whole float is an integer");
        self.cmp(&whole).then_with(|| 0.0.partial_cmp(&float.fract()).expect("the fraction is a number"))
    }

    /// Sign, number of digits, digits: their order is the integers' order among those with the same sign.
    fn big_parts(digits: &str) -> (bool, usize, &str) {
        let (negative, digits) = digits.strip_prefix('-').map_or((false, digits), |digits| (true, digits));
        (negative, digits.len(), digits)
    }
}

impl FromStr for Integer {
    type Err = ParseIntegerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(ParseIntegerError);
        }
        let big = |_| Repr::Big(format!("{sign}{}", digits.trim_start_matches('0')).into());
        Ok(Self(text.parse().map_or_else(big, Repr::Small)))
    }
}

impl Ord for Integer {
    fn cmp(&self, other: &Self) -> Ordering {
        let is_negative = |digits: &str| digits.starts_with('-');
        match (&self.0, &other.0) {
            (Repr::Small(a), Repr::Small(b)) => a.cmp(b),
            (Repr::Small(_), Repr::Big(b)) => {
                if is_negative(b) {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
            (Repr::Big(a), Repr::Small(_)) => {
                if is_negative(a) {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
            (Repr::Big(a), Repr::Big(b)) => match (Self::big_parts(a), Self::big_parts(b)) {
                ((false, ..), (true, ..)) => Ordering::Greater,
                ((true, ..), (false, ..)) => Ordering::Less,
                ((false, ..), (false, ..)) => Self::big_parts(a).cmp(&Self::big_parts(b)),
                ((true, ..), (true, ..)) => Self::big_parts(b).cmp(&Self::big_parts(a)),
            },
        }
    }
}

impl PartialOrd for Integer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small(value) => fmt::Display::fmt(value, f),
            Repr::Big(digits) => f.write_str(digits),
        }
    }
}

impl fmt::Debug for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Integer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Repr::Small(value) => serializer.serialize_i64(*value),
            // Serde has no integers beyond 128 bits; serde_json takes raw text.
            Repr::Big(digits) => RawValue::from_string(digits.to_string())
                .map_err(serde::ser::Error::custom)?
                .serialize(serializer),
        }
    }
}

macro_rules! from_machine_integers {
    ($($type:ty)+) => {$(
        impl From<$type> for Integer {
            fn from(value: $type) -> Self {
                Self(i64::try_from(value).map_or_else(|_| Repr::Big(value.to_string().into()), Repr::Small))
            }
        }
    )+};
}

from_machine_integers! { u64 usize i128 u128 }

impl From<i64> for Integer {
    fn from(value: i64) -> Self {
        Self(Repr::Small(value))
    }
}

impl From<i32> for Integer {
    fn from(value: i32) -> Self {
        Self(Repr::Small(value.into()))
    }
}

impl From<u32> for Integer {
    fn from(value: u32) -> Self {
        Self(Repr::Small(value.into()))
    }
}
