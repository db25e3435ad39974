//! Histories of registers.

use std::collections::HashMap;

use maelstrom_workbench::{
    Value,
    history::{History, Kind, Operation, Process},
    random::{Stream, Streams},
};

/// An operation under way: what it is, and, once it has taken place, its outcome.
struct UnderWay {
    f: &'static str,
    value: Value,
    outcome: Option<(Kind, Value)>,
}

/// So many operations of clients on registers that are right, each client on one key: operations overlap with those of
/// the key's other clients, and take place in any order.
pub(crate) fn registers(keys: u64, clients_of_key: u64, operations: usize) -> History {
    let mut random = Streams::new(1).stream("registers");
    let mut history = History::new();
    let mut values: Vec<Value> = vec![Value::Null; usize::try_from(keys).expect("few keys")];
    let mut under_way: HashMap<u64, UnderWay> = HashMap::new();
    while history.len() < 2 * operations {
        let client = random.below(keys * clients_of_key);
        let key = client % keys;
        let pair = |value: &Value| Value::List(vec![key.into(), value.clone()]);
        let value = &mut values[usize::try_from(key).expect("few keys")];
        match under_way.remove(&client) {
            None => {
                let asked = draw(&mut random);
                push(&mut history, client, Kind::Invoke, asked.f, pair(&asked.value));
                under_way.insert(client, asked);
            }
            Some(mut op) if op.outcome.is_none() => {
                op.outcome = Some(take_place(&op, value));
                under_way.insert(client, op);
            }
            Some(op) => {
                let (kind, got) = op.outcome.expect("it has taken place");
                push(&mut history, client, kind, op.f, pair(&got));
            }
        }
    }
    history
}

/// The same with a read near its end that sees what nobody wrote.
pub(crate) fn with_wrong_read(history: &History) -> History {
    let last = history.operations().iter().rposition(|op| op.kind == Kind::Ok && op.f == "read");
    let mut wrong = History::new();
    for (position, operation) in history.operations().iter().enumerate() {
        let mut operation = operation.clone();
        if Some(position) == last {
            operation.value = Value::List(vec![0.into(), "nobody's".into()]);
        }
        wrong.push(operation).expect("the history is in order");
    }
    wrong
}

fn draw(random: &mut Stream) -> UnderWay {
    let (f, value) = match random.below(6) {
        0..3 => ("read", Value::Null),
        3 => ("write", random.below(5).into()),
        _ => ("cas", vec![random.below(5), random.below(5)].into()),
    };
    UnderWay { f, value, outcome: None }
}

fn take_place(op: &UnderWay, register: &mut Value) -> (Kind, Value) {
    let asked = op.value.clone();
    match (op.f, asked.as_list()) {
        ("read", _) => (Kind::Ok, register.clone()),
        ("cas", Some([from, to])) if from == register => {
            *register = to.clone();
            (Kind::Ok, asked)
        }
        ("cas", _) => (Kind::Fail, asked),
        _ => {
            *register = asked.clone();
            (Kind::Ok, asked)
        }
    }
}

fn push(history: &mut History, client: u64, kind: Kind, f: &str, value: Value) {
    let (index, time) = (history.len(), 10_000 * history.len() as u64);
    let operation = Operation::new(index, time, Process::Client(client), kind, f, value);
    history.push(operation).expect("the history is in order");
}
