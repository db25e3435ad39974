//! `list`: what there is, in one screen.

use maelstrom_workbench::{WORKLOADS, checker::Verdict, topology::Topology};

use super::{Status, workloads};

pub(super) fn run() -> Status {
    println!("Workloads (-w)");
    for entry in &workloads::ALL {
        let yet = if entry.make.is_none() { " (not here yet)" } else { "" };
        println!("  {:<16} {}{yet}", entry.name, entry.about);
    }
    println!("\nFaults (--nemesis)");
    println!("  {:<16} cuts the network apart and heals it, in turn: one node,", "partition");
    println!("  {:<16} half, a third, or so that each sees another majority", "");
    println!("\nTopologies (--topology), for broadcast");
    let names: Vec<_> = Topology::NAMES.iter().map(|(name, _)| *name).collect();
    println!("  {}", names.join(" "));
    println!("\nLatency distributions (--latency-dist)");
    println!("  constant uniform exponential");
    println!("\nCheckers (check -w)");
    let is_workload = |name: &&&str| workloads::ALL.iter().any(|entry| entry.name == **name);
    let others: Vec<_> = WORKLOADS.iter().filter(|name| !is_workload(name)).copied().collect();
    println!("  those of the workloads above, and {}", others.join(" "));
    Status::Judged(Verdict::Valid)
}
