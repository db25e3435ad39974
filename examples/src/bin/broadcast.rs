//! x
use maelstrom::{Context, NodeId};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

/// Spreads every broadcast value to all nodes by gossip.
#[derive(Default)]
struct Broadcast {
    seen: BTreeSet<u64>,
    known: BTreeMap<NodeId, BTreeSet<u64>>,
    neighbours: Vec<NodeId>,
}

const X: Duration = Duration::from_millis(20);

#[maelstrom::node]
impl Broadcast {
    /// `{"type": "broadcast", "message": 7}` → `{"type": "broadcast_ok"}`
    #[rpc]
    fn broadcast(&mut self, message: u64) {
        self.seen.insert(message);
    }

    /// The value goes under `messages`; a reference is serialised where it lies, nothing is cloned.
    #[rpc(reply(messages))]
    fn read(&self) -> &BTreeSet<u64> {
        &self.seen
    }

    #[rpc]
    fn topology(&mut self, ctx: &Context<Self>, mut topology: HashMap<NodeId, Vec<NodeId>>) {
        self.neighbours = topology.remove(ctx.id()).unwrap_or_default();
    }

    /// Node to node, no reply.
    #[message]
    fn gossip(&mut self, ctx: &Context<Self>, seen: &[u64]) {
        self.known.entry(ctx.sender().clone()).or_default().extend(seen);
        self.seen.extend(seen);
    }

    #[every(300ms, jitter = X)]
    fn spread(&mut self, ctx: &Context<Self>) {
        ctx.peers(&self.neighbours).gossip(&Vec::from_iter(self.seen.iter().copied()));
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Broadcast>()
}
