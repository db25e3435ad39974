//! How far polls were behind.

use std::collections::{BTreeSet, HashMap};

use super::operations::{Operations, What};
use crate::{
    Value,
    history::{Kind, Process},
};

/// When offsets of a key were first known to be there: those that were greater than any before, with their times.
type Known = Vec<(i64, u64)>;

/// The greatest lag of any key in any successful poll: how long, before the poll began, there had been something beyond
/// what its process had seen. In s, as the original has it.
pub(super) fn worst(operations: &Operations<'_>) -> Value {
    let known = known(operations);
    let entries = operations.history.operations();
    let mut views: HashMap<Process, View> = HashMap::new();
    let mut worst: Option<(u64, u64, Process, usize)> = None;
    for completion in operations.completions.iter().filter(|it| it.kind == Kind::Ok) {
        let view = views.entry(completion.process).or_default();
        match &completion.what {
            What::Assign(range) => view.assign(operations.assigned(range), &known),
            What::Poll(range) => {
                for (key, pairs) in operations.polled(range) {
                    let offset = pairs.iter().filter_map(|pair| pair.offset).max().unwrap_or(-1);
                    view.polled(key, offset, &known[key]);
                }
                let Some(invoked) = operations.history.other_half(completion.position) else { continue };
                let time = entries[invoked].time;
                if let Some((expired, key)) = view.most_behind() {
                    let lag = time.saturating_sub(expired);
                    if worst.is_none_or(|(least, ..)| lag > least) {
                        worst = Some((lag, time, completion.process, key));
                    }
                }
            }
            What::Send { .. } => {}
        }
    }
    let seconds = |ns: u64| -> Value {
        #[expect(clippy::cast_precision_loss, reason = "so does the original")]
        let ns = ns as f64;
        (ns / 1e9).into()
    };
    let Some((lag, time, process, key)) = worst else {
        return Value::object([("time", 0.0.into()), ("lag", 0.0.into())]);
    };
    let process = match process {
        Process::Client(number) => number.into(),
        Process::Nemesis => Value::Null,
    };
    let key = Value::from(&*operations.keys[key].name);
    Value::object([("time", seconds(time)), ("process", process), ("key", key), ("lag", seconds(lag))])
}

fn known(operations: &Operations<'_>) -> Vec<Known> {
    let mut known: Vec<Known> = vec![Vec::new(); operations.keys.len()];
    let entries = operations.history.operations();
    for completion in operations.completions.iter().filter(|it| it.kind != Kind::Fail) {
        let time = entries[completion.position].time;
        let mut note = |key: usize, offset: Option<i64>| {
            if let Some(offset) = offset
                && known[key].last().is_none_or(|(last, _)| *last < offset)
            {
                known[key].push((offset, time));
            }
        };
        match &completion.what {
            What::Send { place, offset } => note(place.key, *offset),
            What::Poll(range) => {
                for (key, pairs) in operations.polled(range) {
                    note(key, pairs.iter().filter_map(|pair| pair.offset).max());
                }
            }
            What::Assign(_) => {}
        }
    }
    known
}

/// What a process has seen of the keys that it polls.
#[derive(Debug, Default)]
struct View {
    /// For each key the greatest offset, since when that was not the last one any more, and the key's rank.
    keys: HashMap<usize, (i64, u64, usize)>,
    /// The same by time, so that the key that is most behind comes first; of several the one of the lowest rank.
    by_time: BTreeSet<(u64, usize, usize)>,
}

impl View {
    fn assign(&mut self, keys: &[usize], known: &[Known]) {
        let before = std::mem::take(self);
        for key in keys {
            let offset = before.keys.get(key).map_or(-1, |(offset, ..)| *offset);
            self.polled(*key, offset, &known[*key]);
        }
    }

    fn polled(&mut self, key: usize, offset: i64, known: &Known) {
        let before = self.keys.get(&key).copied();
        if before.is_some_and(|(seen, ..)| seen >= offset) {
            return;
        }
        if let Some((_, expired, rank)) = before {
            self.by_time.remove(&(expired, rank, key));
        }
        let rank = before.map_or(self.keys.len(), |(.., rank)| rank);
        let later = known.partition_point(|(known, _)| *known <= offset);
        let expired = known.get(later).map_or(u64::MAX, |(_, time)| *time);
        self.keys.insert(key, (offset, expired, rank));
        self.by_time.insert((expired, rank, key));
    }

    /// Since when there is something that it has not seen, and of which key.
    fn most_behind(&self) -> Option<(u64, usize)> {
        self.by_time.first().map(|(expired, _, key)| (*expired, *key))
    }
}
