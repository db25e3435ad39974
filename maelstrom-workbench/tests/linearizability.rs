//! The checker of `lin-kv` against one that tries every order, against another library, and what holds for every
//! history.

#![allow(clippy::unwrap_used)]

use maelstrom_workbench::{
    Value, check,
    checker::{Options, Verdict},
    history::{History, Kind, Operation, Process},
    random::{Stream, Streams},
};
use todc_utils::{Action, WGLChecker, specifications::Specification};

/// An operation: its positions, what it does, and its outcome.
#[derive(Clone, Debug)]
struct Op {
    invoked: usize,
    completed: usize,
    f: &'static str,
    /// What is read, written, or expected.
    a: Value,
    /// What a cas writes.
    b: Value,
    kind: Kind,
}

/// One of few values, so that they meet.
fn draw(random: &mut Stream) -> Value {
    match random.below(4) {
        0 => Value::Null,
        value => value.into(),
    }
}

/// A history of up to so many operations on one key: a register's, or of values at random.
fn ops(random: &mut Stream, most: u64) -> Vec<Op> {
    let mut waiting: Vec<(Op, bool)> = Vec::new();
    let mut done = Vec::new();
    let (mut register, mut position) = (Value::Null, 0);
    let (is_right, count) = (random.coin(), 1 + random.below(most));
    let mut begun = 0;
    while begun < count || !waiting.is_empty() {
        position += 1;
        if begun < count && (waiting.is_empty() || random.coin()) {
            begun += 1;
            let f = ["read", "write", "cas"][usize::try_from(random.below(3)).unwrap()];
            let (a, b) = (draw(random), draw(random));
            let op = Op { invoked: position, completed: usize::MAX, f, a, b, kind: Kind::Info };
            waiting.push((op, false));
            continue;
        }
        let at = usize::try_from(random.below(waiting.len() as u64)).unwrap();
        let (op, is_placed) = &mut waiting[at];
        if is_right && !*is_placed {
            *is_placed = true;
            op.kind = Kind::Ok;
            match op.f {
                "read" => op.a = register.clone(),
                "write" => register = op.a.clone(),
                _ if op.a == register => register = op.b.clone(),
                _ => op.kind = Kind::Fail,
            }
            if random.coin() {
                continue;
            }
        }
        let (mut op, _) = waiting.remove(at);
        if op.kind != Kind::Fail {
            op.kind = match random.below(6) {
                0 => Kind::Info,
                1 if !is_right => Kind::Fail,
                _ => Kind::Ok,
            };
        }
        op.completed = position;
        done.push(op);
    }
    done
}

/// The history of operations; every operation has a process of its own.
fn history(ops: &[Op], process: impl Fn(u64) -> u64, value: impl Fn(&Value) -> Value, time: u64) -> History {
    let mut entries: Vec<(usize, u64, Kind, &Op)> = Vec::new();
    for (number, op) in (0..).zip(ops) {
        entries.push((op.invoked, number, Kind::Invoke, op));
        entries.push((op.completed, number, op.kind, op));
    }
    entries.sort_by_key(|entry| entry.0);
    let mut history = History::new();
    for (position, number, kind, op) in entries {
        let content = match op.f {
            "read" if kind == Kind::Ok => value(&op.a),
            "read" => Value::Null,
            "write" => value(&op.a),
            _ => Value::List(vec![value(&op.a), value(&op.b)]),
        };
        let content = Value::List(vec![0.into(), content]);
        let (index, time) = (history.len(), time * position as u64);
        let process = Process::Client(process(number));
        history.push(Operation::new(index, time, process, kind, op.f, content)).unwrap();
    }
    history
}

fn plain(ops: &[Op]) -> History {
    history(ops, |process| process, Clone::clone, 10)
}

fn verdict(history: &History, compat: bool) -> Verdict {
    check("lin-kv", history, &Options::default().compat(compat)).unwrap().verdict()
}

/// Whether any order is legal: tries each.
fn has_order(left: &[Op], value: &Value, compat: bool) -> bool {
    if left.iter().all(|op| op.kind != Kind::Ok) {
        return true;
    }
    (0..left.len()).any(|at| {
        let op = &left[at];
        let may_come = left.iter().all(|other| other.kind != Kind::Ok || other.completed >= op.invoked);
        let next = match op.f {
            _ if op.kind == Kind::Fail => None,
            "read" if op.kind == Kind::Info || compat && op.a.is_null() || op.a == *value => Some(value),
            "write" => Some(&op.a),
            "cas" if op.a == *value => Some(&op.b),
            _ => None,
        };
        let mut rest = left.to_vec();
        rest.remove(at);
        may_come && next.is_some_and(|next| has_order(&rest, next, compat))
    })
}

#[test]
fn verdicts_are_those_of_a_search_through_all_orders() {
    let count = 100_000;
    let mut random = Streams::new(13).stream("histories");
    let mut found = [0; 2];
    for _ in 0..count {
        let ops = ops(&mut random, 6);
        for compat in [false, true] {
            let expected = has_order(&ops, &Value::Null, compat);
            found[usize::from(expected)] += 1;
            let expected = if expected { Verdict::Valid } else { Verdict::Invalid };
            assert_eq!(verdict(&plain(&ops), compat), expected, "compat {compat}: {ops:#?}");
        }
    }
    assert!(found.iter().all(|found| *found > count / 10), "{found:?}");
}

/// A register, as todc-utils is told of it.
struct Register;

impl Specification for Register {
    type State = Value;
    type Operation = Op;

    fn init() -> Value {
        Value::Null
    }

    fn apply(op: &Op, value: &Value) -> (bool, Value) {
        match op.f {
            "read" => (op.a == *value, value.clone()),
            "write" => (true, op.a.clone()),
            _ if op.a == *value => (true, op.b.clone()),
            // Left open, it may have done nothing.
            _ => (op.kind == Kind::Info, value.clone()),
        }
    }
}

/// What is left open comes to an end after everything else, which is as good as never; what failed did not happen.
fn is_linearizable(ops: &[Op]) -> bool {
    let counts = |op: &&Op| op.kind == Kind::Ok || op.kind == Kind::Info && op.f != "read";
    let mut actions = Vec::new();
    for (process, op) in ops.iter().filter(counts).enumerate() {
        let ended = if op.kind == Kind::Ok { op.completed } else { usize::MAX };
        actions.push((op.invoked, process, Action::Call(op.clone())));
        actions.push((ended, process, Action::Response(op.clone())));
    }
    actions.sort_by_key(|(position, process, _)| (*position, *process));
    if actions.is_empty() {
        return true;
    }
    let actions = actions.into_iter().map(|(_, process, action)| (process, action)).collect();
    WGLChecker::<Register>::is_linearizable(todc_utils::History::from_actions(actions))
}

#[test]
fn verdicts_are_those_of_another_library() {
    let mut random = Streams::new(16).stream("histories");
    let mut found = [0; 2];
    for _ in 0..5_000 {
        let ops = ops(&mut random, 24);
        let expected = is_linearizable(&ops);
        found[usize::from(expected)] += 1;
        let expected = if expected { Verdict::Valid } else { Verdict::Invalid };
        assert_eq!(verdict(&plain(&ops), false), expected, "{ops:#?}");
    }
    assert!(found.iter().all(|found| *found > 1_000), "{found:?}");
}

#[test]
fn names_and_times_do_not_matter_and_one_more_open_operation_does_no_harm() {
    let mut random = Streams::new(14).stream("histories");
    for _ in 0..1_000 {
        let mut ops = ops(&mut random, 6);
        let before = verdict(&plain(&ops), false);
        let rename =
            |value: &Value| if value.is_null() { Value::Null } else { Value::from(format!("<{value}>")) };
        assert_eq!(verdict(&history(&ops, |process| 100 - process, rename, 77), false), before, "{ops:#?}");
        let f = if random.coin() { "write" } else { "cas" };
        let (a, b) = (draw(&mut random), draw(&mut random));
        ops.push(Op { invoked: 0, completed: 1_000, f, a, b, kind: Kind::Info });
        assert!(verdict(&plain(&ops), false) <= before, "{ops:#?}");
    }
}

#[test]
fn what_one_client_does_to_a_register_is_valid() {
    let mut random = Streams::new(15).stream("histories");
    for _ in 0..200 {
        let mut register = Value::Null;
        let mut ops = Vec::new();
        for number in 0..random.below(60) {
            let invoked = usize::try_from(2 * number).unwrap();
            let (a, b) = (draw(&mut random), draw(&mut random));
            let mut op = Op { invoked, completed: invoked + 1, f: "read", a, b, kind: Kind::Ok };
            match random.below(3) {
                0 => op.a = register.clone(),
                1 => (op.f, register) = ("write", op.a.clone()),
                _ if op.a == register => (op.f, register) = ("cas", op.b.clone()),
                _ => (op.f, op.kind) = ("cas", Kind::Fail),
            }
            ops.push(op);
        }
        assert_eq!(verdict(&plain(&ops), false), Verdict::Valid, "{ops:#?}");
    }
}

#[test]
fn an_invalid_key_says_who_read_what_and_what_could_have_been_read() {
    let write = Op { invoked: 1, completed: 2, f: "write", a: 1.into(), b: Value::Null, kind: Kind::Ok };
    let read = Op { invoked: 3, completed: 4, f: "read", a: 2.into(), ..write.clone() };
    let history = history(&[write, read], |process| process, Clone::clone, 1_000_000);
    let judgement = check("lin-kv", &history, &Options::default()).unwrap();
    assert_eq!(
        judgement.explanation(),
        Some(
            "process 1 read 2 from key 0 between 3 ms and 4 ms, but with all that was acknowledged before, its value \
             could only be 1"
        )
    );
    assert_eq!(
        judgement.result()["counterexamples"].to_string(),
        r#"{"0":{"configs":[{"next":[{"op":2,"why":"it has read 2, and the value is 1"}],"value":1}],"op":3,"previous-ok":1}}"#
    );
}
