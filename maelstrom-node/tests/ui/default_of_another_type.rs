//! Defaults of fields that do not fit the fields.

#![allow(unused_variables)]

#[derive(Default)]
struct Counter {
    total: u64,
}

struct NoDefault;

fn one() -> u8 {
    1
}

#[maelstrom::node]
impl Counter {
    #[rpc]
    fn add(&mut self, #[field(default = one)] delta: u64) {
        self.total += delta;
    }

    #[message]
    fn gossip(&mut self, #[field(default = missing)] total: u64, #[field(default = one)] by: &str) {
        self.total = total + by.len() as u64;
    }

    #[rpc]
    fn sort(&mut self, #[field(default)] order: std::cmp::Ordering) {}

    #[every(1s)]
    fn spread(&mut self, ctx: &maelstrom::Context<Self>) {
        ctx.peer("n2").gossip(self.total, "me");
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
