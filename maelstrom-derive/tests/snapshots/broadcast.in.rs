impl Broadcast {
    /// `{"type": "broadcast", "message": 7}` → `{"type": "broadcast_ok"}`
    #[rpc]
    fn broadcast(&mut self, message: u64) { self.seen.insert(message); }

    /// The value goes under `messages`; a reference is serialised where it lies, nothing is cloned.
    #[rpc(reply(messages))]
    fn read(&self) -> &BTreeSet<u64> { &self.seen }

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
