//! A grow-only set, which every node may add to at any time: the simplest CRDT, a *conflict-free replicated data type*.
//!
//! Each node has a copy of the set. A client adds to the copy of the node that it talks to, and is answered at once;
//! nobody else is asked, so the cluster answers also when it is cut in two. What remains is to bring the copies
//! together, which is called *merging*. Here it is the union of two sets, and everything hangs on three of its
//! properties:
//!
//! - **Idempotent**: `a ∪ a = a`. A message may come twice, and what may have got lost is sent again. Neither does harm.
//! - **Commutative**: `a ∪ b = b ∪ a`. Messages overtake each other, and the copies come out the same.
//! - **Associative**: `(a ∪ b) ∪ c = a ∪ (b ∪ c)`. n2 may merge what n1 told it and pass on the result, so a value gets
//!   around a link that is cut.
//!
//! With these, nodes that have heard of the same additions have the same set, by whatever ways they heard of them. It is
//! enough that everything gets to everybody some day.
//!
//! Merging takes the whole set or any part of it, as a part of a set is a set. So a node sends each other one only what
//! that one is not known to have. Sending proves nothing, as the message may be lost. So who was told something says
//! what it has got, and until it does it is told again. When everybody has everything, nothing is sent.
//!
//! This survives partitions, lost, doubled, overtaken and slow messages, and pauses. It does not survive that a node is
//! killed: a value that was acknowledged and not told yet is gone with the memory it was in. No gossip helps against
//! that, only storage does; see `durable-counter`.

use std::collections::{BTreeMap, BTreeSet};

use maelstrom::{Context, NodeId, Result};

#[derive(Default)]
struct GSet {
    elements: BTreeSet<u64>,
    /// For each other node, what it is not known to have. All of these are empty when nothing happens.
    unconfirmed: BTreeMap<NodeId, BTreeSet<u64>>,
}

#[maelstrom::node]
impl GSet {
    #[rpc]
    fn add(&mut self, ctx: &Context<Self>, element: u64) {
        self.merge(ctx, &BTreeSet::from([element]));
    }

    #[rpc(reply(value))]
    fn read(&self) -> &BTreeSet<u64> {
        &self.elements
    }

    /// From node to node. What came twice is confirmed twice: it may be the confirmation that got lost.
    #[message]
    fn gossip(&mut self, ctx: &Context<Self>, elements: &BTreeSet<u64>) {
        self.merge(ctx, elements);
        // Who tells of a value has it.
        self.have(ctx, elements);
        ctx.peer(ctx.sender()).have(elements);
    }

    /// The answer to gossip. It names the values, and not the message that they came in: that the sender has them is
    /// true whenever this arrives, and however often.
    #[message]
    fn have(&mut self, ctx: &Context<Self>, elements: &BTreeSet<u64>) {
        if let Some(unconfirmed) = self.unconfirmed.get_mut(ctx.sender()) {
            unconfirmed.retain(|element| !elements.contains(element));
        }
    }

    /// The jitter keeps the nodes from talking all at once: who is told something meanwhile need not tell it back.
    #[every(200ms, jitter = 100ms)]
    fn spread(&self, ctx: &Context<Self>) {
        for (node, elements) in &self.unconfirmed {
            if !elements.is_empty() {
                ctx.peer(node).gossip(elements);
            }
        }
    }

    /// What is new here may be new everywhere.
    fn merge(&mut self, ctx: &Context<Self>, elements: &BTreeSet<u64>) {
        let new: Vec<u64> = elements.difference(&self.elements).copied().collect();
        for node in ctx.others() {
            self.unconfirmed.entry(node.clone()).or_default().extend(&new);
        }
        self.elements.extend(new);
    }
}

fn main() -> Result<()> {
    maelstrom::run::<GSet>()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use maelstrom::testing::{TestNode, json};
    use maelstrom_workbench::{
        Simulation,
        nemesis::{Nemesis, Targets},
        workload,
    };

    use super::*;

    const ROUND: Duration = Duration::from_millis(300);

    #[test]
    fn in_whatever_order_and_however_often_sets_are_merged_the_result_is_the_same() {
        let kit = TestNode::<GSet>::new("n1", ["n1", "n2"]);
        let sets = [BTreeSet::from([1, 2]), BTreeSet::from([2, 3]), BTreeSet::from([4])];
        for order in [[0, 1, 2, 0], [2, 1, 0, 0], [1, 0, 1, 2]] {
            let mut node = GSet::default();
            for k in order {
                node.gossip(&kit.context("n2"), &sets[k]);
            }
            assert_eq!(node.read(), &BTreeSet::from([1, 2, 3, 4]));
        }
    }

    #[test]
    fn who_tells_of_a_value_is_not_told_of_it() {
        let kit = TestNode::<GSet>::new("n1", ["n1", "n2", "n3"]);
        let mut node = GSet::default();
        node.gossip(&kit.context("n2"), &BTreeSet::from([7]));
        assert!(node.unconfirmed["n2"].is_empty());
        assert_eq!(node.unconfirmed["n3"], BTreeSet::from([7]));
    }

    #[test]
    fn what_is_not_confirmed_is_told_again_and_what_is_confirmed_is_not() {
        let mut node = TestNode::<GSet>::new("n1", ["n1", "n2"]);
        for element in [1, 2] {
            assert_eq!(
                node.request(json!({"type": "add", "element": element})).unwrap(),
                json!({"type": "add_ok"})
            );
        }
        let told = |node: &mut TestNode<GSet>| {
            node.advance(ROUND);
            node.sent().into_iter().map(|message| message.body.payload).collect::<Vec<_>>()
        };
        assert_eq!(told(&mut node), [json!({"type": "gossip", "elements": [1, 2]})]);
        node.send("n2", json!({"type": "have", "elements": [1]}));
        assert_eq!(told(&mut node), [json!({"type": "gossip", "elements": [2]})]);
        node.send("n2", json!({"type": "have", "elements": [2]}));
        assert!(told(&mut node).is_empty());
        let read = node.request(json!({"type": "read"})).unwrap();
        assert_eq!(read, json!({"type": "read_ok", "value": [1, 2]}));
    }

    #[test]
    fn what_is_told_is_confirmed_each_time() {
        let mut node = TestNode::<GSet>::new("n1", ["n1", "n2"]);
        for _ in 0..2 {
            node.send("n2", json!({"type": "gossip", "elements": [5]}));
            let sent = node.sent();
            assert_eq!(sent.len(), 1);
            assert_eq!(sent[0].dest, "n2");
            assert_eq!(sent[0].body.payload, json!({"type": "have", "elements": [5]}));
        }
    }

    fn simulation() -> Simulation<GSet> {
        Simulation::<GSet>::new(workload::GSet)
            .latency(Duration::from_millis(50))
            .rate(10.0)
            .time_limit(Duration::from_secs(8))
    }

    #[test]
    fn it_survives_partitions_and_lost_doubled_and_overtaken_messages() {
        simulation()
            .nemesis(Nemesis::partitions().interval(Duration::from_secs(3)))
            .nemesis(Nemesis::loss().interval(Duration::from_secs(4)))
            .nemesis(Nemesis::duplication().interval(Duration::from_secs(2)))
            .nemesis(Nemesis::reordering().interval(Duration::from_secs(2)))
            .seeds(0..100)
            .run()
            .assert_valid();
    }

    #[test]
    fn it_survives_pauses_one_way_cuts_and_slow_links() {
        simulation()
            .nemesis(Nemesis::pauses().targets(Targets::Majority).interval(Duration::from_secs(2)))
            .nemesis(Nemesis::one_way_partitions().interval(Duration::from_secs(3)))
            .nemesis(Nemesis::slow_links().interval(Duration::from_secs(4)))
            .seeds(0..30)
            .run()
            .assert_valid();
    }

    #[test]
    fn a_killed_node_takes_with_it_what_it_has_told_nobody() {
        let killed = simulation().nemesis(Nemesis::kills().interval(Duration::from_secs(1)));
        let report = killed.rate(50.0).seeds(0..20).run();
        let explanations =
            report.first_failure().expect("a kill comes between an add and its gossip").explanations();
        assert!(explanations[0].contains("was missing from the read that process"), "{explanations:?}");
        assert!(
            explanations.iter().any(|text| text.contains("was killed, and down from")),
            "{explanations:?}"
        );
    }
}
