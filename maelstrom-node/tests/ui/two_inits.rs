//! Two `#[init]` methods.

struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[init]
    fn new() -> Self {
        Counter { total: 0 }
    }

    #[init]
    fn with_total(total: u64) -> Self {
        Counter { total }
    }

    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        self.total
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
