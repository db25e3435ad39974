//! Events that borrow what they bring.

use std::time::Duration;

use maelstrom::Context;

#[derive(Default)]
struct Counter {
    names: Vec<String>,
}

#[maelstrom::node]
impl Counter {
    #[event]
    fn timeout(&mut self, name: &str) {
        self.names.push(name.to_owned());
    }

    #[event]
    fn arrived(&mut self, names: Vec<&'static str>, counts: &[u64]) {
        self.names.truncate(names.len() + counts.len());
    }

    #[rpc]
    fn start(&mut self, ctx: &Context<Self>) {
        ctx.after(Duration::from_secs(1), CounterEvent::Timeout { name: "a" });
    }
}

fn main() -> maelstrom::Result<()> {
    Counter::default().timeout("a");
    maelstrom::run::<Counter>()
}
