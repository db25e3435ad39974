//! Parameters of rpcs whose types lack `Deserialize`.

use std::collections::BTreeMap;

use serde::Serialize;

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Key(u64);

#[derive(Default)]
struct Store {
    size: usize,
}

#[maelstrom::node]
impl Store {
    #[rpc]
    fn write(&mut self, key: Key, value: u64) {
        self.size += (key.0 + value) as usize;
    }

    #[rpc]
    fn write_all(&mut self, entries: BTreeMap<Key, u64>) {
        self.size += entries.len();
    }

    #[rpc]
    fn delete(&mut self, key: &Key) {
        self.size -= key.0 as usize;
    }

    #[rpc]
    fn delete_all(&mut self, keys: &[Key], #[field(default = nobody)] by: Option<Key>) {
        self.size -= keys.len() + by.is_some() as usize;
    }
}

fn nobody() -> Option<Key> {
    None
}

fn main() -> maelstrom::Result<()> {
    Store::default().write(Key(1), 2);
    maelstrom::run::<Store>()
}
