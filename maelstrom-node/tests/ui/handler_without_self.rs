//! Handlers without `self`.

#![allow(unused_variables)]

use maelstrom::Context;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc]
    fn add(delta: u64) {}

    #[message]
    fn gossip(total: u64) {}

    #[every(1s)]
    fn spread() {}

    #[event]
    fn timeout(term: u64) {}

    #[shutdown]
    fn close() {}

    #[fallback]
    fn other(message: &maelstrom::RawMessage<'_>) {}

    #[rpc(reply(value))]
    fn read(&self, ctx: &Context<Self>) -> u64 {
        ctx.peer("n2").gossip(self.total);
        ctx.injector().inject(CounterEvent::Timeout { term: 1 }).ok();
        self.total
    }
}

fn main() -> maelstrom::Result<()> {
    Counter::add(1);
    maelstrom::run::<Counter>()
}
