//! A counter that survives kills, of all nodes at once, through storage.
//!
//! It is the counter of `pn-counter`: for each node what was added there and what was taken away, and nodes tell each
//! other all they know until they have the same. What is new is one line in `add`, which writes this node's own pair
//! ahead of the acknowledgement, and `#[init]`, which reads it back.
//!
//! **What would be lost without it.** A client was told `add_ok`, and the node is killed before it has told anybody. Then
//! that addition was nowhere else. And a node that counts from zero again, while the others remember its 10, has to reach
//! 10 before anything that it counts shows: its pair must never shrink. When all nodes are killed at once, everything is
//! gone.
//!
//! **When it is durable.** `put` does not wait for the disk. But nothing that a handler sends leaves before what it
//! stored is durable, and its reply is among that. So no client holds an `add_ok`, and no other node has a pair, that a
//! crash could take back. If the node is killed before, the addition may be stored or not, and the client was told
//! nothing: it has to allow for both.
//!
//! **What need not be stored.** The pairs of the other nodes. Each is stored where it is counted, and comes back with
//! gossip: a node begins with its own pair, which nobody has confirmed to this life of it, so it asks all others and each
//! answers with all it has. Until then a read here may miss what was counted elsewhere, also what an earlier read has
//! shown. A counter that is only to be right in the end may do so; to store all pairs would cost a write for every
//! message, and help only a cluster that loses a disk.
//!
//! `known`, which says what others have shown to have, may claim too much after one of them was killed, and does no harm:
//! who starts again asks for everything.

use std::collections::BTreeMap;

use maelstrom::{Context, NodeId, Result};

/// The key of this node's own pair.
const OWN: &str = "own";

/// For each node, what was added there, and what was taken away.
type Counts = BTreeMap<NodeId, (u64, u64)>;

struct DurableCounter {
    /// The own pair is in it from the start, so that there is something to tell.
    counts: Counts,
    /// For each other node, what it has shown to have; never more than is in `counts`.
    known: BTreeMap<NodeId, Counts>,
}

#[maelstrom::node]
impl DurableCounter {
    #[init]
    fn new(ctx: &Context<Self>) -> Result<Self> {
        let own = ctx.storage().get(OWN)?.unwrap_or_default();
        Ok(Self { counts: Counts::from([(ctx.id().clone(), own)]), known: BTreeMap::new() })
    }

    #[rpc]
    fn add(&mut self, ctx: &Context<Self>, delta: i64) -> Result<()> {
        let own = self.counts.entry(ctx.id().clone()).or_default();
        *if delta < 0 { &mut own.1 } else { &mut own.0 } += delta.unsigned_abs();
        ctx.storage().put(OWN, own)
    }

    #[rpc(reply(value))]
    fn read(&self) -> i128 {
        self.counts.values().map(|&(added, taken)| i128::from(added) - i128::from(taken)).sum()
    }

    /// From node to node, when the sender is not sure that we have what it has. So it is told.
    #[message]
    fn gossip(&mut self, ctx: &Context<Self>, counts: &Counts) {
        self.state(ctx, counts);
        ctx.peer(ctx.sender()).state(&self.counts);
    }

    /// The answer to it.
    #[message]
    fn state(&mut self, ctx: &Context<Self>, counts: &Counts) {
        merge(&mut self.counts, counts);
        merge(self.known.entry(ctx.sender().clone()).or_default(), counts);
    }

    #[every(200ms, jitter = 100ms)]
    fn spread(&self, ctx: &Context<Self>) {
        let agrees = |node: &NodeId| self.known.get(node) == Some(&self.counts);
        ctx.peers(ctx.others().filter(|node| !agrees(node))).gossip(&self.counts);
    }
}

/// Brings into `counts` what the other copy knows. Both numbers only grow, so the greater one is the later one.
fn merge(counts: &mut Counts, other: &Counts) {
    for (node, &(added, taken)) in other {
        let count = counts.entry(node.clone()).or_default();
        *count = (count.0.max(added), count.1.max(taken));
    }
}

fn main() -> Result<()> {
    maelstrom::run::<DurableCounter>()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use maelstrom::testing::{TestNode, json};
    use maelstrom_workbench::{
        Simulation,
        nemesis::{Nemesis, Targets},
        workload::{self, Workload},
    };

    use super::*;

    const ROUND: Duration = Duration::from_millis(300);

    fn node() -> TestNode<DurableCounter> {
        TestNode::new("n1", ["n1", "n2"])
    }

    #[test]
    fn what_is_counted_is_added_to_what_was_stored() {
        let kit = node();
        let mut node = DurableCounter::new(&kit.context("c1")).unwrap();
        for delta in [5, -7, 1] {
            node.add(&kit.context("c1"), delta).unwrap();
        }
        assert_eq!(node.read(), -1);
        assert_eq!(kit.storage().get(OWN).unwrap(), Some((6, 7)));
        assert_eq!(DurableCounter::new(&kit.context("c1")).unwrap().read(), -1);
    }

    #[test]
    fn a_node_that_was_killed_has_its_own_pair_and_asks_for_the_others() {
        let mut node = node();
        node.request(json!({"type": "add", "delta": 3})).unwrap();
        node.send("n2", json!({"type": "gossip", "counts": {"n2": [0, 10]}}));
        assert_eq!(node.request(json!({"type": "read"})).unwrap()["value"], -7);
        node.sent();

        node.restart();
        assert_eq!(node.request(json!({"type": "read"})).unwrap()["value"], 3);
        node.advance(ROUND);
        let sent = node.sent();
        assert_eq!(sent[0].body.payload, json!({"type": "gossip", "counts": {"n1": [3, 0]}}));
        node.send("n2", json!({"type": "state", "counts": {"n1": [3, 0], "n2": [0, 10]}}));
        assert_eq!(node.request(json!({"type": "read"})).unwrap()["value"], -7);
        node.advance(ROUND);
        assert!(node.sent().is_empty());
    }

    /// One that has counted nothing before it was killed asks as well.
    #[test]
    fn a_node_with_nothing_to_tell_asks_all_the_same() {
        let mut node = node();
        node.advance(ROUND);
        assert_eq!(node.sent()[0].body.payload, json!({"type": "gossip", "counts": {"n1": [0, 0]}}));
    }

    #[test]
    fn what_others_have_counted_is_not_written() {
        let mut node = node();
        node.send("n2", json!({"type": "gossip", "counts": {"n2": [1, 2]}}));
        assert!(node.writes().is_empty());
    }

    /// A client that asks a dead node waits five seconds; there are enough of them for others to go on.
    fn simulation(workload: impl Workload + Send + Sync + 'static) -> Simulation<DurableCounter> {
        Simulation::<DurableCounter>::new(workload)
            .clients_per_node(10)
            .latency(Duration::from_millis(50))
            .rate(20.0)
            .time_limit(Duration::from_secs(10))
    }

    /// Where nothing is taken away, whatever is missing shows: no open operation makes up for it.
    #[test]
    fn it_survives_that_all_nodes_are_killed_at_once() {
        simulation(workload::GCounter)
            .nemesis(Nemesis::kills().targets(Targets::All).interval(Duration::from_secs(1)))
            .nemesis(Nemesis::partitions().interval(Duration::from_secs(2)))
            .nemesis(Nemesis::loss().interval(Duration::from_secs(2)))
            .nemesis(Nemesis::duplication().interval(Duration::from_secs(2)))
            .nemesis(Nemesis::reordering().interval(Duration::from_secs(2)))
            .seeds(0..100)
            .run()
            .assert_valid();
    }

    #[test]
    fn it_survives_that_nodes_are_killed_one_by_one_and_stand_still() {
        simulation(workload::PnCounter)
            .nemesis(Nemesis::kills().interval(Duration::from_secs(1)))
            .nemesis(Nemesis::pauses().targets(Targets::Minority).interval(Duration::from_secs(1)))
            .nemesis(Nemesis::slow_links().interval(Duration::from_secs(2)))
            .seeds(0..30)
            .run()
            .assert_valid();
    }
}
