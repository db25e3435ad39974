//! Workloads by name.

use maelstrom_workbench::workload::{
    Broadcast, Echo, GCounter, GSet, Kafka, LinKv, PnCounter, TxnListAppend, TxnOptions, TxnRwRegister,
    UniqueIds, Workload,
};

/// One of Maelstrom's workloads.
pub(super) struct Entry {
    pub(super) name: &'static str,
    /// What its nodes do.
    pub(super) about: &'static str,
    /// Makes it.
    make: Make,
}

/// Those with transactions heed the options.
type Make = fn(TxnOptions) -> Box<dyn Workload>;

/// All of them, by name.
pub(super) const ALL: [Entry; 10] = [
    entry("broadcast", "values that reach every node", |_| Box::new(Broadcast::default())),
    entry("echo", "the same text back", |_| Box::new(Echo)),
    entry("g-counter", "a counter that only grows", |_| Box::new(GCounter)),
    entry("g-set", "a set that only grows", |_| Box::new(GSet)),
    entry("kafka", "logs that are appended to and polled", |options| Box::new(Kafka(options))),
    entry("lin-kv", "a linearizable store of keys and values", |_| Box::new(LinKv)),
    entry("pn-counter", "a counter that also shrinks", |_| Box::new(PnCounter)),
    entry("txn-list-append", "transactions that append to lists", |options| Box::new(TxnListAppend(options))),
    entry("txn-rw-register", "transactions on registers", |options| Box::new(TxnRwRegister(options))),
    entry("unique-ids", "ids that no other node gives out", |_| Box::new(UniqueIds)),
];

const fn entry(name: &'static str, about: &'static str, make: Make) -> Entry {
    Entry { name, about, make }
}

/// The workload of that name.
pub(super) fn workload(name: &str, options: TxnOptions) -> Result<Box<dyn Workload>, String> {
    let known = ALL.iter().find(|entry| entry.name == name);
    known.map(|entry| (entry.make)(options)).ok_or_else(|| {
        let names: Vec<_> = ALL.iter().map(|entry| entry.name).collect();
        format!("there is no workload `{name}`; there are {}", names.join(", "))
    })
}
