//! Handlers that come and go with a `cfg`.

#![deny(warnings)]
#![allow(unexpected_cfgs)]

use maelstrom::{Context, RawMessage};

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[cfg(unix)]
    #[rpc]
    fn add(&mut self, delta: u64) {
        self.total += delta;
    }

    #[cfg(not(unix))]
    #[rpc]
    fn add(&mut self, delta: u64, name: &str) {
        self.total += delta + name.len() as u64;
    }

    #[cfg(unix)]
    #[message]
    fn gossip(&mut self, totals: &[u64]) {
        self.total = totals.iter().sum();
    }

    #[cfg(not(unix))]
    #[message(name = "gossip")]
    fn gossip_one(&mut self, total: u64) {
        self.total = total;
    }

    #[cfg(unix)]
    #[every(1s)]
    fn spread(&mut self, ctx: &Context<Self>) {
        ctx.peer("n2").gossip(&[self.total]);
    }

    #[cfg(not(unix))]
    #[every(5s)]
    fn spread(&mut self, ctx: &Context<Self>) {
        ctx.peer("n2").gossip_one(self.total);
    }
}

/// Everything that borrows is gone.
#[derive(Default)]
struct Owned;

#[maelstrom::node]
impl Owned {
    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        1
    }

    #[cfg(never)]
    #[rpc(reply(name))]
    fn name(&self, prefix: &str) -> &str {
        prefix
    }
}

/// Every message is gone.
#[derive(Default)]
struct Silent;

#[maelstrom::node]
impl Silent {
    #[cfg(never)]
    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        1
    }

    #[cfg(never)]
    #[message]
    fn gossip(&mut self, total: u64) {}

    #[every(1s)]
    fn tick(&mut self) {}
}

/// Every message is gone, and none was answered.
#[derive(Default)]
struct Mute;

#[maelstrom::node]
impl Mute {
    #[cfg(never)]
    #[message]
    fn gossip(&mut self, total: u64) {}

    #[every(1s)]
    fn tick(&mut self) {}
}

/// Every event is gone.
#[derive(Default)]
struct Still;

#[maelstrom::node]
impl Still {
    #[rpc]
    fn ping(&self) {}

    #[cfg(never)]
    #[every(1s)]
    fn tick(&mut self) {}

    #[cfg(never)]
    #[event]
    fn timeout(&mut self, term: u64) {}
}

/// Everything but the messages is gone, init included.
#[derive(Default)]
struct Bare;

#[maelstrom::node]
impl Bare {
    #[cfg(never)]
    #[init]
    fn new(ctx: &Context<Self>, config: u64) -> Self {
        Bare
    }

    #[rpc]
    fn ping(&self) {}

    #[cfg(never)]
    #[shutdown]
    fn close(&mut self) {}

    #[cfg(never)]
    #[fallback]
    fn other(&mut self, message: &RawMessage<'_>) {}
}

/// The same, and it is there.
struct Full;

#[maelstrom::node]
impl Full {
    #[cfg(all())]
    #[init]
    fn new(_ctx: &Context<Self>) -> Self {
        Full
    }

    #[cfg(all())]
    #[shutdown]
    fn close(&mut self) {}

    #[cfg(all())]
    #[cfg(not(never))]
    #[fallback]
    fn other(&mut self, _message: &RawMessage<'_>) {}
}

fn main() -> maelstrom::Result<()> {
    if std::env::args().count() > 100 {
        maelstrom::run::<Counter>()?;
        maelstrom::run::<Owned>()?;
        maelstrom::run::<Silent>()?;
        maelstrom::run::<Mute>()?;
        maelstrom::run::<Still>()?;
        maelstrom::run::<Bare>()?;
        maelstrom::run::<Full>()?;
    }
    Ok(())
}
