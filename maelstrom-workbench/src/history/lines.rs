//! Histories as JSON lines: one operation a line, with Jepsen's names for the fields.
//!
//! `{"index": 0, "time": 462399, "process": 0, "type": "invoke", "f": "broadcast", "value": 0}`; where they apply also
//! `"final?": true`, `"error"`, and any other field. Process `"nemesis"` is the nemesis. Lines in EDN, as in the
//! `history.edn` of Maelstrom itself, are read as well.

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, BufRead, Write},
};

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{History, Kind, Operation, OrderError, Process, edn, usual};
use crate::Value;

impl History {
    /// Reads a history, one operation a line, as JSON or as EDN (`history.edn`); blank lines are skipped.
    pub fn read(input: impl BufRead) -> Result<Self, ReadError> {
        match Self::read_lines(input)? {
            (history, None) => Ok(history),
            (_, Some(cut_off)) => Err(cut_off),
        }
    }

    /// As well, where the one who writes it may have been killed, or be writing still: a last line that was cut off is
    /// left out. Returns also whether one was.
    pub fn read_whole_lines(input: impl BufRead) -> Result<(Self, bool), ReadError> {
        let (history, cut_off) = Self::read_lines(input)?;
        Ok((history, cut_off.is_some()))
    }

    /// Returns also what is wrong with a last line that does not end.
    fn read_lines(mut input: impl BufRead) -> Result<(Self, Option<ReadError>), ReadError> {
        let mut history = Self::new();
        let mut text = Vec::new();
        for line in 1.. {
            text.clear();
            let count = input.read_until(b'\n', &mut text).map_err(|error| Problem::Io(error).at(line))?;
            if count == 0 {
                break;
            }
            let operation = match operation(&text) {
                Ok(Some(operation)) => operation,
                Ok(None) => continue,
                Err(problem) if problem.is_of_a_part() && !text.ends_with(b"\n") => {
                    return Ok((history, Some(problem.at(line))));
                }
                Err(problem) => return Err(problem.at(line)),
            };
            history.push(operation).map_err(|error| Problem::Order(error).at(line))?;
        }
        Ok((history, None))
    }

    /// Writes the history, one operation a line.
    pub fn write(&self, mut output: impl Write) -> io::Result<()> {
        for operation in self.operations() {
            serde_json::to_writer(&mut output, operation)?;
            output.write_all(b"\n")?;
        }
        output.flush()
    }
}

impl Operation {
    /// The operation that a line of a history states. The error says which field is wrong.
    pub fn from_json(value: Value) -> Result<Self, String> {
        let Value::Object(mut fields) = value else {
            return Err(format!("expected an operation, an object, but found {value}"));
        };
        let index = number(required(&mut fields, "index")?, "index")?;
        let index = usize::try_from(index).map_err(|_| format!("`index` is {index}, which is too large"))?;
        let time = number(required(&mut fields, "time")?, "time")?;
        let process = match required(&mut fields, "process")? {
            Value::String(name) if name == "nemesis" => Process::Nemesis,
            Value::Integer(number) if number.as_i64().is_some_and(|number| number >= 0) => {
                Process::Client(number.as_i64().unwrap_or_default().unsigned_abs())
            }
            other => {
                return Err(format!("`process` is {other}; expected a number from 0 up, or \"nemesis\""));
            }
        };
        let kind = required(&mut fields, "type")?;
        let kind = kind
            .as_str()
            .and_then(Kind::from_name)
            .ok_or_else(|| format!("`type` is {kind}; expected \"invoke\", \"ok\", \"fail\" or \"info\""))?;
        let f = required(&mut fields, "f")?;
        let f = f.as_str().ok_or_else(|| format!("`f` is {f}; expected the name of a function, a string"))?;
        let mut operation =
            Self::new(index, time, process, kind, f, fields.remove("value").unwrap_or_default());
        operation.is_final = match fields.remove("final?") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(is_final)) => is_final,
            Some(other) => return Err(format!("`final?` is {other}; expected true or false")),
        };
        operation.error = fields.remove("error").filter(|error| !error.is_null());
        operation.further = fields;
        Ok(operation)
    }
}

/// The operation of a line, if it is not blank.
fn operation(line: &[u8]) -> Result<Option<Operation>, Problem> {
    let text = str::from_utf8(line).map_err(|_| Problem::NotUtf8)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    usual::read(text).map_or_else(|| read(text), Ok).map(Some)
}

/// Reads a line of any kind.
fn read(text: &str) -> Result<Operation, Problem> {
    let value = if edn::is_edn(text) {
        edn::read(text).map_err(Problem::NotEdn)?
    } else {
        text.trim_end().parse().map_err(Problem::NotJson)?
    };
    Operation::from_json(value).map_err(Problem::Malformed)
}

fn required(fields: &mut BTreeMap<String, Value>, name: &str) -> Result<Value, String> {
    fields.remove(name).ok_or_else(|| format!("`{name}` is missing"))
}

fn number(value: Value, name: &str) -> Result<u64, String> {
    value
        .as_integer()
        .and_then(|integer| u64::try_from(integer.as_i128()?).ok())
        .ok_or_else(|| format!("`{name}` is {value}; expected a whole number from 0 up"))
}

/// As one line of a history.
impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("index", &self.index)?;
        map.serialize_entry("time", &self.time)?;
        match self.process {
            Process::Client(number) => map.serialize_entry("process", &number)?,
            Process::Nemesis => map.serialize_entry("process", "nemesis")?,
        }
        map.serialize_entry("type", self.kind.name())?;
        map.serialize_entry("f", self.f.as_str())?;
        map.serialize_entry("value", &self.value)?;
        if self.is_final {
            map.serialize_entry("final?", &true)?;
        }
        for (name, value) in &self.further {
            map.serialize_entry(name, value)?;
        }
        if let Some(error) = &self.error {
            map.serialize_entry("error", error)?;
        }
        map.end()
    }
}

/// A history could not be read.
#[derive(Debug)]
pub struct ReadError {
    line: usize,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    Io(io::Error),
    NotUtf8,
    NotJson(serde_json::Error),
    NotEdn(String),
    Malformed(String),
    Order(OrderError),
}

impl Problem {
    fn at(self, line: usize) -> ReadError {
        ReadError { line, problem: self }
    }

    /// Whether it is what one finds in a part of a line that is right.
    fn is_of_a_part(&self) -> bool {
        matches!(self, Self::NotUtf8 | Self::NotJson(_) | Self::NotEdn(_))
    }
}

impl ReadError {
    /// The line at fault, from 1 up.
    pub fn line(&self) -> usize {
        self.line
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match &self.problem {
            Problem::Io(error) => write!(f, "could not be read: {error}"),
            Problem::NotUtf8 => f.write_str("not UTF-8"),
            // It counts the lines of the text it was given, which is one.
            Problem::NotJson(error) => {
                write!(f, "not JSON: {}", error.to_string().replace(" at line 1 column ", " at column "))
            }
            Problem::NotEdn(text) => write!(f, "not EDN: {text}"),
            Problem::Malformed(text) => f.write_str(text),
            Problem::Order(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            Problem::Io(error) => Some(error),
            Problem::NotJson(error) => Some(error),
            Problem::NotUtf8 | Problem::NotEdn(_) | Problem::Malformed(_) | Problem::Order(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_is_written_as_it_was_read() {
        let text = concat!(
            r#"{"index":0,"time":5,"process":0,"type":"invoke","f":"add","value":1180591620717411303424}"#,
            "\n",
            r#"{"index":1,"time":6,"process":"nemesis","type":"info","f":"start-partition","value":"majority"}"#,
            "\n",
            r#"{"index":2,"time":7,"process":0,"type":"info","f":"add","value":[1,1.0,-0.0,1e300,"ü\n",null,true,{"a":-1}],"error":["abort","no"]}"#,
            "\n",
            r#"{"index":3,"time":8,"process":5,"type":"invoke","f":"poll","value":null,"final?":true,"seek-to-beginning?":true}"#,
            "\n",
        );
        let mut written = Vec::new();
        History::read(text.as_bytes()).unwrap().write(&mut written).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), text.replace("1e300", "1e+300"));
    }

    #[test]
    fn a_bad_line_is_named_with_what_is_wrong() {
        let good = r#"{"index":0,"time":0,"process":0,"type":"invoke","f":"read"}"#;
        let cases = [
            (r#"{"index":1,"time":0"#, "not JSON: EOF while parsing an object at column 19"),
            ("[1]", "expected an operation, an object, but found [1]"),
            (r#"{"index":1}"#, "`time` is missing"),
            (r#"{"index":-1}"#, "`index` is -1; expected a whole number from 0 up"),
            (r#"{"index":1.0}"#, "`index` is 1.0; expected a whole number from 0 up"),
            (
                r#"{"index":1,"time":0,"process":"n1"}"#,
                "`process` is \"n1\"; expected a number from 0 up, or \"nemesis\"",
            ),
            (
                r#"{"index":1,"time":0,"process":0,"type":"okay"}"#,
                "`type` is \"okay\"; expected \"invoke\", \"ok\", \"fail\" or \"info\"",
            ),
            (
                r#"{"index":1,"time":0,"process":0,"type":"ok","f":1}"#,
                "`f` is 1; expected the name of a function, a string",
            ),
            (
                r#"{"index":1,"time":0,"process":0,"type":"ok","f":"read","final?":1}"#,
                "`final?` is 1; expected true or false",
            ),
            (
                r#"{"index":1,"time":0,"process":1,"type":"ok","f":"read"}"#,
                "operation 1 completes `read` of process 1, which has invoked nothing",
            ),
            (
                r#"{"index":1,"time":0,"process":0,"type":"ok","f":"read","value":1e999}"#,
                "not JSON: 1e999 is out of range",
            ),
        ];
        for (bad, said) in cases {
            let error = History::read(format!("{good}\n\n{bad}\n").as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), format!("line 3: {said}"));
        }
        let error = History::read(b"\n\xff".as_slice()).unwrap_err();
        assert_eq!(error.to_string(), "line 2: not UTF-8");
    }

    #[test]
    fn a_last_line_that_was_cut_off_is_left_out_wherever_it_was_cut() {
        let line = |index: usize| {
            format!(r#"{{"index":{index},"time":0,"process":{index},"type":"invoke","f":"add","value":"ü"}}"#)
        };
        let (whole, last) = (format!("{}\n", line(0)), line(1));
        for length in 1..last.len() {
            let text = [whole.as_bytes(), &last.as_bytes()[..length]].concat();
            let (history, is_cut_off) = History::read_whole_lines(text.as_slice()).unwrap();
            assert_eq!((history.len(), is_cut_off), (1, true), "{length}");
            assert_eq!(History::read(text.as_slice()).unwrap_err().line(), 2);
        }
        // A line that only lacks its end is whole.
        let (history, is_cut_off) = History::read_whole_lines((whole.clone() + &last).as_bytes()).unwrap();
        assert_eq!((history.len(), is_cut_off), (2, false));
        let in_the_middle = format!("{}\n{whole}", &last[..20]);
        assert_eq!(History::read_whole_lines(in_the_middle.as_bytes()).unwrap_err().line(), 1);
    }
}
