//! Nodes with type and const parameters.

#![deny(warnings)]

use std::collections::BTreeMap;

use maelstrom::{Context, Later};
use serde::{Serialize, de::DeserializeOwned};

#[derive(Default)]
struct Store<K, V, const N: usize> {
    entries: BTreeMap<K, V>,
}

#[maelstrom::node]
impl<K, V, const N: usize> Store<K, V, N>
where
    K: Clone + Default + Ord + Serialize + DeserializeOwned + 'static,
    V: Clone + Default + Serialize + DeserializeOwned + 'static,
{
    const LIMIT: usize = N;

    #[rpc]
    fn write(&mut self, key: K, value: V) {
        if self.entries.len() < Self::LIMIT {
            self.entries.insert(key, value);
        }
    }

    #[rpc(reply(value))]
    fn read(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    #[rpc(reply(keys, first))]
    fn keys(&self, name: &str) -> (Vec<&K>, Option<&V>) {
        let _ = name;
        (self.entries.keys().collect(), self.entries.values().next())
    }

    #[rpc]
    fn size(&self) -> BTreeMap<String, usize> {
        BTreeMap::from([("size".to_owned(), self.entries.len())])
    }

    #[rpc(reply(value))]
    fn read_later(&self, ctx: &Context<Self>, key: K) -> Later<Option<V>> {
        let (reply, later) = ctx.later();
        reply.send(self.entries.get(&key).cloned());
        later
    }

    #[message]
    fn merge(&mut self, entries: &[(K, V)], limits: [u8; 3]) {
        let _ = (limits, N);
        self.entries.extend(entries.iter().cloned());
    }

    #[every(1s)]
    fn spread(&mut self, ctx: &Context<Self>) {
        let all: Vec<(K, V)> = self.entries.clone().into_iter().collect();
        ctx.peer("n2").merge(&all, [0; 3]);
        ctx.send("n3", &StorePayload::<'_, K, V, N>::Size);
        let _ = ctx.injector().inject(StoreEvent::Put { key: K::default(), value: V::default() });
    }

    #[event]
    fn put(&mut self, key: K, value: V) {
        self.entries.insert(key, value);
    }
}

/// One whose messages borrow nothing.
#[derive(Default)]
struct Register<V> {
    value: V,
}

#[maelstrom::node]
impl<V: Clone + Default + Serialize + DeserializeOwned + 'static> Register<V> {
    #[rpc(reply(value))]
    fn read(&self) -> V {
        self.value.clone()
    }

    #[message]
    fn set(&mut self, ctx: &Context<Self>, value: V) {
        ctx.peers(ctx.others()).set(value.clone());
        self.value = value;
    }
}

/// One with a const parameter alone.
#[derive(Default)]
struct Ring<const N: usize>;

#[maelstrom::node]
impl<const N: usize> Ring<N> {
    #[rpc(reply(size, name))]
    fn size(&self, name: &str) -> (usize, String) {
        (N, name.to_owned())
    }
}

/// An impl for some arguments only.
#[derive(Default)]
struct Pair<A, B>(A, B);

#[maelstrom::node]
impl Pair<u64, String> {
    #[rpc(reply(number, text))]
    fn read(&self) -> (&u64, &String) {
        (&self.0, &self.1)
    }

    #[message]
    fn set(&mut self, ctx: &Context<Self>, number: u64, text: &str) {
        ctx.peer("n2").set(number, text);
        *self = Self(number, text.to_owned());
    }
}

fn main() -> maelstrom::Result<()> {
    if std::env::args().count() > 100 {
        maelstrom::run::<Store<String, u64, 3>>()?;
        maelstrom::run::<Register<u64>>()?;
        maelstrom::run::<Ring<3>>()?;
        maelstrom::run::<Pair<u64, String>>()?;
    }
    Ok(())
}
