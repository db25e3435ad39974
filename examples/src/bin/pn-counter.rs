//! A counter that every node may add to and take away from, without asking anybody.
//!
//! As in `g-set`, each node has a copy of the whole state, and copies are merged. A number alone can't be merged. The sum
//! of two copies counts twice what both know of, and the greater one forgets what only the other knows of. So the state
//! is a number for each *node*: what was added there. Only that node changes it, and it only grows, so of two values
//! the greater one is the later one. Merging takes the greater one for each node, and that is idempotent, commutative and
//! associative. The counter's value is the sum over all nodes. This is a G-counter, a counter that only grows.
//!
//! What may be taken away as well breaks it: the number would shrink, and the greater one would be the older one. So
//! there are two numbers for each node, what was added there and what was taken away. Both only grow; the value is
//! all that was added less all that was taken away. This is a PN-counter, positive and negative.
//!
//! The state stays small, a pair for each node, however much is counted. So all of it is sent, to each node that is not
//! known to have it, and the answer carries the whole state as well: one message there and one back, and two nodes
//! have the same. Any message makes up for all that were lost before it. When everybody has shown to have the same,
//! nothing is sent.
//!
//! This survives partitions, lost, doubled, overtaken and slow messages, and pauses, but no kill. A node that starts
//! again, with its old name and an empty memory, counts from zero. If the others had 10 for it, and it has counted 3 by
//! the time it hears that, the greater one wins: 10, and the 3 are lost. What keeps them is storage; the next
//! example, `durable-counter`, is this one with it.

use std::collections::BTreeMap;

use maelstrom::{Context, NodeId, Result};

/// For each node, what was added there, and what was taken away.
type Counts = BTreeMap<NodeId, (u64, u64)>;

#[derive(Default)]
struct PnCounter {
    counts: Counts,
    /// For each other node, what it has shown to have; never more than is in `counts`.
    known: BTreeMap<NodeId, Counts>,
}

#[maelstrom::node]
impl PnCounter {
    #[rpc]
    fn add(&mut self, ctx: &Context<Self>, delta: i64) {
        let (added, taken) = self.counts.entry(ctx.id().clone()).or_default();
        *if delta < 0 { taken } else { added } += delta.unsigned_abs();
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
        // An older message may come later, so this is merged as well.
        merge(self.known.entry(ctx.sender().clone()).or_default(), counts);
    }

    #[every(200ms, jitter = 100ms)]
    fn spread(&self, ctx: &Context<Self>) {
        let agrees = |node: &NodeId| self.known.get(node).unwrap_or(&Counts::new()) == &self.counts;
        ctx.peers(ctx.others().filter(|node| !agrees(node))).gossip(&self.counts);
    }
}

/// Brings into `counts` what the other copy knows.
fn merge(counts: &mut Counts, other: &Counts) {
    for (node, &(added, taken)) in other {
        let count = counts.entry(node.clone()).or_default();
        *count = (count.0.max(added), count.1.max(taken));
    }
}

fn main() -> Result<()> {
    maelstrom::run::<PnCounter>()
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

    fn counts(counts: &[(&'static str, u64, u64)]) -> Counts {
        counts.iter().map(|&(node, added, taken)| (node.into(), (added, taken))).collect()
    }

    #[test]
    fn what_is_added_and_taken_away_is_counted_apart() {
        let kit = TestNode::<PnCounter>::new("n1", ["n1"]);
        let mut node = PnCounter::default();
        for delta in [5, -7, 0, 1] {
            node.add(&kit.context("c1"), delta);
        }
        assert_eq!(node.counts, counts(&[("n1", 6, 7)]));
        assert_eq!(node.read(), -1);
    }

    #[test]
    fn in_whatever_order_and_however_often_copies_are_merged_the_result_is_the_same() {
        let copies =
            [counts(&[("n1", 5, 0), ("n2", 1, 1)]), counts(&[("n1", 3, 2)]), counts(&[("n3", 0, 4)])];
        for order in [[0, 1, 2, 0], [2, 1, 0, 0], [1, 0, 1, 2]] {
            let mut merged = Counts::new();
            for k in order {
                merge(&mut merged, &copies[k]);
            }
            assert_eq!(merged, counts(&[("n1", 5, 2), ("n2", 1, 1), ("n3", 0, 4)]));
        }
    }

    /// Hands over what `from` has sent, and returns the types of it.
    fn pass_on(nodes: &mut [TestNode<PnCounter>; 2], from: usize) -> Vec<String> {
        let sent = nodes[from].sent();
        let passed = sent.into_iter().map(|message| {
            nodes[1 - from].send(message.src, &message.body.payload);
            message.body.payload["type"].as_str().unwrap().to_owned()
        });
        passed.collect()
    }

    #[test]
    fn after_one_message_there_and_one_back_two_nodes_have_the_same_and_soon_they_know_it() {
        let mut nodes = ["n1", "n2"].map(|id| TestNode::<PnCounter>::new(id, ["n1", "n2"]));
        for (node, delta) in nodes.iter_mut().zip([4, -6]) {
            let reply = node.request(json!({"type": "add", "delta": delta})).unwrap();
            assert_eq!(reply, json!({"type": "add_ok"}));
        }
        nodes[0].advance(ROUND);
        assert_eq!(pass_on(&mut nodes, 0), ["gossip"]);
        assert_eq!(pass_on(&mut nodes, 1), ["state"]);
        for node in &mut nodes {
            assert_eq!(
                node.request(json!({"type": "read"})).unwrap(),
                json!({"type": "read_ok", "value": -2})
            );
        }
        // n2 has not been told that its answer arrived.
        nodes[1].advance(ROUND);
        assert_eq!(pass_on(&mut nodes, 1), ["gossip"]);
        assert_eq!(pass_on(&mut nodes, 0), ["state"]);
        for node in &mut nodes {
            node.advance(10 * ROUND);
            assert!(node.sent().is_empty());
        }
    }

    #[test]
    fn who_has_not_answered_is_told_again() {
        let mut node = TestNode::<PnCounter>::new("n1", ["n1", "n2", "n3"]);
        node.request(json!({"type": "add", "delta": 1})).unwrap();
        for _ in 0..3 {
            node.advance(ROUND);
            node.send("n3", json!({"type": "state", "counts": {"n1": [1, 0]}}));
        }
        let told: Vec<String> = node.sent().into_iter().map(|message| message.dest.to_string()).collect();
        assert!(told.iter().filter(|dest| *dest == "n2").count() >= 3);
        assert_eq!(told.iter().filter(|dest| *dest == "n3").count(), 1);
    }

    fn simulation(workload: impl Workload + Send + Sync + 'static) -> Simulation<PnCounter> {
        Simulation::<PnCounter>::new(workload)
            .latency(Duration::from_millis(50))
            .rate(10.0)
            .time_limit(Duration::from_secs(8))
    }

    #[test]
    fn it_survives_partitions_and_lost_doubled_and_overtaken_messages() {
        simulation(workload::PnCounter)
            .nemesis(Nemesis::partitions().interval(Duration::from_secs(3)))
            .nemesis(Nemesis::loss().interval(Duration::from_secs(4)))
            .nemesis(Nemesis::duplication().interval(Duration::from_secs(2)))
            .nemesis(Nemesis::reordering().interval(Duration::from_secs(2)))
            .seeds(0..100)
            .run()
            .assert_valid();
    }

    /// A counter that only grows is half of this one.
    #[test]
    fn as_a_counter_that_only_grows_it_survives_pauses_one_way_cuts_and_slow_links() {
        simulation(workload::GCounter)
            .nemesis(Nemesis::pauses().targets(Targets::Majority).interval(Duration::from_secs(2)))
            .nemesis(Nemesis::one_way_partitions().interval(Duration::from_secs(3)))
            .nemesis(Nemesis::slow_links().interval(Duration::from_secs(4)))
            .seeds(0..30)
            .run()
            .assert_valid();
    }

    #[test]
    fn a_killed_node_counts_from_zero_and_what_it_counts_is_lost() {
        let report = simulation(workload::GCounter)
            .nemesis(Nemesis::kills().interval(Duration::from_secs(1)))
            .rate(50.0)
            .seeds(0..20)
            .run();
        let explanations = report.first_failure().expect("a kill loses an add").explanations();
        assert!(explanations[0].starts_with("the final read of process"), "{explanations:?}");
        assert!(explanations[0].contains(" make "), "{explanations:?}");
        assert!(
            explanations.iter().any(|text| text.contains("was killed, and down from")),
            "{explanations:?}"
        );
    }
}
