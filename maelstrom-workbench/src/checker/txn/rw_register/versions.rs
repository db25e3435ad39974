//! Which value of a register came after which, as far as it can be told.

use std::collections::BTreeSet;

use super::{
    super::{
        super::{models::anomaly::Anomaly, words},
        found::Found,
        graph::{Graph, rel},
        told::Telling,
        transactions::Transactions,
    },
    external::{Access, accesses},
};
use crate::{Value, history::Kind};

/// Which elements came right after which. Besides the elements there is the null that each key had at first.
#[derive(Debug)]
pub(super) struct Versions {
    /// The number of elements; what follows are the nulls, by key.
    elements: usize,
    /// Pairs of what came before and after.
    pub(super) edges: Vec<(u32, u32)>,
}

impl Versions {
    /// Null came before everything. And a transaction that read a value and wrote another has put it after the one that it
    /// read; this is not used if it goes round in circles, which is an anomaly.
    pub(super) fn new(transactions: &Transactions<'_>, found: &mut Found) -> Self {
        let mut versions = Self { elements: transactions.elements.len(), edges: Vec::new() };
        let mut is_known = vec![false; versions.elements];
        let mut rewritten: BTreeSet<(u32, u32)> = BTreeSet::new();
        for (entry, of) in transactions.possible() {
            for Access { read, written, .. } in accesses(transactions.mops(entry)) {
                let read = read.filter(|_| of.kind == Kind::Ok);
                let not_null = |element: &u32| !transactions.value(*element).is_null();
                for element in read.into_iter().chain(written).filter(not_null) {
                    is_known[element as usize] = true;
                }
                if let (Some(read), Some(written)) = (read.filter(not_null), written.filter(not_null))
                    && of.kind == Kind::Ok
                {
                    rewritten.insert((read, written));
                }
            }
        }
        versions.cycles(transactions, &rewritten, found);
        for (element, of) in (0..).zip(&transactions.elements) {
            if is_known[element as usize] {
                versions.edges.push((versions.null(of.key), element));
            }
        }
        if !found.anomalies().contains(Anomaly::CyclicVersions) {
            versions.edges.extend(rewritten);
        }
        versions
    }

    /// The null that a key had at first.
    fn null(&self, key: u32) -> u32 {
        u32::try_from(self.elements)
            .ok()
            .and_then(|null| null.checked_add(key))
            .expect("elements are numbered")
    }

    /// The element of a version: its own, or that of a read of null, if there was one.
    pub(super) fn key_of_null(&self, version: u32) -> Option<u32> {
        let elements = u32::try_from(self.elements).expect("elements are numbered");
        version.checked_sub(elements)
    }

    fn cycles(&self, transactions: &Transactions<'_>, rewritten: &BTreeSet<(u32, u32)>, found: &mut Found) {
        let edges: Vec<_> = rewritten.iter().map(|(before, after)| (*before, *after, rel::WW)).collect();
        let graph = Graph::new(self.elements, &edges);
        for component in graph.components(rel::ANY).large() {
            let key = transactions.key(transactions.elements[component[0] as usize].key);
            let mut values: Vec<&Value> =
                component.iter().map(|element| transactions.value(*element)).collect();
            values.sort_unstable();
            let values: Value = values.into_iter().cloned().collect();
            let case = || {
                Value::object([
                    ("key", key.clone()),
                    ("scc", values.clone()),
                    ("sources", ["initial-state", "wfr-keys"].into_iter().collect()),
                ])
            };
            let story = |_: &mut Telling| {
                format!(
                    "of the values {} of key {}, each was written by a transaction that had read another one before, \
                     round in a circle",
                    words::value(&values),
                    words::value(key),
                )
            };
            found.add(Anomaly::CyclicVersions, case, story);
        }
    }
}
