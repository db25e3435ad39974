//! `#[fallback]` methods that take something else than the message.

use maelstrom::{Context, RawMessage};

#[derive(Default)]
struct Proxy {
    seen: u64,
}

#[maelstrom::node]
impl Proxy {
    #[fallback]
    fn forward(&mut self, message: RawMessage<'_>) {
        self.seen += message.kind().len() as u64;
    }
}

#[derive(Default)]
struct Router {
    seen: u64,
}

#[maelstrom::node]
impl Router {
    #[fallback]
    fn forward(&mut self, _ctx: &Context<Self>, message: &RawMessage<'_>, hops: u64) {
        self.seen += hops + message.kind().len() as u64;
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Proxy>()?;
    maelstrom::run::<Router>()
}
