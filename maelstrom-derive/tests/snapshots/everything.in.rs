impl<K: Key, const N: usize> Everything<K, N>
where
    K: 'static,
{
    #[init]
    fn new(ctx: &Context<Self>, config: Config) -> Result<Self> {}

    /// Two fields from a tuple; the second is a guard.
    #[rpc(name = "get-all", reply = "all", reply(version, entries))]
    fn get_all(&self) -> Result<(u64, Ref<'_, BTreeMap<K, u64>>), StoreError> {}

    #[rpc]
    fn status(&self, #[field(rename = "how-much", default = usual)] depth: u8) -> Status<'_> {}

    #[rpc(reply(value))]
    fn get(&mut self, ctx: &Context<Self>, key: K) -> Later<Self::Value> {}

    #[rpc(reply(echo))]
    fn echo<'m>(&self, echo: &'m RawValue, prefix: Cow<'m, str>, #[field(default)] r#in: &str) -> &'m RawValue {}

    #[cfg(feature = "merge")]
    #[message]
    fn merge(&mut self, entries: &[(K, u64)], state: &Clock) -> Result<()> {}

    #[every(self.interval, jitter = 50ms)]
    fn tick(&mut self) {}

    /// The time is up.
    #[event]
    fn timeout(&mut self, ctx: &Context<Self>, term: u64) -> Result<()> {}

    #[shutdown]
    fn close(&mut self) {}

    #[fallback]
    fn other(&mut self, ctx: &Context<Self>, message: &RawMessage<'_>) {}

    fn helper(&self) {}
}
