//! Handlers that are `async`.

use maelstrom::Context;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc(reply(value))]
    async fn read(&self) -> u64 {
        self.total
    }

    #[message]
    async fn gossip(&mut self, total: u64) {
        self.total = total;
    }

    #[every(1s)]
    async fn spread(&mut self, ctx: &Context<Self>) {
        ctx.peer("n2").gossip(self.total);
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
