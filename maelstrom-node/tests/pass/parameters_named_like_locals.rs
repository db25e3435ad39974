//! Parameters with the names that generated code uses for itself.

#![deny(warnings)]

use maelstrom::{Context, RawMessage};

#[derive(Default)]
struct Node {
    seen: Vec<u64>,
}

#[maelstrom::node]
impl Node {
    #[rpc(reply(state, ctx, incoming, reply, message, event, payload))]
    #[allow(clippy::too_many_arguments)]
    fn all(
        &mut self,
        context: &Context<Self>,
        state: u64,
        ctx: u64,
        incoming: u64,
        reply: u64,
        message: u64,
        event: u64,
        payload: u64,
    ) -> (u64, u64, u64, u64, u64, u64, u64) {
        context.log("all");
        (state, ctx, incoming, reply, message, event, payload)
    }

    #[rpc]
    fn rest(&mut self, serializer: u64, f: &str, config: &[u64], never: u64, link: u64, never_: u64, m: u64) {
        self.seen = vec![serializer, f.len() as u64, config.len() as u64, never, link, never_, m];
    }

    #[message]
    fn send(&mut self, to: String, state: &[u64], ctx: &Context<Self>, reply: u64) {
        ctx.peer(to.clone()).send(to, state, ctx.node_ids().len() as u64 + reply);
    }

    #[event]
    fn inject(&mut self, state: u64, message: u64, event: u64, context: u64) {
        self.seen = vec![state, message, event, context];
    }

    /// Names of the client's traits and of inherent methods of enums.
    #[message]
    fn fmt(&mut self) {}

    #[message]
    fn from(&mut self, link: u64) {
        self.seen.push(link);
    }

    #[message]
    fn decode(&mut self, decode: u64) {
        self.seen.push(decode);
    }

    #[fallback]
    fn other(&mut self, state: &Context<Self>, ctx: &RawMessage<'_>) {
        state.send("n2", &ctx.body.payload);
    }
}

#[derive(Default)]
struct Waiting;

#[maelstrom::node]
impl Waiting {
    #[init]
    async fn new(context: &Context<Self>, node: u64) -> Self {
        context.log(node);
        Self
    }

    #[rpc(reply(state, ctx, node, reply, message))]
    async fn all(
        &self,
        context: &Context<Self>,
        state: u64,
        ctx: u64,
        node: u64,
        reply: u64,
        message: u64,
    ) -> maelstrom::Result<(u64, u64, u64, u64, u64)> {
        context.peer("n2").all(state, ctx, node, reply, message).await
    }

    #[rpc(reply(shape))]
    async fn call(&self, call: u64, payload: String, kind: Vec<u64>, shape: u64) -> u64 {
        call + payload.len() as u64 + kind.len() as u64 + shape
    }

    #[message]
    async fn run(&self, node: u64, ctx: u64) {
        let _ = (node, ctx);
    }

    #[event]
    async fn inject(&self, node: u64, ctx: u64, state: &Context<Self>) {
        state.log(node + ctx);
    }

    #[shutdown]
    async fn close(&self, node: &Context<Self>) {
        node.log("closed");
    }
}

fn main() -> maelstrom::Result<()> {
    if std::env::args().count() > 100 {
        maelstrom::run_with::<Waiting>(1)?;
        maelstrom::run::<Node>()?;
    }
    Ok(())
}
