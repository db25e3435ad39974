//! Generated code is quiet under strict lints, whatever the node's visibility.

#![deny(warnings, missing_docs, unreachable_pub, missing_debug_implementations)]
#![deny(rust_2018_idioms, unused, nonstandard_style, unused_qualifications, single_use_lifetimes)]
#![deny(unused_lifetimes, unused_results, let_underscore_drop, trivial_casts, variant_size_differences)]
#![deny(elided_lifetimes_in_paths, explicit_outlives_requirements, unused_import_braces, unit_bindings)]
#![deny(ambiguous_negative_literals, missing_copy_implementations, non_ascii_idents, redundant_lifetimes)]
#![forbid(unsafe_code)]

use std::{
    borrow::Cow,
    cell::{Ref, RefCell},
    collections::BTreeMap,
};

use maelstrom::{Context, Later, RawMessage, Result};
use serde::{Deserialize, Serialize};

/// A public node.
#[derive(Debug, Default)]
pub struct Store {
    entries: RefCell<BTreeMap<u64, String>>,
    name: String,
}

/// What is shown of a store.
#[derive(Debug, Serialize)]
pub struct View<'a> {
    name: &'a str,
}

/// A private type in a public node.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Entry {
    key: u64,
}

#[maelstrom::node]
impl Store {
    #[init]
    fn new(ctx: &Context<Self>, name: String) -> Result<Self> {
        ctx.log("starting");
        Ok(Self { entries: RefCell::default(), name })
    }

    #[rpc]
    fn write(&mut self, key: u64, value: &str) {
        drop(self.entries.get_mut().insert(key, value.to_owned()));
    }

    /// Documented.
    #[rpc(reply(name))]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[rpc(reply(entries))]
    fn entries(&self) -> Result<Ref<'_, BTreeMap<u64, String>>> {
        Ok(self.entries.borrow())
    }

    #[rpc]
    fn view(&self) -> View<'_> {
        View { name: &self.name }
    }

    #[rpc(reply(text))]
    fn text<'m>(&self, text: Cow<'m, str>) -> Cow<'m, str> {
        text
    }

    #[rpc(reply(key))]
    fn entry(&self, ctx: &Context<Self>, entry: Entry, #[field(default)] _unused: u64) -> Later<u64> {
        let (reply, later) = ctx.later();
        reply.send(entry.key);
        later
    }

    #[message]
    fn merge(&mut self, entries: &[Entry]) {
        self.name.push_str(&entries.len().to_string());
    }

    #[every(1s)]
    fn spread(&mut self, ctx: &Context<Self>) {
        ctx.peers(ctx.others()).merge(&[Entry { key: 1 }]);
    }

    #[event]
    fn timeout(&mut self, _term: u64) -> Result<()> {
        Ok(())
    }

    #[shutdown]
    fn close(&mut self) {}

    #[fallback]
    fn other(&mut self, _ctx: &Context<Self>, _message: &RawMessage<'_>) {}

    #[deprecated]
    #[message]
    fn old(&mut self) {}
}

/// A public node that waits.
#[derive(Debug, Default)]
pub struct Waiting {
    entries: RefCell<BTreeMap<u64, String>>,
}

#[maelstrom::node]
impl Waiting {
    #[init]
    async fn new(_name: String) -> Result<Self> {
        Ok(Self::default())
    }

    #[rpc]
    async fn write(&self, key: u64, value: String) {
        drop(self.entries.borrow_mut().insert(key, value));
    }

    /// Documented.
    #[rpc(reply(entries))]
    pub fn entries(&self) -> Ref<'_, BTreeMap<u64, String>> {
        self.entries.borrow()
    }

    #[rpc]
    async fn view(&self) -> Result<View<'_>> {
        Ok(View { name: "" })
    }

    #[rpc(reply(key, other))]
    async fn entry(&self, entry: Entry) -> (Entry, u64) {
        (entry, 1)
    }

    #[message]
    async fn merge(&self, _entries: Vec<Entry>) {}

    #[every(1s)]
    async fn spread(&self, ctx: &Context<Self>) -> Result<()> {
        ctx.peer("n2").write(1, String::new()).await?;
        let _view = ctx.peer("n2").view();
        let (entry, _) = ctx.peer("n2").entry(Entry::default()).await?;
        drop(ctx.peer("n2").entries().await?);
        ctx.peers(ctx.others()).merge(vec![entry]);
        Ok(())
    }

    #[event]
    async fn timeout(&self, _term: u64) -> Result<()> {
        Ok(())
    }

    #[shutdown]
    async fn close(&self) {}

    #[deprecated]
    #[rpc]
    async fn old(&self) {}
}

mod private {
    #[derive(Debug, Default)]
    struct Hidden;

    #[derive(Debug, serde::Deserialize, serde::Serialize)]
    struct Inner(u64);

    #[maelstrom::node]
    impl Hidden {
        #[rpc(reply(inner))]
        fn inner(&self, inner: Inner) -> Inner {
            inner
        }

        #[event]
        fn arrived(&mut self, _inner: Inner) {}
    }

    pub(crate) fn run() -> maelstrom::Result<()> {
        maelstrom::run::<Hidden>()
    }
}

fn main() -> Result<()> {
    if std::env::args().count() > 100 {
        private::run()?;
        maelstrom::run_with::<Store>(String::new())?;
        maelstrom::run_with::<Waiting>(String::new())?;
    }
    Ok(())
}
