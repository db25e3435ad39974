//! An `#[init]` with two parameters besides the context.

use maelstrom::Context;

struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[init]
    fn new(_ctx: &Context<Self>, start: u64, factor: u64) -> Self {
        Counter { total: start * factor }
    }

    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        self.total
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run_with::<Counter>(1)
}
