//! Histories with the verdicts of Maelstrom's own checkers. `tests/golden/README.md` says where they are from.

#![allow(clippy::unwrap_used)]

mod kafka_results;

use std::collections::{BTreeMap, BTreeSet};

use maelstrom_workbench::{
    Quirk, Value, check,
    checker::{Judgement, Options, RequiredAvailability, Verdict},
    history::{History, Operation},
};

struct Case {
    name: String,
    workload: String,
    options: Options,
    history: History,
    expected: BTreeMap<String, Value>,
}

impl Case {
    fn check(&self, compat: bool) -> Judgement {
        check(&self.workload, &self.history, &self.options.compat(compat)).unwrap()
    }
}

fn field(case: &mut BTreeMap<String, Value>, name: &str) -> Value {
    case.remove(name).unwrap_or_else(|| panic!("a case has `{name}`"))
}

fn object(value: Value) -> BTreeMap<String, Value> {
    let Value::Object(fields) = value else { panic!("{value} is no object") };
    fields
}

fn cases(file: &str) -> Vec<Case> {
    let path = format!("{}/tests/golden/{file}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| case(line.parse().unwrap())).collect()
}

fn case(value: Value) -> Case {
    let mut case = object(value);
    let Value::List(operations) = field(&mut case, "history") else { panic!("a history is a list") };
    let mut history = History::new();
    for operation in operations {
        history.push(Operation::from_json(operation).unwrap()).unwrap();
    }
    let availability = object(field(&mut case, "options")).remove("availability").map(|value| match &value {
        Value::String(total) => total.parse().unwrap(),
        number => number.to_string().parse::<RequiredAvailability>().unwrap(),
    });
    Case {
        name: field(&mut case, "name").as_str().unwrap().to_owned(),
        workload: field(&mut case, "workload").as_str().unwrap().to_owned(),
        options: Options::default().availability(availability),
        history,
        expected: object(field(&mut case, "expected")),
    }
}

/// Where a judgement and the expected result differ. Of a checker that threw only the verdict counts.
fn differences(judgement: &Judgement, case: &Case) -> Vec<String> {
    if case.workload == "kafka" && !case.expected.contains_key("error") {
        let [result, expected] = [kafka_results::recorded(judgement.result()), case.expected.clone()];
        return names_of_differences(
            &kafka_results::determined(result),
            &kafka_results::determined(expected),
            case,
        );
    }
    names_of_differences(judgement.result(), &case.expected, case)
}

fn names_of_differences(
    result: &BTreeMap<String, Value>,
    expected: &BTreeMap<String, Value>,
    case: &Case,
) -> Vec<String> {
    let names: BTreeSet<&String> = if expected.contains_key("error") {
        expected.keys().filter(|name| *name == "valid?").collect()
    } else {
        // Maelstrom has counterexamples too, which the recorded results leave out.
        expected.keys().chain(result.keys()).filter(|name| *name != "counterexamples").collect()
    };
    // The original lists the errors of echoes in the order of a hash table.
    let is_unordered = |name: &str| case.workload == "echo" && name == "errors";
    let field = |fields: &BTreeMap<String, Value>, name: &str| {
        let mut value = fields.get(name).cloned();
        if let (true, Some(Value::List(list))) = (is_unordered(name), &mut value) {
            list.sort();
        }
        value
    };
    names.into_iter().filter(|name| field(result, name) != field(expected, name)).cloned().collect()
}

/// The files, with how many cases they have.
const FILES: [(&str, usize); 7] = [
    ("set-full", 101),
    ("unique-ids", 31),
    ("echo", 21),
    ("counters", 78),
    ("stats-availability", 77),
    ("lin-kv", 86),
    ("kafka", 87),
];

/// Where we differ from Maelstrom without compat: file, quirk, Maelstrom's verdict, ours, and in how many cases.
const DIFFERENCES: [(&str, Quirk, Verdict, Verdict, usize); 6] = [
    ("counters", Quirk::UncheckedCounterReads, Verdict::Valid, Verdict::Unknown, 11),
    ("kafka", Quirk::FailingKafkaChecker, Verdict::Unknown, Verdict::Invalid, 8),
    ("kafka", Quirk::SeenLast, Verdict::Invalid, Verdict::Valid, 1),
    ("lin-kv", Quirk::NullReads, Verdict::Valid, Verdict::Invalid, 2),
    ("stats-availability", Quirk::SinglePrecisionAvailability, Verdict::Invalid, Verdict::Valid, 3),
    ("unique-ids", Quirk::IncomparableIds, Verdict::Unknown, Verdict::Valid, 3),
];

#[test]
fn with_compat_every_field_is_maelstroms() {
    let mut failures = Vec::new();
    for (file, count) in FILES {
        let cases = cases(file);
        assert_eq!(cases.len(), count, "{file}");
        for case in cases {
            let judgement = case.check(true);
            assert_eq!(judgement.maelstrom_would(), [], "{}", case.name);
            for name in differences(&judgement, &case) {
                let (ours, theirs) = (judgement.result().get(&name), case.expected.get(&name));
                failures.push(format!("{}: {name} is {ours:?}, not {theirs:?}", case.name));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// As Jepsen prints it: what names something is a keyword.
fn edn(value: &Value, is_name: bool) -> String {
    match value {
        Value::Null => "nil".to_owned(),
        Value::String(name) if is_name => format!(":{name}"),
        Value::List(values) => {
            let values: Vec<_> = values.iter().map(|value| edn(value, is_name)).collect();
            format!("[{}]", values.join(" "))
        }
        Value::Object(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(key, value)| format!("{key:?} {}", edn(value, is_name))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        value => value.to_string(),
    }
}

fn as_jepsen_stores_it(history: &History) -> String {
    let line = |operation: &Operation| {
        let fields = object(serde_json::to_string(operation).unwrap().parse().unwrap());
        let field = |(name, value): (&String, &Value)| {
            format!(":{name} {}", edn(value, ["type", "f", "process"].contains(&&**name)))
        };
        let fields: Vec<_> = fields.iter().map(field).collect();
        format!("{{{}}}\n", fields.join(", "))
    };
    history.operations().iter().map(line).collect()
}

#[test]
fn a_history_reads_the_same_from_jepsens_own_notation() {
    for (file, _) in FILES {
        for case in cases(file) {
            let text = as_jepsen_stores_it(&case.history);
            let read = History::read(text.as_bytes()).unwrap();
            assert_eq!(read, case.history, "{}", case.name);
        }
    }
}

#[test]
fn without_compat_every_difference_is_a_known_one() {
    let mut found: BTreeMap<_, usize> = BTreeMap::new();
    for (file, _) in FILES {
        for case in cases(file) {
            let (compat, ours) = (case.check(true), case.check(false));
            let names = differences(&ours, &case);
            match ours.maelstrom_would() {
                [] => assert_eq!(names, [""; 0], "{}", case.name),
                [divergence] => {
                    // Which keys of a store are valid follows the verdict, and so do the types of errors.
                    let follows = |name: &String| match file {
                        "lin-kv" => ["failures", "keys"].contains(&&**name),
                        "kafka" => ["error-types", "bad-error-types", "unseen"].contains(&&**name),
                        _ => false,
                    };
                    let names: Vec<_> = names.into_iter().filter(|name| !follows(name)).collect();
                    assert_eq!(names, ["valid?"], "{}", case.name);
                    assert_eq!(divergence.verdict, compat.verdict(), "{}", case.name);
                    let key = (file, divergence.quirk, divergence.verdict, ours.verdict());
                    *found.entry(key).or_default() += 1;
                }
                several => panic!("{}: {several:?}", case.name),
            }
        }
    }
    let found: Vec<_> = found
        .into_iter()
        .map(|((file, quirk, theirs, ours), count)| (file, quirk, theirs, ours, count))
        .collect();
    assert_eq!(found, DIFFERENCES);
}

#[test]
fn every_verdict_but_valid_is_explained() {
    for (file, _) in FILES {
        for case in cases(file) {
            for judgement in [case.check(false), case.check(true)] {
                let is_valid = judgement.verdict() == Verdict::Valid;
                assert_eq!(judgement.explanation().is_none(), is_valid, "{}", case.name);
            }
        }
    }
}

#[test]
fn histories_are_written_as_they_were_read() {
    for (file, _) in FILES {
        for case in cases(file) {
            let mut written = Vec::new();
            case.history.write(&mut written).unwrap();
            let read = History::read(written.as_slice()).unwrap();
            assert_eq!(read.operations(), case.history.operations(), "{}", case.name);
        }
    }
}
