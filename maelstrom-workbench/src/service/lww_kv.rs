//! `lww-kv`: replicas, of which the last write wins.

use std::collections::BTreeMap;

use super::{
    Answer, Service,
    kv::{KNOWN, Outcome, Request},
    unknown::Unknown,
};
use crate::{Quirk, Value, random::Stream};

/// As Maelstrom's documentation has it.
const REPLICAS: usize = 5;

/// As Maelstrom itself has it.
const REPLICAS_OF_MAELSTROM: usize = 2;

const WOULD_NOT_CONVERGE: &str =
    "keep what is written to one of lww-kv's two replicas from the other for ever, and ask either at random";

const WOULD_NOT_CREATE: &str = "ignore create_if_not_exists of a cas to lww-kv and answer error 20";

/// The eventually consistent store: replicas, each with a Lamport clock and a time for each key's value.
///
/// Before each request one replica, drawn at random, gets what another, or itself, has; then the request acts on a
/// replica that is drawn too. Where two replicas differ about a key, the later value wins, and at the same time the one
/// that is sent.
///
/// # How it converges
///
/// A value that no later one replaces reaches all replicas, as with each request it goes to one more with some chance:
/// after 21 requests on average, to this store and by anyone, about whatever key. Without requests nothing moves. Until
/// then reads may find it, miss it, and find it again. As times are those of replicas' own clocks, a write to a replica
/// that has missed others may count as earlier than what it follows, and be lost although it was acknowledged. Of two
/// values with the same time either may win; they take replicas from each other until all have the same.
///
/// # What differs from Maelstrom
///
/// Its documentation describes five replicas that exchange what they have. Its code has two, and throws away what they
/// exchange: a value written to one never reaches the other, so half of all reads miss it, for ever. A test that
/// waits for convergence would never end. This is what the documentation says, with five replicas for that reason, and
/// because more replicas are late for longer. Also, Maelstrom ignores `create_if_not_exists` here, and prints the second
/// value of error 22 without quotes; this store does what the others do.
///
/// Source: Maelstrom 0.2.5, as read and run.
#[derive(Debug)]
pub(super) struct LwwKv {
    compat: bool,
    replicas: Vec<Replica>,
    unknown: Unknown,
}

#[derive(Clone, Debug, Default)]
struct Replica {
    clock: u64,
    entries: BTreeMap<Value, Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    time: u64,
    value: Value,
}

impl LwwKv {
    /// An empty store; with `compat` with Maelstrom's quirks.
    pub(super) fn new(compat: bool) -> Self {
        let replicas = if compat { REPLICAS_OF_MAELSTROM } else { REPLICAS };
        Self {
            compat,
            replicas: vec![Replica::default(); replicas],
            unknown: Unknown::new("lww-kv", KNOWN, compat),
        }
    }

    /// One replica gets what another has.
    fn exchange(&mut self, random: &mut Stream) {
        let [source, destination] = [(); 2].map(|()| random.index(self.replicas.len()));
        // They may be the same, of which there is an error here: then there is nothing to do.
        if let Ok([source, destination]) = self.replicas.get_disjoint_mut([source, destination]) {
            destination.merge(source);
        }
    }
}

impl Replica {
    fn merge(&mut self, source: &Self) {
        self.clock = self.clock.max(source.clock);
        for (key, theirs) in &source.entries {
            match self.entries.get_mut(key) {
                Some(ours) if ours.time > theirs.time || ours == theirs => {}
                Some(ours) => ours.clone_from(theirs),
                None => {
                    self.entries.insert(key.clone(), theirs.clone());
                }
            }
        }
    }

    fn set(&mut self, key: &Value, value: Value) {
        self.entries.insert(key.clone(), Entry { time: self.clock, value });
        self.clock += 1;
    }
}

impl Service for LwwKv {
    fn name(&self) -> &'static str {
        "lww-kv"
    }

    fn handle(&mut self, _src: &str, body: &Value, random: &mut Stream) -> Answer {
        let Some(mut request) = Request::read(body) else { return self.unknown.answer(body) };
        // A write is answered alike by all replicas, and so is what asks for a key that nobody has written.
        let depends_on_replica = !request.is_write()
            && self.replicas.iter().any(|replica| replica.entries.contains_key(request.key));
        if self.compat {
            request = request.without_creating();
        } else {
            self.exchange(random);
        }

        let replica = random.index(self.replicas.len());
        let replica = &mut self.replicas[replica];
        let current = replica.entries.get(request.key).map(|entry| &entry.value);
        let effect = request.apply(current);
        let creates = current.is_none() && effect.outcome == Outcome::Swapped;
        let reply = if self.compat { effect.outcome.reply_with_bare_value() } else { effect.outcome.reply() };
        if let Some(value) = effect.sets.cloned() {
            replica.set(request.key, value);
        }

        let would = if self.compat {
            None
        } else if creates {
            Some((Quirk::LwwKvNeverCreates, WOULD_NOT_CREATE))
        } else {
            depends_on_replica.then_some((Quirk::LwwKvNeverConverges, WOULD_NOT_CONVERGE))
        };
        Answer { reply: Some(reply), would: would.map(|(quirk, text)| (quirk, text.to_owned())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Streams;

    #[test]
    fn a_write_reaches_all_replicas_after_21_requests_on_average() {
        let key = Value::Null;
        let mut requests = 0;
        for seed in 0..2000 {
            let mut random = Streams::new(seed).stream("test");
            let mut store = LwwKv::new(false);
            store.replicas[0].set(&key, Value::Null);
            while !store.replicas.iter().all(|replica| replica.entries.contains_key(&key)) {
                store.exchange(&mut random);
                requests += 1;
            }
        }
        // With k of 5 replicas the next one gets it with chance k (5 - k) / 25: 20.83 requests; ± 4 standard errors.
        assert!((19.97..21.69).contains(&(f64::from(requests) / 2000.0)), "{requests}");
    }

    #[test]
    fn the_later_value_wins_and_at_the_same_time_the_one_that_is_sent() {
        let [mut a, mut b] = [Replica::default(), Replica::default()];
        a.set(&1.into(), "a".into());
        b.set(&1.into(), "b".into());
        b.set(&2.into(), "later".into());
        a.set(&3.into(), "x".into());
        a.set(&2.into(), "latest".into());

        let mut merged = b.clone();
        merged.merge(&a);
        assert_eq!(merged.entries[&1.into()].value, "a".into());
        assert_eq!(merged.entries[&2.into()].value, "latest".into());
        assert_eq!(merged.entries[&3.into()].value, "x".into());
        assert_eq!(merged.clock, 3);

        let mut merged = a.clone();
        merged.merge(&b);
        assert_eq!(merged.entries[&1.into()].value, "b".into());
        assert_eq!(merged.entries[&2.into()].value, "latest".into());
        assert_eq!(merged.clock, 3);
    }
}
