//! How transactions on registers depend on each other.
//!
//! Source: Elle 0.2.2, with Maelstrom's option that writes follow reads. Only transactions that succeeded count.

use super::{
    super::{
        super::{models::anomaly::Anomalies, words},
        Depends,
        graph::{Graph, rel},
        time,
        transactions::{NONE, Transactions},
    },
    external::{Access, External, accesses},
    versions::Versions,
};

/// The graph of transactions, and what it was made of.
#[derive(Debug)]
pub(in super::super) struct Dependencies<'h> {
    transactions: Transactions<'h>,
    graph: Graph,
}

impl<'h> Dependencies<'h> {
    pub(super) fn new(
        transactions: Transactions<'h>,
        external: External,
        versions: Versions,
        wanted: Anomalies,
    ) -> Self {
        let mut edges = Vec::new();
        // Of each key the element that is null, if it was ever read or written.
        let mut nulls = vec![NONE; transactions.keys.len()];
        for (element, of) in (0..).zip(&transactions.elements) {
            if of.value.is_null() {
                nulls[of.key as usize] = element;
            }
            // There may be one from a transaction to itself, which Elle has as well.
            for writer in external.writers(element) {
                edges.extend(external.readers(element).iter().map(|reader| (*writer, *reader, rel::WR)));
            }
        }
        for (before, after) in &versions.edges {
            let before = versions.key_of_null(*before).map_or(*before, |key| nulls[key as usize]);
            if before == NONE {
                continue;
            }
            for to in external.writers(*after) {
                let mut link = |from: &u32, relation| {
                    if from != to {
                        edges.push((*from, *to, relation));
                    }
                };
                external.writers(before).iter().for_each(|writer| link(writer, rel::WW));
                external.readers(before).iter().for_each(|reader| link(reader, rel::RW));
            }
        }
        time::edges(&transactions, wanted, &mut edges);
        let graph = Graph::new(transactions.entries.len(), &edges);
        Self { transactions, graph }
    }
}

impl<'h> Depends<'h> for Dependencies<'h> {
    fn transactions(&self) -> &Transactions<'h> {
        &self.transactions
    }

    fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Every write after a write is one after a read as well, and is called so.
    fn label(&self, relations: u8) -> u8 {
        [rel::WR, rel::WW, rel::RW].into_iter().find(|label| relations & label != 0).unwrap_or(relations)
    }

    fn why(&self, from: u32, to: u32, label: u8, names: [&str; 2]) -> Option<String> {
        let [first, second] = names;
        let value = |element: u32| words::value(self.transactions.value(element));
        let before = accesses(self.transactions.mops(from));
        let after = accesses(self.transactions.mops(to));
        before.iter().find_map(|one| {
            let other = after.iter().find(|other| other.key == one.key)?;
            let key = words::value(self.transactions.key(one.key));
            match (label, *one, *other) {
                (rel::WR, Access { written: Some(written), .. }, Access { read: Some(read), .. })
                    if written == read =>
                {
                    Some(format!("{second} read {} from key {key}, which {first} had written", value(read)))
                }
                (
                    rel::RW,
                    Access { read: Some(read), .. },
                    Access { read: base, written: Some(written), .. },
                ) => {
                    let follows = base == Some(read);
                    let is_null = self.transactions.value(read).is_null();
                    (follows || is_null).then(|| {
                        let over = if follows { ", having read the same" } else { "" };
                        format!(
                            "{first} read {} from key {key}, to which {second} wrote {}{over}",
                            value(read),
                            value(written)
                        )
                    })
                }
                (rel::WW, Access { written: Some(base), .. }, Access { written: Some(written), .. }) => {
                    Some(format!(
                        "{second} wrote {} to key {key} after {first} had written {}",
                        value(written),
                        value(base)
                    ))
                }
                _ => None,
            }
        })
    }
}
