//! A node with a configuration, run without one.

struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[init]
    fn new(total: u64) -> Self {
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
