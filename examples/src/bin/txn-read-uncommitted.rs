//! Gossip Glomers 6b: transactions on registers with the least there is, and why one wants more.
//!
//! Read uncommitted forbids one thing: that of two transactions each overwrites the other (G0). So all writes of a
//! transaction get one stamp, here a ULID, and a register keeps the write with the greatest: whatever two transactions
//! write both, the later one wins everywhere.
//!
//! Nothing else is done. Every write is told to the others as it is made, by itself, and once. So others can see a value
//! that its own transaction overwrites a moment later (G1b). As ULIDs go by the nodes' clocks, a transaction can read
//! what has a greater stamp than its own, and information may flow in circles (G1c). And what a partition swallows is
//! never told again. `txn-rw-register` does better in all three, and is not much longer.

use std::collections::BTreeMap;

use maelstrom::{Context, Result, Ulid};
use serde::{Deserialize, Serialize};

/// `["r", key, null]` or `["w", key, value]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct MicroOp(Kind, u64, Option<u64>);

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    R,
    W,
}

#[derive(Default)]
struct Registers {
    values: BTreeMap<u64, (Ulid, u64)>,
}

#[maelstrom::node]
impl Registers {
    #[rpc(reply(txn))]
    fn txn(&mut self, ctx: &Context<Self>, mut txn: Vec<MicroOp>) -> Vec<MicroOp> {
        let stamp = ctx.ulid();
        for MicroOp(kind, key, value) in &mut txn {
            match (kind, *value) {
                (Kind::W, Some(value)) => {
                    self.write(*key, stamp, value);
                    ctx.peers(ctx.others()).write(*key, stamp, value);
                }
                _ => *value = self.values.get(key).map(|(_, value)| *value),
            }
        }
        txn
    }

    #[message]
    fn write(&mut self, key: u64, stamp: Ulid, value: u64) {
        let known = self.values.entry(key).or_insert((stamp, value));
        if known.0 <= stamp {
            *known = (stamp, value);
        }
    }
}

fn main() -> Result<()> {
    maelstrom::run::<Registers>()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use maelstrom_workbench::{
        Report, Simulation,
        checker::{RequiredAvailability, Verdict},
        nemesis::Nemesis,
        workload::TxnRwRegister,
    };

    use super::*;

    fn judged_by(model: &str) -> Report {
        Simulation::<Registers>::new(TxnRwRegister::default())
            .nodes(2)
            .clients_per_node(2)
            .rate(200.0)
            .time_limit(Duration::from_secs(20))
            .nemesis(Nemesis::partitions().interval(Duration::from_secs(4)))
            .consistency_models(model.parse().unwrap())
            .availability(RequiredAvailability::Total)
            .seeds(0..50)
            .run()
    }

    #[test]
    fn it_is_read_uncommitted_and_always_answers() {
        judged_by("read-uncommitted").assert_valid();
    }

    #[test]
    fn it_is_not_read_committed() {
        let report = judged_by("read-committed");
        assert_eq!(report.verdict(), Verdict::Invalid);
        let explanations = report.first_failure().unwrap().explanations();
        assert!(explanations[0].starts_with("G1"), "{explanations:#?}");
    }
}
