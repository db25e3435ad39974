//! An `#[init]` that takes the node which it should make.

struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[init]
    fn new(&mut self) -> Self {
        Counter { total: self.total }
    }

    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        self.total
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
