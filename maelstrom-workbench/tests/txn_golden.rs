//! Histories of transactions with the verdicts of Maelstrom's own checkers. `tests/golden/README.md` says where they are
//! from.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use maelstrom_workbench::{
    Quirk, Value, check,
    checker::{ConsistencyModels, Judgement, Options, Verdict},
    history::{History, Operation},
};

type Fields = BTreeMap<String, Value>;

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

fn object(value: Value) -> Fields {
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
    let mut field = |name: &str| case.remove(name);
    let mut history = History::new();
    for operation in field("history").unwrap().as_list().unwrap() {
        history.push(Operation::from_json(operation.clone()).unwrap()).unwrap();
    }
    let models = field("options").unwrap();
    let models: Vec<_> = models
        .get("consistency-models")
        .unwrap()
        .as_list()
        .unwrap()
        .iter()
        .map(|m| m.as_str().unwrap())
        .collect();
    let mut expected = vec![(models.join(" , "), object(field("expected").unwrap()))];
    for (models, result) in field("expected-by-model").map(object).unwrap_or_default() {
        expected.push((models.replace(',', " , "), object(result)));
    }
    let text = |value: Option<Value>| value.unwrap().as_str().unwrap().to_owned();
    Case { name: text(field("name")), workload: text(field("workload")), history, expected }
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
    let (ours, theirs) = (determined(judgement.result()), determined(expected));
    let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let differs = |name: &&String| ours.get(*name) != theirs.get(*name);
    names.into_iter().filter(differs).cloned().collect()
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
const DIFFERENCES: [(&str, Quirk, Verdict, Verdict, usize); 7] = [
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
    let mut found: BTreeMap<_, usize> = BTreeMap::new();
    for (file, _) in FILES {
        for case in cases(file) {
            for (models, expected) in &case.expected {
                let ours = case.check(models, false);
                let theirs = &expected["valid?"];
                match ours.maelstrom_would() {
                    [] => assert_eq!(Value::from(ours.verdict()), *theirs, "{} ({models})", case.name),
                    [divergence] => {
                        assert_eq!(Value::from(divergence.verdict), *theirs, "{} ({models})", case.name);
                        assert_ne!(divergence.verdict, ours.verdict(), "{} ({models})", case.name);
                        let key = (file, divergence.quirk, divergence.verdict, ours.verdict());
                        *found.entry(key).or_default() += 1;
                    }
                    several => panic!("{}: {several:?}", case.name),
                }
            }
        }
    }
    let found: Vec<_> = found
        .into_iter()
        .map(|((file, quirk, theirs, ours), count)| (file, quirk, theirs, ours, count))
        .collect();
    assert_eq!(found, DIFFERENCES);
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
