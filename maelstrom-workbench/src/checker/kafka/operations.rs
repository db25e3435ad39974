//! What clients sent, polled and assigned, by numbers: keys, and messages within a key.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
    ops::Range,
};

use crate::{
    Value,
    checker::{numbering::Numbering, words},
    history::{History, Kind, Operation, Process},
};

/// A message's place: its key's number, and its own within the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) key: usize,
    pub(super) message: usize,
}

/// The completions of a history, in order, and what they say of each message.
#[derive(Debug)]
pub(super) struct Operations<'h> {
    pub(super) history: &'h History,
    pub(super) completions: Vec<Completion>,
    pub(super) keys: Vec<Key<'h>>,
    numbers: HashMap<Cow<'h, str>, usize>,
    polled: Vec<Polled>,
    pairs: Vec<Pair>,
    assigned: Vec<usize>,
    /// Whether a poll returned a key with an empty list.
    pub(super) has_empty: bool,
}

/// A completion of a send, a poll or an assign.
#[derive(Debug)]
pub(super) struct Completion {
    /// Where it stands in the history.
    pub(super) position: usize,
    pub(super) kind: Kind,
    pub(super) process: Process,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Send { place: Place, offset: Option<i64> },
    Poll(Range<usize>),
    Assign(Range<usize>),
}

/// What a poll returned of one key.
#[derive(Debug)]
pub(super) struct Polled {
    pub(super) key: usize,
    pairs: Range<usize>,
}

/// A message as it was polled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) offset: Option<i64>,
    pub(super) message: usize,
}

/// One log.
#[derive(Debug)]
pub(super) struct Key<'h> {
    pub(super) name: Cow<'h, str>,
    numbering: Numbering<'h>,
    pub(super) messages: Vec<Message<'h>>,
    /// The first successful poll that returned the key.
    pub(super) first_poll: Option<usize>,
    /// Whether a send to it was acknowledged.
    pub(super) has_acknowledged: bool,
}

/// A message. Operations are positions in the history.
#[derive(Debug)]
pub(super) struct Message<'h> {
    pub(super) value: &'h Value,
    /// The completion of its send: of several the last.
    pub(super) writer: Option<usize>,
    /// A send that was never completed.
    pub(super) pending: Option<usize>,
    pub(super) is_acknowledged: bool,
    pub(super) has_failed: bool,
    /// The first poll that returned it, whatever came of the poll.
    pub(super) first_reader: Option<usize>,
    /// The first successful poll that returned it.
    pub(super) first_poll: Option<usize>,
    /// All offsets at which it was seen; nearly always one.
    pub(super) offsets: BTreeSet<i64>,
}

impl<'h> Operations<'h> {
    /// Reads a history. Keys of which a poll returned an empty list are nothing, unless they are to be kept. The error
    /// says which operation is no such operation.
    pub(super) fn read(history: &'h History, keep_empty: bool) -> Result<Self, String> {
        let mut operations = Self {
            history,
            completions: Vec::new(),
            keys: Vec::new(),
            numbers: HashMap::new(),
            polled: Vec::new(),
            pairs: Vec::new(),
            assigned: Vec::new(),
            has_empty: false,
        };
        for (position, operation) in history.client_operations() {
            operations.take(position, operation, keep_empty).ok_or_else(|| {
                let Operation { index, f, value, .. } = operation;
                format!("operation {index} is no {} `{f}`: {}", operation.kind, words::value(value))
            })?;
        }
        operations.note_offsets();
        Ok(operations)
    }

    /// `None` if the operation is not as it should be.
    fn take(&mut self, position: usize, operation: &'h Operation, keep_empty: bool) -> Option<()> {
        let Operation { kind, process, ref value, .. } = *operation;
        let is_open = kind == Kind::Invoke && self.history.other_half(position).is_none();
        if kind == Kind::Invoke && !is_open {
            return Some(());
        }
        let what = match operation.f.as_str() {
            "send" => self.send(position, kind, value)?,
            "poll" if !is_open => self.poll(position, kind, value, keep_empty)?,
            "assign" if !is_open => {
                let start = self.assigned.len();
                for key in value.as_list()? {
                    let key = self.key(key);
                    self.assigned.push(key);
                }
                What::Assign(start..self.assigned.len())
            }
            _ => return Some(()),
        };
        if !is_open {
            self.completions.push(Completion { position, kind, process, what });
        }
        Some(())
    }

    fn send(&mut self, position: usize, kind: Kind, value: &'h Value) -> Option<What> {
        let [op] = value.as_list()? else { return None };
        let [name, key, value] = op.as_list()? else { return None };
        let (offset, value) = match value.as_list() {
            Some([Value::Null, value]) => (None, value),
            Some([offset, value]) => (Some(offset.as_integer()?.as_i64()?), value),
            Some(_) => return None,
            None => (None, value),
        };
        let place = self.place(key, value);
        let key = &mut self.keys[place.key];
        let message = &mut key.messages[place.message];
        match kind {
            Kind::Invoke => message.pending = Some(position),
            Kind::Ok => {
                message.is_acknowledged = true;
                key.has_acknowledged = true;
            }
            Kind::Fail => message.has_failed = true,
            Kind::Info => {}
        }
        if kind != Kind::Invoke {
            message.writer = Some(position);
        }
        (name.as_str() == Some("send")).then_some(What::Send { place, offset })
    }

    fn poll(&mut self, position: usize, kind: Kind, value: &'h Value, keep_empty: bool) -> Option<What> {
        let is_poll = |name: &Value| name.as_str() == Some("poll");
        let [op] = value.as_list()? else { return None };
        let keys = match op.as_list()? {
            [name] | [name, Value::Null] if is_poll(name) => None,
            [name, Value::Object(keys)] if is_poll(name) => Some(keys),
            _ => return None,
        };
        let start = self.polled.len();
        for (name, pairs) in keys.into_iter().flatten() {
            let pairs = if pairs.is_null() { &[] } else { pairs.as_list()? };
            self.has_empty |= pairs.is_empty();
            if !pairs.is_empty() || keep_empty {
                self.poll_key(position, kind, name, pairs)?;
            }
        }
        Some(What::Poll(start..self.polled.len()))
    }

    fn poll_key(&mut self, position: usize, kind: Kind, name: &'h str, pairs: &'h [Value]) -> Option<()> {
        let number = self.key_named(Cow::Borrowed(name));
        let key = &mut self.keys[number];
        let (is_ok, start) = (kind == Kind::Ok, self.pairs.len());
        for pair in pairs {
            let [offset, value] = pair.as_list()? else { return None };
            let offset = if offset.is_null() { None } else { Some(offset.as_integer()?.as_i64()?) };
            let message = key.message(value);
            self.pairs.push(Pair { offset, message });
            let message = &mut key.messages[message];
            message.first_reader.get_or_insert(position);
            if is_ok {
                message.first_poll.get_or_insert(position);
            }
        }
        if is_ok {
            key.first_poll.get_or_insert(position);
        }
        self.polled.push(Polled { key: number, pairs: start..self.pairs.len() });
        Some(())
    }

    fn place(&mut self, key: &'h Value, value: &'h Value) -> Place {
        let key = self.key(key);
        Place { key, message: self.keys[key].message(value) }
    }

    fn key(&mut self, key: &'h Value) -> usize {
        // Polls have keys as members of objects, so others are known by their text.
        self.key_named(key.as_str().map_or_else(|| Cow::Owned(key.to_string()), Cow::Borrowed))
    }

    fn key_named(&mut self, name: Cow<'h, str>) -> usize {
        if let Some(known) = self.numbers.get(&name) {
            return *known;
        }
        let number = self.keys.len();
        self.numbers.insert(name.clone(), number);
        self.keys.push(Key {
            name,
            numbering: Numbering::default(),
            messages: Vec::new(),
            first_poll: None,
            has_acknowledged: false,
        });
        number
    }

    /// Notes where each message stands: as all polls say, and the sends that must have happened.
    fn note_offsets(&mut self) {
        let Self { completions, keys, polled, pairs, .. } = self;
        for completion in completions {
            match &completion.what {
                What::Send { place, offset: Some(offset) } => {
                    let message = &mut keys[place.key].messages[place.message];
                    if must_have_happened(completion.kind, message) {
                        message.offsets.insert(*offset);
                    }
                }
                What::Poll(range) => {
                    for Polled { key, pairs: range } in &polled[range.clone()] {
                        for Pair { offset, message } in &pairs[range.clone()] {
                            if let Some(offset) = offset {
                                keys[*key].messages[*message].offsets.insert(*offset);
                            }
                        }
                    }
                }
                What::Send { .. } | What::Assign(_) => {}
            }
        }
    }

    /// What a poll returned, key by key.
    pub(super) fn polled(&self, range: &Range<usize>) -> impl Iterator<Item = (usize, &[Pair])> {
        self.polled[range.clone()].iter().map(|polled| (polled.key, &self.pairs[polled.pairs.clone()]))
    }

    /// The number of the key of that name.
    pub(super) fn number(&self, key: &str) -> Option<usize> {
        self.numbers.get(key).copied()
    }

    /// The keys of an assign.
    pub(super) fn assigned(&self, range: &Range<usize>) -> &[usize] {
        &self.assigned[range.clone()]
    }

    pub(super) fn message(&self, place: Place) -> &Message<'h> {
        &self.keys[place.key].messages[place.message]
    }

    /// All messages.
    pub(super) fn messages(&self) -> impl Iterator<Item = (Place, &Message<'h>)> {
        self.keys.iter().enumerate().flat_map(|(key, of_key)| {
            let place = move |message| Place { key, message };
            of_key.messages.iter().enumerate().map(move |(message, of)| (place(message), of))
        })
    }
}

/// A send that succeeded; or one whose outcome is open, and whose message was polled.
pub(super) fn must_have_happened(kind: Kind, message: &Message<'_>) -> bool {
    kind == Kind::Ok || kind == Kind::Info && message.first_poll.is_some()
}

impl<'h> Key<'h> {
    fn message(&mut self, value: &'h Value) -> usize {
        let number = self.numbering.number(value);
        if number == self.messages.len() {
            self.messages.push(Message {
                value,
                writer: None,
                pending: None,
                is_acknowledged: false,
                has_failed: false,
                first_reader: None,
                first_poll: None,
                offsets: BTreeSet::new(),
            });
        }
        number
    }
}

impl Message<'_> {
    /// Whether it was polled, and nobody had sent it.
    pub(super) fn is_phantom(&self) -> bool {
        self.first_reader.is_some() && self.writer.is_none() && self.pending.is_none()
    }
}
