//! An empty `reply()`.

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc(reply())]
    fn add(&mut self, delta: u64) {
        self.total += delta;
    }

    #[rpc(reply())]
    fn read(&self) -> u64 {
        self.total
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
