//! Parameters that are patterns.

use maelstrom::Context;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc]
    fn add(&mut self, (delta, factor): (u64, u64)) {
        self.total += delta * factor;
    }

    #[message]
    fn gossip(&mut self, _: u64, [a, b]: [u64; 2]) {
        self.total = a + b;
    }

    #[event]
    fn timeout(&mut self, ctx: &Context<Self>, (term, vote): (u64, u64)) {
        ctx.peer("n2").gossip(term, [vote; 2]);
    }
}

fn main() -> maelstrom::Result<()> {
    Counter::default().add((1, 2));
    maelstrom::run::<Counter>()
}
