//! Gossip Glomers 6c: transactions on registers that are always answered, and never see what was not committed.
//!
//! A node does a transaction at once, on what it has: a handler runs to its end before the next message is looked at. So
//! there is nothing to wait for, and no partition keeps it from answering. What was written is told to the other nodes
//! afterwards, again and again until they say that they have it.
//!
//! # Read committed
//!
//! Nobody reads what was aborted, as nothing ever is; nor what was overwritten in the same transaction, as only what is
//! left at its end is told. What remains is that information must not flow in a circle, neither through writes alone
//! (G0) nor through reads as well (G1c). So every transaction that writes gets a **stamp**, a Lamport clock and the
//! node's id, greater than all that the node has seen, and a register keeps the write with the greatest. Then everything
//! that a transaction builds on, what it read and what it overwrites, has a smaller stamp than it has itself; and there
//! is no circle of growing stamps.
//!
//! It is no more than that. Two nodes may read different values for as long as they can't hear each other, and a
//! transaction that reads twice may be told of half of another's writes. (Highly available transactions, section 5, by
//! Bailis and others, has what can be had on top, and what can't.)
//!
//! A node that was killed forgets what it has not told, and its clock. Who cares for that stores both: `durable-counter`
//! shows how.

use std::collections::{BTreeMap, BTreeSet};

use maelstrom::{Context, NodeId, Result};
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

/// When something was written: no two transactions have the same.
type Stamp = (u64, NodeId);

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Register {
    stamp: Stamp,
    value: u64,
}

#[derive(Default)]
struct Registers {
    /// The greatest clock in a stamp that this node has seen.
    clock: u64,
    values: BTreeMap<u64, Register>,
    /// The registers that this node has written, and that another one may not have.
    untold: BTreeMap<NodeId, BTreeSet<u64>>,
}

#[maelstrom::node]
impl Registers {
    #[rpc(reply(txn))]
    fn txn(&mut self, ctx: &Context<Self>, mut txn: Vec<MicroOp>) -> Vec<MicroOp> {
        let stamp = (self.clock + 1, ctx.id().clone());
        for MicroOp(kind, key, value) in &mut txn {
            match (kind, *value) {
                (Kind::W, Some(value)) => self.write(ctx, *key, Register { stamp: stamp.clone(), value }),
                _ => *value = self.values.get(key).map(|register| register.value),
            }
        }
        txn
    }

    #[every(50ms)]
    fn tell(&self, ctx: &Context<Self>) {
        for (other, keys) in &self.untold {
            if !keys.is_empty() {
                let written = keys.iter().map(|key| (*key, self.values[key].clone())).collect();
                ctx.peer(other).written(written);
            }
        }
    }

    /// What another node has written, or what was written over it.
    #[message]
    fn written(&mut self, ctx: &Context<Self>, registers: Vec<(u64, Register)>) {
        let stamps = registers.iter().map(|(key, register)| (*key, register.stamp.clone())).collect();
        ctx.peer(ctx.sender()).known(stamps);
        for (key, register) in registers {
            self.clock = self.clock.max(register.stamp.0);
            if self.values.get(&key).is_none_or(|known| known.stamp < register.stamp) {
                self.values.insert(key, register);
            }
        }
    }

    /// The sender has these. What has been written since he still has to be told.
    #[message]
    fn known(&mut self, ctx: &Context<Self>, stamps: Vec<(u64, Stamp)>) {
        let Some(untold) = self.untold.get_mut(ctx.sender()) else { return };
        for (key, stamp) in stamps {
            if self.values.get(&key).is_some_and(|register| register.stamp == stamp) {
                untold.remove(&key);
            }
        }
    }
}

impl Registers {
    fn write(&mut self, ctx: &Context<Self>, key: u64, register: Register) {
        self.clock = register.stamp.0;
        self.values.insert(key, register);
        for other in ctx.others() {
            self.untold.entry(other.clone()).or_default().insert(key);
        }
    }
}

fn main() -> Result<()> {
    maelstrom::run::<Registers>()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use maelstrom::testing::{TestNode, Value, json};
    use maelstrom_workbench::{
        Simulation,
        checker::{RequiredAvailability, Verdict},
        nemesis::Nemesis,
        workload::TxnRwRegister,
    };

    use super::*;

    fn txn(node: &mut TestNode<Registers>, txn: Value) -> Value {
        node.request(json!({"type": "txn", "txn": txn})).unwrap()["txn"].clone()
    }

    #[test]
    fn a_transaction_sees_what_was_there_and_what_it_has_written_itself() {
        let mut node = TestNode::<Registers>::new("n0", ["n0", "n1"]);
        let done = txn(&mut node, json!([["r", 1, null], ["w", 1, 5], ["r", 1, null], ["w", 1, 6]]));
        assert_eq!(done, json!([["r", 1, null], ["w", 1, 5], ["r", 1, 5], ["w", 1, 6]]));
        assert_eq!(txn(&mut node, json!([["r", 1, null]])), json!([["r", 1, 6]]));
    }

    #[test]
    fn only_what_is_left_at_the_end_is_told_and_that_until_it_is_known() {
        let mut node = TestNode::<Registers>::new("n0", ["n0", "n1"]);
        txn(&mut node, json!([["w", 1, 5], ["w", 1, 6]]));
        let written = json!({"type": "written", "registers": [[1, {"stamp": [1, "n0"], "value": 6}]]});
        for _ in 0..2 {
            node.advance(Duration::from_millis(50));
            assert_eq!(node.sent().remove(0).body.payload, written);
        }
        node.send("n1", json!({"type": "known", "stamps": [[1, [1, "n0"]]]}));
        node.advance(Duration::from_secs(1));
        assert!(node.sent().is_empty());
    }

    #[test]
    fn the_greatest_stamp_wins_and_a_later_transaction_has_a_greater_one() {
        let mut node = TestNode::<Registers>::new("n0", ["n0", "n1"]);
        txn(&mut node, json!([["w", 1, 5]]));
        let from_n1 = |clock: u64, value: u64| json!({"type": "written", "registers": [[1, {"stamp": [clock, "n1"], "value": value}]]});
        node.send("n1", from_n1(7, 70));
        node.send("n1", from_n1(6, 60));
        assert_eq!(txn(&mut node, json!([["r", 1, null], ["w", 1, 8]])), json!([["r", 1, 70], ["w", 1, 8]]));
        assert_eq!(node.state().values[&1].stamp, (8, "n0".into()));
    }

    /// As Gossip Glomers asks for it, and with messages lost, doubled and overtaken besides.
    #[test]
    fn it_is_read_committed_and_always_answers() {
        let seconds = Duration::from_secs;
        let faults = [
            Nemesis::partitions().interval(seconds(4)),
            Nemesis::loss().interval(seconds(3)),
            Nemesis::duplication().interval(seconds(3)),
            Nemesis::reordering().interval(seconds(3)),
        ];
        for (nodes, latency, nemeses) in [(2, 0, &faults[..1]), (5, 20, &faults[..])] {
            Simulation::<Registers>::new(TxnRwRegister::default())
                .nodes(nodes)
                .clients_per_node(2)
                .latency(Duration::from_millis(latency))
                .rate(100.0)
                .time_limit(seconds(20))
                .nemeses(nemeses.iter().copied())
                .consistency_models("read-committed".parse().unwrap())
                .availability(RequiredAvailability::Total)
                .seeds(0..50)
                .run()
                .assert_valid();
        }
    }

    #[test]
    fn it_is_no_more_than_that() {
        let report = Simulation::<Registers>::new(TxnRwRegister::default())
            .nodes(2)
            .clients_per_node(2)
            .rate(100.0)
            .time_limit(Duration::from_secs(20))
            .nemesis(Nemesis::partitions().interval(Duration::from_secs(4)))
            .consistency_models("snapshot-isolation".parse().unwrap())
            .seeds(0..5)
            .run();
        assert_eq!(report.verdict(), Verdict::Invalid);
    }
}
