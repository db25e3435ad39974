//! The workloads of transactions: lists that are appended to, and registers that are read and written.

use super::{Generator, Op, Workload, fields};
use crate::{Value, random::Stream};

/// How transactions are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TxnOptions {
    /// How many keys there are at a time; at least one.
    pub key_count: usize,
    /// How many operations a transaction has, at most; at least one.
    pub max_txn_length: u64,
    /// After how many writes a key gives place to a new one; at least one.
    pub max_writes_per_key: u64,
}

impl Default for TxnOptions {
    /// Maelstrom's: ten keys, up to four operations, sixteen writes.
    fn default() -> Self {
        Self { key_count: 10, max_txn_length: 4, max_writes_per_key: 16 }
    }
}

/// Clients read lists and append to them, several in a transaction.
///
/// A request's `txn` has operations such as `["r", 5, null]` and `["append", 5, 1]`; the reply has them with what was
/// read: `["r", 5, [3, 1]]`, or null for a list that is not there. What is appended to a key is 1, 2, 3, …, so that no
/// element comes twice.
///
/// Source: Maelstrom 0.2.5, as read and run. There a reply that is about something else than the request is taken for
/// what was done (Q-17).
#[derive(Clone, Copy, Debug, Default)]
pub struct TxnListAppend(pub TxnOptions);

/// As [`TxnListAppend`] with registers: `["w", 5, 1]` writes a value, and a read has one, or null.
#[derive(Clone, Copy, Debug, Default)]
pub struct TxnRwRegister(pub TxnOptions);

impl Workload for TxnListAppend {
    fn name(&self) -> &'static str {
        "txn-list-append"
    }

    fn generator(&self) -> Generator {
        generator(self.0, "append")
    }

    fn request(&self, op: &Op) -> String {
        request(op)
    }

    fn response(&self, _op: &Op, reply: &Value) -> Result<Value, String> {
        response(reply, "append", |value| value.as_list().is_some() || value.is_null())
    }

    fn keeps_client(&self) -> bool {
        true
    }
}

impl Workload for TxnRwRegister {
    fn name(&self) -> &'static str {
        "txn-rw-register"
    }

    fn generator(&self) -> Generator {
        generator(self.0, "w")
    }

    fn request(&self, op: &Op) -> String {
        request(op)
    }

    fn response(&self, _op: &Op, reply: &Value) -> Result<Value, String> {
        response(reply, "w", |_| true)
    }

    fn keeps_client(&self) -> bool {
        true
    }
}

fn request(op: &Op) -> String {
    format!(r#""txn":{},"type":"txn""#, op.value)
}

/// The operations of a reply, each of which has to be a read or a write.
fn response(reply: &Value, write: &str, may_be_read: impl Fn(&Value) -> bool) -> Result<Value, String> {
    let [txn] = fields(reply, "txn_ok", ["txn"])?;
    let operations = txn.as_list().ok_or("its `txn` is no list")?;
    for operation in operations {
        let is_right = match operation.as_list() {
            Some([f, _, value]) => match f.as_str() {
                Some("r") => may_be_read(value),
                f => f == Some(write),
            },
            _ => false,
        };
        if !is_right {
            return Err(format!("its `txn` has {operation}, which is neither a read nor a write"));
        }
    }
    Ok(txn.clone())
}

fn generator(options: TxnOptions, write: &'static str) -> Generator {
    let mut keys = Keys::new(options);
    Box::new(move |random, _| {
        let length = 1 + random.below(options.max_txn_length.max(1));
        Op::new("txn", (0..length).map(|_| keys.operation(random, write)).collect::<Value>())
    })
}

/// How many keys a draw tells apart, each of which is twice as likely as the one before.
const DRAWN: u64 = 62;

/// The keys that there are at a time.
pub(super) struct Keys {
    active: Vec<Key>,
    max_writes: u64,
    next: u64,
}

struct Key {
    name: u64,
    writes: u64,
}

impl Keys {
    pub(super) fn new(options: TxnOptions) -> Self {
        let count = options.key_count.max(1) as u64;
        // Of more, the first ones would never be drawn.
        let active = (count.saturating_sub(DRAWN)..count).map(|name| Key { name, writes: 0 }).collect();
        Self { active, max_writes: options.max_writes_per_key.max(1), next: count }
    }

    /// A read or a write, either as likely. A write of a key that has had all of its own brings a new key and another
    /// draw.
    pub(super) fn operation(&mut self, random: &mut Stream, write: &str) -> Value {
        loop {
            let is_read = random.coin();
            let place = skewed(random, self.active.len());
            let key = &mut self.active[place];
            if is_read {
                return Value::List(vec!["r".into(), key.name.into(), Value::Null]);
            }
            if key.writes < self.max_writes {
                key.writes += 1;
                return Value::List(vec![write.into(), key.name.into(), key.writes.into()]);
            }
            *key = Key { name: self.next, writes: 0 };
            self.next += 1;
        }
    }
}

/// A place in a list of up to [`DRAWN`], each twice as likely as the one before it.
fn skewed(random: &mut Stream, len: usize) -> usize {
    // Of the numbers with a leading one, twice as many have one more digit.
    let number = 2 + random.below((1 << (len + 1)) - 2);
    number.ilog2() as usize - 1
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{random::Streams, workload::Turn};

    const TURN: Turn = Turn { worker: 0, process: 0, nodes: 1, concurrency: 1, compat: false };

    fn draws(options: TxnOptions, count: usize) -> Vec<Vec<(bool, i64, Option<i64>)>> {
        let mut generator = TxnListAppend(options).generator();
        let mut random = Streams::new(0).stream("operations");
        let operation = |operation: &Value| {
            let [f, key, value] = operation.as_list().unwrap() else { panic!("{operation}") };
            (f.as_str() == Some("r"), key.as_i64().unwrap(), value.as_i64())
        };
        (0..count)
            .map(|_| generator(&mut random, &TURN).value.as_list().unwrap().iter().map(operation).collect())
            .collect()
    }

    #[test]
    fn lengths_and_kinds_are_as_likely_as_each_other() {
        let txns = draws(TxnOptions::default(), 40_000);
        for length in 1..=4 {
            let count = txns.iter().filter(|txn| txn.len() == length).count();
            assert!((9_500..10_500).contains(&count), "{length}: {count}");
        }
        let (mut reads, mut all) = (0, 0);
        for (is_read, ..) in txns.into_iter().flatten() {
            reads += usize::from(is_read);
            all += 1;
        }
        // A write of a worn-out key is drawn again as either, so that there are a few more reads.
        assert!((reads * 1000 / all).abs_diff(515) < 10, "{reads} of {all}");
    }

    #[test]
    fn each_place_is_twice_as_likely_as_the_one_before() {
        let mut random = Streams::new(0).stream("places");
        let mut counts = [0_u32; 4];
        (0..30_000).for_each(|_| counts[skewed(&mut random, 4)] += 1);
        for (count, expected) in counts.into_iter().zip([2_000, 4_000, 8_000, 16_000]) {
            assert!(count.abs_diff(expected) < 400, "{counts:?}");
        }
        assert_eq!(skewed(&mut random, 1), 0);
        assert!((0..1000).all(|_| (40..62).contains(&skewed(&mut random, 62))));
        let many = TxnOptions { key_count: 1 << 40, max_txn_length: 1, ..TxnOptions::default() };
        assert!(draws(many, 100).into_iter().flatten().all(|(_, key, _)| key > (1 << 40) - 30));
    }

    #[test]
    fn what_is_written_to_a_key_counts_up_until_a_new_key_takes_its_place() {
        let options = TxnOptions { key_count: 3, max_txn_length: 1, max_writes_per_key: 5 };
        let mut last: BTreeMap<i64, i64> = BTreeMap::new();
        for (is_read, key, value) in draws(options, 2_000).into_iter().flatten() {
            if is_read {
                assert_eq!(value, None);
            } else {
                let last = last.entry(key).or_default();
                assert_eq!(value, Some(*last + 1));
                *last += 1;
                assert!(*last <= 5);
            }
        }
        let worn = last.values().filter(|writes| **writes == 5).count();
        assert!(last.len() - worn <= 3 && worn > 150, "{last:?}");
        let keys = i64::try_from(last.len()).unwrap();
        assert!(last.keys().all(|key| (0..keys + 3).contains(key)), "{last:?}");
    }

    #[test]
    fn replies_are_lists_of_reads_and_writes() {
        let append = |txn: &str| {
            let reply = format!(r#"{{"type":"txn_ok","txn":{txn}}}"#).parse().unwrap();
            TxnListAppend::default().response(&Op::new("txn", Value::Null), &reply)
        };
        let right = r#"[["r",1,null],["r","k",[3,"x"]],["append",2,5]]"#;
        assert_eq!(append(right), Ok(right.parse().unwrap()));
        for wrong in [r#"[["r",1,2]]"#, r#"[["w",1,2]]"#, r#"[["append",1]]"#, r#"[{"r":1}]"#] {
            assert!(append(wrong).unwrap_err().ends_with("which is neither a read nor a write"), "{wrong}");
        }
        assert_eq!(append("null").unwrap_err(), "its `txn` is no list");
    }
}
