//! The journal: every message that was sent, received or lost.

use std::{
    fmt,
    io::{self, BufRead},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use serde::Deserialize;
use serde_json::value::RawValue;

/// One event of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, from the run's very beginning.
    pub time: Duration,
    /// What happened.
    pub kind: EventKind,
    /// The network's number for the message.
    pub id: u64,
    /// Why it was sent; known in the simulation only, and for sending only.
    pub cause: Option<Cause>,
    /// The message that the node was handling when it sent this, if its handler had waited and went on for that cause.
    pub handled: Option<u64>,
    /// The whole message, as one line of JSON.
    pub line: Arc<str>,
}

/// What happened to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// It was handed to the network.
    Send,
    /// It was handed to its receiver.
    #[serde(rename = "recv")]
    Receive,
    /// It got lost on the way: right after it was sent.
    Lost,
    /// A partition swallowed it.
    Partitioned,
    /// Its receiver has gone.
    Gone,
}

/// What a node was doing when it sent a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It was handling the message of this number.
    Message(u64),
    /// It was handling a timer, or work that had been put off until then.
    Timer,
}

/// What is known of why a message was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Why {
    /// See [`Event::cause`].
    pub cause: Cause,
    /// See [`Event::handled`].
    pub handled: Option<u64>,
}

impl From<Cause> for Why {
    fn from(cause: Cause) -> Self {
        Self { cause, handled: None }
    }
}

impl EventKind {
    /// The name in the journal's file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Receive => "recv",
            Self::Lost => "lost",
            Self::Partitioned => "partitioned",
            Self::Gone => "gone",
        }
    }
}

impl Event {
    /// Appends its line, without a line break. There are very many, so it is done by hand: `write!` takes several times
    /// as long.
    pub(crate) fn append(&self, out: &mut String) {
        let mut digits = itoa::Buffer::new();
        let ns = u64::try_from(self.time.as_nanos()).unwrap_or(u64::MAX);
        out.push_str(r#"{"time":"#);
        out.push_str(digits.format(ns));
        out.push_str(r#","type":""#);
        out.push_str(self.kind.name());
        out.push('"');
        match self.cause {
            Some(Cause::Message(id)) => {
                out.push_str(r#","cause":"#);
                out.push_str(digits.format(id));
            }
            Some(Cause::Timer) => out.push_str(r#","cause":"timer""#),
            None => {}
        }
        if let Some(id) = self.handled {
            out.push_str(r#","handled":"#);
            out.push_str(digits.format(id));
        }
        out.push_str(r#","message":"#);
        out.push_str(&self.line);
        out.push('}');
    }
}

/// As a line of JSON: `{"time": ns, "type": "send", "cause": 17, "handled": 15, "message": {…}}`, the cause a message's
/// number or `"timer"`; what is not known, or the same, is left out.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = String::new();
        self.append(&mut line);
        f.write_str(&line)
    }
}

/// A line, read back.
impl FromStr for Event {
    type Err = serde_json::Error;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        #[derive(Deserialize)]
        struct Line<'l> {
            time: u64,
            #[serde(rename = "type")]
            kind: EventKind,
            #[serde(default)]
            cause: Option<Known>,
            #[serde(default)]
            handled: Option<u64>,
            #[serde(borrow)]
            message: &'l RawValue,
        }
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Known {
            Message(u64),
            Other(Timer),
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Timer {
            Timer,
        }
        #[derive(Deserialize)]
        struct Numbered {
            id: u64,
        }
        let Line { time, kind, cause, handled, message } = serde_json::from_str(line)?;
        let Numbered { id } = serde_json::from_str(message.get())?;
        let cause = cause.map(|cause| match cause {
            Known::Message(id) => Cause::Message(id),
            Known::Other(Timer::Timer) => Cause::Timer,
        });
        Ok(Self { time: Duration::from_nanos(time), kind, id, cause, handled, line: message.get().into() })
    }
}

/// What is said of a journal whose last line was cut off.
pub const CUT_OFF: &str = "the last line of the journal was cut off, and is left out";

/// Reads a journal, and hands on its events in order. A last line that was cut off, as its writer was killed or is writing
/// still, is left out; returns whether one was. Other lines that make no sense are errors, with their number.
pub fn read(
    mut input: impl BufRead,
    mut take: impl FnMut(Event) -> Result<(), serde_json::Error>,
) -> io::Result<bool> {
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let wrong = |error: &dyn fmt::Display| {
            let error = error.to_string();
            let error = error.split(" at line 1 column").next().unwrap_or_default();
            io::Error::new(io::ErrorKind::InvalidData, format!("line {number}: {error}"))
        };
        let is_ended = line.ends_with(b"\n");
        let text = match str::from_utf8(line.trim_ascii_end()) {
            Ok(text) => text,
            Err(_) if !is_ended => return Ok(true),
            Err(error) => return Err(wrong(&error)),
        };
        match text.parse() {
            Ok(event) => take(event).map_err(|error| wrong(&error))?,
            Err(error) if !is_ended && !error.is_data() => return Ok(true),
            Err(error) => return Err(wrong(&error)),
        }
    }
    Ok(false)
}

/// Writes a journal, an event a line.
pub fn write(events: &[Event], mut out: impl io::Write) -> io::Result<()> {
    let mut line = String::new();
    events.iter().try_for_each(|event| {
        line.clear();
        event.append(&mut line);
        line.push('\n');
        out.write_all(line.as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_line_of_json() {
        let event = |cause| Event {
            time: Duration::new(1, 20),
            kind: EventKind::Send,
            id: 7,
            cause,
            handled: None,
            line: r#"{"id":7,"src":"n0","dest":"n1","body":{}}"#.into(),
        };
        let message = r#""message":{"id":7,"src":"n0","dest":"n1","body":{}}}"#;
        let (by_message, by_timer) = (event(Some(Cause::Message(5))), event(Some(Cause::Timer)));
        let lines = [
            format!(r#"{{"time":1000000020,"type":"send",{message}"#),
            format!(r#"{{"time":1000000020,"type":"send","cause":5,{message}"#),
            format!(r#"{{"time":1000000020,"type":"send","cause":"timer",{message}"#),
        ];
        assert_eq!([event(None), by_message.clone(), by_timer].map(|event| event.to_string()), lines);
        let later = Event { handled: Some(3), ..event(Some(Cause::Timer)) };
        assert_eq!(later.to_string(), lines[2].replace(r#""timer""#, r#""timer","handled":3"#));
        for event in [event(None), by_message.clone(), event(Some(Cause::Timer)), later] {
            assert_eq!(event.to_string().parse::<Event>().unwrap(), event);
        }
        let mut written = Vec::new();
        write(&[event(None), by_message], &mut written).unwrap();
        assert_eq!(String::from_utf8(written).unwrap(), lines[..2].join("\n") + "\n");
    }

    #[test]
    fn a_last_line_that_was_cut_off_is_left_out_wherever_it_was_cut() {
        let line =
            r#"{"time":1,"type":"send","cause":4,"message":{"id":7,"src":"nü","dest":"n1","body":{}}}"#;
        let read = |text: &[u8]| {
            let mut count = 0;
            let is_cut_off = read(text, |_| {
                count += 1;
                Ok(())
            });
            is_cut_off.map(|is_cut_off| (count, is_cut_off)).map_err(|error| error.to_string())
        };
        for length in 1..line.len() {
            let text = [line.as_bytes(), b"\n", &line.as_bytes()[..length]].concat();
            assert_eq!(read(&text), Ok((1, true)), "{length}");
            let in_the_middle = [&text[..], b"\n", line.as_bytes()].concat();
            assert!(read(&in_the_middle).unwrap_err().starts_with("line 2: "), "{length}");
        }
        // A line that only lacks its end is whole, and one that is whole and wrong was not cut off.
        assert_eq!(read(format!("{line}\n{line}").as_bytes()), Ok((2, false)));
        assert!(read(br#"{"time":1}"#).unwrap_err().starts_with("line 1: missing field"));
    }
}
