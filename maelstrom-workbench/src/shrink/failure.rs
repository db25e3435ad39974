//! In which way a run fails.

use std::collections::BTreeSet;

use crate::{
    Run, Value,
    checker::{Judgement, Verdict},
};

/// What is wrong with an invalid run: which checker says so, and of which kind it is. A smaller run has to fail in the
/// same way, or it would be the story of another mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    found_by: String,
    kinds: BTreeSet<String>,
}

impl Failure {
    /// The way in which a run fails; `None` if it does not. A node that panics or storms comes before what its history
    /// makes of that, and the workload's checker before the others.
    pub(super) fn of(run: &Run) -> Option<Self> {
        if !run.problems.is_empty() {
            let kinds = run.problems.iter().map(|problem| without_numbers(&problem.text)).collect();
            return Some(Self { found_by: "problems".to_owned(), kinds });
        }
        let mut judgements = run.judgements.iter();
        let (name, judgement) = judgements.find(|(_, judgement)| judgement.verdict() == Verdict::Invalid)?;
        Some(Self { found_by: name.clone(), kinds: kinds(judgement) })
    }

    /// Whether another run fails in this way, whatever else is wrong with it.
    pub(super) fn is_in(&self, run: &Run) -> bool {
        Self::of(run).is_some_and(|other| {
            let is_like = self.kinds.is_empty() || !self.kinds.is_disjoint(&other.kinds);
            other.found_by == self.found_by && is_like
        })
    }
}

/// The kinds of what a checker has found, where it tells any apart: anomalies, errors, or what there is any of.
fn kinds(judgement: &Judgement) -> BTreeSet<String> {
    let names = |(name, value): (&String, &Value)| -> Vec<String> {
        match (&**name, value) {
            ("anomaly-types" | "bad-error-types", Value::List(kinds)) => {
                kinds.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            ("lost-count" | "stale-count" | "duplicated-count", count) if *count != 0.into() => {
                vec![name.clone()]
            }
            _ => Vec::new(),
        }
    };
    judgement.result().iter().flat_map(names).collect()
}

/// A text with `#` for every number, so that it is the same for any node, key and time.
fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if !c.is_ascii_digit() {
            out.push(c);
        } else if !out.ends_with('#') {
            out.push('#');
        }
    }
    out
}
