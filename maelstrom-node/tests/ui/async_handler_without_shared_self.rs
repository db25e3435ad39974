//! `async` handlers that do not take `&self`.

use std::rc::Rc;

use maelstrom::{Context, Result};

#[derive(Default)]
struct Counter;

#[maelstrom::node]
impl Counter {
    #[rpc]
    async fn ping(ctx: &Context<Self>) {
        ctx.log("ping");
    }

    #[rpc]
    async fn pong(self: Rc<Self>) {}

    #[message]
    async fn gossip(self) {}

    #[every(1s)]
    async fn ask(&self, ctx: &Context<Self>) -> Result<()> {
        ctx.peer("n2").gossip();
        ctx.peer("n2").pong().await?;
        ctx.peer("n2").ping().await
    }
}

fn main() -> Result<()> {
    maelstrom::run::<Counter>()
}
