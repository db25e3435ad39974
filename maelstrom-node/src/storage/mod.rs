//! What survives a crash of a node. For nodes, the [guide](crate::guide::storage) tells it; this is what hosts need.
//!
//! # The engine is pure
//!
//! An [`Engine`](crate::Engine) has no disk. It keeps all that is stored as an [`Image`] in memory, which a node reads
//! and writes through its [`Storage`], and it hands each write to its host, as a [`Record`] in
//! [`Output::writes`](crate::Output::writes). Performing them is the host's part:
//!
//! 1. **Writes before messages.** When it has taken an output, a host makes `writes` durable, and only then lets
//!    `bytes` leave: a node that crashes has then told nobody what it has forgotten. If it can't make them durable, no
//!    message leaves, and the node is to be ended.
//! 2. **Batches are whole.** The writes of one output are one [`Batch`]. After a crash either all of them are there
//!    or none. What one handler writes is always in one batch.
//! 3. **In order.** What is there after a crash are the first so many batches: if one is lost, so are all that
//!    followed it. Only batches whose messages have not left may be lost.
//! 4. **Back again.** The next life of the node gets what is there, as
//!    [`EngineOptions::stored`](crate::EngineOptions::stored), and has it from `#[init]` on.
//!
//! A simulated disk is an [`Image`] with the durable batches applied, and a queue of batches that are not durable yet,
//! whose tail it loses at a crash:
//!
//! ```
//! use std::time::Duration;
//! use maelstrom::{Context, Engine, EngineOptions, Output, Result, storage::{Batch, Image}};
//!
//! struct Counter { total: u64 }
//!
//! #[maelstrom::node]
//! impl Counter {
//!     #[init]
//!     fn new(ctx: &Context<Self>) -> Result<Self> {
//!         Ok(Counter { total: ctx.storage().get("total")?.unwrap_or_default() })
//!     }
//!
//!     #[rpc(reply(total))]
//!     fn add(&mut self, ctx: &Context<Self>, delta: u64) -> Result<u64> {
//!         self.total += delta;
//!         ctx.storage().put("total", &self.total)?;
//!         Ok(self.total)
//!     }
//! }
//!
//! const INIT: &[u8] = br#"{"src":"c0","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}}"#;
//! const ADD: &[u8] = br#"{"src":"c1","dest":"n1","body":{"type":"add","msg_id":1,"delta":5}}"#;
//!
//! let (mut durable, mut queue, mut output) = (Image::default(), Vec::<Batch>::new(), Output::default());
//! let mut engine = Engine::<Counter>::new((), EngineOptions::new(7));
//! for line in [INIT, ADD, ADD] {
//!     engine.receive(Duration::ZERO, line);
//!     engine.take_output(&mut output);
//!     queue.push(std::mem::take(&mut output.writes));
//! }
//! // The first two are synced, and their messages leave; then the node is killed.
//! for batch in queue.drain(..2) {
//!     durable.apply(&batch);
//! }
//! assert_eq!(durable.to_batch().to_string(), r#"[["put","total",5]]"#);
//!
//! let mut engine = Engine::<Counter>::new((), EngineOptions::new(8).stored(durable));
//! engine.receive(Duration::ZERO, INIT);
//! assert_eq!(engine.state().unwrap().total, 5);
//! ```

mod directory;
mod disk;
#[cfg(test)]
pub(crate) mod fake_directory;
mod file;
mod image;
mod record;
#[cfg(test)]
mod tests;

use std::{
    cell::{Ref, RefCell},
    fmt,
    ops::{Bound, RangeBounds},
};

use serde::{Serialize, de::DeserializeOwned};

use self::image::place;
pub(crate) use self::{
    directory::{Directory, SystemDirectory},
    disk::Disk,
};
pub use self::{
    image::Image,
    record::{Batch, Json, Record},
};
use crate::{
    error::{Error, Result},
    outbox::Output,
};

/// What survives a crash of the node: a map and a log. Made by [`Context::storage`](crate::Context::storage).
///
/// Reads see at once what was written before, by the same handler too. What changes nothing, such as a `put` of the
/// value that is there, writes nothing. The [chapter on storage](crate::guide::storage) tells what is promised.
#[derive(Clone, Copy)]
pub struct Storage<'c> {
    image: &'c RefCell<Image>,
    output: &'c RefCell<Output>,
}

impl<'c> Storage<'c> {
    pub(crate) fn new(image: &'c RefCell<Image>, output: &'c RefCell<Output>) -> Self {
        Self { image, output }
    }

    /// Puts a value under a key of the map, in the place of what was there. The key is any string.
    ///
    /// Fails, and writes nothing, if the value can't be written as JSON.
    pub fn put<V: Serialize + ?Sized>(&self, key: &str, value: &V) -> Result<()> {
        let value =
            Json::of(value).map_err(|error| error.context(format_args!("storing a value as {key:?}")))?;
        if self.image.borrow().get(key) != Some(&value) {
            self.write(Record::Put { key: key.into(), value });
        }
        Ok(())
    }

    /// The value under a key of the map, if there is one.
    ///
    /// Fails if what is there does not read as a `V`.
    pub fn get<V: DeserializeOwned>(&self, key: &str) -> Result<Option<V>> {
        // The text is held on its own: a `Deserialize` may do anything, also use this storage.
        let value = self.image.borrow().get(key).cloned();
        let value = value.as_ref().map(Json::read).transpose();
        value.map_err(|error: Error| error.context(format_args!("reading what is stored as {key:?}")))
    }

    /// Removes a key of the map. Returns whether it was there.
    pub fn remove(&self, key: &str) -> bool {
        let found = self.contains(key);
        if found {
            self.write(Record::Remove { key: key.into() });
        }
        found
    }

    /// Whether the map has this key.
    pub fn contains(&self, key: &str) -> bool {
        self.image.borrow().get(key).is_some()
    }

    /// The keys of the map, in order.
    pub fn keys(&self) -> Vec<String> {
        self.image.borrow().map().map(|(key, _)| key.to_owned()).collect()
    }

    /// Adds an entry at the end of the log, and returns its index. The first entry has index 0.
    ///
    /// Fails, and writes nothing, if the entry can't be written as JSON.
    pub fn append<V: Serialize + ?Sized>(&self, entry: &V) -> Result<u64> {
        let entry = Json::of(entry).map_err(|error| error.context("storing an entry of the log"))?;
        let index = self.log_len();
        self.write(Record::Append { entry });
        Ok(index)
    }

    /// The entry of the log with this index, if there is one.
    ///
    /// Fails if it does not read as a `V`.
    pub fn entry<V: DeserializeOwned>(&self, index: u64) -> Result<Option<V>> {
        let entry = self.image.borrow().log().get(place(index)).cloned();
        entry.map(|entry| read_entry(index, &entry)).transpose()
    }

    /// The entries of the log in a range of indices, as far as they are there: `entries(..)` are all, and
    /// `entries(next..)` those from `next` on.
    ///
    /// Fails if one of them does not read as a `V`.
    pub fn entries<V: DeserializeOwned>(&self, range: impl RangeBounds<u64>) -> Result<Vec<V>> {
        let start = match range.start_bound() {
            Bound::Included(start) => *start,
            Bound::Excluded(start) => start.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(end) => end.saturating_add(1),
            Bound::Excluded(end) => *end,
            Bound::Unbounded => u64::MAX,
        };
        let entries = self.image.borrow().entries(start..end).to_vec();
        (start..).zip(&entries).map(|(index, entry)| read_entry(index, entry)).collect()
    }

    /// How many entries the log has: the index that the next one gets.
    pub fn log_len(&self) -> u64 {
        self.image.borrow().log().len() as u64
    }

    /// Drops the end of the log: the first `len` entries are left. With that many or fewer nothing happens.
    pub fn truncate(&self, len: u64) {
        if len < self.log_len() {
            self.write(Record::Truncate { len });
        }
    }

    /// All that is stored.
    pub(crate) fn image(&self) -> Ref<'c, Image> {
        self.image.borrow()
    }

    fn write(&self, record: Record) {
        self.image.borrow_mut().apply_record(&record);
        self.output.borrow_mut().writes.push(record);
    }
}

impl fmt::Debug for Storage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Storage").field(&*self.image.borrow()).finish()
    }
}

fn read_entry<V: DeserializeOwned>(index: u64, entry: &Json) -> Result<V> {
    entry.read().map_err(|error| error.context(format_args!("reading entry {index} of the stored log")))
}
