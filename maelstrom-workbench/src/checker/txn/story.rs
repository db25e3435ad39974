//! Cycles in words, and as results have them.

use super::{
    super::{Cycle, Edge, Transaction, models::anomaly::Anomaly, words},
    Depends,
    found::Found,
    graph::rel,
    told::Telling,
    transactions::Transactions,
};
use crate::{Value, history::Operation};

/// How many transactions of a component are listed.
const LISTED: usize = 32;

/// Adds a cycle with each transaction and why it comes before the next.
pub(super) fn add_cycle(dependencies: &dyn Depends<'_>, anomaly: Anomaly, cycle: &[u32], found: &mut Found) {
    let story = Story { dependencies, cycle };
    let told = |telling: &mut Telling| {
        telling.evidence.cycle = Some(story.cycle());
        story.sentence(telling)
    };
    found.add(anomaly, || story.value(), told);
}

/// Adds that there is a cycle among some transactions.
pub(super) fn add_existing(
    dependencies: &dyn Depends<'_>,
    anomaly: Anomaly,
    transactions: &[u32],
    found: &mut Found,
) {
    let indices = || transactions.iter().take(LISTED).map(|entry| dependencies.transactions().index(*entry));
    let case =
        || Value::object([("scc-size", transactions.len().into()), ("scc", indices().collect::<Value>())]);
    let story = |telling: &mut Telling| {
        let model = anomaly.name().trim_end_matches("-cycle-exists");
        format!(
            "among {} there is a cycle of those that {model} rules out; one of them is that of {}",
            words::count(transactions.len(), "transaction"),
            telling.who(dependencies.transactions(), transactions[0]),
        )
    };
    found.add(anomaly, case, story);
}

/// Adds that the search for a kind of cycle was given up.
pub(super) fn add_timeout(sought: Anomaly, transactions: &[u32], found: &mut Found) {
    let case = || {
        Value::object([
            ("anomaly-spec-type", Value::from(sought.name())),
            ("scc-size", transactions.len().into()),
        ])
    };
    let story = |_: &mut Telling| {
        format!(
            "among {} that depend on each other the search for a cycle of {sought} was given up",
            words::count(transactions.len(), "transaction"),
        )
    };
    found.add(Anomaly::CycleSearchTimeout, case, story);
}

struct Story<'a, 'h> {
    dependencies: &'a dyn Depends<'h>,
    cycle: &'a [u32],
}

impl<'h> Story<'_, 'h> {
    fn transactions(&self) -> &Transactions<'h> {
        self.dependencies.transactions()
    }

    fn operation(&self, entry: u32) -> &Operation {
        self.transactions().operation(entry)
    }

    fn names(&self) -> Vec<String> {
        (1..=self.cycle.len()).map(|number| format!("T{number}")).collect()
    }

    /// For each edge the places of its ends in the cycle, what it is called, and its reason.
    fn steps(&self) -> Vec<(usize, usize, &'static str, String)> {
        let names = self.names();
        let step = |from: usize| {
            let to = (from + 1) % self.cycle.len();
            let [first, second] = [from, to].map(|place| self.cycle[place]);
            let label = self.dependencies.label(self.dependencies.graph().relations(first, second));
            let why = self.why(first, second, label, [&names[from], &names[to]]);
            (from, to, name(label), why)
        };
        (0..self.cycle.len()).map(step).collect()
    }

    fn why(&self, first: u32, second: u32, label: u8, names: [&str; 2]) -> String {
        let [one, other] = names;
        match label {
            rel::PROCESS => format!("process {} did it first", self.transactions().entry(first).process),
            rel::REALTIME => {
                let began = self.operation(self.transactions().entry(second).other).time;
                match began.saturating_sub(self.operation(first).time) {
                    0 => format!("{one} was over when {other} began"),
                    gap => format!("{one} was over {} before {other} began", words::time(gap)),
                }
            }
            _ => self.dependencies.why(first, second, label, names).unwrap_or_else(|| name(label).to_owned()),
        }
    }

    fn sentence(&self, telling: &mut Telling) -> String {
        let who = self.names().into_iter().zip(self.cycle);
        let who: Vec<_> = who
            .map(|(name, entry)| format!("{name} is that of {}", telling.who(self.transactions(), *entry)))
            .collect();
        let names = self.names();
        let steps: Vec<_> = self
            .steps()
            .into_iter()
            .map(|(from, to, _, why)| format!("{} came before {}, as {why}", names[from], names[to]))
            .collect();
        format!(
            "{} came before each other in a circle; {}: {}",
            words::count(self.cycle.len(), "transaction"),
            words::list(&who, "and"),
            steps.join("; ")
        )
    }

    fn cycle(&self) -> Cycle {
        let transactions = self.names().into_iter().zip(self.cycle);
        let transaction = |(name, entry): (String, &u32)| Transaction {
            name,
            index: self.operation(*entry).index,
            process: self.transactions().entry(*entry).process,
        };
        let steps = self.steps().into_iter();
        let edge = |(from, to, kind, why): (usize, usize, &str, String)| Edge {
            from,
            to,
            kind: kind.to_owned(),
            why,
        };
        Cycle { transactions: transactions.map(transaction).collect(), edges: steps.map(edge).collect() }
    }

    fn value(&self) -> Value {
        let names = self.names();
        let transactions = names.iter().zip(self.cycle).map(|(name, entry)| {
            let operation = self.operation(*entry);
            Value::object([
                ("name", Value::from(&**name)),
                ("op", operation.index.into()),
                ("process", self.transactions().entry(*entry).process.into()),
                ("txn", operation.value.clone()),
            ])
        });
        let steps = self.steps().into_iter().map(|(from, to, kind, why)| {
            Value::object([
                ("from", Value::from(&*names[from])),
                ("to", Value::from(&*names[to])),
                ("type", kind.into()),
                ("why", why.into()),
            ])
        });
        Value::object([("txns", transactions.collect::<Value>()), ("steps", steps.collect())])
    }
}

/// What Elle calls a relation.
fn name(label: u8) -> &'static str {
    match label {
        rel::WW => "ww",
        rel::WR => "wr",
        rel::RW => "rw",
        rel::PROCESS => "process",
        _ => "realtime",
    }
}
