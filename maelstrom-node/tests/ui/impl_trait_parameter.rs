//! Parameters of type `impl Trait`.

use maelstrom::Context;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc]
    fn add(&mut self, delta: impl Into<u64>) {
        self.total += delta.into();
    }

    #[message]
    fn gossip(&mut self, totals: Vec<impl Into<u64>>, from: &impl ToString) {
        self.total = totals.len() as u64 + from.to_string().len() as u64;
    }

    #[event]
    fn timeout(&mut self, ctx: &Context<Self>, term: impl Into<u64>) {
        ctx.peer("n2").gossip(vec![term.into()], &1);
    }
}

fn main() -> maelstrom::Result<()> {
    Counter::default().add(1_u32);
    maelstrom::run::<Counter>()
}
