//! The messages of the workloads, byte for byte as Maelstrom writes them.

use std::{fmt::Write, io, ops::Range};

use crate::contender::Contender;

/// A node, the yardstick that does the same, and what both are sent.
pub(crate) struct Workload {
    /// The node's binary.
    pub(crate) node: &'static str,
    /// The argument that makes this program the yardstick.
    pub(crate) yardstick: &'static str,
    /// The lines before the first request. Each has a reply.
    pub(crate) handshake: &'static str,
    /// Appends the request of this number, which is also its `msg_id`, and a line break.
    pub(crate) request: fn(&mut String, usize),
}

pub(crate) const INIT: &str = concat!(
    r#"{"id":0,"src":"c0","dest":"n0","body":{"type":"init","node_id":"n0","node_ids":["n0"],"msg_id":1}}"#,
    "\n"
);

pub(crate) const INIT_AND_TOPOLOGY: &str = concat!(
    r#"{"id":0,"src":"c0","dest":"n0","body":{"type":"init","node_id":"n0","node_ids":["n0"],"msg_id":1}}"#,
    "\n",
    r#"{"id":1,"src":"c1","dest":"n0","body":{"type":"topology","topology":{"n0":[]},"msg_id":1}}"#,
    "\n"
);

pub(crate) fn echo(lines: &mut String, n: usize) {
    let text = n * 37 % 128;
    line(lines, n, format_args!(r#"{{"echo":"Please echo {text}","type":"echo","msg_id":{n}}}"#));
}

/// Every tenth request is a read. There are a hundred different values.
pub(crate) fn broadcast_or_read(lines: &mut String, n: usize) {
    if n.is_multiple_of(10) {
        line(lines, n, format_args!(r#"{{"type":"read","msg_id":{n}}}"#));
    } else {
        let value = n * 37 % 100;
        line(lines, n, format_args!(r#"{{"type":"broadcast","message":{value},"msg_id":{n}}}"#));
    }
}

fn line(lines: &mut String, n: usize, body: std::fmt::Arguments<'_>) {
    writeln!(lines, r#"{{"id":{},"src":"c2","dest":"n0","body":{body}}}"#, 2 * n)
        .expect("a string takes everything");
}

impl Workload {
    /// The handshake and so many requests.
    pub(crate) fn lines(&self, count: usize) -> String {
        self.handshake.to_owned() + &self.requests(1..count + 1)
    }

    /// The requests with these numbers.
    pub(crate) fn requests(&self, numbers: Range<usize>) -> String {
        let mut lines = String::new();
        for n in numbers {
            (self.request)(&mut lines, n);
        }
        lines
    }

    /// The node, then its yardstick.
    pub(crate) fn contenders(&self) -> io::Result<[Contender; 2]> {
        let yardstick = std::env::current_exe()?;
        Ok([Contender::new(self.node, None), Contender::new(yardstick, Some(self.yardstick))])
    }
}
