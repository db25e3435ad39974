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
    /// Makes it; there is nothing where the workbench does not have it yet.
    pub(super) make: Option<Make>,
}

/// Those with transactions heed the options.
type Make = fn(TxnOptions) -> Box<dyn Workload>;

/// All of them, by name.
pub(super) const ALL: [Entry; 10] = [
    entry("broadcast", "values that reach every node", Some(|_| Box::new(Broadcast::default()))),
    entry("echo", "the same text back", Some(|_| Box::new(Echo))),
    entry("g-counter", "a counter that only grows", Some(|_| Box::new(GCounter))),
    entry("g-set", "a set that only grows", Some(|_| Box::new(GSet))),
    entry("kafka", "logs that are appended to and polled", Some(|options| Box::new(Kafka(options)))),
    entry("lin-kv", "a linearizable store of keys and values", Some(|_| Box::new(LinKv))),
    entry("pn-counter", "a counter that also shrinks", Some(|_| Box::new(PnCounter))),
    entry(
        "txn-list-append",
        "transactions that append to lists",
        Some(|options| Box::new(TxnListAppend(options))),
    ),
    entry(
        "txn-rw-register",
        "transactions that read and write registers",
        Some(|options| Box::new(TxnRwRegister(options))),
    ),
    entry("unique-ids", "ids that no other node gives out", Some(|_| Box::new(UniqueIds))),
];

const fn entry(name: &'static str, about: &'static str, make: Option<Make>) -> Entry {
    Entry { name, about, make }
}

/// The workload of that name.
pub(super) fn workload(name: &str, options: TxnOptions) -> Result<Box<dyn Workload>, String> {
    let known = ALL.iter().find(|entry| entry.name == name);
    if let Some(make) = known.and_then(|entry| entry.make) {
        return Ok(make(options));
    }
    let available: Vec<_> = ALL.iter().filter(|entry| entry.make.is_some()).map(|entry| entry.name).collect();
    let available = available.join(", ");
    Err(match known {
        Some(_) => format!("the workbench does not have Maelstrom's `{name}` yet; it has {available}"),
        None => format!("there is no workload `{name}`; there are {available}"),
    })
}

/// Why there is no workload of that name, if there is none.
pub(super) fn missing(name: &str) -> Option<String> {
    workload(name, TxnOptions::default()).err()
}
