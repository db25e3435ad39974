//! Nodes with handlers of one kind only.

#![deny(warnings, missing_docs, missing_debug_implementations)]

use maelstrom::{Context, RawMessage};

#[derive(Default)]
struct Events {
    term: u64,
}

#[maelstrom::node]
impl Events {
    #[event]
    fn timeout(&mut self, term: u64) {
        self.term = term;
    }
}

#[derive(Default)]
struct Timers;

#[maelstrom::node]
impl Timers {
    #[every(100us)]
    fn tick(&mut self, ctx: &Context<Self>) {
        ctx.log("tick");
    }

    #[every(2 * std::time::Duration::from_secs(1), jitter = 1min)]
    fn tock(&self) {}
}

#[derive(Default)]
struct Proxy;

#[maelstrom::node]
impl Proxy {
    #[fallback]
    fn forward(&mut self, ctx: &Context<Self>, message: &RawMessage<'_>) -> maelstrom::Result<()> {
        ctx.send("n2", &message.body.payload);
        Ok(())
    }
}

#[derive(Default)]
struct Messages {
    seen: Vec<u64>,
}

#[maelstrom::node]
impl Messages {
    #[message]
    fn gossip(&mut self, seen: u64) {
        self.seen.push(seen);
    }

    #[message]
    fn reset(&mut self) {
        self.seen.clear();
    }
}

/// A node that is an enum.
#[derive(Default)]
enum Switch {
    #[default]
    Off,
    On,
}

#[maelstrom::node]
impl Switch {
    #[rpc]
    fn flip(&mut self) {
        *self = match self {
            Switch::Off => Switch::On,
            Switch::On => Switch::Off,
        };
    }
}

/// Two nodes of one module, and one of another.
mod other {
    #[derive(Default)]
    pub(crate) struct Peer {
        total: u64,
    }

    #[maelstrom::node]
    impl Peer {
        #[message]
        pub(crate) fn gossip(&mut self, total: u64) {
            self.total = total;
        }

        #[rpc(reply(value))]
        fn read(&self) -> u64 {
            self.total
        }
    }
}

fn helper(ctx: &Context<other::Peer>) {
    ctx.peer("n2").gossip(1);
    ctx.peers(ctx.node_ids()).gossip(2);
}

fn main() -> maelstrom::Result<()> {
    if std::env::args().count() > 100 {
        maelstrom::run::<Events>()?;
        maelstrom::run::<Timers>()?;
        maelstrom::run::<Proxy>()?;
        maelstrom::run::<Messages>()?;
        maelstrom::run::<Switch>()?;
        let _ = helper;
    }
    Ok(())
}
