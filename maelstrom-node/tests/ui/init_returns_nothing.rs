//! An `#[init]` that returns nothing.

use maelstrom::Context;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[init]
    fn new(ctx: &Context<Self>) {
        ctx.log("starting");
    }

    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        self.total
    }
}

struct Echo;

#[maelstrom::node]
impl Echo {
    #[init]
    fn new() -> maelstrom::Result<()> {
        Ok(())
    }

    #[rpc(reply(echo))]
    fn echo(&self, echo: u64) -> u64 {
        echo
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()?;
    maelstrom::run::<Echo>()
}
