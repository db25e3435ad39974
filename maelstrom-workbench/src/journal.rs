//! The journal: every message that was sent, received or lost.

use std::{fmt, io, sync::Arc, time::Duration};

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
    /// The whole message, as one line of JSON.
    pub line: Arc<str>,
}

/// What happened to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// It was handed to the network.
    Send,
    /// It was handed to its receiver.
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
    /// It was handling a timer.
    Timer,
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

/// As a line of JSON: `{"time": ns, "type": "send", "cause": 17, "message": {…}}`, the cause a message's number or
/// `"timer"`.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"{{"time":{},"type":"{}""#, self.time.as_nanos(), self.kind.name())?;
        match self.cause {
            Some(Cause::Message(id)) => write!(f, r#","cause":{id}"#)?,
            Some(Cause::Timer) => f.write_str(r#","cause":"timer""#)?,
            None => {}
        }
        write!(f, r#","message":{}}}"#, self.line)
    }
}

/// Writes a journal, an event a line.
pub fn write(events: &[Event], mut out: impl io::Write) -> io::Result<()> {
    events.iter().try_for_each(|event| writeln!(out, "{event}"))
}
