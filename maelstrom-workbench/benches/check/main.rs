//! How long the checkers take, and reading what they judge: `cargo bench -p maelstrom-workbench --bench check`.

mod linear;

use std::{hint::black_box, time::Instant};

use maelstrom_workbench::{
    Value, check,
    checker::{Options, Verdict},
    history::{History, Kind, Operation, Process},
};

fn as_u64(number: usize) -> u64 {
    number.try_into().expect("a usize has 64 bits")
}

/// Appends operations of one process.
#[derive(Default)]
struct Recorder(History);

impl Recorder {
    fn push(&mut self, kind: Kind, f: &str, value: Value, is_final: bool) {
        let index = self.0.len();
        let time = as_u64(index) * 1_000_000;
        let mut operation = Operation::new(index, time, Process::Client(0), kind, f, value);
        operation.is_final = is_final;
        self.0.push(operation).expect("the history is in order");
    }

    fn done(&mut self, f: &str, asked: Value, got: Value) {
        self.push(Kind::Invoke, f, asked, false);
        self.push(Kind::Ok, f, got, false);
    }
}

/// So many elements added one after the other; reads now and then, each of all that was added a while before.
fn set(elements: usize, reads: usize, lag: usize, element: impl Fn(usize) -> Value) -> History {
    let mut history = Recorder::default();
    for number in 0..elements {
        history.done("broadcast", element(number), element(number));
        if number % (elements / reads).max(1) == 0 {
            let read = (0..number.saturating_sub(lag)).map(&element).collect();
            history.done("read", Value::Null, read);
        }
    }
    history.done("read", Value::Null, (0..elements).map(&element).collect());
    history.0
}

/// Reads that see nothing, between adds: elements times reads would be 10^11.
fn unread(count: usize) -> History {
    let mut history = Recorder::default();
    for number in 0..count {
        history.done("broadcast", number.into(), number.into());
        history.done("read", Value::Null, Value::List(Vec::new()));
    }
    history.0
}

fn counter(adds: usize, delta: impl Fn(u64) -> u64) -> History {
    let mut history = Recorder::default();
    for number in 0..adds {
        let process = Process::Client(as_u64(number) + 1);
        for kind in [Kind::Invoke, Kind::Info] {
            let value = delta(as_u64(number)).into();
            let index = history.0.len();
            history
                .0
                .push(Operation::new(index, 0, process, kind, "add", value))
                .expect("the history is in order");
        }
    }
    history.push(Kind::Invoke, "read", Value::Null, true);
    history.push(Kind::Ok, "read", 0.into(), true);
    history.0
}

fn measure(name: &str, workload: &str, expected: Verdict, history: &History) {
    let start = Instant::now();
    let judgement =
        black_box(check(workload, black_box(history), &Options::default()).expect("the workload exists"));
    let took = start.elapsed();
    assert_eq!(judgement.verdict(), expected, "{name}");
    println!("{name:<58} {:>9} operations {took:>12.2?}", history.len());
}

/// As `test` and `check` do.
fn write_and_read(history: &History) {
    let mut text = Vec::new();
    let start = Instant::now();
    history.write(&mut text).expect("memory takes it");
    println!("  written: {} MB in {:.2?}", text.len() / 1_000_000, start.elapsed());
    let start = Instant::now();
    assert_eq!(History::read(text.as_slice()).expect("the history is in order").len(), history.len());
    println!("  read in {:.2?}", start.elapsed());
}

fn main() {
    let million = 1_000_000;
    let words = |number: usize| Value::from(format!("value-{number:09}"));
    measure(
        "set-full: 1,000,000 elements, 1 read",
        "broadcast",
        Verdict::Valid,
        &set(million, 1, 0, Value::from),
    );
    let set = set(million, 20, 1000, Value::from);
    measure("set-full: 1,000,000 elements, 20 reads, 10.5 m values", "broadcast", Verdict::Valid, &set);
    write_and_read(&set);
    drop(set);
    measure(
        "set-full: 300,000 strings, 20 reads",
        "broadcast",
        Verdict::Valid,
        &self::set(300_000, 20, 1000, words),
    );
    measure(
        "set-full: 300,000 elements, 300,000 empty reads",
        "broadcast",
        Verdict::Invalid,
        &unread(300_000),
    );
    measure(
        "counters: 1,000,000 indeterminate adds of 0 to 4",
        "g-counter",
        Verdict::Valid,
        &counter(million, |n| n % 5),
    );
    let wide = counter(1000, |n| (n * n * 7919 + 1) * 1_000_003);
    measure("counters: 1,000 indeterminate adds, all different", "g-counter", Verdict::Unknown, &wide);

    let mut ids = Recorder::default();
    for number in 0..million {
        ids.done("generate", Value::Null, words(number));
    }
    measure("unique-ids: 1,000,000 strings", "unique-ids", Verdict::Valid, &ids.0);
    write_and_read(&ids.0);
    drop(ids);
    stores();
}

fn stores() {
    for operations in [10_000, 100_000, 1_000_000] {
        let one_key = linear::registers(1, 10, operations);
        measure("lin-kv: one key, 10 clients", "lin-kv", Verdict::Valid, &one_key);
        let wrong = linear::with_wrong_read(&one_key);
        measure("lin-kv: one key, 10 clients, a wrong read", "lin-kv", Verdict::Invalid, &wrong);
    }
    let keys = linear::registers(64, 10, 64 * 10_000);
    measure("lin-kv: 64 keys, 10 clients each", "lin-kv", Verdict::Valid, &keys);
}
