//! Handlers that are `unsafe`.

use maelstrom::Context;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[message]
    unsafe fn gossip(&mut self, total: u64) {
        self.total = total;
    }

    #[every(1s)]
    unsafe fn spread(&mut self, ctx: &Context<Self>) {
        ctx.peer("n2").gossip(self.total);
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
