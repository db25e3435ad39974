//! `reply(…)` on methods that return nothing.

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc(reply(total))]
    fn add(&mut self, delta: u64) {
        self.total += delta;
    }

    #[rpc(reply(value, version))]
    fn read(&self) -> maelstrom::Result<()> {
        Ok(())
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
