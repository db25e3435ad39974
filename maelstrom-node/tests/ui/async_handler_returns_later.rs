//! `Later` from handlers that wait themselves.

use maelstrom::{Context, Later, Result};

#[derive(Default)]
struct Leader;

#[maelstrom::node]
impl Leader {
    #[rpc(reply(index))]
    async fn append(&self, ctx: &Context<Self>) -> Later<u64> {
        let (reply, later) = ctx.later();
        reply.send(1);
        later
    }

    #[rpc]
    async fn commit(&self, ctx: &Context<Self>) -> Result<maelstrom::Later<()>> {
        let (reply, later) = ctx.later();
        reply.send(());
        Ok(later)
    }

    #[rpc(reply(index))]
    async fn ask(&self, ctx: &Context<Self>) -> Result<u64> {
        ctx.peer("n2").commit().await?;
        ctx.peer("n2").append().await
    }
}

fn main() -> Result<()> {
    maelstrom::run::<Leader>()
}
