//! A directory and its files, as far as a disk needs them. Tests put another in its place, which loses what was not
//! synced, and fails where it is told.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Where files are.
pub(crate) trait Directory {
    type File: DataFile;

    /// What to call it in a message.
    fn path(&self) -> &Path;

    /// All that is in a file, if there is one.
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>>;

    /// Opens a file, to write at its end.
    fn open(&self, name: &str) -> io::Result<Self::File>;

    /// Makes an empty file, also where there is one.
    fn create(&self, name: &str) -> io::Result<Self::File>;

    /// Gives a file another name. What had that name is gone.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Makes the names durable.
    fn sync(&self) -> io::Result<()>;
}

/// A file that is open to be written at its end.
pub(crate) trait DataFile {
    /// Writes all of it.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes what was written durable.
    fn sync(&mut self) -> io::Result<()>;
}

/// A directory of the system, locked for this process.
pub(crate) struct SystemDirectory {
    path: PathBuf,
    /// Holds the lock, which goes with the process, however it ends.
    handle: File,
}

impl SystemDirectory {
    /// Makes the directory if there is none, and locks it.
    pub(crate) fn lock(path: &Path) -> io::Result<Self> {
        make(path)?;
        let handle = File::open(path)?;
        handle.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => {
                io::Error::new(io::ErrorKind::ResourceBusy, "another process uses it")
            }
            fs::TryLockError::Error(error) => error,
        })?;
        Ok(Self { path: path.to_owned(), handle })
    }
}

/// Makes a directory, and those above it, durably.
fn make(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    make(parent)?;
    // Another process may make it at the same moment.
    fs::create_dir_all(path)?;
    File::open(parent)?.sync_all()
}

impl Directory for SystemDirectory {
    type File = File;

    fn path(&self) -> &Path {
        &self.path
    }

    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn open(&self, name: &str) -> io::Result<File> {
        OpenOptions::new().append(true).open(self.path.join(name))
    }

    fn create(&self, name: &str) -> io::Result<File> {
        File::create(self.path.join(name))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    fn sync(&self) -> io::Result<()> {
        self.handle.sync_all()
    }
}

impl DataFile for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}
