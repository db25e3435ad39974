//! The disk of a program: keeps batches in a file, for the next life of the node.

use std::{fmt, io};

use super::{
    Batch, Image,
    directory::{DataFile, Directory},
    file::{self, FIRST_LINE},
};
use crate::error::{Error, Result};

/// The file in the directory.
const FILE: &str = "storage.wal";
/// The file that is to take its place, while it is being written. One that is found was never finished.
const NEW_FILE: &str = "storage.wal.new";

/// A file is written anew when it is longer than this,
const SMALL: u64 = 64 << 10;
/// and this many times as long as what is stored: then what was written since it was made pays for it.
const OUTDATED: u64 = 4;
/// How much of a new file is gathered for one line of it.
const CHUNK: usize = 1 << 20;

/// Makes batches durable.
pub(crate) struct Disk<D: Directory> {
    directory: D,
    /// Where batches go. There is none before the first one.
    file: Option<D::File>,
    /// How long the file is.
    length: u64,
    /// How many lines it has, the first not counted.
    lines: u64,
    text: String,
    bytes: Vec<u8>,
}

/// What was found when a storage was opened.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) image: Image,
    /// What people should know of it.
    pub(crate) notice: Option<String>,
}

impl<D: Directory> Disk<D> {
    /// Reads what is in the directory. A torn line is cut off; damage is an error.
    pub(crate) fn open(directory: D) -> Result<(Self, Found)> {
        let mut disk =
            Self { directory, file: None, length: 0, lines: 0, text: String::new(), bytes: Vec::new() };
        let bytes = disk.directory.read(FILE).map_err(|error| disk.error("reading", FILE, error))?;
        let Some(bytes) = bytes else {
            return Ok((disk, Found { image: Image::default(), notice: None }));
        };
        let contents = file::read(&bytes).map_err(|damage| {
            Error::crash(format_args!(
                "{} is damaged at byte {}: {}",
                disk.name(FILE),
                damage.offset,
                damage.what
            ))
        })?;
        let torn = bytes.len() - contents.end;
        disk.length = bytes.len() as u64;
        disk.lines = contents.lines;
        let mut notice = None;
        if torn > 0 {
            notice = Some(format!(
                "{} ended in a write that was not finished: cut off {torn} bytes at byte {}",
                disk.name(FILE),
                contents.end
            ));
        }
        if torn > 0 || disk.is_outdated(&contents.image) {
            disk.write_anew(&contents.image)?;
        } else {
            disk.reopen().map_err(|error| disk.error("opening", FILE, error))?;
        }
        Ok((disk, Found { image: contents.image, notice }))
    }

    /// Makes a batch durable. `image` is what is stored with it.
    pub(crate) fn store(&mut self, batch: &Batch, image: &Image) -> Result<()> {
        // An empty one would look like a seal.
        if batch.is_empty() {
            return Ok(());
        }
        let outdated = self.is_outdated(image);
        let Some(file) = self.file.as_mut().filter(|_| !outdated) else {
            // The new file has the batch in it.
            return self.write_anew(image);
        };
        self.bytes.clear();
        push_line(&mut self.bytes, &mut self.text, self.lines, batch);
        // One that failed must not be tried again: the system may have dropped what it could not write.
        file.write(&self.bytes)
            .map_err(|error| ("writing", error))
            .and_then(|()| file.sync().map_err(|error| ("syncing", error)))
            .map_err(|(doing, error)| self.error(doing, FILE, error))?;
        self.length += self.bytes.len() as u64;
        self.lines += 1;
        self.shrink();
        Ok(())
    }

    /// Gives back what a large batch took.
    fn shrink(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(CHUNK);
        self.text.shrink_to(CHUNK);
    }

    fn is_outdated(&self, image: &Image) -> bool {
        self.length > SMALL && self.length / OUTDATED > image.size() as u64
    }

    /// Opens a file that was found. Whoever wrote it may have been killed before it was synced; what is told of it from
    /// now on must not be forgotten.
    fn reopen(&mut self) -> io::Result<()> {
        let mut file = self.directory.open(FILE)?;
        file.sync()?;
        self.directory.sync()?;
        self.file = Some(file);
        Ok(())
    }

    /// Puts a new file in the place of what is there. A crash leaves the one or the other.
    fn write_anew(&mut self, image: &Image) -> Result<()> {
        // The old one is not written any more, also if this fails.
        self.file = None;
        (self.length, self.lines) = (0, 0);
        let mut file = self.fill_new(image).map_err(|error| self.error("writing", NEW_FILE, error))?;
        let synced = file.sync();
        synced.map_err(|error| self.error("syncing", NEW_FILE, error))?;
        self.directory
            .rename(NEW_FILE, FILE)
            .and_then(|()| self.directory.sync())
            .map_err(|error| self.error("replacing", FILE, error))?;
        self.file = Some(file);
        self.shrink();
        Ok(())
    }

    fn fill_new(&mut self, image: &Image) -> io::Result<D::File> {
        let mut file = self.directory.create(NEW_FILE)?;
        self.bytes.clear();
        self.bytes.extend_from_slice(FIRST_LINE);
        let mut batch = Batch::default();
        let mut size = 0;
        for record in image.records() {
            size += record.size();
            batch.push(record);
            if size >= CHUNK {
                self.flush_line(&mut file, &batch)?;
                batch.clear();
                size = 0;
            }
        }
        if !batch.is_empty() {
            self.flush_line(&mut file, &batch)?;
        }
        self.flush_line(&mut file, &Batch::default())?;
        Ok(file)
    }

    fn flush_line(&mut self, file: &mut D::File, batch: &Batch) -> io::Result<()> {
        push_line(&mut self.bytes, &mut self.text, self.lines, batch);
        file.write(&self.bytes)?;
        self.length += self.bytes.len() as u64;
        self.lines += 1;
        self.bytes.clear();
        Ok(())
    }

    fn name(&self, file: &str) -> impl fmt::Display {
        self.directory.path().join(file).display().to_string()
    }

    fn error(&self, doing: &str, file: &str, error: io::Error) -> Error {
        Error::from(error).context(format_args!("{doing} {}", self.name(file)))
    }
}

impl<D: Directory> fmt::Debug for Disk<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk")
            .field("path", &self.directory.path())
            .field("length", &self.length)
            .field("lines", &self.lines)
            .finish_non_exhaustive()
    }
}

fn push_line(bytes: &mut Vec<u8>, text: &mut String, number: u64, batch: &Batch) {
    use fmt::Write as _;
    text.clear();
    write!(text, "{batch}").expect("a string takes all that is written");
    file::write_line(bytes, number, text);
}
