//! `#[node]` on the impl of a trait.

#[derive(Default)]
struct Counter {
    total: u64,
}

trait Read {
    fn read(&self) -> u64;
}

#[maelstrom::node]
impl Read for Counter {
    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        self.total
    }
}

fn main() -> maelstrom::Result<()> {
    Counter::default().read();
    maelstrom::run::<Counter>()
}
