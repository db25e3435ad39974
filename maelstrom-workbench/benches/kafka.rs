//! How long the checker of logs takes: `cargo bench -p maelstrom-workbench --bench kafka`.

use std::{collections::BTreeMap, hint::black_box, time::Instant};

use maelstrom_workbench::{
    Value, check,
    checker::{Options, Verdict},
    history::{History, Kind, Operation, Process},
    random::{Stream, Streams},
};

const CLIENTS: usize = 10;

/// Clients of logs that do one operation after the other.
struct Logs {
    history: History,
    random: Stream,
    /// Of so many messages of a log the first is lost.
    loses: Option<usize>,
    /// What each log has, of the logs that there are and were.
    lengths: Vec<usize>,
    /// After how many messages a log gives place to a new one.
    most: usize,
    /// How far each client has polled of the logs that it is assigned to.
    next: Vec<BTreeMap<usize, usize>>,
    /// The number of the first client's process; clients begin anew at the end.
    first_process: usize,
}

impl Logs {
    fn new(most: usize, loses: Option<usize>) -> Self {
        let random = Streams::new(0).stream("bench");
        let next = vec![BTreeMap::new(); CLIENTS];
        Self { history: History::new(), random, loses, lengths: vec![0], most, next, first_process: 0 }
    }

    fn done(&mut self, client: usize, f: &str, asked: Value, got: Value) {
        for (kind, value) in [(Kind::Invoke, asked), (Kind::Ok, got)] {
            let index = self.history.len();
            let process = self.first_process + client;
            let process = Process::Client(process.try_into().expect("there are few"));
            let time = u64::try_from(index).expect("a usize has 64 bits") * 1_000_000;
            let operation = Operation::new(index, time, process, kind, f, value);
            self.history.push(operation).expect("the history is in order");
        }
    }

    fn send(&mut self, client: usize) {
        if self.lengths.last().is_some_and(|length| *length == self.most) {
            self.lengths.push(0);
        }
        let key = self.lengths.len() - 1;
        let (name, offset) = (Value::from(key.to_string()), self.lengths[key]);
        let send = |value| Value::List(vec![Value::List(vec!["send".into(), name.clone(), value])]);
        self.done(client, "send", send(offset.into()), send(vec![offset, offset].into()));
        self.lengths[key] += 1;
    }

    fn is_lost(&self, offset: usize) -> bool {
        self.loses.is_some_and(|loses| offset.is_multiple_of(loses))
    }

    fn poll(&mut self, client: usize, most: usize) {
        let mut polled = BTreeMap::new();
        let mut next = std::mem::take(&mut self.next[client]);
        for (key, next) in &mut next {
            let end = self.lengths[*key].min(*next + most);
            let pairs = (*next..end).filter(|offset| !self.is_lost(*offset));
            let pairs: Value = pairs.map(|offset| vec![offset, offset]).collect();
            if *next < end {
                polled.insert(key.to_string(), pairs);
            }
            *next = end;
        }
        self.next[client] = next;
        let poll = |parts: Vec<Value>| Value::List(vec![Value::List(parts)]);
        self.done(
            client,
            "poll",
            poll(vec!["poll".into()]),
            poll(vec!["poll".into(), Value::Object(polled)]),
        );
    }

    fn assign(&mut self, client: usize, keys: impl Iterator<Item = usize>) {
        let before = std::mem::take(&mut self.next[client]);
        let next: BTreeMap<usize, usize> =
            keys.map(|key| (key, before.get(&key).copied().unwrap_or_default())).collect();
        let value: Value = next.keys().map(ToString::to_string).collect();
        self.next[client] = next;
        self.done(client, "assign", value.clone(), value);
    }

    /// So many operations, as Maelstrom draws them; and at the end everybody polls everything.
    fn record(mut self, operations: usize) -> History {
        let clients = self.next.len();
        for _ in 0..operations {
            let client = self.random.index(clients);
            match self.random.below(64) {
                0 => {
                    let last = self.lengths.len();
                    self.assign(client, last.saturating_sub(5)..last);
                }
                draw if draw % 2 == 0 => self.send(client),
                _ => self.poll(client, 100),
            }
        }
        let keys = self.lengths.len();
        self.first_process = clients;
        for client in 0..clients {
            self.next[client].clear();
            self.assign(client, 0..keys);
            self.poll(client, usize::MAX / 2);
        }
        self.history
    }
}

fn measure(name: &str, expected: Verdict, history: &History) {
    for compat in [false, true] {
        let start = Instant::now();
        let options = Options::default().compat(compat);
        let judgement = black_box(check("kafka", black_box(history), &options).expect("there is a checker"));
        let took = start.elapsed();
        assert_eq!(judgement.verdict(), expected, "{name}: {:?}", judgement.explanation());
        let how = if compat { "as Maelstrom" } else { "" };
        println!("{name:<52} {:>9} entries {took:>12.2?} {how}", history.len());
    }
}

fn main() {
    for operations in [10_000, 100_000, 1_000_000] {
        let history = Logs::new(16, None).record(operations);
        measure(&format!("kafka: {operations} operations, 16 messages a log"), Verdict::Valid, &history);
    }
    for operations in [10_000, 100_000] {
        let history = Logs::new(usize::MAX, None).record(operations);
        measure(&format!("kafka: {operations} operations on one log"), Verdict::Valid, &history);
        let history = Logs::new(usize::MAX, Some(7)).record(operations);
        measure(&format!("kafka: {operations} operations, every 7th lost"), Verdict::Invalid, &history);
    }
}
