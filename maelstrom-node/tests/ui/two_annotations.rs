//! Different annotations on one method.

use maelstrom::Context;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc]
    #[message]
    fn add(&mut self, delta: u64) {
        self.total += delta;
    }

    #[message]
    #[event]
    fn gossip(&mut self, total: u64) {
        self.total = total;
    }

    #[every(1s)]
    #[shutdown]
    fn spread(&mut self, ctx: &Context<Self>) {
        ctx.peer("n2").gossip(self.total);
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
