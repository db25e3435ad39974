//! `seq-kv`: a past that callers come out of at their own pace.

use std::collections::{BTreeMap, VecDeque};

use super::{
    Answer, Service,
    kv::{KNOWN, Request},
    unknown::Unknown,
};
use crate::{Quirk, Value, random::Stream};

/// How many states the store remembers, the newest included.
const STATES: usize = 32;

const WOULD: &str =
    "let a caller of seq-kv that is 32 or more changes behind see newer states and then older ones";

/// The sequentially consistent store.
///
/// It counts its states, and knows for each caller the number of the one that it has seen. A request is tried on a state
/// drawn from those that the caller has not gone past. If it changes nothing there (a read, a cas that fails, a write of
/// the value that is there), that is the answer, perhaps from the past; and the caller has seen that state. Else it acts
/// on the newest state, which makes the next one, and the caller is up to date. So all changes have one order, in which
/// callers see them, each at its own pace; to be sure of the newest state a caller has to write something new.
///
/// # Beyond the remembered states
///
/// Only 32 states are remembered. Maelstrom takes the state of a caller that is further behind from the wrong place (at
/// the lag modulo 32), and notes that the caller has seen the state that was drawn: the caller can next see an older
/// one. Here (Q-11) the oldest state that is remembered stands for all older ones, and that is the state that the caller
/// has seen. The draws are the same.
///
/// Source: Maelstrom 0.2.5, as read and run.
#[derive(Debug)]
pub(super) struct SeqKv {
    compat: bool,
    /// The newest state.
    newest: BTreeMap<Value, Value>,
    /// What undoes the last changes, the latest at the end: as many as there are older states to go back to. A request
    /// is about one key, so a change is too, and no state has to be kept whole.
    undo: VecDeque<Undo>,
    /// The number of the newest state.
    last: u64,
    /// The number of the state that each caller has seen.
    seen: BTreeMap<String, u64>,
    unknown: Unknown,
}

/// A key and the value that it had before a change.
#[derive(Debug)]
struct Undo {
    key: Value,
    value: Option<Value>,
}

impl SeqKv {
    /// An empty store; with `compat` with Maelstrom's quirks.
    pub(super) fn new(compat: bool) -> Self {
        Self {
            compat,
            newest: BTreeMap::new(),
            undo: VecDeque::with_capacity(STATES),
            last: 0,
            seen: BTreeMap::new(),
            unknown: Unknown::new("seq-kv", KNOWN, compat),
        }
    }

    /// A key's value so many changes ago.
    fn value(&self, key: &Value, lag: usize) -> Option<&Value> {
        let undone = self.undo.iter().skip(self.undo.len() - lag).find(|undo| undo.key == *key);
        undone.map_or_else(|| self.newest.get(key), |undo| undo.value.as_ref())
    }

    /// Lets a request act on the newest state. The next state is counted even if it is the same, as in Maelstrom.
    fn act(&mut self, request: Request<'_>) -> String {
        let current = self.newest.get(request.key);
        let effect = request.apply(current);
        let reply = effect.outcome.reply();
        let (sets, value) = (effect.sets.cloned(), current.cloned());
        self.undo.push_back(Undo { key: request.key.clone(), value });
        if self.undo.len() == STATES {
            self.undo.pop_front();
        }
        self.last += 1;
        if let Some(value) = sets {
            self.newest.insert(request.key.clone(), value);
        }
        reply
    }
}

impl Service for SeqKv {
    fn name(&self) -> &'static str {
        "seq-kv"
    }

    fn handle(&mut self, src: &str, body: &Value, random: &mut Stream) -> Answer {
        let Some(request) = Request::read(body) else { return self.unknown.answer(body) };
        let seen = self.seen.get(src).copied().unwrap_or_default();
        let drawn = random.below(self.last - seen + 1);
        // How far to go back: as drawn, clamped, and as Maelstrom does. They differ only if all states are there.
        let lag = self.last - seen - drawn;
        let [clamped, wrapped] = [lag.min(self.undo.len() as u64), lag % STATES as u64];
        let (back, view) = if self.compat { (wrapped, seen + drawn) } else { (clamped, self.last - clamped) };

        let value_back =
            |lag: u64| self.value(request.key, usize::try_from(lag).expect("it is below the states' number"));
        let is_past = |lag: u64| request.changes_nothing(value_back(lag));
        // If either answers from the past, so could what the caller sees from here on differ.
        let differs = !self.compat && clamped != lag && (is_past(clamped) || is_past(wrapped));
        let (reply, view) = if is_past(back) {
            (request.apply(value_back(back)).outcome.reply(), view)
        } else {
            (self.act(request), self.last)
        };
        self.seen.insert(src.to_owned(), view);
        Answer { reply: Some(reply), would: differs.then(|| (Quirk::SeqKvGoesBack, WOULD.to_owned())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Streams;

    fn ask(store: &mut SeqKv, src: &str, body: &str, random: &mut Stream) -> String {
        store.handle(src, &body.parse().unwrap(), random).reply.unwrap()
    }

    #[test]
    fn a_cas_that_matches_an_old_state_only_fails_on_the_newest_and_counts_as_a_change() {
        const FAILED: &str = r#""type":"error","code":22,"text":"current value 2 is not 1""#;
        let mut outcomes = BTreeMap::new();
        for seed in 0..100 {
            let mut random = Streams::new(seed).stream("test");
            let mut store = SeqKv::new(false);
            ask(&mut store, "n1", r#"{"type": "write", "key": "x", "value": 1}"#, &mut random);
            ask(&mut store, "n1", r#"{"type": "write", "key": "x", "value": 2}"#, &mut random);
            let cas = r#"{"type": "cas", "key": "x", "from": 1, "to": 3}"#;
            let reply = ask(&mut store, "n2", cas, &mut random);
            *outcomes.entry((reply, store.last, store.seen["n2"], store.undo.len())).or_insert(0) += 1;
            assert_eq!(store.newest[&"x".into()], 2.into());
        }
        let missing = r#""type":"error","code":20,"text":"key does not exist""#;
        let seen: Vec<_> =
            outcomes.keys().map(|(reply, last, seen, undo)| (reply.as_str(), (last, seen, undo))).collect();
        // From the empty state; from the newest; and from the one with 1, by way of the newest.
        assert_eq!(seen, [(missing, (&2, &0, &2)), (FAILED, (&2, &2, &2)), (FAILED, (&3, &3, &3))]);
        assert!(outcomes.values().all(|count| (15..=52).contains(count)), "{outcomes:?}");
    }

    #[test]
    fn a_write_of_what_an_old_state_had_can_be_answered_from_there_and_change_nothing() {
        let mut outcomes = BTreeMap::new();
        for seed in 0..100 {
            let mut random = Streams::new(seed).stream("test");
            let mut store = SeqKv::new(false);
            for (src, value) in [("n1", 1), ("n1", 2), ("n1", 2), ("n2", 1)] {
                let write = format!(r#"{{"type": "write", "key": "x", "value": {value}}}"#);
                assert_eq!(ask(&mut store, src, &write, &mut random), r#""type":"write_ok""#);
            }
            let x = store.newest[&"x".into()].clone();
            *outcomes.entry((x, store.last, store.seen["n2"])).or_insert(0) += 1;
        }
        let seen: Vec<_> = outcomes.keys().collect();
        assert_eq!(seen, [&(1.into(), 3, 3), &(2.into(), 2, 1)]);
        assert!((15..=52).contains(&outcomes[&(2.into(), 2, 1)]), "{outcomes:?}");
    }

    #[test]
    fn the_state_that_a_caller_has_seen_is_the_one_it_was_answered_from() {
        let mut forgotten = 0;
        for seed in 0..100 {
            let mut random = Streams::new(seed).stream("test");
            let mut store = SeqKv::new(false);
            for state in 1..=100 {
                let write = format!(r#"{{"type": "write", "key": "x", "value": {state}}}"#);
                ask(&mut store, "n1", &write, &mut random);
            }
            let answer = store.handle("n2", &r#"{"type": "read", "key": "x"}"#.parse().unwrap(), &mut random);
            let state = store.seen["n2"];
            assert_eq!(answer.reply.unwrap(), format!(r#""type":"read_ok","value":{state}"#));
            assert!(state >= 69, "{state}");
            assert!(answer.would.is_none() || state == 69, "{state}");
            forgotten += u32::from(answer.would.is_some());
        }
        // 69 of the 101 states are forgotten.
        assert!((50..=87).contains(&forgotten), "{forgotten}");
    }

    #[test]
    fn no_more_states_are_remembered_than_maelstrom_does() {
        let mut random = Streams::new(1).stream("test");
        let mut store = SeqKv::new(false);
        for value in 0..100 {
            ask(
                &mut store,
                "n1",
                &format!(r#"{{"type": "write", "key": 0, "value": {value}}}"#),
                &mut random,
            );
        }
        let states: Vec<_> = (0..STATES).map(|lag| store.value(&0.into(), lag).cloned().unwrap()).collect();
        assert_eq!(states, (68..100).rev().map(Value::from).collect::<Vec<_>>());
        assert_eq!(store.undo.len(), STATES - 1);
    }
}
