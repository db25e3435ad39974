//! How many operations succeeded.
//!
//! Source: Maelstrom 0.2.5, as read and run.

use std::collections::BTreeMap;

use super::{Checker, Evidence, Judgement, Options, Verdict, words};
use crate::{
    Value,
    history::{History, Kind, Operation},
};

/// Counts completions, in all and by function: invalid if some function never succeeded. `crash` and
/// `debug-topic-partitions` need not.
#[derive(Clone, Copy, Debug)]
pub struct Stats;

/// They can't succeed, or hardly.
const EXEMPT: [&str; 2] = ["crash", "debug-topic-partitions"];

impl Checker for Stats {
    fn check(&self, history: &History, _: &Options) -> Judgement {
        let mut all = Counts::default();
        let mut by_f: BTreeMap<&str, Counts> = BTreeMap::new();
        for (_, operation) in history.client_operations() {
            all.add(operation.kind);
            if operation.kind != Kind::Invoke {
                by_f.entry(&operation.f).or_default().add(operation.kind);
            }
        }
        let failing: Vec<_> =
            by_f.iter().filter(|(f, counts)| counts.ok == 0 && !EXEMPT.contains(f)).collect();
        let verdict = if failing.is_empty() { Verdict::Valid } else { Verdict::Invalid };

        let fields = by_f.iter().map(|(f, counts)| (*f, Value::object(counts.fields(counts.ok > 0))));
        let by_f = ("by-f", Value::object(fields));
        let explain = |(f, counts): &(&&str, &Counts)| {
            format!("no `{f}` succeeded: {} failed, {} indeterminate", counts.fail, counts.info)
        };
        // The first that did not succeed may tell why none did.
        let is_of_failing = |operation: &Operation| {
            operation.kind != Kind::Invoke && failing.iter().any(|(f, _)| **f == operation.f)
        };
        let mut completions = history.client_operations().map(|(_, operation)| operation);
        let unsuccessful =
            completions.find(|operation| is_of_failing(operation)).map(|operation| operation.index);
        let explanations: Vec<_> = failing.iter().map(explain).collect();
        Judgement::new(verdict, all.fields(false).into_iter().chain([by_f]))
            .prove(Evidence::of(unsuccessful))
            .explain((!failing.is_empty()).then(|| words::list(&explanations, "and")))
    }
}

/// Completions by kind.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    ok: usize,
    fail: usize,
    info: usize,
}

impl Counts {
    fn add(&mut self, kind: Kind) {
        match kind {
            Kind::Invoke => {}
            Kind::Ok => self.ok += 1,
            Kind::Fail => self.fail += 1,
            Kind::Info => self.info += 1,
        }
    }

    fn fields(self, is_valid: bool) -> [(&'static str, Value); 5] {
        [
            ("valid?", is_valid.into()),
            ("count", (self.ok + self.fail + self.info).into()),
            ("ok-count", self.ok.into()),
            ("fail-count", self.fail.into()),
            ("info-count", self.info.into()),
        ]
    }
}
