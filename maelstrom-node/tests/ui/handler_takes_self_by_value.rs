//! Handlers that consume the node.

use std::rc::Rc;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc(reply(value))]
    fn read(self) -> u64 {
        self.total
    }

    #[message]
    fn gossip(mut self, total: u64) {
        self.total = total;
    }

    #[every(1s)]
    fn spread(self: Box<Self>) {}

    #[shutdown]
    fn close(self: Rc<Self>) {}
}

fn main() -> maelstrom::Result<()> {
    Counter::default().gossip(1);
    maelstrom::run::<Counter>()
}
