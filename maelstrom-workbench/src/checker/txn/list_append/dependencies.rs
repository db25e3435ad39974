//! How transactions on lists depend on each other.
//!
//! Source: Elle 0.2.2; Kingsbury and Alvaro, "Elle: Inferring Isolation Anomalies from Experimental Observations" (2020).

use super::{
    super::{
        super::{models::anomaly::Anomalies, words},
        Depends,
        graph::{Graph, rel},
        time,
        transactions::{Mop, NONE, Seen, Transactions},
    },
    orders::{Before, Orders},
};
use crate::history::Kind;

/// The graph of transactions, and what it was made of.
#[derive(Debug)]
pub(in super::super) struct Dependencies<'h> {
    transactions: Transactions<'h>,
    /// Of each element who appended it.
    writers: Vec<u32>,
    orders: Orders,
    graph: Graph,
}

impl<'h> Dependencies<'h> {
    pub(super) fn new(
        transactions: Transactions<'h>,
        writers: Vec<u32>,
        orders: Orders,
        wanted: Anomalies,
    ) -> Self {
        let graph = Graph::new(0, &[]);
        let mut dependencies = Self { transactions, writers, orders, graph };
        let readers = Readers::new(&dependencies.transactions);
        let mut edges = Vec::new();
        for (entry, _) in dependencies.transactions.possible() {
            for mop in dependencies.transactions.mops(entry) {
                dependencies.edges_to(entry, *mop, &readers, &mut edges);
            }
        }
        time::edges(&dependencies.transactions, wanted, &mut edges);
        dependencies.graph = Graph::new(dependencies.transactions.entries.len(), &edges);
        dependencies
    }

    fn edges_to(&self, entry: u32, mop: Mop, readers: &Readers, edges: &mut Vec<(u32, u32, u8)>) {
        let mut edge = |from: u32, relation| {
            if from != NONE && from != entry {
                edges.push((from, entry, relation));
            }
        };
        match mop {
            Mop::Read { seen, .. } => {
                if let Some(last) = self.transactions.list(seen).last() {
                    edge(self.writers[*last as usize], rel::WR);
                }
            }
            Mop::Write { key, element } => {
                let before = self.orders.before(key, element);
                if let Before::Element(before) = before {
                    edge(self.writers[before as usize], rel::WW);
                }
                readers.of(key, before).iter().for_each(|(.., reader)| edge(*reader, rel::RW));
            }
        }
    }

    /// Whether a read is one of a list that was still this long.
    fn has_read(&self, entry: u32, mop: Mop, key: u32, state: Before) -> bool {
        read_state(&self.transactions, entry, mop) == Some((key, state))
    }
}

/// The key and the last element of a list that a read has found. Null that was not answered is none.
fn read_state(transactions: &Transactions<'_>, entry: u32, mop: Mop) -> Option<(u32, Before)> {
    let Mop::Read { key, seen } = mop else { return None };
    let is_answered = seen != Seen::Null || transactions.entry(entry).kind == Kind::Ok;
    let last = transactions.list(seen).last();
    is_answered.then(|| (key, last.map_or(Before::Start, |element| Before::Element(*element))))
}

/// Who has read each state of a key.
struct Readers(Vec<(u32, Before, u32)>);

impl Readers {
    fn new(transactions: &Transactions<'_>) -> Self {
        let mut readers = Vec::new();
        for (entry, _) in transactions.possible() {
            for mop in transactions.mops(entry) {
                if let Some((key, state)) = read_state(transactions, entry, *mop) {
                    readers.push((key, state, entry));
                }
            }
        }
        readers.sort_unstable();
        readers.dedup();
        Self(readers)
    }

    fn of(&self, key: u32, state: Before) -> &[(u32, Before, u32)] {
        let from = self.0.partition_point(|(k, s, _)| (*k, *s) < (key, state));
        let len = self.0[from..].partition_point(|(k, s, _)| (*k, *s) == (key, state));
        &self.0[from..from + len]
    }
}

impl<'h> Depends<'h> for Dependencies<'h> {
    fn transactions(&self) -> &Transactions<'h> {
        &self.transactions
    }

    fn graph(&self) -> &Graph {
        &self.graph
    }

    fn label(&self, relations: u8) -> u8 {
        [rel::WW, rel::WR, rel::RW].into_iter().find(|label| relations & label != 0).unwrap_or(relations)
    }

    fn why(&self, from: u32, to: u32, label: u8, names: [&str; 2]) -> Option<String> {
        let [first, second] = names;
        let value = |element: u32| words::value(self.transactions.value(element));
        self.transactions.mops(to).iter().find_map(|mop| {
            let key = words::value(self.transactions.key(mop.key()));
            match (*mop, label) {
                (Mop::Read { seen, .. }, rel::WR) => {
                    let end = *self.transactions.list(seen).last()?;
                    (self.writers[end as usize] == from).then(|| {
                        let list = words::value(&self.transactions.seen(seen));
                        format!(
                            "{second} read key {key} as {list}, to which {first} had appended {}",
                            value(end)
                        )
                    })
                }
                (Mop::Write { key: number, element }, rel::WW) => match self.orders.before(number, element) {
                    Before::Element(before) if self.writers[before as usize] == from => Some(format!(
                        "{second} appended {} to key {key} after {first} had appended {}",
                        value(element),
                        value(before)
                    )),
                    _ => None,
                },
                (Mop::Write { key: number, element }, rel::RW) => {
                    let state = self.orders.before(number, element);
                    let mut mops = self.transactions.mops(from).iter();
                    let read = mops.find(|mop| self.has_read(from, **mop, number, state))?;
                    let Mop::Read { seen, .. } = *read else { return None };
                    let list = words::value(&self.transactions.seen(seen));
                    Some(format!(
                        "{first} read key {key} as {list}, without the {} that {second} appended next",
                        value(element)
                    ))
                }
                _ => None,
            }
        })
    }
}
