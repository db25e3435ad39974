//! A type parameter that may borrow.

use serde::{Serialize, de::DeserializeOwned};

#[derive(Default)]
struct Store<V> {
    value: V,
}

#[maelstrom::node]
impl<V: Default + Serialize + DeserializeOwned> Store<V> {
    #[rpc(reply(value))]
    fn read(&self) -> &V {
        &self.value
    }

    #[message]
    fn gossip(&mut self, ctx: &maelstrom::Context<Self>, value: V) {
        ctx.peer("n2").gossip(value);
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Store<u64>>()
}
