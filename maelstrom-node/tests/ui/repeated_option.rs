//! The same option twice in an annotation.

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc(name = "add", name = "plus")]
    fn add(&mut self, delta: u64) {
        self.total += delta;
    }

    #[rpc(reply = "a", reply = "b", reply(total), reply(value))]
    fn read(&self) -> u64 {
        self.total
    }

    #[message(name = "gossip", name = "spread")]
    fn gossip(&mut self, #[field(rename = "all", rename = "sum")] total: u64) {
        self.total = total;
    }

    #[every(1s, jitter = 1ms, jitter = 2ms)]
    fn spread(&mut self, ctx: &maelstrom::Context<Self>) {
        ctx.peer("n2").gossip(self.total);
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
