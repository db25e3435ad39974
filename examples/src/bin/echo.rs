//! Gossip Glomers 1: send back what was sent.

use maelstrom::Result;

#[derive(Default)]
struct Echo;

#[maelstrom::node]
impl Echo {
    #[rpc(reply(echo))]
    fn echo<'m>(&self, echo: &'m str) -> &'m str {
        echo
    }
}

fn main() -> Result<()> {
    maelstrom::run::<Echo>()
}
