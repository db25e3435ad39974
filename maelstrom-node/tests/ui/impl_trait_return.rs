//! Replies of type `impl Trait`.

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc(reply(value))]
    fn read(&self) -> impl Into<u64> {
        self.total
    }

    #[rpc(reply(value, version))]
    fn read_all(&self) -> maelstrom::Result<(u64, impl ToString)> {
        Ok((self.total, 1))
    }
}

fn main() -> maelstrom::Result<()> {
    Counter::default().read();
    maelstrom::run::<Counter>()
}
