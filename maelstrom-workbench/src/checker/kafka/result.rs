//! The result, with Maelstrom's names and shapes. Operations stand as their indices.

use std::collections::BTreeMap;

use super::{
    commits::LostCommit,
    findings::Findings,
    lag,
    logs::Log,
    operations::{Key, Operations, Place},
    order::Jump,
    values::{self, Reading},
};
use crate::{
    Value,
    history::{History, Kind},
};

/// How many cases are listed of some types.
const FEW: usize = 8;
/// How many cases are listed of others.
const MANY: usize = 32;

/// Writes the fields of a result.
pub(super) struct Writer<'a, 'h> {
    pub(super) operations: &'a Operations<'h>,
    pub(super) logs: &'a [Log],
}

impl Writer<'_, '_> {
    pub(super) fn fields(&self, findings: &Findings) -> Vec<(&'static str, Value)> {
        let counts = findings.counts();
        let types: Value = counts.keys().copied().collect();
        let mut fields = vec![
            ("error-types", types.clone()),
            // None of those that Maelstrom allows can be found with transactions of one operation.
            ("bad-error-types", types),
            ("worst-realtime-lag", lag::worst(self.operations)),
            ("info-txn-causes", causes(self.operations.history)),
        ];
        for (name, count) in counts {
            let value = match name {
                "unseen" => self.unseen(&findings.unseen),
                name => Value::object([("count", count.into()), ("errs", self.cases(name, findings))]),
            };
            fields.push((name, value));
        }
        fields
    }

    /// The cases that are listed of a type.
    fn cases(&self, name: &str, findings: &Findings) -> Value {
        let jumps = &findings.jumps;
        match name {
            "G1a" => self.readings(&findings.aborted),
            "phantom" => self.readings(&findings.phantoms),
            "duplicate" => self.duplicates(&findings.duplicates),
            "inconsistent-offsets" => self.conflicts(findings),
            "lost-write" => self.lost(findings),
            "lost-commit" => findings.commits.iter().take(MANY).map(|lost| self.commit(lost)).collect(),
            "int-nonmonotonic-poll" => self.back(&jumps.within.back),
            "int-poll-skip" => self.skips(&jumps.within.skips),
            "nonmonotonic-poll" => self.back(&jumps.between.back),
            "nonmonotonic-send" => self.back(&jumps.sends.back),
            "poll-skip" => self.skips(&jumps.between.skips),
            "empty-transaction-graph" => true.into(),
            _ => findings.early.iter().take(FEW).map(|reading| self.reading(reading)).collect(),
        }
    }

    fn index(&self, position: usize) -> Value {
        self.operations.history.operations()[position].index.into()
    }

    fn key(&self, key: usize) -> (&'static str, Value) {
        ("key", Value::from(&*self.operations.keys[key].name))
    }

    fn value(&self, key: usize, message: usize) -> Value {
        self.operations.message(Place { key, message }).value.clone()
    }

    fn readings(&self, readings: &[Reading]) -> Value {
        readings.iter().map(|reading| self.reading(reading)).collect()
    }

    fn reading(&self, reading: &Reading) -> Value {
        let Reading { place, writer, reader } = *reading;
        let writer: Value = writer.map_or(Value::Null, |writer| self.index(writer));
        Value::object([
            self.key(place.key),
            ("value", self.value(place.key, place.message)),
            ("writer", writer),
            ("reader", self.index(reader)),
        ])
    }

    fn duplicates(&self, places: &[Place]) -> Value {
        let mut places = places.to_vec();
        places.sort_by_key(|place| self.operations.message(*place).offsets.len());
        let case = |place: &Place| {
            let message = self.operations.message(*place);
            Value::object([
                self.key(place.key),
                ("value", message.value.clone()),
                ("count", message.offsets.len().into()),
                ("offsets", message.offsets.iter().copied().collect()),
            ])
        };
        places.iter().take(MANY).map(case).collect()
    }

    fn conflicts(&self, findings: &Findings) -> Value {
        let mut cases: Vec<_> = findings
            .conflicts
            .iter()
            .map(|conflict| (conflict, &self.logs[conflict.key].entries[conflict.index]))
            .collect();
        cases.sort_by_key(|(_, entry)| entry.messages.len());
        let case = |(conflict, entry): (&values::Conflict, &super::logs::Entry)| {
            let key = conflict.key;
            let mut values: Vec<Value> =
                entry.messages.iter().map(|message| self.value(key, *message)).collect();
            values.sort();
            Value::object([
                self.key(key),
                ("offset", entry.offset.into()),
                ("index", conflict.index.into()),
                ("values", values.into()),
            ])
        };
        cases.into_iter().take(MANY).map(case).collect()
    }

    fn lost(&self, findings: &Findings) -> Value {
        let case = |lost: &values::Lost| {
            let max_read = lost.max_read.map_or(Value::Null, |(_, reader)| self.index(reader));
            Value::object([
                self.key(lost.place.key),
                ("value", self.value(lost.place.key, lost.place.message)),
                ("index", lost.index.into()),
                ("max-read-index", lost.bound.into()),
                ("writer", self.index(lost.writer)),
                ("max-read", max_read),
            ])
        };
        findings.lost.iter().map(case).collect()
    }

    fn commit(&self, lost: &LostCommit) -> Value {
        Value::object([
            self.key(lost.key),
            ("offset", lost.offset.into()),
            ("told", lost.told.into()),
            ("ops", vec![self.index(lost.earlier), self.index(lost.later)].into()),
        ])
    }

    /// The widest jumps back.
    fn back(&self, jumps: &[Jump]) -> Value {
        let mut jumps: Vec<&Jump> = jumps.iter().collect();
        jumps.sort_by_key(|jump| jump.delta());
        let case = |jump: &Jump| {
            let values: Vec<Value> = self.ends(jump).into();
            Value::object([
                self.key(jump.key),
                ("values", values.into()),
                ("delta", jump.delta().into()),
                self.ops(jump),
            ])
        };
        jumps.into_iter().take(FEW).map(case).collect()
    }

    /// The widest jumps over messages.
    fn skips(&self, jumps: &[Jump]) -> Value {
        let mut jumps: Vec<&Jump> = jumps.iter().collect();
        jumps.sort_by_key(|jump| jump.delta());
        let case = |jump: &Jump| {
            let between = &self.logs[jump.key].entries[jump.from.1 + 1..jump.to.1];
            let skipped = between.iter().map(|entry| self.value(jump.key, entry.messages[0]));
            let mut fields = vec![
                self.key(jump.key),
                ("delta", jump.delta().into()),
                ("skipped", skipped.collect()),
                self.ops(jump),
            ];
            if is_within(jump) {
                fields.push(("values", Vec::from(self.ends(jump)).into()));
            }
            Value::object(fields)
        };
        jumps.iter().skip(jumps.len().saturating_sub(FEW)).map(|jump| case(jump)).collect()
    }

    fn ends(&self, jump: &Jump) -> [Value; 2] {
        [jump.from, jump.to].map(|(message, _)| self.value(jump.key, message))
    }

    fn ops(&self, jump: &Jump) -> (&'static str, Value) {
        match jump.ops {
            [op, _] if is_within(jump) => ("op", self.index(op)),
            ops => ("ops", Vec::from(ops.map(|op| self.index(op))).into()),
        }
    }

    fn unseen(&self, places: &[Place]) -> Value {
        let mut by_key: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for place in places {
            let Key { name, messages, .. } = &self.operations.keys[place.key];
            by_key.entry(name).or_default().push(messages[place.message].value);
        }
        for values in by_key.values_mut() {
            values.sort_unstable();
        }
        let counts = by_key.iter().map(|(key, values)| (*key, values.len().into()));
        let listed = |values: &Vec<&Value>| values.iter().take(MANY).map(|value| (*value).clone()).collect();
        let messages = by_key.iter().map(|(key, values)| (*key, listed(values)));
        let last = values::last_success(self.operations);
        let time = last.map(|position| self.operations.history.operations()[position].time);
        Value::object([
            ("time", time.into()),
            ("unseen", Value::object(counts)),
            ("messages", Value::object(messages)),
        ])
    }
}

/// Whether it is within one poll.
fn is_within(jump: &Jump) -> bool {
    jump.ops[0] == jump.ops[1]
}

/// Why the outcomes of sends and polls are open, each reason once.
fn causes(history: &History) -> Value {
    let mut causes: Vec<Value> = Vec::new();
    for (_, operation) in history.client_operations() {
        if operation.kind == Kind::Info && ["send", "poll"].contains(&operation.f.as_str()) {
            let cause = operation.error.clone().unwrap_or_default();
            if !causes.contains(&cause) {
                causes.push(cause);
            }
        }
    }
    causes.into()
}
