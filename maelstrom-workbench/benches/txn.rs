//! How long the checkers of transactions take: `cargo bench -p maelstrom-workbench --bench txn`.

use std::{
    collections::{BTreeMap, VecDeque},
    hint::black_box,
    time::Instant,
};

use maelstrom_workbench::{
    Value, check,
    checker::{Options, Verdict},
    history::{History, Kind, Operation, Process},
    random::{Stream, Streams},
    workload::{Generator, Turn, TxnListAppend, TxnRwRegister, Workload},
};

/// How many clients work at a time.
const CLIENTS: usize = 10;

const TURN: Turn = Turn { worker: 0, process: 0, nodes: 1, concurrency: CLIENTS, compat: false };

/// A store that does transactions one after the other; sometimes a read finds what was there a while ago.
struct Store {
    has_lists: bool,
    values: BTreeMap<String, Value>,
    /// Values that were overwritten, the last one at the end.
    older: VecDeque<(String, Value)>,
    /// One of so many reads is stale; none if it is 0.
    stale: u64,
}

impl Store {
    fn new(has_lists: bool, stale: u64) -> Self {
        Self { has_lists, values: BTreeMap::new(), older: VecDeque::new(), stale }
    }

    fn txn(&mut self, txn: &Value, random: &mut Stream) -> Value {
        txn.as_list().into_iter().flatten().map(|operation| self.operation(operation, random)).collect()
    }

    fn operation(&mut self, operation: &Value, random: &mut Stream) -> Value {
        let Some([f, key, value]) = operation.as_list() else { return Value::Null };
        let name = key.to_string();
        if f.as_str() == Some("r") {
            let is_stale = self.stale > 0 && random.below(self.stale) == 0;
            let old = self.older.iter().find(|(key, _)| is_stale && *key == name).map(|(_, value)| value);
            let value = old.or_else(|| self.values.get(&name)).cloned();
            return Value::List(vec![f.clone(), key.clone(), value.unwrap_or_default()]);
        }
        let old = self.values.remove(&name).unwrap_or_default();
        let new = match &old {
            _ if !self.has_lists => value.clone(),
            Value::List(list) => list.iter().chain([value]).cloned().collect(),
            _ => Value::List(vec![value.clone()]),
        };
        self.older.push_back((name.clone(), old));
        if self.older.len() > 100 {
            self.older.pop_front();
        }
        self.values.insert(name, new);
        operation.clone()
    }
}

/// So many transactions of ten clients that take turns.
fn history(mut generator: Generator, mut store: Store, count: usize) -> History {
    let mut random = Streams::new(0).stream("txn");
    let mut history = History::new();
    let mut push = |process: usize, kind, value: Value| {
        let index = history.len();
        let operation = Operation::new(
            index,
            index as u64 * 1_000_000,
            Process::Client(process as u64),
            kind,
            "txn",
            value,
        );
        history.push(operation).expect("the history is in order");
    };
    let mut open: Vec<Option<Value>> = vec![None; CLIENTS];
    for turn in 0..count + CLIENTS {
        let client = turn % CLIENTS;
        if let Some(txn) = open[client].take() {
            push(client, Kind::Ok, store.txn(&txn, &mut random));
        }
        if turn < count {
            let txn = generator(&mut random, &TURN).value;
            push(client, Kind::Invoke, txn.clone());
            open[client] = Some(txn);
        }
    }
    history
}

fn measure(workload: &dyn Workload, count: usize, stale: u64) {
    let has_lists = workload.name() == "txn-list-append";
    let history = history(workload.generator(), Store::new(has_lists, stale), count);
    let start = Instant::now();
    let judgement = black_box(check(workload.name(), black_box(&history), &Options::default()));
    let took = start.elapsed();
    let judgement = judgement.expect("the workload exists");
    let expected = if stale == 0 { Verdict::Valid } else { Verdict::Invalid };
    assert_eq!(judgement.verdict(), expected, "{:?}", judgement.explanation());
    let what = if stale == 0 { "valid".to_owned() } else { format!("one of {stale} reads is stale") };
    println!("{:<16} {count:>9} transactions, {what:<30} {took:>10.2?}", workload.name());
}

fn main() {
    let workloads: [&dyn Workload; 2] = [&TxnListAppend::default(), &TxnRwRegister::default()];
    for workload in workloads {
        for count in [10_000, 100_000, 1_000_000] {
            measure(workload, count, 0);
        }
        for stale in [10_000, 100] {
            measure(workload, 100_000, stale);
        }
    }
}
