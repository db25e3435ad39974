//! What a checker answers.

use std::{collections::BTreeMap, fmt};

use super::{Evidence, Verdict};
use crate::{Quirk, Value};

/// What a checker says of a history.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    verdict: Verdict,
    result: BTreeMap<String, Value>,
    explanation: Option<String>,
    evidence: Evidence,
    warnings: Vec<Warning>,
    maelstrom_would: Vec<Divergence>,
}

impl Judgement {
    /// A verdict with the fields of the result, without `valid?`, which is the verdict.
    pub fn new<K: Into<String>>(verdict: Verdict, fields: impl IntoIterator<Item = (K, Value)>) -> Self {
        let mut result: BTreeMap<_, _> = fields.into_iter().map(|(key, value)| (key.into(), value)).collect();
        result.insert("valid?".to_owned(), verdict.into());
        Self {
            verdict,
            result,
            explanation: None,
            evidence: Evidence::default(),
            warnings: Vec::new(),
            maelstrom_would: Vec::new(),
        }
    }

    /// What a checker answers that can't judge the history: unknown, and why.
    pub fn failed(error: impl Into<String>) -> Self {
        let error = error.into();
        Self::new(Verdict::Unknown, [("error", error.as_str().into())]).explain(Some(error))
    }

    /// Says in a sentence why the verdict is what it is.
    #[must_use]
    pub fn explain(mut self, explanation: Option<String>) -> Self {
        self.explanation = explanation;
        self
    }

    /// Says what that rests on.
    #[must_use]
    pub fn prove(mut self, evidence: Evidence) -> Self {
        self.evidence = evidence;
        self
    }

    /// Adds what Maelstrom's checker does not see.
    #[must_use]
    pub fn warn(mut self, warnings: impl IntoIterator<Item = Warning>) -> Self {
        self.warnings.extend(warnings);
        self
    }

    /// Adds what Maelstrom would have done differently.
    #[must_use]
    pub fn diverge(mut self, divergences: impl IntoIterator<Item = Divergence>) -> Self {
        self.maelstrom_would.extend(divergences);
        self
    }

    /// The verdict: the result's `valid?`.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The result: Maelstrom's names and values, operations as their indices. Keys are in alphabetical order.
    pub fn result(&self) -> &BTreeMap<String, Value> {
        &self.result
    }

    /// Why the verdict is what it is, in one sentence without a full stop. Every verdict but valid has one.
    pub fn explanation(&self) -> Option<&str> {
        self.explanation.as_deref()
    }

    /// What the explanation rests on; nothing if there is none.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// What Maelstrom's checker does not see. Never changes the verdict.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What Maelstrom would have done differently.
    pub fn maelstrom_would(&self) -> &[Divergence] {
        &self.maelstrom_would
    }
}

/// Something odd in a history that Maelstrom's checker does not see.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// Why it does not.
    pub quirk: Quirk,
    /// What is odd, with the first case of it.
    pub text: String,
    /// How many cases there are.
    pub count: usize,
}

impl Warning {
    /// A warning about `count` cases, of which `text` describes the first.
    pub fn new(quirk: Quirk, text: impl Into<String>, count: usize) -> Self {
        Self { quirk, text: text.into(), count }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        if self.count > 1 { write!(f, " (the first of {})", self.count) } else { Ok(()) }
    }
}

/// What Maelstrom would have answered where the verdicts differ.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Divergence {
    /// Why.
    pub quirk: Quirk,
    /// Its verdict.
    pub verdict: Verdict,
    /// The reason in words.
    pub text: String,
}

impl Divergence {
    /// Maelstrom's verdict, and why.
    pub fn new(quirk: Quirk, verdict: Verdict, text: impl Into<String>) -> Self {
        Self { quirk, verdict, text: text.into() }
    }
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Maelstrom would say {}: {} ({})", self.verdict, self.text, self.quirk)
    }
}
