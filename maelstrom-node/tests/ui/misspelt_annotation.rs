//! Annotations with a letter wrong.

use maelstrom::Context;

struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[ini]
    fn new() -> Self {
        Counter { total: 0 }
    }

    #[rcp]
    fn add(&mut self, delta: u64) {
        self.total += delta;
    }

    #[mesage]
    fn gossip(&mut self, total: u64) {
        self.total = total;
    }

    #[evry(1s)]
    fn spread(&mut self, ctx: &Context<Self>) {
        ctx.peer("n2").gossip(self.total);
        ctx.injector().inject(CounterEvent::Timeout { term: 1 }).ok();
    }

    #[events]
    fn timeout(&mut self, term: u64) {
        self.total += term;
    }

    #[fallbak]
    fn other(&mut self, message: &maelstrom::RawMessage<'_>) {
        self.total += message.kind().len() as u64;
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
