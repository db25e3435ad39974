//! `reply(…)` names a field twice.

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc(reply(value, value))]
    fn read(&self) -> (u64, u64) {
        (self.total, 1)
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
