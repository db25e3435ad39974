//! What the file of a storage looks like: a line that names the format, then a line for each batch.
//!
//! ```text
//! maelstrom storage 1
//! CHECKSUM NUMBER LENGTH BATCH
//! ```
//!
//! The checksum is the CRC-32 of what follows it, in eight hex digits; the number counts the lines from 0; the length
//! is that of the batch in bytes. A file begins with batches that rebuild what was stored when it was made, closed by
//! an empty one, the seal: so much was synced before the file got its name. Each line after the seal was synced before
//! the next was begun. So only the last of them can be torn, and a bad line that is followed by anything good, or that
//! lies before the seal, is damage.
//!
//! JSON on one line has no line break, so that after a bad line the next good one is found, whatever is wrong.

use std::io::Write as _;

use super::{Batch, Image};

/// The first line.
pub(super) const FIRST_LINE: &[u8] = b"maelstrom storage 1\n";

/// What was read from a file.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) image: Image,
    /// How many lines there are, the first not counted: the number of the next one.
    pub(super) lines: u64,
    /// Where the last good line ends.
    pub(super) end: usize,
}

/// A place where a file is not as it was written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Damage {
    pub(super) offset: usize,
    pub(super) what: String,
}

/// Writes the line of a batch, given as its text.
pub(super) fn write_line(out: &mut Vec<u8>, number: u64, batch: &str) {
    let head = format!("{number} {} ", batch.len());
    let mut checksum = crc32fast::Hasher::new();
    checksum.update(head.as_bytes());
    checksum.update(batch.as_bytes());
    writeln!(out, "{:08x} {head}{batch}", checksum.finalize()).expect("a vector takes all that is written");
}

/// Reads a file. What follows [`Contents::end`] is a torn line.
pub(super) fn read(bytes: &[u8]) -> Result<Contents, Damage> {
    let damage = |offset, what: &str| Err(Damage { offset, what: what.to_owned() });
    if !bytes.starts_with(FIRST_LINE) {
        return damage(0, "it does not begin with `maelstrom storage 1`");
    }
    let mut contents = Contents { image: Image::default(), lines: 0, end: FIRST_LINE.len() };
    let mut sealed = false;
    while contents.end < bytes.len() {
        let rest = &bytes[contents.end..];
        match Line::read(rest) {
            Some(line) if line.number == contents.lines => {
                let batch: Batch = match line.batch.parse() {
                    Ok(batch) => batch,
                    Err(error) => return damage(contents.end, error.text()),
                };
                sealed |= batch.is_empty();
                contents.image.apply(&batch);
                contents.lines += 1;
                contents.end += line.length;
            }
            Some(line) => {
                let what = format!("this is batch {} where {} belongs", line.number, contents.lines);
                return damage(contents.end, &what);
            }
            None if sealed && is_torn(rest) => return Ok(contents),
            None => return damage(contents.end, "this batch is not as it was written"),
        }
    }
    if sealed { Ok(contents) } else { damage(contents.end, "its end is missing") }
}

/// A good line.
struct Line<'f> {
    number: u64,
    batch: &'f str,
    /// How long it is, with its line break.
    length: usize,
}

impl<'f> Line<'f> {
    /// Reads the line at the beginning of `bytes`; `None` if it is not good.
    fn read(bytes: &'f [u8]) -> Option<Self> {
        let head = Head::read(bytes)?;
        let checked = bytes.get(9..head.end)?;
        // Compared as text: nothing that reads as the same number will do.
        if bytes.get(head.end) != Some(&b'\n')
            || bytes[..9] != *format!("{:08x} ", crc32fast::hash(checked)).as_bytes()
        {
            return None;
        }
        let batch = std::str::from_utf8(&bytes[head.start..head.end]).ok()?;
        Some(Self { number: head.number, batch, length: head.end + 1 })
    }
}

/// What a line says of itself.
struct Head {
    number: u64,
    /// Where the batch begins and ends.
    start: usize,
    end: usize,
}

impl Head {
    fn read(bytes: &[u8]) -> Option<Self> {
        /// The digits of the greatest number, and a space.
        const LONGEST: usize = 21;
        let mut at = 9;
        let mut number = || {
            let rest = bytes.get(at..)?;
            let digits = &rest[..memchr::memchr(b' ', &rest[..rest.len().min(LONGEST)])?];
            at += digits.len() + 1;
            std::str::from_utf8(digits).ok()?.parse::<u64>().ok()
        };
        let (number, length) = (number()?, number()?);
        Some(Self { number, start: at, end: at.checked_add(usize::try_from(length).ok()?)? })
    }
}

/// Whether a bad line is the last: nothing comes after what it says of its length, and nothing good after any line
/// break.
fn is_torn(bytes: &[u8]) -> bool {
    let longer = Head::read(bytes).is_some_and(|head| head.end + 1 < bytes.len());
    !longer && memchr::memchr_iter(b'\n', bytes).all(|at| Line::read(&bytes[at + 1..]).is_none())
}
