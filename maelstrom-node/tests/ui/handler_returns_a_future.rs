//! Handlers that return futures, instead of being `async`.

use std::{future::Future, time::Duration};

use maelstrom::{Context, Result};

#[derive(Default)]
struct Counter;

#[maelstrom::node]
impl Counter {
    #[rpc(reply(value))]
    fn read(&self) -> impl Future<Output = u64> {
        async { 1 }
    }

    #[message]
    fn gossip(&self, ctx: &Context<Self>) -> impl Future<Output = ()> + 'static {
        ctx.sleep(Duration::from_secs(1))
    }

    #[every(1s)]
    async fn spread(&self, ctx: &Context<Self>) {
        ctx.peer("n2").gossip();
    }
}

fn main() -> Result<()> {
    maelstrom::run::<Counter>()
}
