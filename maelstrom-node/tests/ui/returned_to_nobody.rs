//! Values returned where nobody waits for them.

use maelstrom::{Context, RawMessage, Result};

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[message]
    fn gossip(&mut self, total: u64) -> u64 {
        self.total + total
    }

    #[message]
    fn merge(&mut self, total: u64) -> Result<u64> {
        Ok(self.total + total)
    }

    #[every(1s)]
    fn spread(&mut self, ctx: &Context<Self>) -> bool {
        ctx.peer("n2").gossip(self.total);
        ctx.peer("n2").merge(self.total);
        true
    }

    #[event]
    fn timeout(&mut self) -> Option<u64> {
        None
    }

    #[shutdown]
    fn close(&mut self) -> u64 {
        self.total
    }

    #[fallback]
    fn other(&mut self, message: &RawMessage<'_>) -> String {
        message.kind().to_owned()
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
