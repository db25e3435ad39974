//! An `#[init]` whose configuration is borrowed.

struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[init]
    fn new(name: &str) -> Self {
        Counter { total: name.len() as u64 }
    }

    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        self.total
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run_with::<Counter>("counter")
}
