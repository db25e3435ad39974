//! What the original's set checker does not see.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

use super::elements::{Element, Read};
use crate::{
    Quirk, Value,
    checker::{Warning, words},
    history::{History, Kind},
};

/// Odd reads. Of each kind the earliest is told, by the end of the read.
#[derive(Debug, Default)]
pub(super) struct Oddities<'h> {
    duplicates: Cases<'h, usize>,
    nobody_added: Cases<'h, &'h Value>,
    add_failed: Cases<'h, &'h Value>,
}

impl<'h> Oddities<'h> {
    pub(super) fn duplicates(&mut self, read: &Read<'h>) {
        self.duplicates.add(read.completed, read, &Value::Null);
    }

    pub(super) fn nobody_added(&mut self, value: &'h Value, read: &Read<'h>) {
        self.nobody_added.add(value, read, value);
    }

    pub(super) fn add_failed(&mut self, element: &Element<'h>, read: &Read<'h>) {
        self.add_failed.add(element.value, read, element.value);
    }

    pub(super) fn warnings(self, history: &History) -> Vec<Warning> {
        let by = |read: &Read<'_>| {
            let read = &history.operations()[read.completed];
            format!("{} at {}", read.process, words::time(read.time))
        };
        let mut texts = Vec::new();
        if let Some((read, _)) = self.duplicates.first {
            let (value, times) = most_frequent(read.values);
            let value = words::value(value);
            let text = format!("value {value} stands {times} times in what was read by {}", by(&read));
            texts.push((text, self.duplicates.found.len()));
        }
        if let Some((read, value)) = self.nobody_added.first {
            let added = history.client_operations().any(|(_, operation)| {
                operation.kind == Kind::Invoke && operation.f != "read" && operation.value == *value
            });
            let added = if added { "nobody had added yet" } else { "nobody added" };
            let text = format!("value {}, which {added}, was read by {}", words::value(value), by(&read));
            texts.push((text, self.nobody_added.found.len()));
        }
        if let Some((read, value)) = self.add_failed.first {
            let text = format!("value {}, whose add failed, was read by {}", words::value(value), by(&read));
            texts.push((text, self.add_failed.found.len()));
        }
        texts.into_iter().map(|(text, count)| Warning::new(Quirk::BlindSetChecker, text, count)).collect()
    }
}

/// One kind of oddity: what has it, and the read and value that show it first.
#[derive(Debug)]
struct Cases<'h, K> {
    found: HashSet<K>,
    first: Option<(Read<'h>, &'h Value)>,
}

impl<'h, K: Eq + Hash> Cases<'h, K> {
    fn add(&mut self, key: K, read: &Read<'h>, value: &'h Value) {
        self.found.insert(key);
        // Within a read the first one is kept.
        if self.first.is_none_or(|(first, _)| read.completed < first.completed) {
            self.first = Some((*read, value));
        }
    }
}

impl<K> Default for Cases<'_, K> {
    fn default() -> Self {
        Self { found: HashSet::new(), first: None }
    }
}

/// The value that stands there most often, the first of several, and how often.
fn most_frequent(values: &[Value]) -> (&Value, usize) {
    let mut counts: HashMap<&Value, usize> = HashMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let most = counts.values().copied().max().unwrap_or_default();
    let value = values.iter().find(|value| counts[value] == most).expect("a read with duplicates has values");
    (value, most)
}
