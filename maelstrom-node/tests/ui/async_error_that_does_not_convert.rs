//! Errors of `async` handlers that are no error replies.

use maelstrom::Context;

struct Counter;

#[derive(Debug)]
struct Full;

#[maelstrom::node]
impl Counter {
    #[init]
    async fn new() -> Result<Self, Full> {
        Err(Full)
    }

    #[rpc(reply(value))]
    async fn read(&self) -> Result<u64, Full> {
        Err(Full)
    }

    #[every(1s)]
    async fn spread(&self, ctx: &Context<Self>) -> Result<(), std::num::ParseIntError> {
        ctx.log("spreading");
        Ok(())
    }

    #[shutdown]
    async fn close(&self) -> Result<(), Full> {
        Err(Full)
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
