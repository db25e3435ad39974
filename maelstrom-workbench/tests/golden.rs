//! Histories with the verdicts of Maelstrom's own checkers. `tests/golden/README.md` says where they are from.

#![allow(clippy::unwrap_used)]

mod kafka_results;
mod support;

use maelstrom_workbench::{
    Quirk, Value, check,
    checker::{Judgement, Options, RequiredAvailability, Verdict},
    history::{History, Operation},
};
use support::golden::{self, Difference, Fields, Tally, differing, object};

struct Case {
    name: String,
    workload: String,
    options: Options,
    history: History,
    expected: Fields,
}

impl Case {
    fn check(&self, compat: bool) -> Judgement {
        check(&self.workload, &self.history, &self.options.compat(compat)).unwrap()
    }
}

fn cases(file: &str) -> Vec<Case> {
    golden::cases(file).into_iter().map(case).collect()
}

fn case(mut case: golden::Case) -> Case {
    let availability = object(case.field("options")).remove("availability").map(|value| match &value {
        Value::String(total) => total.parse().unwrap(),
        number => number.to_string().parse::<RequiredAvailability>().unwrap(),
    });
    Case {
        name: case.text("name"),
        workload: case.text("workload"),
        options: Options::default().availability(availability),
        history: case.history(),
        expected: object(case.field("expected")),
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

fn names_of_differences(result: &Fields, expected: &Fields, case: &Case) -> Vec<String> {
    let has_thrown = expected.contains_key("error");
    // Maelstrom has counterexamples too, which the recorded results leave out.
    let is_compared = |name: &str| if has_thrown { name == "valid?" } else { name != "counterexamples" };
    let compared = |fields: &Fields| {
        let mut fields = fields.clone();
        fields.retain(|name, _| is_compared(name));
        // The original lists the errors of echoes in the order of a hash table.
        if let (Some(Value::List(errors)), "echo") = (fields.get_mut("errors"), &*case.workload) {
            errors.sort();
        }
        fields
    };
    differing(&compared(result), &compared(expected))
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
const DIFFERENCES: [Difference; 6] = [
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
    let mut found = Tally::default();
    for (file, _) in FILES {
        for case in cases(file) {
            let (compat, ours) = (case.check(true), case.check(false));
            let names = differences(&ours, &case);
            let Some(theirs) = found.count(file, &case.name, &ours) else {
                assert_eq!(names, [""; 0], "{}", case.name);
                continue;
            };
            // Which keys of a store are valid follows the verdict, and so do the types of errors.
            let follows = |name: &String| match file {
                "lin-kv" => ["failures", "keys"].contains(&&**name),
                "kafka" => ["error-types", "bad-error-types", "unseen"].contains(&&**name),
                _ => false,
            };
            let names: Vec<_> = names.into_iter().filter(|name| !follows(name)).collect();
            assert_eq!(names, ["valid?"], "{}", case.name);
            assert_eq!(theirs, compat.verdict(), "{}", case.name);
        }
    }
    found.assert_eq(&DIFFERENCES);
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
