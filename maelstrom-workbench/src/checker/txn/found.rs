//! What was found wrong.

use std::collections::BTreeMap;

use super::{
    super::{
        Evidence,
        models::anomaly::{Anomalies, Anomaly},
    },
    told::Telling,
};
use crate::Value;

/// How many cases of an anomaly are listed.
const LISTED: usize = 1000;

/// The anomalies of a history, each with its cases.
#[derive(Debug, Default)]
pub(super) struct Found {
    by_anomaly: BTreeMap<Anomaly, Cases>,
}

/// A case in words, and what it rests on.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) sentence: String,
    pub(super) evidence: Evidence,
}

/// The cases of one anomaly.
#[derive(Debug, Default)]
pub(super) struct Cases {
    pub(super) count: usize,
    /// The first ones, as results have them.
    pub(super) listed: Vec<Value>,
    /// The first one, in words.
    pub(super) story: Option<Story>,
}

impl Found {
    /// Adds a case: as results have it, and in words.
    pub(super) fn add(
        &mut self,
        anomaly: Anomaly,
        case: impl FnOnce() -> Value,
        story: impl FnOnce(&mut Telling) -> String,
    ) {
        let cases = self.by_anomaly.entry(anomaly).or_default();
        cases.count += 1;
        if cases.listed.len() < LISTED {
            cases.listed.push(case());
        }
        cases.story.get_or_insert_with(|| {
            let mut telling = Telling::default();
            Story { sentence: story(&mut telling), evidence: telling.evidence }
        });
    }

    /// Adds a case of which there is nothing to list.
    pub(super) fn note(&mut self, anomaly: Anomaly, sentence: impl FnOnce() -> String) {
        let cases = self.by_anomaly.entry(anomaly).or_default();
        cases.count += 1;
        cases.story.get_or_insert_with(|| Story { sentence: sentence(), evidence: Evidence::default() });
    }

    pub(super) fn anomalies(&self) -> Anomalies {
        self.by_anomaly.keys().copied().collect()
    }

    pub(super) fn cases(&self, anomaly: Anomaly) -> Option<&Cases> {
        self.by_anomaly.get(&anomaly)
    }
}
