//! Functions that make absent fields.

#![deny(warnings)]
#![allow(dead_code)]

use maelstrom::{
    Result,
    testing::{TestNode, json},
};
use serde::{Serialize, de::DeserializeOwned};

#[derive(Default)]
struct Counter;

fn two() -> u64 {
    2
}

#[maelstrom::node]
impl Counter {
    const ONE: u64 = 1;

    fn one() -> u64 {
        Self::ONE
    }

    fn name() -> String {
        "nobody".to_owned()
    }

    #[rpc(reply(text))]
    fn show(
        &self,
        #[field(default = Self::one)] one: u64,
        #[field(default = two)] two: u64,
        #[field(default = Counter::one)] again: u64,
        #[field(default = Self::name)] name: &str,
        #[field(default = Vec::new)] list: &[u64],
        #[field(default)] nothing: String,
    ) -> String {
        format!("{one} {two} {again} {name} {list:?} {nothing}")
    }
}

#[derive(Default)]
struct Store<V>(V);

#[maelstrom::node]
impl<V: Default + Serialize + DeserializeOwned + 'static> Store<V> {
    fn usual() -> V {
        V::default()
    }

    #[rpc]
    fn write(&mut self, #[field(default = Self::usual)] value: V, #[field(default = V::default)] _old: V) {
        self.0 = value;
    }
}

fn main() -> Result<()> {
    let mut node = TestNode::<Counter>::new("n1", ["n1"]);
    let reply = node.request(json!({"type": "show"}))?;
    assert_eq!(reply, json!({"type": "show_ok", "text": "1 2 1 nobody [] "}));
    TestNode::<Store<u64>>::new("n1", ["n1"]).request(json!({"type": "write"}))?;
    Ok(())
}
