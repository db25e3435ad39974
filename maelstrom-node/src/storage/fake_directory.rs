//! A directory in memory, for tests: it counts what is done to it, fails where it is told, and loses at a power loss
//! what was not synced.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    io,
    path::Path,
    rc::Rc,
};

use super::directory::{DataFile, Directory};

/// Clones are the same directory.
#[derive(Clone, Default)]
pub(crate) struct FakeDirectory(Rc<State>);

#[derive(Default)]
struct State {
    names: RefCell<Names>,
    durable_names: RefCell<Names>,
    /// What was done that changes something, in order.
    done: RefCell<Vec<&'static str>>,
    /// How many more steps succeed.
    left: Cell<Option<usize>>,
}

type Names = BTreeMap<String, FakeFile>;

/// Clones are the same file.
#[derive(Clone, Default)]
pub(crate) struct FakeFile {
    content: Rc<RefCell<Content>>,
    directory: Rc<State>,
}

#[derive(Default)]
struct Content {
    bytes: Vec<u8>,
    /// How many of them are durable.
    durable: usize,
}

/// What a power loss leaves of what was not synced.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Left {
    Nothing,
    All,
    /// So many thousandths of the bytes.
    Part(usize),
    /// All bytes, from so many thousandths on as zeros.
    Zeros(usize),
}

impl FakeDirectory {
    pub(crate) const PATH: &'static str = "/data/n1";

    /// A directory with one file, which is durable.
    pub(crate) fn with_file(name: &str, bytes: Vec<u8>) -> Self {
        let fake = Self::default();
        let content = Content { durable: bytes.len(), bytes };
        let file = FakeFile { content: Rc::new(RefCell::new(content)), directory: Rc::clone(&fake.0) };
        fake.0.names.borrow_mut().insert(name.to_owned(), file);
        fake.0.durable_names.replace(fake.0.names.borrow().clone());
        fake
    }

    /// What is in a file now.
    pub(crate) fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        self.0.names.borrow().get(name).map(|file| file.content.borrow().bytes.clone())
    }

    /// What was done since the last call.
    pub(crate) fn done(&self) -> Vec<&'static str> {
        self.0.done.take()
    }

    /// Lets all fail, after this many more steps. Of a write that fails the first half is done.
    pub(crate) fn fail_after(&self, steps: usize) {
        self.0.left.set(Some(steps));
    }

    /// The directory after the power was lost: with the old names or the new ones, and what is left of each file.
    pub(crate) fn after_power_loss(&self, new_names: bool, left: Left) -> Self {
        let names = if new_names { &self.0.names } else { &self.0.durable_names };
        let after = Self::default();
        for (name, file) in &*names.borrow() {
            let content = file.content.borrow();
            let unsynced = content.bytes.len() - content.durable;
            let bytes = match left {
                Left::Nothing => content.bytes[..content.durable].to_vec(),
                Left::All => content.bytes.clone(),
                Left::Part(part) => content.bytes[..content.durable + unsynced * part / 1000].to_vec(),
                Left::Zeros(part) => {
                    let mut bytes = content.bytes.clone();
                    bytes[content.durable + unsynced * part / 1000..].fill(0);
                    bytes
                }
            };
            let content = Content { durable: bytes.len(), bytes };
            let file = FakeFile { content: Rc::new(RefCell::new(content)), directory: Rc::clone(&after.0) };
            after.0.names.borrow_mut().insert(name.clone(), file);
        }
        after.0.durable_names.replace(after.0.names.borrow().clone());
        after
    }
}

impl State {
    /// Counts a step; whether it succeeds.
    fn step(&self, what: &'static str) -> io::Result<()> {
        self.done.borrow_mut().push(what);
        match self.left.get() {
            Some(0) => Err(io::Error::new(io::ErrorKind::StorageFull, "the fake is full")),
            left => {
                self.left.set(left.map(|left| left - 1));
                Ok(())
            }
        }
    }
}

impl Directory for FakeDirectory {
    type File = FakeFile;

    fn path(&self) -> &Path {
        Path::new(Self::PATH)
    }

    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.bytes(name))
    }

    fn open(&self, name: &str) -> io::Result<FakeFile> {
        self.0.names.borrow().get(name).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn create(&self, name: &str) -> io::Result<FakeFile> {
        self.0.step("create")?;
        let file = FakeFile { content: Rc::default(), directory: Rc::clone(&self.0) };
        self.0.names.borrow_mut().insert(name.to_owned(), file.clone());
        Ok(file)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.step("rename")?;
        let mut names = self.0.names.borrow_mut();
        let file = names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        names.insert(to.to_owned(), file);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.0.step("sync names")?;
        self.0.durable_names.replace(self.0.names.borrow().clone());
        Ok(())
    }
}

impl DataFile for FakeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let step = self.directory.step("write");
        let written = if step.is_ok() { bytes } else { &bytes[..bytes.len() / 2] };
        self.content.borrow_mut().bytes.extend_from_slice(written);
        step
    }

    fn sync(&mut self) -> io::Result<()> {
        self.directory.step("sync")?;
        let mut content = self.content.borrow_mut();
        content.durable = content.bytes.len();
        Ok(())
    }
}
