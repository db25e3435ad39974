//! A request to several nodes at once.

use maelstrom::{Context, Result};

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        self.total
    }

    #[every(1s)]
    async fn ask(&self, ctx: &Context<Self>) -> Result<()> {
        ctx.peers(ctx.others()).read().await?;
        Ok(())
    }
}

fn main() -> Result<()> {
    maelstrom::run::<Counter>()
}
