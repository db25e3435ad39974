//! Parameters whose types have neither `Deserialize` nor `Serialize`.

use maelstrom::Context;

#[derive(Clone, Default)]
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
    fn merge(&mut self, clocks: &[Clock]) {
        self.clock.0 += clocks.len() as u64;
    }

    #[every(1s)]
    fn spread(&mut self, ctx: &Context<Self>) {
        ctx.peer("n2").tick(self.clock.clone());
        ctx.peer("n2").merge(&[self.clock.clone()]);
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Store>()
}
