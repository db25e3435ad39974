//! The lines that nodes write: read, checked, and brought into the form that the network carries.
//!
//! Source: Maelstrom 0.2.5, as read and run.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// A message as a node has written it.
#[derive(Debug, PartialEq)]
pub(super) struct Envelope<'l> {
    /// Who the node says it is.
    pub(super) src: Cow<'l, str>,
    /// Who is to get it.
    pub(super) dest: Cow<'l, str>,
    /// The message as `{"src":…,"dest":…,"body":{…}}`, the body as the node has written it.
    pub(super) line: Cow<'l, str>,
}

/// Why a line is no message.
#[derive(Debug, PartialEq)]
pub(super) enum Malformed {
    /// It is not JSON.
    NotJson,
    /// It is, but this is wrong with it.
    Shape(String),
}

/// Reads a line.
pub(super) fn read(line: &[u8]) -> Result<Envelope<'_>, Malformed> {
    let line = std::str::from_utf8(line).map_err(|_| Malformed::NotJson)?;
    match read_usual(line) {
        Some(envelope) => Ok(envelope),
        None => read_any(line),
    }
}

/// Most lines come in the network's own form already, and need only be looked through.
fn read_usual(line: &str) -> Option<Envelope<'_>> {
    let (src, rest) = split_plain_string(line.strip_prefix(r#"{"src":""#)?)?;
    let (dest, rest) = split_plain_string(rest.strip_prefix(r#","dest":""#)?)?;
    let body = rest.strip_prefix(r#","body":"#)?.strip_suffix('}')?;
    if !body.starts_with('{') {
        return None;
    }
    serde_json::from_str::<IgnoredAny>(body).ok()?;
    Some(Envelope { src: src.into(), dest: dest.into(), line: line.into() })
}

/// Splits at the end of a string, after its opening quotation mark, unless there are escapes in it.
fn split_plain_string(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..b' '))?;
    let rest = text[end..].strip_prefix('"')?;
    Some((&text[..end], rest))
}

fn read_any(line: &str) -> Result<Envelope<'_>, Malformed> {
    if line.trim().is_empty() {
        return Err(Malformed::Shape("it is empty".to_owned()));
    }
    // What follows the first value on a line is ignored, as in the original.
    let value = <&RawValue>::deserialize(&mut serde_json::Deserializer::from_str(line))
        .map_err(|_| Malformed::NotJson)?
        .get();
    if !value.starts_with('{') {
        return Err(Malformed::Shape("it is no object".to_owned()));
    }
    let Members { src, dest, body, id, further } =
        serde_json::from_str(value).map_err(|error| Malformed::Shape(error.to_string()))?;

    let mut wrong = Vec::new();
    let mut string = |name: &str, value: Option<&'_ RawValue>| -> String {
        let text = value.and_then(|value| serde_json::from_str::<String>(value.get()).ok());
        text.unwrap_or_else(|| {
            wrong.push(match value {
                Some(value) => format!("`{name}` is {value}, which is no string"),
                None => format!("`{name}` is missing"),
            });
            String::new()
        })
    };
    let (src, dest) = (string("src", src), string("dest", dest));
    let body = match body.map(RawValue::get) {
        None | Some("null") => "{}",
        Some(body) => {
            if !body.starts_with('{') {
                wrong.push("its `body` is no object".to_owned());
            }
            body
        }
    };
    if let Some(id) = id
        && !is_integer(id.get())
    {
        wrong.push(format!("`id` is {id}, which is no integer"));
    }
    if let Some(name) = further {
        wrong.push(format!("`{name}` is none of `src`, `dest`, `body` and `id`"));
    }
    if !wrong.is_empty() {
        return Err(Malformed::Shape(wrong.join("; ")));
    }
    let line = format!(r#"{{"src":{},"dest":{},"body":{body}}}"#, Quoted(&src), Quoted(&dest));
    Ok(Envelope { src: src.into(), dest: dest.into(), line: line.into() })
}

/// Of a number that JSON allows.
fn is_integer(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit())
}

struct Quoted<'s>(&'s str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self.0).map_err(|_| fmt::Error)?)
    }
}

/// The members of an envelope. Of a name that comes twice, the last counts.
#[derive(Default)]
struct Members<'l> {
    src: Option<&'l RawValue>,
    dest: Option<&'l RawValue>,
    body: Option<&'l RawValue>,
    id: Option<&'l RawValue>,
    further: Option<String>,
}

impl<'l> Deserialize<'l> for Members<'l> {
    fn deserialize<D: Deserializer<'l>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walk;

        impl<'l> Visitor<'l> for Walk {
            type Value = Members<'l>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'l>>(self, mut map: A) -> Result<Members<'l>, A::Error> {
                let mut members = Members::default();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    match name.as_str() {
                        "src" => members.src = Some(value),
                        "dest" => members.dest = Some(value),
                        "body" => members.body = Some(value),
                        "id" => members.id = Some(value),
                        _ => members.further = Some(name),
                    }
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(Walk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line_of(line: &str) -> Result<String, Malformed> {
        read(line.as_bytes()).map(|envelope| envelope.line.into_owned())
    }

    fn shape(line: &str) -> String {
        match read(line.as_bytes()) {
            Err(Malformed::Shape(wrong)) => wrong,
            other => panic!("{line} gives {other:?}"),
        }
    }

    #[test]
    fn a_usual_line_is_passed_on_as_it_is() {
        let line = r#"{"src":"n1","dest":"c2","body":{"type":"echo_ok","echo":{"a":[1]}}}"#;
        let envelope = read(line.as_bytes()).unwrap();
        assert_eq!((&*envelope.src, &*envelope.dest, &*envelope.line), ("n1", "c2", line));
        assert!(matches!(envelope.line, Cow::Borrowed(_)));
    }

    #[test]
    fn other_ways_to_write_an_envelope_are_brought_into_form() {
        let expected = r#"{"src":"n1","dest":"c2","body":{"a": 1}}"#;
        for line in [
            r#" { "body" : {"a": 1}, "dest" : "c2", "src" : "n1" } "#,
            r#"{"id":12345678901234567890123,"src":"n1","dest":"c2","body":{"a": 1}}"#,
            r#"{"id":-1,"s\u0072c":"n\u0031","dest":"c2","body":{"a": 1}}"#,
            "{\"src\":\"n1\",\"dest\":\"c2\",\"body\":{\"a\": 1}}\r",
            r#"{"src":"n1","dest":"c2","body":{"a": 1}} and more"#,
            r#"{"src":"n9","dest":"c2","body":{"a": 1},"src":"n1"}"#,
        ] {
            assert_eq!(line_of(line).as_deref(), Ok(expected), "{line}");
        }
        let quoted = r#"{"dest":"c\"2","src":"n1","body":{}}"#;
        assert_eq!(line_of(quoted).unwrap(), r#"{"src":"n1","dest":"c\"2","body":{}}"#);
    }

    #[test]
    fn a_missing_body_is_an_empty_one() {
        let expected = r#"{"src":"n1","dest":"c2","body":{}}"#;
        assert_eq!(line_of(r#"{"src":"n1","dest":"c2"}"#).unwrap(), expected);
        assert_eq!(line_of(r#"{"src":"n1","dest":"c2","body":null}"#).unwrap(), expected);
    }

    #[test]
    fn malformed_lines_are_told_with_what_is_wrong() {
        for line in ["hello", "{", r#"{"src":"n1","dest":"c2","body":{"a":}}"#, "{\"src\":\"n1\",}"] {
            assert_eq!(line_of(line), Err(Malformed::NotJson), "{line}");
        }
        assert_eq!(read(b"{\"src\":\"\xff\"}"), Err(Malformed::NotJson));
        assert_eq!(shape(""), "it is empty");
        assert_eq!(shape("[1]"), "it is no object");
        assert_eq!(shape(r#"{"dest":"c2","body":{}}"#), "`src` is missing");
        assert_eq!(shape(r#"{"src":1,"dest":"c2","body":{}}"#), "`src` is 1, which is no string");
        assert_eq!(shape(r#"{"src":"n1","dest":"c2","body":[]}"#), "its `body` is no object");
        assert_eq!(shape(r#"{"src":"n1","dest":"c2","id":1.0}"#), "`id` is 1.0, which is no integer");
        assert_eq!(
            shape(r#"{"src":"n1","dest":"c2","body":{},"type":"echo"}"#),
            "`type` is none of `src`, `dest`, `body` and `id`"
        );
    }
}
