//! Lines of histories as they usually are, read fast.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};

use super::{Kind, Operation, Process};
use crate::value::Usual;

/// Nearly all lines have these fields and no others, each as one expects, and are read in one go. About any other line,
/// `None`: [`Operation::from_json`] decides whether it is right, and what is wrong with it.
pub(super) fn read(text: &str) -> Option<Operation> {
    if !text.trim_start().starts_with('{') {
        // A list of the fields' values would do as well for serde.
        return None;
    }
    let usual: UsualLine<'_> = serde_json::from_str(text).ok()?;
    let kind = Kind::from_name(usual.kind)?;
    let UsualProcess(process) = usual.process;
    let Usual(value) = usual.value;
    let mut operation = Operation::new(usual.index, usual.time, process, kind, usual.f, value);
    operation.is_final = usual.is_final;
    operation.error = usual.error.map(|Usual(error)| error).filter(|error| !error.is_null());
    Some(operation)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UsualLine<'l> {
    index: usize,
    time: u64,
    process: UsualProcess,
    #[serde(rename = "type")]
    kind: &'l str,
    f: &'l str,
    #[serde(default)]
    value: Usual,
    #[serde(default, rename = "final?")]
    is_final: bool,
    error: Option<Usual>,
}

struct UsualProcess(Process);

impl<'de> Deserialize<'de> for UsualProcess {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrName;

        impl Visitor<'_> for NumberOrName {
            type Value = UsualProcess;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a process")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<UsualProcess, E> {
                // Jepsen's numbers are signed.
                i64::try_from(number).map_err(E::custom)?;
                Ok(UsualProcess(Process::Client(number)))
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<UsualProcess, E> {
                match name {
                    "nemesis" => Ok(UsualProcess(Process::Nemesis)),
                    _ => Err(E::custom("nobody")),
                }
            }
        }

        deserializer.deserialize_any(NumberOrName)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_gives_what_the_long_way_gives_or_nothing() {
        let usual = r#"{"index":0,"time":5,"process":0,"type":"ok","f":"read","value":[1],"error":["abort",""],"final?":true}"#;
        for (from, to, is_usual) in [
            ("", "", true),
            (r#""process":0"#, r#""process":"nemesis""#, true),
            (r#""process":0"#, r#""process":9223372036854775807"#, true),
            (r#""value":[1],"#, "", true),
            (r#"["abort",""]"#, "null", true),
            (r#""process":0"#, r#""process":-0"#, false),
            ("[1]", "[1.0]", false),
            ("[1]", "1180591620717411303424", false),
            ("read", r"re\u0061d", false),
            ("true", "null", false),
            (r#""time":5"#, r#""time":5,"mood":"fine""#, false),
            (r#""time":5"#, r#""time":6,"time":5"#, false),
        ] {
            let text = usual.replacen(from, to, 1);
            let long = Operation::from_json(text.parse().unwrap()).unwrap();
            let short = read(&text);
            assert_eq!(short.is_some(), is_usual, "{text}");
            assert!(short.is_none_or(|short| short == long), "{text}");
        }
        for (from, to) in [("ok", "okay"), (r#""process":0"#, r#""process":9223372036854775808"#)] {
            assert_eq!(read(&usual.replacen(from, to, 1)), None);
        }
        let list = r#"[0,5,0,"ok","read",[1],false,null]"#;
        assert!(serde_json::from_str::<UsualLine<'_>>(list).is_ok() && read(list).is_none());
    }
}
