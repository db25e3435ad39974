//! The greatest offsets that an operation shows.

use std::collections::BTreeMap;

use crate::{Value, history::Operation};

/// By key.
pub(super) type Offsets = BTreeMap<String, i64>;

/// The greatest offset of each key that a successful send or poll shows.
pub(super) fn shown(operation: &Operation) -> Offsets {
    let micro_op = operation.value.as_list().and_then(|ops| ops.first()?.as_list());
    match (operation.f.as_str(), micro_op) {
        ("send", Some([_, key, pair])) => {
            let key = key.as_str().map(str::to_owned);
            key.zip(offset(pair)).into_iter().collect()
        }
        ("poll", Some([_, messages])) => greatest(messages),
        _ => Offsets::new(),
    }
}

/// The greatest offset of each key in what a poll returned. Keys without messages have none.
pub(super) fn greatest(messages: &Value) -> Offsets {
    let Value::Object(messages) = messages else { return Offsets::new() };
    let of_key = |(key, pairs): (&String, &Value)| {
        let greatest = pairs.as_list()?.iter().filter_map(offset).max()?;
        Some((key.clone(), greatest))
    };
    messages.iter().filter_map(of_key).collect()
}

/// Raises offsets to those that are greater.
pub(super) fn raise(offsets: &mut Offsets, others: Offsets) {
    for (key, other) in others {
        let offset = offsets.entry(key).or_insert(other);
        *offset = other.max(*offset);
    }
}

/// Of `[offset, message]`.
fn offset(pair: &Value) -> Option<i64> {
    pair.as_list()?.first()?.as_integer()?.as_i64()
}

/// Offsets as JSON.
pub(super) fn json(offsets: &Offsets) -> Value {
    Value::object(offsets.iter().map(|(key, offset)| (key.as_str(), Value::from(*offset))))
}
