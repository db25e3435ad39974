//! Parameters without a size.

#![allow(unused_variables)]

use std::fmt::Display;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc]
    fn add(&mut self, name: str) {}

    #[message]
    fn gossip(&mut self, totals: [u64]) {}

    #[rpc]
    fn show(&mut self, what: dyn Display) {}

    #[rpc]
    fn tell(&mut self, what: &dyn Display) {}

    #[event]
    fn timeout(&mut self, name: str) {}

    #[every(1s)]
    fn spread(&mut self, ctx: &maelstrom::Context<Self>) {
        ctx.peer("n2").gossip(self.total);
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
