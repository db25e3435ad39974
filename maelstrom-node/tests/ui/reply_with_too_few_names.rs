//! `reply(…)` names fewer fields than are returned.

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc(reply(value, version))]
    fn read(&self) -> (u64, u64, u64) {
        (self.total, 1, 2)
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
