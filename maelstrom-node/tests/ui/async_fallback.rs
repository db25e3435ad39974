//! A `#[fallback]` that is `async`.

use maelstrom::{Context, RawMessage};

#[derive(Default)]
struct Proxy {
    count: u64,
}

#[maelstrom::node]
impl Proxy {
    #[rpc]
    fn ping(&mut self) {
        self.count += 1;
    }

    #[fallback]
    async fn forward(&self, ctx: &Context<Self>, message: &RawMessage<'_>) {
        ctx.send("n2", &message.body.payload);
    }
}

#[derive(Default)]
struct Waiting;

#[maelstrom::node]
impl Waiting {
    #[rpc]
    async fn ping(&self, ctx: &Context<Self>) -> maelstrom::Result<()> {
        ctx.peer("n2").ping().await
    }

    #[fallback]
    async fn forward(&self, ctx: &Context<Self>, message: &RawMessage<'_>) {
        ctx.send("n2", &message.body.payload);
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Proxy>()?;
    maelstrom::run::<Waiting>()
}
