//! A request that is never made, since nobody awaits it.

#![deny(unused_must_use)]

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
    fn ask(&mut self, ctx: &Context<Self>) {
        ctx.peer("n2").read();
        self.total += 1;
    }
}

fn main() -> Result<()> {
    maelstrom::run::<Counter>()
}
