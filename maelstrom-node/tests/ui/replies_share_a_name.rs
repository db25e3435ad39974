//! Replies of one name with different fields.

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc(reply = "done")]
    fn add(&mut self, delta: u64) {
        self.total += delta;
    }

    #[rpc(reply = "done", reply(value))]
    fn read(&self) -> u64 {
        self.total
    }

    #[rpc(reply = "gossip", reply(value))]
    fn pull(&self) -> u64 {
        self.total
    }

    #[message]
    fn gossip(&mut self, total: u64) {
        self.total = total;
    }

    #[rpc(reply = "swap", reply(old))]
    fn swap(&mut self, new: u64) -> u64 {
        std::mem::replace(&mut self.total, new)
    }

    #[every(1s)]
    fn spread(&mut self, ctx: &maelstrom::Context<Self>) {
        ctx.peer("n2").gossip(self.total);
    }
}

fn main() -> maelstrom::Result<()> {
    Counter::default().add(1);
    maelstrom::run::<Counter>()
}
