//! Values in Clojure's notation, in which the texts of errors have them.

use std::fmt::{self, Write as _};

use crate::Value;

/// A value as Clojure's `pr-str` prints it: `{"a" [1 nil]}`.
pub(super) struct Edn<'v>(pub(super) &'v Value);

/// A value as Clojure's `str` prints it: the outermost string is bare, and null is nothing.
pub(super) struct Bare<'v>(pub(super) &'v Value);

impl fmt::Display for Edn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Null => f.write_str("nil"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Integer(value) => write!(f, "{value}"),
            Value::Float(value) => float(*value, f),
            Value::String(value) => string(value, f),
            Value::List(values) => {
                f.write_char('[')?;
                for (k, value) in values.iter().enumerate() {
                    write!(f, "{}{}", if k == 0 { "" } else { " " }, Edn(value))?;
                }
                f.write_char(']')
            }
            Value::Object(fields) => {
                f.write_char('{')?;
                for (k, (key, value)) in fields.iter().enumerate() {
                    f.write_str(if k == 0 { "" } else { ", " })?;
                    string(key, f)?;
                    write!(f, " {}", Edn(value))?;
                }
                f.write_char('}')
            }
        }
    }
}

impl fmt::Display for Bare<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Null => Ok(()),
            Value::String(value) => f.write_str(value),
            value => Edn(value).fmt(f),
        }
    }
}

/// Only these characters are escaped; other control characters stand as they are.
fn string(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    for character in text.chars() {
        match character {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\r' => f.write_str("\\r")?,
            '\u{c}' => f.write_str("\\f")?,
            '\u{8}' => f.write_str("\\b")?,
            other => f.write_char(other)?,
        }
    }
    f.write_char('"')
}

/// As Java's `Double.toString`: `1.5`, `1.0E7`, `1.0E-4`.
fn float(value: f64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if value == 0.0 || (1e-3..1e7).contains(&value.abs()) {
        return write!(f, "{value:?}");
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if digits.contains('.') => write!(f, "{digits}E{exponent}"),
        Some((digits, exponent)) => write!(f, "{digits}.0E{exponent}"),
        None => f.write_str(&text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edn(json: &str) -> String {
        Edn(&json.parse().unwrap()).to_string()
    }

    #[test]
    fn values_are_printed_as_clojure_prints_them() {
        assert_eq!(edn(r#"{"a": [1, null, true], "b": {}}"#), r#"{"a" [1 nil true], "b" {}}"#);
        assert_eq!(edn(r#""q\" \\ \n\t\r\f\b \u0001 é""#), "\"q\\\" \\\\ \\n\\t\\r\\f\\b \u{1} é\"");
        assert_eq!(edn("12345678901234567890"), "12345678901234567890");
    }

    #[test]
    fn floats_are_printed_as_java_prints_them() {
        let floats = ["1.0", "-0.0", "0.001", "9999999.5", "1e7", "1.25e-4", "-3e20"].map(edn);
        assert_eq!(floats, ["1.0", "-0.0", "0.001", "9999999.5", "1.0E7", "1.25E-4", "-3.0E20"]);
    }

    #[test]
    fn only_the_outermost_string_and_null_are_bare() {
        let bare = |json: &str| Bare(&json.parse().unwrap()).to_string();
        assert_eq!(["\"a b\"", "null", "[\"a\", null]", "1.0"].map(bare), ["a b", "", "[\"a\" nil]", "1.0"]);
    }
}
