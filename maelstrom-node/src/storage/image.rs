//! All that is stored, as a value.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use super::record::{Batch, Json, Record, size_of_entry, size_of_pair};

/// All that a node has stored: the map and the log. A host builds it from batches, in their order, and gives it to
/// the next life of the node with [`EngineOptions::stored`](crate::EngineOptions::stored).
///
/// ```
/// use maelstrom::storage::{Batch, Image};
///
/// let mut image = Image::default();
/// image.apply(&r#"[["put","term",1],["append","a"],["append","b"]]"#.parse::<Batch>()?);
/// image.apply(&r#"[["put","term",2],["truncate",1]]"#.parse::<Batch>()?);
/// // The shortest way to the same image.
/// assert_eq!(image.to_batch().to_string(), r#"[["put","term",2],["append","a"]]"#);
/// # Ok::<(), maelstrom::Error>(())
/// ```
///
/// Clones share the texts of the values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    map: BTreeMap<Arc<str>, Json>,
    log: Vec<Json>,
    size: usize,
}

impl Image {
    /// Makes the writes of a batch.
    pub fn apply(&mut self, batch: &Batch) {
        for record in batch.records() {
            self.apply_record(record);
        }
    }

    /// Makes one write.
    pub fn apply_record(&mut self, record: &Record) {
        match record {
            Record::Put { key, value } => {
                self.size += size_of_pair(key, value);
                if let Some(old) = self.map.insert(Arc::clone(key), value.clone()) {
                    self.size -= size_of_pair(key, &old);
                }
            }
            Record::Remove { key } => {
                if let Some(old) = self.map.remove(key) {
                    self.size -= size_of_pair(key, &old);
                }
            }
            Record::Append { entry } => {
                self.size += size_of_entry(entry);
                self.log.push(entry.clone());
            }
            Record::Truncate { len } => {
                let cut = self.log.split_off(place(*len).min(self.log.len()));
                self.size -= cut.iter().map(size_of_entry).sum::<usize>();
            }
        }
    }

    /// Whether nothing is stored.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty() && self.log.is_empty()
    }

    /// The value under a key of the map.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.map.get(key)
    }

    /// The map, in the order of its keys.
    pub fn map(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.map.iter().map(|(key, value)| (&**key, value))
    }

    /// The entries of the log, from index 0.
    pub fn log(&self) -> &[Json] {
        &self.log
    }

    /// Records that make this image of an empty one: a put for each key, an append for each entry.
    pub fn records(&self) -> impl Iterator<Item = Record> {
        let puts = self.map.iter().map(|(key, value)| (Arc::clone(key), value.clone()));
        let puts = puts.map(|(key, value)| Record::Put { key, value });
        puts.chain(self.log.iter().map(|entry| Record::Append { entry: entry.clone() }))
    }

    /// The [`records`](Self::records) as one batch.
    pub fn to_batch(&self) -> Batch {
        self.records().collect()
    }

    /// About how many bytes the records take as text.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// The entries of a range of indices, cut to those that are there.
    pub(super) fn entries(&self, range: Range<u64>) -> &[Json] {
        let end = place(range.end).min(self.log.len());
        &self.log[place(range.start).min(end)..end]
    }
}

/// An index of the log as one of memory: what exceeds it is beyond every log.
pub(super) fn place(index: u64) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}
