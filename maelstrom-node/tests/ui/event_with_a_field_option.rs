//! `#[field]` on the parameter of an event.

use std::time::Duration;

use maelstrom::Context;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[event]
    fn timeout(&mut self, #[field(rename = "t")] term: u64) {
        self.total = term;
    }

    #[rpc]
    fn start(&mut self, ctx: &Context<Self>) {
        ctx.after(Duration::from_secs(1), CounterEvent::Timeout { term: 1 });
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
