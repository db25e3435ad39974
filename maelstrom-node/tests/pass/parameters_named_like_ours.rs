//! Type parameters called like those of generated items.

#![deny(warnings)]
#![allow(dead_code)]

use maelstrom::{Context, Result};
use serde::{Serialize, de::DeserializeOwned};

#[derive(Default)]
struct Store<S, To, E> {
    value: S,
    other: To,
    unused: E,
}

#[maelstrom::node]
impl<S, To, E> Store<S, To, E>
where
    S: Clone + Default + Serialize + DeserializeOwned + 'static,
    To: Default + Serialize + DeserializeOwned + 'static,
    E: Default + 'static,
{
    #[rpc(reply(value, other))]
    fn read(&self) -> (&S, &To) {
        (&self.value, &self.other)
    }

    #[message]
    fn gossip(&mut self, value: S, other: To) {
        (self.value, self.other) = (value, other);
    }

    #[every(1s)]
    fn spread(&self, ctx: &Context<Self>) {
        ctx.peers(ctx.others()).gossip(self.value.clone(), To::default());
    }
}

fn main() -> Result<()> {
    if std::env::args().count() > 100 {
        maelstrom::run::<Store<u64, String, ()>>()?;
    }
    Ok(())
}
