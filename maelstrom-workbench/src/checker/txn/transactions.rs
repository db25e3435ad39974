//! A history of transactions, with numbers in the place of keys and values.

use std::ops::Range;

use super::super::numbering::Numbering;
use crate::{
    Value,
    history::{History, Kind, Operation, Process},
};

/// There is none.
pub(super) const NONE: u32 = u32::MAX;

/// A place in a list of which there are not too many.
pub(super) fn number(place: usize) -> u32 {
    u32::try_from(place).ok().filter(|number| *number != NONE).expect("memory has no room for so many")
}

/// What a workload's transactions look like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// The name of a write: `append` or `w`.
    pub(super) write: &'static str,
    /// Whether a read has a list, or null; else it has a value.
    pub(super) has_lists: bool,
}

/// An invocation, or the completion of one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// Its position in the history.
    pub(super) position: u32,
    pub(super) kind: Kind,
    pub(super) process: u64,
    /// The entry of the completion, or of the invocation; [`NONE`] where an invocation was never completed.
    pub(super) other: u32,
    from: u32,
    to: u32,
}

impl Entry {
    /// Whether it is a completion of what has happened, or may have.
    pub(super) fn is_possible(&self) -> bool {
        matches!(self.kind, Kind::Ok | Kind::Info)
    }
}

/// One operation of a transaction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mop {
    Write { key: u32, element: u32 },
    Read { key: u32, seen: Seen },
}

impl Mop {
    pub(super) fn key(self) -> u32 {
        let (Self::Write { key, .. } | Self::Read { key, .. }) = self;
        key
    }
}

/// What a read has found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Seen {
    /// A list that is not there, or nothing that is known.
    Null,
    /// A list; `from` is the place of its elements.
    List { from: u32, len: u32 },
    /// The value of a register. Null is one as well.
    Value(u32),
}

/// A value of a key: what was written to it, or read from it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'h> {
    pub(super) key: u32,
    pub(super) value: &'h Value,
}

/// A history of transactions.
#[derive(Debug)]
pub(super) struct Transactions<'h> {
    pub(super) history: &'h History,
    /// All invocations and completions of clients, in order. A transaction goes by the number of its completion.
    pub(super) entries: Vec<Entry>,
    pub(super) keys: Vec<&'h Value>,
    pub(super) elements: Vec<Element<'h>>,
    mops: Vec<Mop>,
    lists: Vec<u32>,
}

impl<'h> Transactions<'h> {
    /// Reads a history; fails if it has something that is no transaction of this shape.
    pub(super) fn read(history: &'h History, shape: Shape) -> Result<Self, String> {
        let mut reader = Reader::new(history, shape);
        for (position, _) in history.client_operations() {
            reader.entry(position)?;
        }
        Ok(reader.done())
    }

    /// The numbers of all entries with what they are.
    pub(super) fn entries(&self) -> impl Iterator<Item = (u32, &Entry)> {
        (0..).zip(&self.entries)
    }

    /// The completions with this outcome.
    pub(super) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (u32, &Entry)> {
        self.entries().filter(move |(_, entry)| entry.kind == kind)
    }

    /// The completions of what has happened or may have.
    pub(super) fn possible(&self) -> impl Iterator<Item = (u32, &Entry)> {
        self.entries().filter(|(_, entry)| entry.is_possible())
    }

    pub(super) fn entry(&self, entry: u32) -> &Entry {
        &self.entries[entry as usize]
    }

    /// The operations of an entry.
    pub(super) fn mops(&self, entry: u32) -> &[Mop] {
        let Entry { from, to, .. } = *self.entry(entry);
        &self.mops[from as usize..to as usize]
    }

    /// The elements of a list that was read; none of null.
    pub(super) fn list(&self, seen: Seen) -> &[u32] {
        match seen {
            Seen::List { from, len } => &self.lists[from as usize..(from + len) as usize],
            Seen::Null | Seen::Value(_) => &[],
        }
    }

    pub(super) fn value(&self, element: u32) -> &'h Value {
        self.elements[element as usize].value
    }

    pub(super) fn key(&self, key: u32) -> &'h Value {
        self.keys[key as usize]
    }

    /// Elements as a list.
    pub(super) fn values(&self, elements: &[u32]) -> Value {
        elements.iter().map(|element| self.value(*element).clone()).collect()
    }

    /// What was read, as in the history.
    pub(super) fn seen(&self, seen: Seen) -> Value {
        match seen {
            Seen::Null => Value::Null,
            Seen::List { .. } => self.values(self.list(seen)),
            Seen::Value(element) => self.value(element).clone(),
        }
    }

    /// One operation as in the history.
    pub(super) fn mop(&self, mop: Mop, shape: Shape) -> Value {
        match mop {
            Mop::Write { key, element } => {
                Value::List(vec![shape.write.into(), self.key(key).clone(), self.value(element).clone()])
            }
            Mop::Read { key, seen } => Value::List(vec!["r".into(), self.key(key).clone(), self.seen(seen)]),
        }
    }

    /// The operation of an entry.
    pub(super) fn operation(&self, entry: u32) -> &'h Operation {
        &self.history.operations()[self.entry(entry).position as usize]
    }

    /// The index that an entry has in the history.
    pub(super) fn index(&self, entry: u32) -> Value {
        self.operation(entry).index.into()
    }
}

struct Reader<'h> {
    shape: Shape,
    keys: Numbering<'h>,
    elements: Vec<KeyElements<'h>>,
    /// The entry at each position.
    at: Vec<u32>,
    read: Transactions<'h>,
}

/// The elements of one key.
#[derive(Default)]
struct KeyElements<'h> {
    numbering: Numbering<'h>,
    elements: Vec<u32>,
}

impl<'h> Reader<'h> {
    fn new(history: &'h History, shape: Shape) -> Self {
        let read = Transactions {
            history,
            entries: Vec::with_capacity(history.len()),
            keys: Vec::new(),
            elements: Vec::new(),
            mops: Vec::new(),
            lists: Vec::new(),
        };
        Self { shape, keys: Numbering::default(), elements: Vec::new(), at: vec![NONE; history.len()], read }
    }

    fn entry(&mut self, position: usize) -> Result<(), String> {
        let history = self.read.history;
        let operation = &history.operations()[position];
        let mops = operation.value.as_list().and_then(|mops| self.mops(mops));
        let Range { start, end } = mops.ok_or_else(|| {
            let Shape { write, .. } = self.shape;
            format!(
                "operation {} is no transaction of `r` and `{write}`: {}",
                operation.index, operation.value
            )
        })?;
        let entry = number(self.read.entries.len());
        let other = history.other_half(position).map_or(NONE, |other| self.at[other]);
        if other != NONE {
            self.read.entries[other as usize].other = entry;
        }
        self.at[position] = entry;
        let Process::Client(process) = operation.process else {
            unreachable!("only operations of clients are read")
        };
        let (position, kind) = (number(position), operation.kind);
        self.read.entries.push(Entry { position, kind, process, other, from: start, to: end });
        Ok(())
    }

    /// Where the operations stand, if all are what they should be.
    fn mops(&mut self, mops: &'h [Value]) -> Option<Range<u32>> {
        let start = number(self.read.mops.len());
        for mop in mops {
            let [f, key, value] = mop.as_list()? else { return None };
            let f = f.as_str()?;
            let key_number = self.key(key);
            let mop = if f == self.shape.write {
                Mop::Write { key: key_number, element: self.element(key_number, value) }
            } else if f == "r" {
                Mop::Read { key: key_number, seen: self.seen(key_number, value)? }
            } else {
                return None;
            };
            self.read.mops.push(mop);
        }
        Some(start..number(self.read.mops.len()))
    }

    fn seen(&mut self, key: u32, value: &'h Value) -> Option<Seen> {
        if !self.shape.has_lists {
            return Some(Seen::Value(self.element(key, value)));
        }
        if value.is_null() {
            return Some(Seen::Null);
        }
        let from = number(self.read.lists.len());
        for value in value.as_list()? {
            let element = self.element(key, value);
            self.read.lists.push(element);
        }
        Some(Seen::List { from, len: number(self.read.lists.len()) - from })
    }

    fn key(&mut self, key: &'h Value) -> u32 {
        let place = self.keys.number(key);
        if place == self.elements.len() {
            self.elements.push(KeyElements::default());
            self.read.keys.push(key);
        }
        number(place)
    }

    fn element(&mut self, key: u32, value: &'h Value) -> u32 {
        let KeyElements { numbering, elements } = &mut self.elements[key as usize];
        let place = numbering.number(value);
        if place == elements.len() {
            elements.push(number(self.read.elements.len()));
            self.read.elements.push(Element { key, value });
        }
        elements[place]
    }

    fn done(self) -> Transactions<'h> {
        self.read
    }
}
