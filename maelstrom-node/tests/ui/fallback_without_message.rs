//! A `#[fallback]` that does not take the message.

use maelstrom::Context;

#[derive(Default)]
struct Proxy {
    seen: u64,
}

#[maelstrom::node]
impl Proxy {
    #[fallback]
    fn forward(&mut self, _ctx: &Context<Self>) {
        self.seen += 1;
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Proxy>()
}
