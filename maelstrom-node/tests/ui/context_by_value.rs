//! A context that is not `&Context<Self>`.

use maelstrom::Context;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc]
    fn add(&mut self, ctx: Context<Self>, delta: u64) {
        self.total += delta + ctx.node_ids().len() as u64;
    }

    #[message]
    fn gossip(&mut self, ctx: &mut Context<Self>, total: u64) {
        self.total = total + ctx.node_ids().len() as u64;
    }

    #[rpc]
    fn sub(&mut self, a: &Context<Self>, b: &Context<Self>) {
        self.total -= (a.node_ids().len() + b.node_ids().len()) as u64;
    }

    #[rpc]
    fn mul(&mut self, #[field(rename = "context")] _ctx: &Context<Self>, factor: u64) {
        self.total *= factor;
    }

    #[every(1s)]
    fn spread(&mut self, ctx: &Context<Self>) {
        ctx.peer("n2").gossip(self.total);
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
