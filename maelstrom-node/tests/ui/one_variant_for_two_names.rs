//! Names that differ, but become the same enum variant.

use maelstrom::Context;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc(name = "add-all")]
    fn add_all_signed(&mut self, delta: i64) {
        self.total = self.total.saturating_add_signed(delta);
    }

    #[rpc]
    fn add_all(&mut self, delta: u64) {
        self.total += delta;
    }

    #[rpc]
    fn get(&self) {}

    #[message(name = "get-ok")]
    fn got(&mut self, total: u64) {
        self.total = total;
    }

    #[event]
    fn time_out(&mut self) {}

    #[event]
    fn time__out(&mut self, ctx: &Context<Self>) {
        ctx.peer("n2").got(self.total);
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
