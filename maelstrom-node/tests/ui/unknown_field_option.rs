//! Options that `#[field]` does not have.

use maelstrom::Context;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc]
    fn add(&mut self, #[field(renam = "d")] delta: u64, #[field(skip)] factor: u64) {
        self.total += delta * factor;
    }

    #[message]
    fn gossip(&mut self, #[feild(rename = "t")] total: u64, #[field] by: u64, #[field(rename)] at: u64) {
        self.total = total + by + at;
    }

    #[rpc]
    fn sub(
        &mut self,
        #[field(default)]
        #[field(rename = "d")]
        delta: u64,
        #[field(default = 7)] factor: u64,
    ) {
        self.total -= delta * factor;
    }

    #[every(1s)]
    fn spread(&mut self, ctx: &Context<Self>) {
        ctx.peer("n2").gossip(self.total, 1, 2);
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
