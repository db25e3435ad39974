//! Many mistakes at once: one compile reports them all.

#![allow(unused_variables)]

use maelstrom::Context;

struct Full;

struct Store {
    values: Vec<u64>,
}

#[maelstrom::node(name = "store")]
impl Store {
    #[init]
    fn new(&self) {}

    #[rpc(reply(a, b))]
    fn read(&self, key: &mut u64) -> u64 {
        self.values[*key as usize]
    }

    #[rpc(nmae = "w", repl = "x")]
    fn write(self, (key, value): (u64, u64), msg_id: u64) {}

    #[rpc]
    fn list<T>(&self, prefix: Vec<&str>, by: impl Into<u64>) -> impl Sized {}

    #[mesage]
    fn gossip(&mut self, values: Vec<u64>) {
        self.values = values;
    }

    #[message]
    #[rpc]
    fn merge(values: Vec<u64>) -> Vec<u64> {
        values
    }

    #[every(5)]
    fn spread(&mut self, ctx: &mut Context<Self>, to: String) -> bool {
        ctx.peer("n2").gossip(self.values.clone());
        ctx.peer("n2").merge(self.values.clone());
        true
    }

    #[event]
    fn timeout(&mut self, ctx: Context<Self>, text: &str) {
        ctx.injector().inject(StoreEvent::Spread).ok();
    }

    #[rpc]
    fn fill(&mut self, full: Full) {}

    #[shutdown]
    fn close() -> u64 {
        0
    }

    #[fallback]
    fn other(&mut self) {}
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Store>()
}
