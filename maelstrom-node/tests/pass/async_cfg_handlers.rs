//! Async handlers that come and go with a `cfg`: the node is one with async handlers in either case.

#![deny(warnings)]
#![allow(unexpected_cfgs)]

use std::{cell::Cell, rc::Rc};

use maelstrom::{Context, Node, Result};

#[derive(Default)]
struct Counter {
    total: Cell<u64>,
}

#[maelstrom::node]
impl Counter {
    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        self.total.get()
    }

    #[cfg(never)]
    #[rpc(reply(value))]
    async fn fresh(&self, ctx: &Context<Self>) -> Result<u64> {
        ctx.seq_kv().read("total").await
    }
}

/// One of two is there.
#[derive(Default)]
struct Either;

#[maelstrom::node]
impl Either {
    #[cfg(unix)]
    #[rpc(reply(value))]
    async fn read(&self) -> u64 {
        1
    }

    #[cfg(not(unix))]
    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        2
    }

    #[cfg(unix)]
    #[every(1s)]
    async fn ask(&self, ctx: &Context<Self>) -> Result<()> {
        let _: u64 = ctx.peer("n2").read().await?;
        Ok(())
    }
}

/// Everything is gone but for `Default`.
#[derive(Default)]
struct Bare;

#[maelstrom::node]
impl Bare {
    #[cfg(never)]
    #[init]
    async fn new(ctx: &Context<Self>, config: u64) -> Self {
        Bare
    }

    #[cfg(never)]
    #[message]
    async fn gossip(&self, total: u64) {}

    #[cfg(never)]
    #[every(1s)]
    async fn tick(&self) {}

    #[cfg(never)]
    #[shutdown]
    async fn close(&self) {}
}

/// The same, and it is there.
struct Full;

#[maelstrom::node]
impl Full {
    #[cfg(all())]
    #[init]
    async fn new(_ctx: &Context<Self>) -> Self {
        Full
    }

    #[cfg(all())]
    #[message]
    async fn gossip(&self, _total: u64) {}

    #[cfg(all())]
    #[cfg(not(never))]
    #[shutdown]
    async fn close(&self) {}
}

fn is_shared<N: Node<State = Rc<N>>>() {}

fn main() -> Result<()> {
    is_shared::<Counter>();
    is_shared::<Either>();
    is_shared::<Bare>();
    is_shared::<Full>();
    if std::env::args().count() > 100 {
        maelstrom::run::<Counter>()?;
        maelstrom::run::<Either>()?;
        maelstrom::run::<Bare>()?;
        maelstrom::run::<Full>()?;
    }
    Ok(())
}
