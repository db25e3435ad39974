//! Parameters whose types lack `Serialize`, which their sender needs.

use maelstrom::Context;
use serde::Deserialize;

#[derive(Clone, Default, Deserialize)]
struct Clock(u64);

#[derive(Default)]
struct Store {
    clock: Clock,
}

#[maelstrom::node]
impl Store {
    #[message]
    fn tick(&mut self, clock: Clock) {
        self.clock = clock;
    }

    #[message]
    fn set(&mut self, clock: &Clock) {
        self.clock = clock.clone();
    }

    #[every(1s)]
    fn spread(&mut self, ctx: &Context<Self>) {
        ctx.peer("n2").tick(self.clock.clone());
        ctx.peer("n2").set(&self.clock);
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Store>()
}
