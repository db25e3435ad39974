//! Parameters that are no fields need no names.

#![deny(warnings)]
#![allow(dead_code)]

use std::time::Duration;

use maelstrom::{Context, RawMessage, Result};

struct Config {
    every: Duration,
    limit: u64,
}

struct Proxy {
    every: Duration,
    limit: u64,
}

#[maelstrom::node]
impl Proxy {
    #[init]
    fn new(ctx: &Context<Self>, Config { every, limit }: Config) -> Self {
        ctx.log(limit);
        Self { every, limit }
    }

    #[every(self.every)]
    fn tick(&mut self, _: &Context<Self>) {
        self.limit += 1;
    }

    #[fallback]
    fn drop(&mut self, _: &RawMessage<'_>) {}
}

struct Pair(u64);

#[maelstrom::node]
impl Pair {
    #[init]
    fn new((a, b): (u64, u64)) -> Result<Self, std::io::Error> {
        Ok(Self(a + b))
    }

    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        self.0
    }
}

fn main() -> Result<()> {
    if std::env::args().count() > 100 {
        maelstrom::run_with::<Proxy>(Config { every: Duration::from_secs(1), limit: 3 })?;
        maelstrom::run_with::<Pair>((1, 2))?;
    }
    Ok(())
}
