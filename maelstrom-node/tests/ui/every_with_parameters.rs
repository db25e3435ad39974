//! Timers with parameters.

use maelstrom::Context;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[every(1s)]
    fn count(&mut self, delta: u64, factor: u64) {
        self.total += delta * factor;
    }

    #[every(1s)]
    fn log(&mut self, ctx: &Context<Self>, text: &str) {
        ctx.log(text);
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
