//! A node with neither `Default` nor `#[init]`.

struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        self.total
    }
}

struct Store<V> {
    value: V,
}

#[maelstrom::node]
impl<V: serde::Serialize + 'static> Store<V> {
    #[rpc(reply(value))]
    fn read(&self) -> &V {
        &self.value
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()?;
    maelstrom::run::<Store<u64>>()
}
