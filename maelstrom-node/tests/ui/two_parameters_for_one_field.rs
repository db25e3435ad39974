//! Two parameters that stand for one field.

use maelstrom::Context;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc]
    fn add(&mut self, delta: u64, #[field(rename = "delta")] factor: u64) {
        self.total += delta * factor;
    }

    #[message]
    fn gossip(&mut self, #[field(rename = "t")] total: u64, #[field(rename = "t")] time: u64) {
        self.total = total + time;
    }

    #[rpc]
    fn sub(&mut self, delta: u64, _delta: u64) {
        self.total -= delta;
    }

    #[every(1s)]
    fn spread(&mut self, ctx: &Context<Self>) {
        ctx.peer("n2").gossip(self.total, 1);
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
