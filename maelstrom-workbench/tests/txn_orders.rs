//! The checkers of transactions against every order of the transactions of small histories, and what holds for all
//! histories.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use maelstrom_workbench::{
    Value, check,
    checker::{ConsistencyModels, Judgement, Options, Verdict},
    history::{History, Kind, Operation, Process},
    random::{Stream, Streams},
    workload::{Turn, TxnListAppend, TxnOptions, TxnRwRegister, Workload},
};

/// A transaction: its positions, what was asked, what came back, and its outcome.
#[derive(Clone, Debug)]
struct Txn {
    invoked: usize,
    completed: usize,
    asked: Value,
    /// What came back, once it was done.
    done: Option<Value>,
    kind: Kind,
    process: u64,
}

type State = BTreeMap<Value, Value>;

/// Does a transaction, and gives it with what it has read.
fn apply(state: &mut State, txn: &Value) -> Value {
    let operation = |operation: &Value| {
        let [f, key, value] = operation.as_list().unwrap() else { panic!("{operation}") };
        match f.as_str().unwrap() {
            "r" => {
                let value = state.get(key).cloned().unwrap_or_default();
                return Value::List(vec![f.clone(), key.clone(), value]);
            }
            "append" => {
                let before = state.remove(key).unwrap_or_default();
                let list = before.as_list().unwrap_or_default().iter().chain([value]).cloned().collect();
                state.insert(key.clone(), list);
            }
            _ => {
                state.insert(key.clone(), value.clone());
            }
        }
        operation.clone()
    };
    txn.as_list().unwrap().iter().map(operation).collect()
}

/// Clients that overlap, on a store that does each transaction at one moment. A wrong one sometimes works on the state
/// that it had a few transactions ago, and keeps what comes of that.
fn draw(workload: &dyn Workload, random: &mut Stream, count: usize, is_right: bool) -> Vec<Txn> {
    let mut generator = workload.generator();
    let mut states = vec![State::new()];
    let (mut open, mut closed): (Vec<Txn>, Vec<Txn>) = (Vec::new(), Vec::new());
    let (mut begun, mut position, mut next_process) = (0, 0, 3);
    let mut free: Vec<u64> = vec![0, 1, 2];
    while begun < count || !open.is_empty() {
        position += 1;
        if begun < count && !free.is_empty() && (open.is_empty() || random.coin()) {
            begun += 1;
            let process = free.remove(random.index(free.len()));
            let turn = Turn { worker: 0, process, nodes: 1, concurrency: 3, compat: false };
            let asked = generator(random, &turn).value;
            open.push(Txn { invoked: position, completed: 0, asked, done: None, kind: Kind::Info, process });
            continue;
        }
        let at = random.index(open.len());
        let txn = &mut open[at];
        if txn.done.is_none() {
            // Some are never done, and fail or have an open outcome.
            if random.below(8) > 0 {
                let back =
                    if is_right || random.below(4) > 0 { 0 } else { random.index(states.len().min(3)) };
                let mut state = states[states.len() - 1 - back].clone();
                txn.done = Some(apply(&mut state, &txn.asked));
                states.push(state);
            }
            if random.coin() {
                continue;
            }
        }
        let mut txn = open.remove(at);
        let is_answered = random.below(8) > 0;
        txn.kind = match (&txn.done, is_answered) {
            (Some(_), true) => Kind::Ok,
            (None, true) => Kind::Fail,
            (_, false) => Kind::Info,
        };
        txn.completed = position;
        free.push(if txn.kind == Kind::Info { next_process } else { txn.process });
        next_process += 1;
        closed.push(txn);
    }
    closed
}

fn history(txns: &[Txn], process: impl Fn(u64) -> u64, value: impl Fn(&Value) -> Value) -> History {
    let mut entries: Vec<(usize, Kind, &Txn)> = Vec::new();
    for txn in txns {
        entries.push((txn.invoked, Kind::Invoke, txn));
        entries.push((txn.completed, txn.kind, txn));
    }
    entries.sort_by_key(|entry| (entry.0, entry.1));
    let mut history = History::new();
    for (position, kind, txn) in entries {
        let content = if kind == Kind::Ok { txn.done.as_ref().unwrap() } else { &txn.asked };
        let (index, process) = (history.len(), Process::Client(process(txn.process)));
        let operation = Operation::new(index, position as u64, process, kind, "txn", value(content));
        history.push(operation).unwrap();
    }
    history
}

/// Whether the transactions have an order in which each finds what it has found, with those of open outcome done or
/// not; with real time, none before one that was over when it began.
fn has_order(txns: &[Txn], in_real_time: bool) -> bool {
    let left: Vec<&Txn> = txns.iter().filter(|txn| txn.kind != Kind::Fail).collect();
    extend(&left, &State::new(), in_real_time)
}

fn extend(left: &[&Txn], state: &State, in_real_time: bool) -> bool {
    if left.iter().all(|txn| txn.kind != Kind::Ok) {
        return true;
    }
    left.iter().enumerate().any(|(at, txn)| {
        let is_over = |other: &&Txn| other.kind == Kind::Ok && other.completed < txn.invoked;
        if in_real_time && left.iter().any(is_over) {
            return false;
        }
        let mut state = state.clone();
        let found = apply(&mut state, &txn.asked);
        let mut rest = left.to_vec();
        rest.remove(at);
        (txn.kind != Kind::Ok || Some(&found) == txn.done.as_ref()) && extend(&rest, &state, in_real_time)
    })
}

fn options() -> TxnOptions {
    let mut options = TxnOptions::default();
    (options.key_count, options.max_txn_length) = (2, 3);
    options
}

fn workloads() -> [Box<dyn Workload>; 2] {
    [Box::new(TxnListAppend(options())), Box::new(TxnRwRegister(options()))]
}

fn judge(workload: &dyn Workload, history: &History, models: &str, compat: bool) -> Judgement {
    let models: ConsistencyModels = models.parse().unwrap();
    let options = Options::default().compat(compat).consistency_models(models);
    check(workload.name(), history, &options).unwrap()
}

fn verdict(workload: &dyn Workload, history: &History, models: &str, compat: bool) -> Verdict {
    judge(workload, history, models, compat).verdict()
}

const MODELS: [&str; 6] = [
    "strict-serializable",
    "strong-session-snapshot-isolation",
    "serializable",
    "snapshot-isolation",
    "read-committed",
    "causal",
];

#[test]
fn a_right_store_is_never_invalid_under_any_model() {
    let mut random = Streams::new(1).stream("right");
    for workload in workloads() {
        for _ in 0..100 {
            let txns = draw(&*workload, &mut random, 30, true);
            let history = history(&txns, |process| process, Value::clone);
            for models in MODELS {
                let judgement = judge(&*workload, &history, models, false);
                assert_ne!(judgement.verdict(), Verdict::Invalid, "{models}: {txns:#?}");
                assert_eq!(judgement.warnings(), [], "{models}: {txns:#?}");
            }
        }
    }
}

#[test]
fn what_is_invalid_has_no_order() {
    let mut random = Streams::new(2).stream("wrong");
    for workload in workloads() {
        let (mut orderless, mut caught) = (0, 0);
        for _ in 0..1500 {
            let count = 2 + random.index(5);
            let txns = draw(&*workload, &mut random, count, false);
            let history = history(&txns, |process| process, Value::clone);
            for (models, in_real_time) in [("strict-serializable", true), ("serializable", false)] {
                let is_invalid = verdict(&*workload, &history, models, false) == Verdict::Invalid;
                let has_order = has_order(&txns, in_real_time);
                assert!(!(is_invalid && has_order), "{models}: {txns:#?}");
                orderless += u32::from(!has_order);
                caught += u32::from(is_invalid);
            }
        }
        // Where the order of writes can't be told, it may be that nothing shows.
        assert!(
            orderless > 80 && caught * 10 > orderless * 7,
            "{}: {caught} of {orderless}",
            workload.name()
        );
    }
}

/// Other names for keys and values, of other kinds.
fn renamed(txn: &Value) -> Value {
    let other = |value: &Value| match value {
        Value::Null => Value::Null,
        value => Value::from(format!("<{value}>")),
    };
    let operation = |operation: &Value| {
        let [f, key, value] = operation.as_list().unwrap() else { panic!("{operation}") };
        let value = match value {
            Value::List(list) => list.iter().map(other).collect(),
            value => other(value),
        };
        Value::List(vec![f.clone(), Value::List(vec![key.clone()]), value])
    };
    txn.as_list().unwrap().iter().map(operation).collect()
}

#[test]
fn other_names_for_keys_values_and_processes_change_no_verdict() {
    let mut random = Streams::new(3).stream("names");
    for workload in workloads() {
        let mut invalid = 0;
        for _ in 0..150 {
            let txns = draw(&*workload, &mut random, 12, false);
            let plain = history(&txns, |process| process, Value::clone);
            let other = history(&txns, |process| 1000 - process, renamed);
            for models in MODELS {
                for compat in [false, true] {
                    let found = verdict(&*workload, &plain, models, compat);
                    assert_eq!(found, verdict(&*workload, &other, models, compat), "{models}: {txns:#?}");
                    invalid += u32::from(found == Verdict::Invalid);
                }
            }
        }
        assert!(invalid > 60, "{invalid}");
    }
}
