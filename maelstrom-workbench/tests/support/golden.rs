//! Recorded histories with the results of Maelstrom's own checkers, and how ours differ from them.

use std::collections::{BTreeMap, BTreeSet};

use maelstrom_workbench::{
    Quirk, Value,
    checker::{Judgement, Verdict},
    history::{History, Operation},
};

/// The members of an object.
pub(crate) type Fields = BTreeMap<String, Value>;

pub(crate) fn object(value: Value) -> Fields {
    let Value::Object(fields) = value else { panic!("{value} is no object") };
    fields
}

/// The cases of a file, one a line.
pub(crate) fn cases(file: &str) -> Vec<Case> {
    let path = format!("{}/tests/golden/{file}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| Case(object(line.parse().unwrap()))).collect()
}

/// A case as it was recorded.
pub(crate) struct Case(Fields);

impl Case {
    /// A member, which is taken out, if it is there.
    pub(crate) fn get(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    pub(crate) fn field(&mut self, name: &str) -> Value {
        self.get(name).unwrap_or_else(|| panic!("a case has `{name}`"))
    }

    pub(crate) fn text(&mut self, name: &str) -> String {
        self.field(name).as_str().unwrap().to_owned()
    }

    pub(crate) fn history(&mut self) -> History {
        let mut history = History::new();
        for operation in self.field("history").as_list().unwrap() {
            history.push(Operation::from_json(operation.clone()).unwrap()).unwrap();
        }
        history
    }
}

/// The names of members that are not the same in both.
pub(crate) fn differing(ours: &Fields, theirs: &Fields) -> Vec<String> {
    let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let differs = |name: &&String| ours.get(*name) != theirs.get(*name);
    names.into_iter().filter(differs).cloned().collect()
}

/// Where we differ from Maelstrom: file, quirk, Maelstrom's verdict, ours, and in how many cases.
pub(crate) type Difference = (&'static str, Quirk, Verdict, Verdict, usize);

/// Counts verdicts that differ.
#[derive(Default)]
pub(crate) struct Tally(BTreeMap<(&'static str, Quirk, Verdict, Verdict), usize>);

impl Tally {
    /// Counts a judgement, which says itself what Maelstrom would say. Returns that, if it is something else.
    pub(crate) fn count(&mut self, file: &'static str, name: &str, ours: &Judgement) -> Option<Verdict> {
        match ours.maelstrom_would() {
            [] => None,
            [divergence] => {
                let key = (file, divergence.quirk, divergence.verdict, ours.verdict());
                *self.0.entry(key).or_default() += 1;
                Some(divergence.verdict)
            }
            several => panic!("{name}: {several:?}"),
        }
    }

    pub(crate) fn assert_eq(self, expected: &[Difference]) {
        let found =
            self.0.into_iter().map(|((file, quirk, theirs, ours), count)| (file, quirk, theirs, ours, count));
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }
}
