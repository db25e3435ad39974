//! Reading a history.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};

use super::operations::{Completion, Key, Message, Operations, Pair, Place, Polled, What};
use crate::{
    Value,
    checker::{numbering::Numbering, words},
    history::{History, Kind, Operation},
};

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
