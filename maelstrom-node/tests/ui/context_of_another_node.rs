//! A context of the wrong type.

use maelstrom::Context;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[derive(Default)]
struct Echo;

#[maelstrom::node]
impl Echo {
    #[rpc(reply(echo))]
    fn echo(&self, echo: u64) -> u64 {
        echo
    }
}

#[maelstrom::node]
impl Counter {
    #[rpc]
    fn add(&mut self, ctx: &Context<Echo>, delta: u64) {
        self.total += delta + ctx.node_ids().len() as u64;
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
