//! Which part of the operations succeeded.
//!
//! Source: Maelstrom 0.2.5, as read and run.

use std::{fmt, str::FromStr};

use super::{Checker, Divergence, Evidence, Judgement, Options, Verdict};
use crate::{
    Quirk, Value,
    history::{History, Kind},
};

/// Invalid if fewer operations succeeded than [`Options::availability`] asks for.
///
/// The original rounds the fraction to 32 bits and compares it with 64: 9 of 10 is less than 0.9 then. Here both are
/// rounded alike.
#[derive(Clone, Copy, Debug)]
pub struct Availability;

/// Which part of the operations has to succeed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RequiredAvailability {
    /// All of them.
    Total,
    /// This fraction, from 0 to 1.
    AtLeast(f64),
}

impl Checker for Availability {
    fn check(&self, history: &History, options: &Options) -> Judgement {
        let count = |kind| history.operations().iter().filter(|operation| operation.kind == kind).count();
        let (ok, invoked) = (count(Kind::Ok), count(Kind::Invoke));
        let fraction = if invoked == 0 { 1.0 } else { as_float(ok) / as_float(invoked) };
        let single = to_single(fraction);

        let exact = verdict(options.availability, fraction);
        let original = verdict(options.availability, f64::from(single));
        let verdict = if options.compat { original } else { exact };
        let shown = if invoked == 0 { Value::from(1) } else { shortest(single) };
        let explanation = (verdict == Verdict::Invalid).then(|| {
            let required = match options.availability {
                Some(RequiredAvailability::AtLeast(required)) => required.to_string(),
                Some(RequiredAvailability::Total) | None => "all".to_owned(),
            };
            format!("{ok} of {invoked} operations succeeded, a fraction of {single}; {required} had to")
        });
        let divergence = (verdict != original).then(|| {
            let text = format!("as a 32-bit number, {ok} of {invoked} is {}", f64::from(single));
            Divergence::new(Quirk::SinglePrecisionAvailability, original, text)
        });
        let unsuccessful = || {
            let mut completions = history.client_operations().map(|(_, operation)| operation);
            completions.find(|operation| matches!(operation.kind, Kind::Fail | Kind::Info))
        };
        let first = explanation.as_ref().and_then(|_| unsuccessful()).map(|operation| operation.index);
        Judgement::new(verdict, [("ok-fraction", shown)])
            .explain(explanation)
            .prove(Evidence::of(first))
            .diverge(divergence)
    }
}

fn verdict(required: Option<RequiredAvailability>, fraction: f64) -> Verdict {
    let is_met = match required {
        None => true,
        Some(RequiredAvailability::Total) => fraction >= 1.0,
        Some(RequiredAvailability::AtLeast(required)) => fraction >= required,
    };
    if is_met { Verdict::Valid } else { Verdict::Invalid }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn as_float(count: usize) -> f64 {
    count as f64
}

#[expect(clippy::cast_possible_truncation, reason = "the original rounds")]
fn to_single(float: f64) -> f32 {
    float as f32
}

/// The float that is written with the digits that 32 bits need: 0.9, not 0.8999999761581421.
fn shortest(single: f32) -> Value {
    Value::Float(single.to_string().parse().unwrap_or(single.into()))
}

/// The text is no availability.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseAvailabilityError(String);

impl fmt::Display for ParseAvailabilityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no availability; expected `total`, or a fraction from 0 to 1", self.0)
    }
}

impl std::error::Error for ParseAvailabilityError {}

/// From `total`, or a fraction from 0 to 1.
impl FromStr for RequiredAvailability {
    type Err = ParseAvailabilityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "total" {
            return Ok(Self::Total);
        }
        match text.parse() {
            Ok(fraction) if (0.0..=1.0).contains(&fraction) => Ok(Self::AtLeast(fraction)),
            _ => Err(ParseAvailabilityError(text.to_owned())),
        }
    }
}

impl fmt::Display for RequiredAvailability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Total => f.write_str("total"),
            Self::AtLeast(fraction) => fraction.fmt(f),
        }
    }
}

impl From<RequiredAvailability> for Value {
    fn from(required: RequiredAvailability) -> Self {
        match required {
            RequiredAvailability::Total => Self::from("total"),
            RequiredAvailability::AtLeast(fraction) => Self::Float(fraction),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_are_read_as_people_type_them() {
        assert_eq!("total".parse(), Ok(RequiredAvailability::Total));
        assert_eq!("1".parse(), Ok(RequiredAvailability::AtLeast(1.0)));
        assert_eq!("0.75".parse(), Ok(RequiredAvailability::AtLeast(0.75)));
        let error = "1.5".parse::<RequiredAvailability>().unwrap_err().to_string();
        assert_eq!(error, "`1.5` is no availability; expected `total`, or a fraction from 0 to 1");
        assert!("NaN".parse::<RequiredAvailability>().is_err());
    }
}
