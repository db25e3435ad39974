//! Gossip Glomers 3a to 3c: values that reach every node, also after the network was cut in two.
//!
//! Each node keeps what it has seen, and tells its neighbours from time to time. The simple way is to send everything
//! always; here a node keeps, for each neighbour, which values that one is *known* to have, and sends only the rest.
//! What was sent may be lost, so sending proves nothing: a value is known to be there only when it came from there.
//!
//! That leaves a loop. If n1 told n2 a value, n2 has no reason to tell it back, so n1 never learns that it arrived, and
//! goes on sending. The way out is a little overlap: who hears something for the second time answers with a few values,
//! at random, that the other one has already. Step by step each learns what the other has, and falls silent.
//! There is no final certainty in it (these are the two generals, who can never be sure of the last messenger), and
//! none is needed: a message too many costs little.

use std::collections::{BTreeMap, BTreeSet};

use maelstrom::{Context, NodeId, Result, rand::seq::IteratorRandom};

#[derive(Default)]
pub(crate) struct Broadcast {
    seen: BTreeSet<u64>,
    neighbours: Vec<NodeId>,
    /// For each neighbour, what it has shown to have.
    known: BTreeMap<NodeId, BTreeSet<u64>>,
    /// Neighbours that have told something twice: they do not know that we have it.
    unsure: BTreeSet<NodeId>,
}

#[maelstrom::node]
impl Broadcast {
    /// Nothing to return, so the reply is a bare `broadcast_ok`.
    #[rpc]
    fn broadcast(&mut self, message: u64) {
        self.seen.insert(message);
    }

    /// A reference is written from where it lies: the set is not cloned.
    #[rpc(reply(messages))]
    fn read(&self) -> &BTreeSet<u64> {
        &self.seen
    }

    /// Maelstrom proposes who is whose neighbour.
    #[rpc]
    fn topology(&mut self, ctx: &Context<Self>, mut topology: BTreeMap<NodeId, Vec<NodeId>>) {
        self.neighbours = topology.remove(ctx.id()).unwrap_or_default();
    }

    /// From node to node, never answered: `news` is what the sender thinks we lack, `overlap` what it knows we have.
    #[message]
    fn gossip(&mut self, ctx: &Context<Self>, news: &[u64], overlap: &[u64]) {
        let known = self.known.entry(ctx.sender().clone()).or_default();
        if news.iter().any(|value| known.contains(value)) {
            self.unsure.insert(ctx.sender().clone());
        }
        known.extend(news.iter().chain(overlap));
        self.seen.extend(news.iter().chain(overlap));
    }

    /// The jitter keeps the nodes from talking all at once.
    #[every(200ms, jitter = 50ms)]
    fn spread(&mut self, ctx: &Context<Self>) {
        for neighbour in &self.neighbours {
            let known = self.known.entry(neighbour.clone()).or_default();
            let news: Vec<u64> = self.seen.difference(known).copied().collect();
            if self.unsure.remove(neighbour) || !news.is_empty() {
                let overlap = known.iter().copied().sample(&mut ctx.rng(), known.len().div_ceil(10));
                ctx.peer(neighbour).gossip(&news, &overlap);
            }
        }
    }
}

fn main() -> Result<()> {
    maelstrom::run::<Broadcast>()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use maelstrom::testing::{TestNode, json};
    use maelstrom_workbench::{Simulation, nemesis::Nemesis, topology::Topology, workload};

    use super::*;

    const ROUND: Duration = Duration::from_millis(250);

    fn node(id: &str, neighbours: &[&str]) -> TestNode<Broadcast> {
        let mut node = TestNode::<Broadcast>::new(id, ["n1", "n2", "n3"]);
        let reply = node.request(json!({"type": "topology", "topology": {id: neighbours}})).unwrap();
        assert_eq!(reply, json!({"type": "topology_ok"}));
        node
    }

    #[test]
    fn a_value_is_read_after_it_was_broadcast() {
        let mut node = Broadcast::default();
        node.broadcast(7);
        node.broadcast(7);
        assert_eq!(node.read(), &BTreeSet::from([7]));
    }

    #[test]
    fn what_a_neighbour_tells_is_seen_and_known_to_be_there() {
        let kit = TestNode::<Broadcast>::new("n1", ["n1", "n2"]);
        let mut node = Broadcast::default();
        node.gossip(&kit.context("n2"), &[1, 2], &[3]);
        assert_eq!(node.seen, BTreeSet::from([1, 2, 3]));
        assert_eq!(node.known["n2"], node.seen);
        assert!(node.unsure.is_empty());
        node.gossip(&kit.context("n2"), &[2], &[]);
        assert!(node.unsure.contains("n2"));
    }

    #[test]
    fn a_neighbour_is_told_only_what_it_is_not_known_to_have() {
        let mut node = node("n1", &["n2"]);
        node.send("n2", json!({"type": "gossip", "news": [1], "overlap": []}));
        node.request(json!({"type": "broadcast", "message": 2})).unwrap();
        node.advance(ROUND);
        let sent = node.sent();
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].dest, "n2");
        assert_eq!(sent[0].body.payload["news"], json!([2]));
    }

    /// Runs rounds of gossip between two nodes; every message for which `lost` says so is thrown away.
    fn gossip(nodes: &mut [TestNode<Broadcast>; 2], rounds: u32, lost: impl Fn(u32) -> bool) -> usize {
        let mut count = 0;
        for round in 0..rounds {
            for from in 0..2 {
                nodes[from].advance(ROUND);
                for message in nodes[from].sent() {
                    count += 1;
                    if !lost(round) {
                        nodes[1 - from].send(message.src, message.body.payload);
                    }
                }
            }
        }
        count
    }

    #[test]
    fn values_arrive_once_the_network_heals_and_then_gossip_dies_down() {
        let mut nodes = [node("n1", &["n2"]), node("n2", &["n1"])];
        for message in 0..100 {
            nodes[message % 2].request(json!({"type": "broadcast", "message": message})).unwrap();
        }
        gossip(&mut nodes, 10, |_| true);
        assert_eq!(nodes[1].state().seen.len(), 50);
        gossip(&mut nodes, 2, |_| false);
        assert_eq!(nodes[0].state().seen.len(), 100);
        assert_eq!(nodes[1].state().seen.len(), 100);
        gossip(&mut nodes, 200, |round| round % 3 == 0);
        assert_eq!(gossip(&mut nodes, 10, |_| false), 0);
    }

    /// A topology is advice, and any that holds together will do, as long as what was lost is told again.
    #[test]
    fn every_topology_survives_partitions() {
        for (_, topology) in Topology::NAMES {
            Simulation::<Broadcast>::new(workload::Broadcast::default())
                .topology(topology)
                .latency(Duration::from_millis(100))
                .rate(20.0)
                .time_limit(Duration::from_secs(20))
                .nemesis(Nemesis::partitions().interval(Duration::from_secs(5)))
                .seeds(0..10)
                .run()
                .assert_valid();
        }
    }
}
