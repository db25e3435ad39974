//! Whether a history is right.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::Value;

/// Whether a history is right. In order of weight: of several verdicts the greatest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing is wrong. In JSON, `true`.
    Valid,
    /// There is not enough to say. In JSON, `"unknown"`.
    Unknown,
    /// Something is wrong. In JSON, `false`.
    Invalid,
}

impl Verdict {
    /// One verdict for both: invalid beats unknown, and unknown beats valid.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        self.max(other)
    }

    /// One verdict for all; valid if there are none.
    pub fn all(verdicts: impl IntoIterator<Item = Self>) -> Self {
        verdicts.into_iter().fold(Self::Valid, Self::merge)
    }
}

/// In words.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Valid => "valid",
            Self::Unknown => "unknown",
            Self::Invalid => "invalid",
        })
    }
}

impl From<Verdict> for Value {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Valid => Self::Bool(true),
            Verdict::Unknown => Self::from("unknown"),
            Verdict::Invalid => Self::Bool(false),
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Value::from(*self).serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict::{self, *};

    #[test]
    fn false_beats_unknown_beats_true() {
        assert_eq!(Verdict::all([]), Valid);
        assert_eq!(Verdict::all([Valid, Unknown, Valid]), Unknown);
        assert_eq!(Verdict::all([Unknown, Invalid, Valid]), Invalid);
        assert_eq!(serde_json::to_string(&[Valid, Unknown, Invalid]).unwrap(), r#"[true,"unknown",false]"#);
    }
}
