//! Options that an annotation does not have.

use maelstrom::{Context, RawMessage};

struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[init(config)]
    fn new() -> Self {
        Counter { total: 0 }
    }

    #[rpc(nmae = "plus")]
    fn add(&mut self, delta: u64) {
        self.total += delta;
    }

    #[rpc(reply)]
    fn read(&self) {}

    #[rpc("subtract")]
    fn sub(&mut self, delta: u64) {
        self.total -= delta;
    }

    #[rpc = "multiply"]
    fn mul(&mut self, factor: u64) {
        self.total *= factor;
    }

    #[rpc(name)]
    fn div(&mut self, divisor: u64) {
        self.total /= divisor;
    }

    #[rpc(name = total)]
    fn total(&mut self) {}

    #[rpc(name = "")]
    fn nameless(&mut self) {}

    #[message(reply = "gossip_ok")]
    fn gossip(&mut self, total: u64) {
        self.total = total;
    }

    #[message(retries = 3)]
    fn merge(&mut self, total: u64) {
        self.total += total;
    }

    #[event(name = "tick")]
    fn timeout(&mut self, ctx: &Context<Self>) {
        ctx.peer("n2").gossip(self.total);
        ctx.peer("n2").merge(self.total);
    }

    #[shutdown()]
    fn close(&mut self) {}

    #[fallback(all)]
    fn other(&mut self, _message: &RawMessage<'_>) {}
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
