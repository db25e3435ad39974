//! Annotations of parameters on methods, and the other way round.

use maelstrom::Context;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc]
    const LIMIT: u64 = 5;

    #[rpc]
    #[field(rename = "plus")]
    fn add(&mut self, delta: u64) {
        self.total += delta.min(Self::LIMIT);
    }

    #[field(default)]
    #[message]
    fn gossip(&mut self, #[message] total: u64) {
        self.total = total;
    }

    #[field]
    fn helper(&self) {}

    fn another(&self, #[field(default)] _total: u64) {}

    #[every(1s)]
    fn spread(&mut self, #[field(default)] ctx: &Context<Self>) {
        self.helper();
        self.another(1);
        ctx.peer("n2").gossip(self.total);
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
