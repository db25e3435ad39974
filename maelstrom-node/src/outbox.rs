//! What a node wants written: lines for the network, log lines, and failures for its host.

use std::{any::Any, fmt, ops::Range, time::Duration};

use serde::Serialize;

use crate::{node_id::NodeId, storage::Batch};

/// What an [`Engine`](crate::Engine) has produced since its host last took it.
#[derive(Debug, Default)]
pub struct Output {
    /// What the node has stored. The host makes it durable before the messages leave: see [`storage`](crate::storage).
    pub writes: Batch,
    /// Messages for the network, one line of JSON each, newline included. This is what goes to stdout.
    pub bytes: Vec<u8>,
    /// Where each line of [`bytes`](Self::bytes) lies, and whom it is for, so that a host need not parse it.
    pub lines: Vec<OutputLine>,
    /// Log lines, unless the engine was given a place to log to at once.
    pub logs: Vec<LogLine>,
    /// Bugs in the node that the engine caught.
    pub failures: Vec<Failure>,
}

/// One line of an [`Output`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputLine {
    /// The receiver.
    pub dest: NodeId,
    /// The line's place in [`Output::bytes`], newline included.
    pub range: Range<usize>,
    /// The line of input that was being handled, counted from 0, also if its handler has waited since; nothing for what
    /// timers and injected events do.
    pub handled: Option<u64>,
}

/// A line for people, on stderr. It displays as `14:19:56.123456 n1 the text`, the time in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When, since the Unix epoch.
    pub time: Duration,
    /// Who; `None` before the handshake.
    pub node: Option<NodeId>,
    /// What. May have several lines.
    pub text: String,
}

/// A bug in the node that the engine caught and went on from: a panic, or a message that could not be encoded.
///
/// A program logs it. A test raises it again, and a simulated run that has one is not valid.
pub struct Failure {
    /// What was being done, to which message, from whom.
    pub doing: String,
    /// What went wrong.
    pub text: String,
    /// The payload of the panic, if it was one.
    pub panic: Option<Box<dyn Any + Send>>,
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.panic.is_some() { "panicked while" } else { "failed while" };
        write!(f, "{what} {}: {}", self.doing, self.text)
    }
}

impl fmt::Display for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = self.time.as_secs() % 86_400;
        let node = self.node.as_deref().unwrap_or("-");
        for (i, text) in self.text.lines().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(
                f,
                "{:02}:{:02}:{:02}.{:06} {node} {text}",
                day / 3600,
                day / 60 % 60,
                day % 60,
                self.time.subsec_micros()
            )?;
        }
        Ok(())
    }
}

/// The ids that stand beside a payload.
#[derive(Clone, Copy, Default)]
pub(crate) struct Ids {
    pub(crate) msg_id: Option<u64>,
    pub(crate) in_reply_to: Option<u64>,
}

impl Output {
    /// Empties it for the next batch. Buffers are kept, unless one message made them large.
    pub fn clear(&mut self) {
        const KEEP: usize = 1 << 20;
        self.writes.clear();
        self.bytes.clear();
        self.bytes.shrink_to(KEEP);
        self.lines.clear();
        self.lines.shrink_to(KEEP / 64);
        self.logs.clear();
        self.failures.clear();
    }

    /// The lines with their receivers, newlines left out.
    pub fn messages(&self) -> impl Iterator<Item = (&NodeId, &str)> {
        self.lines.iter().map(|line| {
            let text = &self.bytes[line.range.start..line.range.end - 1];
            (&line.dest, std::str::from_utf8(text).expect("serde_json writes UTF-8"))
        })
    }

    /// Writes one message to each receiver. `head` is the envelope up to the receiver's name. The payload is encoded
    /// once; if that fails, nothing is written. `handled` is what was being handled, as in [`OutputLine::handled`].
    #[inline]
    pub(crate) fn write<T: Serialize + ?Sized>(
        &mut self,
        head: &[u8],
        to: &[NodeId],
        payload: &T,
        ids: Ids,
        handled: Option<u64>,
    ) -> serde_json::Result<()> {
        let Some((first, rest)) = to.split_first() else { return Ok(()) };
        let start = self.bytes.len();
        let written = self.write_body(head, first, payload, ids);
        let body = match written {
            Ok(body) => body,
            Err(error) => {
                self.bytes.truncate(start);
                return Err(error);
            }
        };
        self.lines.push(OutputLine { dest: first.clone(), range: start..self.bytes.len(), handled });
        for dest in rest {
            let start = self.bytes.len();
            self.write_head(head, dest)?;
            self.bytes.extend_from_within(body.clone());
            self.lines.push(OutputLine { dest: dest.clone(), range: start..self.bytes.len(), handled });
        }
        Ok(())
    }

    #[inline]
    fn write_head(&mut self, head: &[u8], dest: &NodeId) -> serde_json::Result<()> {
        self.bytes.extend_from_slice(head);
        serde_json::to_writer(&mut self.bytes, dest.as_str())?;
        self.bytes.extend_from_slice(br#","body":"#);
        Ok(())
    }

    /// Writes a whole line and returns where its body, with all that follows it, lies.
    #[inline]
    fn write_body<T: Serialize + ?Sized>(
        &mut self,
        head: &[u8],
        dest: &NodeId,
        payload: &T,
        ids: Ids,
    ) -> serde_json::Result<Range<usize>> {
        self.write_head(head, dest)?;
        let body = self.bytes.len();
        serde_json::to_writer(&mut self.bytes, payload)?;
        // The ids stand beside the payload's own fields: its closing brace makes way for them.
        if self.bytes[body] != b'{' {
            return Err(serde::ser::Error::custom("a payload is an object with a `type`, and this is none"));
        }
        self.bytes.pop();
        let mut comma = self.bytes.len() > body + 1;
        for (name, id) in [(&br#""msg_id":"#[..], ids.msg_id), (br#""in_reply_to":"#, ids.in_reply_to)] {
            if let Some(id) = id {
                if comma {
                    self.bytes.push(b',');
                }
                self.bytes.extend_from_slice(name);
                serde_json::to_writer(&mut self.bytes, &id)?;
                comma = true;
            }
        }
        self.bytes.extend_from_slice(b"}}");
        // Only a raw value can bring a line break, as white space between its tokens.
        let mut from = body;
        while let Some(at) = memchr::memchr(b'\n', &self.bytes[from..]) {
            from += at;
            self.bytes[from] = b' ';
        }
        self.bytes.push(b'\n');
        Ok(body..self.bytes.len())
    }
}
