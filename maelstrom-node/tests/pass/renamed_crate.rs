//! The crate under other names.

extern crate maelstrom as storm;

mod deps {
    pub(crate) use ::maelstrom as net;
}

// Hides the crate's own name.
mod maelstrom {}

#[derive(Default)]
struct Counter {
    total: u64,
}

#[storm::node(crate = storm)]
impl Counter {
    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        self.total
    }

    #[message]
    fn gossip(&mut self, totals: &[u64]) {
        self.total = totals.iter().sum();
    }

    #[every(1s)]
    fn spread(&mut self, ctx: &storm::Context<Self>) {
        ctx.peer("n2").gossip(&[self.total]);
    }
}

mod inner {
    use crate::deps::net::{Context, Later};

    #[derive(Default)]
    pub(crate) struct Echo;

    #[crate::deps::net::node(crate = crate::deps::net)]
    impl Echo {
        #[rpc(reply(echo))]
        fn echo(&self, ctx: &Context<Self>, echo: u64) -> Later<u64> {
            let (reply, later) = ctx.later();
            reply.send(echo);
            later
        }
    }

    #[derive(Default)]
    pub(crate) struct Waiting;

    #[crate::deps::net::node(crate = crate::deps::net)]
    impl Waiting {
        #[rpc(reply(echo))]
        async fn echo(&self, ctx: &Context<Self>, echo: u64) -> crate::deps::net::Result<u64> {
            ctx.peer("n2").echo(echo).await
        }

        #[rpc]
        fn ping(&self) {}

        #[shutdown]
        async fn close(&self, ctx: &Context<Self>) -> crate::deps::net::Result<()> {
            ctx.peer("n2").ping().await
        }
    }
}

fn main() -> storm::Result<()> {
    if std::env::args().count() > 100 {
        storm::run::<Counter>()?;
        storm::run::<inner::Echo>()?;
        storm::run::<inner::Waiting>()?;
    }
    Ok(())
}
