//! A `#[shutdown]` with parameters.

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        self.total
    }

    #[shutdown]
    fn close(&mut self, status: i32) {
        self.total = status as u64;
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
