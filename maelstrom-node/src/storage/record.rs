//! Writes as data: values as JSON text, records, and batches of them.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::error::{Error, Result};

/// A stored value: its JSON, as text without line breaks. Clones share the text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Json(Arc<str>);

impl Json {
    /// The JSON of a value. Fails if the value can't be written as JSON.
    pub fn of<V: Serialize + ?Sized>(value: &V) -> Result<Self> {
        Ok(Self::from_text(&serde_json::to_string(value)?))
    }

    fn from_text(text: &str) -> Self {
        // Only a raw value can bring a line break, as white space between its tokens.
        Self(if text.contains('\n') { text.replace('\n', " ").into() } else { text.into() })
    }

    /// The value. Fails if it was stored as something that does not read as a `V`.
    pub fn read<V: DeserializeOwned>(&self) -> Result<V> {
        Ok(serde_json::from_str(&self.0)?)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One write. It displays as, and parses from, an array of JSON on one line:
///
/// ```
/// use maelstrom::storage::{Json, Record};
///
/// let record = Record::Put { key: "term".into(), value: Json::of(&3)? };
/// assert_eq!(record.to_string(), r#"["put","term",3]"#);
/// assert_eq!(r#"["put","term",3]"#.parse::<Record>()?, record);
/// for text in [r#"["remove","term"]"#, r#"["append",{"op":"x"}]"#, r#"["truncate",7]"#] {
///     assert_eq!(text.parse::<Record>()?.to_string(), text);
/// }
/// # Ok::<(), maelstrom::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Record {
    /// `["put",key,value]`: the map has this value under this key.
    Put {
        /// Any string.
        key: Arc<str>,
        /// The new value.
        value: Json,
    },
    /// `["remove",key]`: the map has no such key any more.
    Remove {
        /// The key.
        key: Arc<str>,
    },
    /// `["append",entry]`: the log has one more entry, its last.
    Append {
        /// The entry.
        entry: Json,
    },
    /// `["truncate",length]`: the log has its first `len` entries left.
    Truncate {
        /// How many entries are left.
        len: u64,
    },
}

impl Record {
    /// About how many bytes it takes as text.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Put { key, value } => size_of_pair(key, value),
            Self::Append { entry } => size_of_entry(entry),
            Self::Remove { key } => key.len(),
            Self::Truncate { .. } => 0,
        }
    }
}

pub(super) fn size_of_pair(key: &str, value: &Json) -> usize {
    r#"["put","",],"#.len() + key.len() + value.as_str().len()
}

pub(super) fn size_of_entry(entry: &Json) -> usize {
    r#"["append",],"#.len() + entry.as_str().len()
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |key: &str| serde_json::to_string(key).expect("a string can be written as JSON");
        match self {
            Self::Put { key, value } => write!(f, r#"["put",{},{value}]"#, quoted(key)),
            Self::Remove { key } => write!(f, r#"["remove",{}]"#, quoted(key)),
            Self::Append { entry } => write!(f, r#"["append",{entry}]"#),
            Self::Truncate { len } => write!(f, r#"["truncate",{len}]"#),
        }
    }
}

impl FromStr for Record {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let unknown = || Error::malformed_request(format_args!("`{text}` is no record of a storage"));
        let words: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| unknown())?;
        let words: Vec<&str> = words.into_iter().map(RawValue::get).collect();
        let key = |key| serde_json::from_str::<String>(key).map(Arc::from).map_err(|_| unknown());
        Ok(match words[..] {
            [r#""put""#, name, value] => Self::Put { key: key(name)?, value: Json::from_text(value) },
            [r#""remove""#, name] => Self::Remove { key: key(name)? },
            [r#""append""#, entry] => Self::Append { entry: Json::from_text(entry) },
            [r#""truncate""#, len] => Self::Truncate { len: len.parse().map_err(|_| unknown())? },
            _ => return Err(unknown()),
        })
    }
}

/// Records in the order that they were written, which survive a crash all together or not at all: what a node has
/// written between two calls of [`Engine::take_output`](crate::Engine::take_output). Never a part of what one handler
/// wrote.
///
/// It displays as, and parses from, an array of its records on one line: `[["put","term",3],["truncate",7]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    records: Vec<Record>,
}

impl Batch {
    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The records, in order.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Adds a record at the end.
    pub fn push(&mut self, record: Record) {
        self.records.push(record);
    }

    /// Empties it for the next records. Its buffer is kept, unless one batch made it large.
    pub fn clear(&mut self) {
        const KEEP: usize = 1 << 14;
        self.records.clear();
        self.records.shrink_to(KEEP);
    }
}

impl FromIterator<Record> for Batch {
    fn from_iter<I: IntoIterator<Item = Record>>(records: I) -> Self {
        Self { records: records.into_iter().collect() }
    }
}

impl Extend<Record> for Batch {
    fn extend<I: IntoIterator<Item = Record>>(&mut self, records: I) {
        self.records.extend(records);
    }
}

impl IntoIterator for Batch {
    type Item = Record;
    type IntoIter = std::vec::IntoIter<Record>;

    fn into_iter(self) -> Self::IntoIter {
        self.records.into_iter()
    }
}

impl fmt::Display for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (i, record) in self.records.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            write!(f, "{comma}{record}")?;
        }
        f.write_str("]")
    }
}

impl FromStr for Batch {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let records: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| {
            Error::malformed_request(format_args!("a batch of a storage is an array of records: {error}"))
        })?;
        records.into_iter().map(|record| record.get().parse()).collect()
    }
}
