//! `reply(…)` names more fields than are returned.

use maelstrom::Later;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc(reply(value, version))]
    fn read(&self) -> u64 {
        self.total
    }

    #[rpc(reply(value, version, term))]
    fn read_pair(&self) -> (u64, u64) {
        (self.total, 1)
    }

    #[rpc(reply(value, version, term))]
    fn read_later(&self, ctx: &maelstrom::Context<Self>) -> maelstrom::Result<Later<(u64, u64)>> {
        let (reply, later) = ctx.later();
        reply.send((self.total, 1));
        Ok(later)
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
