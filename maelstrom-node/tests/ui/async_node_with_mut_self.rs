//! Handlers that take `&mut self` in a node with an `async` one, which a `cfg` may have taken away.

use maelstrom::{Context, RawMessage, Result};

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc]
    fn add(&mut self, delta: u64) {
        self.total += delta;
    }

    #[rpc(reply(value))]
    async fn read(&self, ctx: &Context<Self>) -> Result<u64> {
        ctx.peer("n2").fresh().await
    }

    #[rpc(reply(value))]
    async fn fresh(self: &mut Self) -> u64 {
        self.total
    }

    #[message]
    async fn gossip(&mut self, total: u64) {
        self.total = total;
    }

    #[every(1s)]
    fn spread<'a>(&'a mut self, ctx: &Context<Self>) {
        ctx.peer("n2").gossip(self.total);
    }

    #[event]
    fn timeout(&mut self, _term: u64) {}

    #[shutdown]
    fn close(&mut self) {}

    #[fallback]
    fn other(&mut self, _message: &RawMessage<'_>) {}

    fn helper(&mut self) {}
}

#[derive(Default)]
struct Sometimes {
    total: u64,
}

#[maelstrom::node]
impl Sometimes {
    #[rpc]
    fn add(&mut self, delta: u64) {
        self.total += delta;
    }

    #[cfg(any())]
    #[shutdown]
    async fn close(&self) {}
}

fn main() -> Result<()> {
    Counter::default().helper();
    let _ = CounterEvent::Timeout { term: 1 };
    maelstrom::run::<Counter>()?;
    maelstrom::run::<Sometimes>()
}
