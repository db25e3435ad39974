//! Two `#[shutdown]` methods.

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
    fn close(&mut self) {
        self.total = 0;
    }

    #[shutdown]
    fn say_goodbye(&mut self) {}
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
