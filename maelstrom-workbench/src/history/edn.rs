//! Lines of a `history.edn`, as Jepsen writes them.
//!
//! `{:process 0, :type :invoke, :f :broadcast, :value 0, :index 0, :time 462399}`, in any order. Keywords become strings,
//! sets lists, and the keys of maps text; a record is the map behind its tag.

use std::borrow::Cow;

use clojure_reader::{edn::Edn, error::Error};

use crate::Value;

/// How deep a form may be nested: as deep as JSON may.
const DEPTH: u8 = 128;

/// Whether a line is EDN: a map with keywords, or something with a tag, is no JSON.
pub(super) fn is_edn(text: &str) -> bool {
    match text.trim_start().strip_prefix('{') {
        Some(inside) => inside.trim_start().starts_with(':'),
        None => text.trim_start().starts_with('#'),
    }
}

/// The value of a line.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let (edn, rest) = clojure_reader::edn::read(text).map_err(|error| describe(&error))?;
    if !rest.trim().is_empty() {
        return Err(format!("more than one form: what follows is {}", rest.trim()));
    }
    value(&edn, DEPTH).ok_or_else(|| format!("nested more than {DEPTH} deep"))
}

fn describe(error: &Error) -> String {
    let column = error.column.map(|column| format!(" at column {column}")).unwrap_or_default();
    format!("{:?}{column}", error.code)
}

/// The value of a form, or `None` if it is nested deeper than that.
fn value(edn: &Edn<'_>, depth: u8) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    let list = |values: &mut dyn Iterator<Item = &Edn<'_>>| {
        values.map(|item| value(item, depth)).collect::<Option<_>>().map(Value::List)
    };
    Some(match edn {
        Edn::Nil => Value::Null,
        Edn::Bool(truth) => Value::Bool(*truth),
        Edn::Int(number) => Value::from(*number),
        Edn::BigInt(number) => number.to_string().parse().map_or(Value::Null, Value::Integer),
        Edn::Double(number) => Value::Float(number.into_inner()),
        Edn::Vector(values) | Edn::List(values) => list(&mut values.iter())?,
        Edn::Set(values) => list(&mut values.iter())?,
        Edn::Map(fields) => {
            let field = |(name, field)| Some((text(name).into_owned(), value(field, depth)?));
            Value::Object(fields.iter().map(field).collect::<Option<_>>()?)
        }
        Edn::Tagged(_, inner) => value(inner, depth)?,
        other => Value::from(text(other).into_owned()),
    })
}

/// What names a field, or a value that JSON has not.
fn text<'e>(edn: &'e Edn<'_>) -> Cow<'e, str> {
    match edn {
        Edn::Key(text) | Edn::Symbol(text) | Edn::Str(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_becomes_a_value() {
        let cases = [
            ("nil", "null"),
            ("true", "true"),
            ("-3", "-3"),
            ("340282366920938463463374607431768211457N", "340282366920938463463374607431768211457"),
            ("5N", "5"),
            ("1.5", "1.5"),
            ("1.0", "1.0"),
            (r#""a \"b\" \n""#, r#""a \"b\" \n""#),
            (":net-timeout", r#""net-timeout""#),
            ("[[:append 9 1] [:r 8 nil]]", r#"[["append",9,1],["r",8,null]]"#),
            ("(1 2)", "[1,2]"),
            (r#"#{"n2" "n1"}"#, r#"["n1","n2"]"#),
            (r#"{"1" [[0 5]], 2 :x}"#, r#"{"1":[[0,5]],"2":"x"}"#),
            ("#jepsen.history.Op{:index 0}", r#"{"index":0}"#),
            ("java.lang.Thread", r#""java.lang.Thread""#),
            ("1/2", r#""1/2""#),
        ];
        for (edn, json) in cases {
            assert_eq!(read(edn).unwrap().to_string(), json, "{edn}");
        }
    }

    #[test]
    fn what_is_no_edn_is_said_with_its_place() {
        assert_eq!(read("{:index 0, :f [}").unwrap_err(), "UnmatchedDelimiter('}') at column 16");
        assert_eq!(read("{:index 0").unwrap_err(), "UnexpectedEOF at column 10");
        assert_eq!(read("{:index 0} {}").unwrap_err(), "more than one form: what follows is {}");
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(read(&deep).unwrap_err(), "nested more than 128 deep");
    }
}
