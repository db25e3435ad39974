//! An `#[init]` that returns something else than the node.

use maelstrom::Context;

struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[init]
    fn new(_ctx: &Context<Self>) -> Option<Self> {
        Some(Counter { total: 0 })
    }

    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        self.total
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
