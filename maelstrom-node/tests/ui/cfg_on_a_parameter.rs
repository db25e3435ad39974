//! A parameter with a `cfg`.

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc]
    fn add(&mut self, delta: u64, #[cfg(unix)] _factor: u64) {
        self.total += delta;
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
