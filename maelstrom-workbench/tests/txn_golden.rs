//! Histories of transactions with the verdicts of Maelstrom's own checkers. `tests/golden/README.md` says where they are
//! from.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;

use maelstrom_workbench::{
    Quirk, Value, check,
    checker::{ConsistencyModels, Judgement, Options, Verdict},
    history::History,
};
use support::golden::{self, Difference, Fields, Tally, differing, object};

struct Case {
    name: String,
    workload: String,
    history: History,
    /// What is expected of each list of models.
    expected: Vec<(String, Fields)>,
}

impl Case {
    fn check(&self, models: &str, compat: bool) -> Judgement {
        let models: ConsistencyModels = models.replace("[,]", " , ").parse().unwrap();
        let options = Options::default().compat(compat).consistency_models(models);
        check(&self.workload, &self.history, &options).unwrap()
    }
}

fn cases(file: &str) -> Vec<Case> {
    golden::cases(file).into_iter().map(case).collect()
}

fn case(mut case: golden::Case) -> Case {
    let options = case.field("options");
    let models = options.get("consistency-models").unwrap().as_list().unwrap();
    let models: Vec<_> = models.iter().map(|model| model.as_str().unwrap()).collect();
    let mut expected = vec![(models.join(" , "), object(case.field("expected")))];
    for (models, result) in case.get("expected-by-model").map(object).unwrap_or_default() {
        expected.push((models.replace(',', " , "), object(result)));
    }
    Case { name: case.text("name"), workload: case.text("workload"), history: case.history(), expected }
}

/// What is determined of a result; of a checker that threw only the verdict.
fn determined(fields: &Fields) -> Fields {
    let mut fields = fields.clone();
    if fields.contains_key("error") {
        fields.retain(|name, _| name == "valid?");
    }
    fields.remove("cycles");
    if let Some(Value::Object(cases)) = fields.get_mut("cases") {
        for cases in cases.values_mut() {
            if let Value::List(list) = cases {
                list.sort();
            }
        }
    }
    fields
}

fn differences(judgement: &Judgement, expected: &Fields) -> Vec<String> {
    differing(&determined(judgement.result()), &determined(expected))
}

const FILES: [(&str, usize); 2] = [("txn-list-append", 85), ("txn-rw-register", 63)];

#[test]
fn with_compat_every_field_is_maelstroms() {
    let mut failures = Vec::new();
    for (file, count) in FILES {
        let cases = cases(file);
        assert_eq!(cases.len(), count, "{file}");
        for case in cases {
            for (models, expected) in &case.expected {
                let judgement = case.check(models, true);
                assert_eq!(judgement.maelstrom_would(), [], "{}", case.name);
                for name in differences(&judgement, expected) {
                    let (ours, theirs) = (judgement.result().get(&name), expected.get(&name));
                    failures.push(format!("{} ({models}): {name} is {ours:?}, not {theirs:?}", case.name));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} differences\n{}", failures.len(), failures.join("\n"));
}

/// Where we differ from Maelstrom without compat: file, quirk, Maelstrom's verdict, ours, and in how many cases.
const DIFFERENCES: [Difference; 7] = [
    ("txn-list-append", Quirk::UnmatchedReplies, Verdict::Valid, Verdict::Invalid, 10),
    ("txn-list-append", Quirk::PhantomElements, Verdict::Valid, Verdict::Invalid, 1),
    ("txn-list-append", Quirk::PhantomElements, Verdict::Unknown, Verdict::Valid, 8),
    ("txn-list-append", Quirk::PhantomElements, Verdict::Unknown, Verdict::Invalid, 18),
    ("txn-rw-register", Quirk::UnmatchedReplies, Verdict::Valid, Verdict::Invalid, 10),
    ("txn-rw-register", Quirk::EmptyTransactionGraph, Verdict::Invalid, Verdict::Unknown, 92),
    ("txn-rw-register", Quirk::BlindWithinTransactions, Verdict::Valid, Verdict::Invalid, 16),
];

#[test]
fn without_compat_every_other_verdict_is_a_known_one() {
    let mut found = Tally::default();
    for (file, _) in FILES {
        for case in cases(file) {
            for (models, expected) in &case.expected {
                let ours = case.check(models, false);
                let theirs = found.count(file, &case.name, &ours);
                assert_ne!(theirs, Some(ours.verdict()), "{} ({models})", case.name);
                let theirs = Value::from(theirs.unwrap_or(ours.verdict()));
                assert_eq!(theirs, expected["valid?"], "{} ({models})", case.name);
            }
        }
    }
    found.assert_eq(&DIFFERENCES);
}

/// The reasons of all edges of all cycles.
fn reasons(judgement: &Judgement) -> Vec<String> {
    let mut reasons = Vec::new();
    let cycles = judgement.result().get("cycles").cloned().map(object).unwrap_or_default();
    for cycle in cycles.values().flat_map(|cycles| cycles.as_list().unwrap()) {
        for step in cycle.get("steps").and_then(Value::as_list).unwrap_or_default() {
            reasons.push(step.get("why").and_then(Value::as_str).unwrap().to_owned());
        }
    }
    reasons
}

#[test]
fn every_edge_of_a_cycle_has_a_reason() {
    let mut all = BTreeSet::new();
    for case in FILES.into_iter().flat_map(|(file, _)| cases(file)) {
        for (models, _) in &case.expected {
            for reason in [false, true].into_iter().flat_map(|compat| reasons(&case.check(models, compat))) {
                // Without one it would be the name of a relation.
                assert!(reason.contains(" T") || reason.starts_with("process "), "{}: {reason}", case.name);
                all.insert(reason.split(' ').skip(1).take(2).map(str::to_owned).collect::<Vec<_>>());
            }
        }
    }
    assert!(all.len() > 5, "{all:?}");
}

#[test]
fn every_verdict_but_valid_is_explained() {
    for case in FILES.into_iter().flat_map(|(file, _)| cases(file)) {
        for (models, _) in &case.expected {
            for judgement in [case.check(models, false), case.check(models, true)] {
                let is_valid = judgement.verdict() == Verdict::Valid;
                assert_eq!(judgement.explanation().is_none(), is_valid, "{}", case.name);
            }
        }
    }
}
