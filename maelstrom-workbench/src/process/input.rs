//! What waits to be written to a node's standard input.

use std::os::fd::AsFd;

use rustix::io::{Errno, write};

/// Messages for one node, as the bytes of their lines. A node that does not read thus delays itself, and nobody else.
#[derive(Debug)]
pub(super) struct InputQueue {
    /// How many bytes may wait.
    limit: usize,
    bytes: Vec<u8>,
    written: usize,
}

/// The pipe is broken: the node, and whoever else held it, has closed it.
#[derive(Debug, PartialEq)]
pub(super) struct Closed;

impl InputQueue {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, bytes: Vec::new(), written: 0 }
    }

    /// Throws away what waits.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.limit);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.written == self.bytes.len()
    }

    /// Adds a line. Returns false, and drops it, if too much is waiting.
    pub(super) fn push(&mut self, line: &str) -> bool {
        let waiting = self.bytes.len() - self.written;
        if waiting > 0 && waiting + line.len() >= self.limit {
            return false;
        }
        if self.written > waiting {
            // What is done is more than what has to be moved.
            self.bytes.drain(..self.written);
            self.written = 0;
        }
        self.bytes.extend_from_slice(line.as_bytes());
        self.bytes.push(b'\n');
        true
    }

    /// Writes what the pipe takes now.
    pub(super) fn flush(&mut self, pipe: impl AsFd) -> Result<(), Closed> {
        while !self.is_empty() {
            match write(&pipe, &self.bytes[self.written..]) {
                Ok(n) => self.written += n,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(()),
                Err(_) => return Err(Closed),
            }
        }
        self.bytes.clear();
        self.bytes.shrink_to(1 << 20);
        self.written = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rustix::{io::read, pipe::pipe};

    use super::*;
    use crate::process::lines::never_block;

    #[test]
    fn lines_wait_until_the_pipe_takes_them() {
        let (reader, writer) = pipe().unwrap();
        never_block(&writer).unwrap();
        let mut queue = InputQueue::new(1_000_000);
        let line = "x".repeat(999);
        for _ in 0..1_000 {
            assert!(queue.push(&line));
        }
        assert!(!queue.push("one too many"));
        let mut arrived = 0;
        let mut buffer = vec![0; 100_000];
        while !queue.is_empty() {
            queue.flush(&writer).unwrap();
            arrived += read(&reader, &mut buffer).unwrap();
        }
        while arrived < 1_000_000 {
            arrived += read(&reader, &mut buffer).unwrap();
        }
        assert_eq!(arrived, 1_000_000);
        drop(reader);
        assert!(queue.push("last"));
        assert_eq!(queue.flush(&writer), Err(Closed));
    }

    #[test]
    fn too_much_is_refused_but_one_line_of_any_length_is_taken() {
        let mut queue = InputQueue::new(1_000_000);
        assert!(queue.push(&"x".repeat(1_000_001)));
        assert!(!queue.push("x"));
    }
}
