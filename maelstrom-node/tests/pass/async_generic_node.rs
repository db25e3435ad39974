//! Nodes with type and const parameters, and async handlers.

#![deny(warnings)]

use std::{cell::RefCell, collections::BTreeMap};

use maelstrom::{Context, Result};
use serde::{Serialize, de::DeserializeOwned};

#[derive(Default)]
struct Store<K, V, const N: usize> {
    entries: RefCell<BTreeMap<K, V>>,
}

#[maelstrom::node]
impl<K, V, const N: usize> Store<K, V, N>
where
    K: Clone + Default + Ord + Serialize + DeserializeOwned + 'static,
    V: Clone + Default + Serialize + DeserializeOwned + 'static,
{
    #[init]
    async fn new(ctx: &Context<Self>, entries: BTreeMap<K, V>) -> Result<Self> {
        ctx.sleep(std::time::Duration::from_secs(1)).await;
        Ok(Self { entries: RefCell::new(entries) })
    }

    #[rpc]
    fn write(&self, key: &K, values: &[V]) {
        let _ = N;
        self.entries.borrow_mut().extend(values.iter().map(|value| (key.clone(), value.clone())));
    }

    #[rpc(reply(value))]
    async fn read(&self, key: K) -> Option<V> {
        self.entries.borrow().get(&key).cloned()
    }

    #[rpc(reply(entries, size))]
    async fn all(&self) -> (Vec<(K, V)>, [usize; 2]) {
        (self.entries.borrow().clone().into_iter().collect(), [0; 2])
    }

    #[rpc]
    fn names(&self, names: [String; 3]) -> BTreeMap<String, V> {
        names.into_iter().map(|name| (name, V::default())).collect()
    }

    #[message]
    async fn merge(&self, entries: Vec<(K, V)>) {
        self.entries.borrow_mut().extend(entries);
    }

    #[every(1s)]
    async fn spread(&self, ctx: &Context<Self>) -> Result<()> {
        for other in ctx.others() {
            let value: Option<V> = ctx.peer(other).read(K::default()).await?;
            ctx.peer(other).write(&K::default(), &[value.unwrap_or_default()]).await?;
            let names: BTreeMap<String, V> = ctx.peer(other).names(Default::default()).await?;
            ctx.peer(other).merge(vec![(K::default(), names.into_values().next().unwrap_or_default())]);
        }
        Ok(())
    }

    #[event]
    async fn put(&self, key: K, value: V) {
        self.entries.borrow_mut().insert(key, value);
    }

    #[shutdown]
    async fn close(&self) {}
}

/// One whose messages borrow nothing.
#[derive(Default)]
struct Register<V> {
    value: RefCell<V>,
}

#[maelstrom::node]
impl<V: Clone + Default + Serialize + DeserializeOwned + 'static> Register<V> {
    #[rpc(reply(value))]
    async fn read(&self, ctx: &Context<Self>) -> Result<V> {
        let value = ctx.peer("n2").read().await?;
        self.value.replace(value);
        Ok(self.value.borrow().clone())
    }
}

/// One with a const parameter alone.
#[derive(Default)]
struct Ring<const N: usize>;

#[maelstrom::node]
impl<const N: usize> Ring<N> {
    #[rpc(reply(size, name))]
    async fn size(&self, ctx: &Context<Self>, name: String) -> Result<(usize, String)> {
        ctx.peer("n2").size(name).await
    }
}

/// An impl for some arguments only, without async handlers, which is asked all the same.
#[derive(Default)]
struct Pair<A, B>(A, B);

#[maelstrom::node]
impl Pair<u64, String> {
    #[rpc(reply(number, text))]
    fn read(&self) -> (&u64, &String) {
        (&self.0, &self.1)
    }

    #[message]
    fn ask(&mut self, ctx: &Context<Self>) {
        let _: maelstrom::Call<(u64, String), _> = ctx.peer("n2").read();
    }
}

fn main() -> Result<()> {
    if std::env::args().count() > 100 {
        maelstrom::run_with::<Store<String, u64, 3>>(BTreeMap::new())?;
        maelstrom::run::<Register<u64>>()?;
        maelstrom::run::<Ring<3>>()?;
        maelstrom::run::<Pair<u64, String>>()?;
    }
    Ok(())
}
