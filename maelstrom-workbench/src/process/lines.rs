//! What comes out of a node's pipes, cut into lines.

use std::{io, os::fd::AsFd};

use rustix::io::{Errno, read};

/// What one read takes at most, so that a node that floods has its turn and no more.
const PIECE: usize = 64 << 10;
/// How many lines are kept for the report of a crash.
const KEPT_LINES: usize = 32;
/// How much of each.
const KEPT_OF_LINE: usize = 2_000;

/// What a read has brought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fill {
    /// This many bytes.
    Bytes(usize),
    /// There is nothing now.
    Nothing,
    /// There will be nothing more.
    End,
}

/// A line, without its line break.
#[derive(Debug, PartialEq)]
pub(super) enum Line<'b> {
    Whole(&'b [u8]),
    /// It passes the limit. This is how it begins; the rest of it will be skipped.
    TooLong(&'b [u8]),
}

/// Reads from a pipe that does not block, and cuts what comes into lines. Holds one line at most, up to the limit, and
/// one piece.
#[derive(Debug)]
pub(super) struct LineCutter {
    /// Grows as lines ask for it; what was filled once is not cleared again.
    bytes: Vec<u8>,
    /// Where the next line begins.
    start: usize,
    /// How far line breaks were looked for.
    scanned: usize,
    /// Where what was read ends.
    end: usize,
    limit: usize,
    /// Whether this is the rest of a line that was too long.
    skipping: bool,
}

impl LineCutter {
    /// For lines of at most `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), start: 0, scanned: 0, end: 0, limit, skipping: false }
    }

    /// Reads once.
    pub(super) fn fill(&mut self, pipe: impl AsFd) -> Fill {
        self.make_room();
        loop {
            return match read(&pipe, &mut self.bytes[self.end..self.end + PIECE]) {
                Ok(0) => Fill::End,
                Ok(n) => {
                    self.end += n;
                    Fill::Bytes(n)
                }
                Err(Errno::INTR) => continue,
                Err(Errno::AGAIN) => Fill::Nothing,
                // A pipe that can't be read has nothing more to say.
                Err(_) => Fill::End,
            };
        }
    }

    /// The last `n` bytes that were read.
    pub(super) fn last(&self, n: usize) -> &[u8] {
        &self.bytes[self.end - n..self.end]
    }

    pub(super) fn next_line(&mut self) -> Option<Line<'_>> {
        loop {
            let Some(length) = memchr::memchr(b'\n', &self.bytes[self.scanned..self.end]) else {
                self.scanned = self.end;
                let start = self.start;
                if self.skipping {
                    self.start = self.end;
                } else if self.end - start > self.limit {
                    self.skipping = true;
                    self.start = self.end;
                    return Some(Line::TooLong(&self.bytes[start..self.end]));
                }
                return None;
            };
            let (start, end) = (self.start, self.scanned + length);
            (self.start, self.scanned) = (end + 1, end + 1);
            if !std::mem::take(&mut self.skipping) {
                return Some(Line::Whole(&self.bytes[start..end]));
            }
        }
    }

    /// Whether there is a whole line.
    pub(super) fn has_line(&self) -> bool {
        memchr::memchr(b'\n', &self.bytes[self.scanned..self.end]).is_some()
    }

    /// What follows the last line break, at the end of input.
    pub(super) fn rest(&mut self) -> Option<&[u8]> {
        let start = std::mem::replace(&mut self.start, self.end);
        let rest = &self.bytes[start..self.end];
        (!rest.is_empty() && !self.skipping).then_some(rest)
    }

    /// Moves an incomplete line to the front, makes room for a piece, and gives back what a very long line took.
    fn make_room(&mut self) {
        self.bytes.copy_within(self.start..self.end, 0);
        self.scanned -= self.start;
        self.end -= self.start;
        self.start = 0;
        let wanted = self.end + PIECE;
        if self.bytes.len() < wanted {
            // Doubled, so that a long line is not copied once for each piece of it.
            self.bytes.resize(wanted.max(2 * self.bytes.len()), 0);
        } else if self.bytes.len() > 16 * wanted {
            self.bytes.truncate(wanted);
            self.bytes.shrink_to_fit();
        }
    }
}

/// The last lines, in a ring.
#[derive(Debug, Default)]
pub(super) struct Tail {
    lines: Vec<Vec<u8>>,
    next: usize,
}

impl Tail {
    pub(super) fn push(&mut self, line: &[u8]) {
        let line = &line[..line.len().min(KEPT_OF_LINE)];
        if let Some(place) = self.lines.get_mut(self.next) {
            place.clear();
            place.extend_from_slice(line);
        } else {
            self.lines.push(line.to_vec());
        }
        self.next = (self.next + 1) % KEPT_LINES;
    }

    /// The lines, in order.
    pub(super) fn lines(&self) -> Vec<String> {
        let (after, before) = self.lines.split_at(self.next.min(self.lines.len()));
        before.iter().chain(after).map(|line| String::from_utf8_lossy(line).into_owned()).collect()
    }
}

/// The beginning of a line, for a message to a person.
pub(super) fn excerpt(line: &[u8]) -> String {
    if line.len() <= KEPT_OF_LINE {
        return String::from_utf8_lossy(line).into_owned();
    }
    format!("{}… ({} bytes)", String::from_utf8_lossy(&line[..KEPT_OF_LINE]), line.len())
}

/// Opens a pipe's own end for reading and writing that does not wait. The other end, which a node holds, stays as it
/// is: the two do not share their flags.
pub(super) fn never_block(pipe: impl AsFd) -> io::Result<()> {
    Ok(rustix::io::ioctl_fionbio(pipe, true)?)
}

#[cfg(test)]
mod tests {
    use rustix::{io::write, pipe::pipe};

    use super::*;

    /// Writes each piece, reads it, and lists the lines that come.
    fn cut(pieces: &[&str], limit: usize) -> Vec<String> {
        let (reader, writer) = pipe().unwrap();
        never_block(&reader).unwrap();
        let mut cutter = LineCutter::new(limit);
        let mut lines = Vec::new();
        for piece in pieces {
            write(&writer, piece.as_bytes()).unwrap();
            assert_eq!(cutter.fill(&reader), Fill::Bytes(piece.len()));
            assert_eq!(cutter.last(piece.len()), piece.as_bytes());
            while let Some(line) = cutter.next_line() {
                lines.push(match line {
                    Line::Whole(line) => String::from_utf8_lossy(line).into_owned(),
                    Line::TooLong(line) => format!("too long: {}", String::from_utf8_lossy(line)),
                });
            }
        }
        assert_eq!(cutter.fill(&reader), Fill::Nothing);
        drop(writer);
        assert_eq!(cutter.fill(&reader), Fill::End);
        lines.extend(cutter.rest().map(|rest| format!("rest: {}", String::from_utf8_lossy(rest))));
        lines
    }

    #[test]
    fn lines_are_cut_wherever_reads_end() {
        assert_eq!(cut(&["a\nb", "c\n\nd\n", "e"], 100), ["a", "bc", "", "d", "rest: e"]);
        assert_eq!(cut(&["a\n"], 100), ["a"]);
    }

    #[test]
    fn a_line_past_the_limit_is_told_once_and_skipped() {
        assert_eq!(cut(&["abcdef", "ghi", "jkl\nm\n"], 5), ["too long: abcdef", "m"]);
        assert_eq!(cut(&["abcdef", "ghi"], 5), ["too long: abcdef"]);
    }

    #[test]
    fn the_last_lines_are_kept_in_order() {
        let mut tail = Tail::default();
        for line in 0..40 {
            tail.push(line.to_string().as_bytes());
        }
        let lines = tail.lines();
        assert_eq!((lines.len(), &*lines[0], &*lines[31]), (32, "8", "39"));
    }
}
