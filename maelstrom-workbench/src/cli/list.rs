//! `list`: what there is, in one screen.

use maelstrom_workbench::{WORKLOADS, checker::Verdict, nemesis::FaultKind, topology::Topology};

use super::{Status, workloads};

pub(super) fn run() -> Status {
    println!("Workloads (-w)");
    for entry in &workloads::ALL {
        println!("  {:<16} {}", entry.name, entry.about);
    }
    println!("\nFaults (--nemesis)");
    for kind in FaultKind::ALL {
        println!("  {:<16} {}", kind.name(), kind.about());
    }
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
