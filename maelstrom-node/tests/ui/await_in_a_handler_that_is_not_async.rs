//! `.await` without `async`.

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
    fn ask(&mut self, ctx: &Context<Self>) -> Result<()> {
        self.total = ctx.peer("n2").read().await?;
        Ok(())
    }
}

fn main() -> Result<()> {
    maelstrom::run::<Counter>()
}
