//! `run` with a type that is no node.

#[derive(Default)]
struct Counter {
    total: u64,
}

impl Counter {
    fn read(&self) -> u64 {
        self.total
    }
}

fn main() -> maelstrom::Result<()> {
    Counter::default().read();
    maelstrom::run::<Counter>()
}
