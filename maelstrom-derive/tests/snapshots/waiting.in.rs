impl Counter {
    #[init]
    async fn new(ctx: &Context<Self>, config: Config) -> Result<Self> {}

    /// Adds to the total, which a service keeps.
    #[rpc]
    async fn add(&self, ctx: &Context<Self>, delta: u64) -> Result<()> {}

    #[rpc(reply(value))]
    async fn read(&self, ctx: &Context<Self>) -> Result<u64> {}

    /// Not `async`: no clone, no task.
    #[rpc(reply(values))]
    fn cached(&self) -> Ref<'_, BTreeMap<NodeId, u64>> {}

    #[cfg(feature = "gossip")]
    #[message]
    async fn gossip(&self, totals: Vec<u64>) {}

    #[every(300ms)]
    async fn refresh(&self, ctx: &Context<Self>) {}

    #[event]
    async fn arrived(&self, total: u64) -> Result<()> {}

    #[shutdown]
    async fn close(&self, ctx: &Context<Self>) {}
}
