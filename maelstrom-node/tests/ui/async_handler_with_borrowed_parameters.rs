//! Parameters that borrow from the line, in handlers that outlive it.

#![allow(unused_variables)]

use std::borrow::Cow;

use maelstrom::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[derive(Default)]
struct Store;

#[derive(Deserialize, Serialize)]
struct Entry;

#[derive(Deserialize, Serialize)]
struct View<'a> {
    name: &'a str,
}

#[maelstrom::node]
impl Store {
    #[rpc]
    async fn write(&self, key: &str, entry: &Entry, values: &[u64], names: &[&str]) {}

    #[rpc(reply(echo))]
    async fn echo<'m>(&self, echo: &'m RawValue) -> Box<RawValue> {
        echo.to_owned()
    }

    #[rpc]
    async fn append(&self, text: Cow<'_, str>, more: Option<Cow<'_, str>>, rest: Cow<'static, [u64]>) {}

    #[rpc]
    async fn nested(&self, list: Vec<(u64, &str)>, view: View<'_>, views: Vec<View<'_>>) {}

    #[message]
    async fn gossip(&self, #[field(default)] text: &'static str) {}

    #[event]
    async fn arrived(&self, text: &str) {}

    #[every(1s)]
    async fn spread(&self, ctx: &Context<Self>) -> Result<()> {
        ctx.peer("n2").gossip("a");
        ctx.peer("n2").write("a", &Entry, &[1], &["a"]).await
    }
}

fn main() -> Result<()> {
    maelstrom::run::<Store>()
}
