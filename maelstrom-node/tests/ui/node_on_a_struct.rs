//! `#[node]` on the type.

#[maelstrom::node]
#[derive(Default)]
struct Counter {
    total: u64,
}

impl Counter {
    fn read(&self) -> u64 {
        self.total
    }
}

fn main() {
    Counter::default().read();
}
