//! A type parameter whose bounds lack `Deserialize` and `Serialize`.

#[derive(Default)]
struct Store<V> {
    value: V,
}

#[maelstrom::node]
impl<V: Clone + Default + 'static> Store<V> {
    #[rpc]
    fn write(&mut self, value: V) {
        self.value = value;
    }

    #[rpc(reply(value))]
    fn read(&self) -> &V {
        &self.value
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Store<u64>>()
}
