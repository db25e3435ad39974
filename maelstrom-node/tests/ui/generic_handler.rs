//! Handlers with type and const parameters.

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc]
    fn add<T: Into<u64>>(&mut self, delta: T) {
        self.total += delta.into();
    }

    #[message]
    fn gossip<const N: usize>(&mut self, totals: [u64; N]) {
        self.total = totals.iter().sum();
    }

    #[every(1s)]
    fn spread<T>(&mut self, ctx: &maelstrom::Context<Self>) {
        ctx.peer("n2").gossip([self.total; 3]);
    }
}

fn main() -> maelstrom::Result<()> {
    Counter::default().add(1_u32);
    maelstrom::run::<Counter>()
}
