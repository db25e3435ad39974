//! Two methods of one name.

use maelstrom::Context;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[message]
    fn gossip(&mut self, total: u64) {
        self.total = total;
    }

    #[message]
    fn gossip(&mut self, totals: &[u64]) {
        self.total = totals.iter().sum();
    }

    #[every(1s)]
    fn spread(&mut self, ctx: &Context<Self>) {
        ctx.peer("n2").gossip(self.total);
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
