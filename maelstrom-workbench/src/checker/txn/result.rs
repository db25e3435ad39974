//! The verdict, and what results have.

use super::{
    super::{
        Evidence, Judgement, Options, Verdict,
        models::{
            Boundary, Models,
            anomaly::{
                Anomalies,
                Anomaly::{self, *},
            },
        },
        words,
    },
    Kind, cycles,
    found::{Cases, Found, Story},
    ours,
};
use crate::Value;

/// Which anomaly is told of first.
const TOLD: [Anomaly; 10] = [
    ResponseMismatch,
    PhantomRead,
    DuplicateElements,
    IncompatibleOrder,
    DirtyUpdate,
    G1a,
    G1b,
    Internal,
    FutureRead,
    LostUpdate,
];

/// What the anomalies of a history come to.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) verdict: Verdict,
    /// All of them.
    anomalies: Anomalies,
    /// Those that are worth telling of.
    reported: Anomalies,
    /// Those that are not allowed.
    bad: Anomalies,
}

impl Outcome {
    pub(super) fn new(kind: Kind, found: &Found, options: &Options) -> Self {
        let anomalies = found.anomalies();
        let anomalies = if options.compat { anomalies.difference(ours()) } else { anomalies };
        let unsettling = Anomalies::of(&[EmptyTransactionGraph, CycleSearchTimeout]);
        let bad = options.consistency_models.prohibited().union(ours()).intersection(anomalies);
        let mut reported = without_redundant(bad.union(unsettling.intersection(anomalies)));
        let mut verdict = match (bad.is_empty(), reported.is_empty()) {
            (true, true) => Verdict::Valid,
            (true, false) => Verdict::Unknown,
            (false, _) => Verdict::Invalid,
        };
        // Maelstrom goes over what Elle says of registers.
        if options.compat && kind == Kind::Registers {
            reported = reported.difference(Anomalies::of(&[CycleSearchTimeout]));
            verdict = if reported.is_empty() { Verdict::Valid } else { Verdict::Invalid };
        }
        Self { verdict, anomalies, reported, bad }
    }

    /// Whether it is there and not allowed.
    pub(super) fn is_bad(&self, anomaly: Anomaly) -> bool {
        self.bad.contains(anomaly)
    }

    /// Whether there is something that is not allowed, and that Elle sees for certain.
    pub(super) fn is_bad_there(&self) -> bool {
        !self.bad.difference(ours().union(Anomalies::of(&[Internal, FutureRead]))).is_empty()
    }

    pub(super) fn judgement(&self, found: &Found) -> Judgement {
        let mut types: Vec<_> = self.reported.iter().map(Anomaly::name).collect();
        types.sort_unstable();
        let mut fields = vec![("anomaly-types", types.into_iter().collect::<Value>())];
        if !self.reported.is_empty() {
            let Boundary { not, also_not } = Boundary::of(self.anomalies);
            fields.push(("not", not.into_iter().collect()));
            fields.push(("also-not", also_not.into_iter().collect()));
            fields.push(("counts", self.of_reported(found, |_, cases| Some(cases.count.into()))));
            let listed = |is_cycle: bool| {
                move |anomaly: Anomaly, cases: &Cases| {
                    let is_there = !cases.listed.is_empty() && anomaly.is_of_cycles() == is_cycle;
                    is_there.then(|| cases.listed.iter().cloned().collect())
                }
            };
            for (name, value) in [
                ("cases", self.of_reported(found, listed(false))),
                ("cycles", self.of_reported(found, listed(true))),
            ] {
                if value != Value::object::<String>([]) {
                    fields.push((name, value));
                }
            }
        }
        let (explanation, evidence) = self.explanation(found).unzip();
        Judgement::new(self.verdict, fields).explain(explanation).prove(evidence.unwrap_or_default())
    }

    fn of_reported(&self, found: &Found, value: impl Fn(Anomaly, &Cases) -> Option<Value>) -> Value {
        Value::object(self.reported.iter().filter_map(|anomaly| {
            let cases = found.cases(anomaly)?;
            Some((anomaly.name(), value(anomaly, cases)?))
        }))
    }

    /// The story of the worst anomaly, and the names of the others.
    fn explanation(&self, found: &Found) -> Option<(String, Evidence)> {
        let told = if self.bad.is_empty() { self.reported } else { self.bad.intersection(self.reported) };
        let first =
            TOLD.into_iter().find(|anomaly| told.contains(*anomaly)).or_else(|| told.iter().next())?;
        let Story { sentence, evidence } = found.cases(first)?.story.as_ref()?;
        let others: Vec<_> = self.reported.iter().filter(|anomaly| *anomaly != first).collect();
        let others = if others.is_empty() {
            String::new()
        } else {
            format!("; there is {} as well", words::list(&others, "and"))
        };
        Some((format!("{first}: {sentence}{others}"), evidence.clone()))
    }
}

/// Without those that only say that a cycle exists, where another anomaly rules out the model as well.
fn without_redundant(reported: Anomalies) -> Anomalies {
    let existing: Anomalies = cycles::ACYCLIC.iter().map(|acyclic| acyclic.anomaly).collect();
    let impossible = Models::ruled_out_by(reported.difference(existing));
    let redundant = cycles::ACYCLIC.iter().filter(|acyclic| impossible.contains(acyclic.model()));
    reported.difference(redundant.map(|acyclic| acyclic.anomaly).collect())
}
