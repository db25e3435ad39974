//! Two handlers for one message type.

use maelstrom::Context;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc]
    fn add(&mut self, delta: u64) {
        self.total += delta;
    }

    #[rpc(name = "add")]
    fn add_signed(&mut self, delta: i64) {
        self.total = self.total.saturating_add_signed(delta);
    }

    #[message]
    fn gossip(&mut self, total: u64) {
        self.total = total;
    }

    #[message(name = "gossip")]
    fn gossip_all(&mut self, totals: &[u64]) {
        self.total = totals.iter().sum();
    }

    #[every(1s)]
    fn spread(&mut self, ctx: &Context<Self>) {
        ctx.peer("n2").gossip(self.total);
        ctx.peer("n2").gossip_all(&[self.total]);
    }
}

fn main() -> maelstrom::Result<()> {
    Counter::default().add_signed(-1);
    maelstrom::run::<Counter>()
}
