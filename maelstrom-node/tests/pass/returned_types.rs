//! Everything that a handler can return.

#![deny(warnings)]

use std::{
    borrow::Cow,
    cell::{Ref, RefCell},
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use maelstrom::{Call, Context, Later, Result, reply};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[derive(Default)]
struct Store {
    seen: BTreeSet<u64>,
    shared: RefCell<BTreeMap<String, u64>>,
    rc: Box<str>,
    arc: Vec<u64>,
    name: String,
}

#[derive(Deserialize, Serialize)]
struct Owned<'a> {
    seen: Cow<'a, BTreeSet<u64>>,
}

type Text = str;

/// One that no caller could decode.
#[derive(Serialize)]
struct View<'a> {
    seen: &'a BTreeSet<u64>,
}

#[maelstrom::node]
impl Store {
    #[rpc(reply(seen))]
    fn reference(&self) -> &BTreeSet<u64> {
        &self.seen
    }

    #[rpc(reply(seen))]
    fn option(&self) -> Option<&BTreeSet<u64>> {
        Some(&self.seen)
    }

    #[rpc(reply(seen, name))]
    fn pair(&self) -> (&BTreeSet<u64>, &str) {
        (&self.seen, &self.name)
    }

    #[rpc(reply(pair))]
    fn tuple_as_one(&self) -> (&BTreeSet<u64>, &str) {
        (&self.seen, &self.name)
    }

    #[rpc]
    fn view(&self) -> View<'_> {
        View { seen: &self.seen }
    }

    #[rpc]
    fn owned_view(&self) -> Owned<'_> {
        Owned { seen: Cow::Borrowed(&self.seen) }
    }

    #[rpc(reply(view))]
    fn named_view(&self) -> Option<View<'_>> {
        None
    }

    #[rpc]
    fn map(&self) -> Ref<'_, BTreeMap<String, u64>> {
        self.shared.borrow()
    }

    #[rpc(reply(map, seen))]
    fn maps(&self) -> (Ref<'_, BTreeMap<String, u64>>, &BTreeSet<u64>) {
        (self.shared.borrow(), &self.seen)
    }

    #[rpc(reply(name))]
    fn cow(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    #[rpc(reply(name))]
    fn text(&self) -> &str {
        &self.name
    }

    #[rpc(reply(slice))]
    fn slice(&self) -> &[u64] {
        &self.arc
    }

    #[rpc(reply(slice))]
    fn twice(&self) -> &&'static str {
        &"twice"
    }

    #[rpc(reply(text))]
    fn rc(&self) -> &Box<str>
    where
        Box<str>: Clone,
    {
        &self.rc
    }

    #[rpc(reply(later))]
    fn later(&self, ctx: &Context<Self>) -> Result<Later<u64>> {
        let (reply, later) = ctx.later();
        reply.send(1);
        Ok(later)
    }

    #[rpc(reply(a, b))]
    fn later_pair(&self, ctx: &Context<Self>) -> Later<(u64, String)> {
        let (reply, later) = ctx.later();
        reply.send((1, String::new()));
        later
    }

    #[rpc]
    fn later_nothing(&self, ctx: &Context<Self>) -> Later<()> {
        let (reply, later) = ctx.later();
        reply.send(());
        later
    }

    #[rpc]
    fn unit(&self) -> () {}

    #[rpc]
    fn result_of_unit(&self) -> Result<()> {
        Ok(())
    }

    #[rpc(reply(list))]
    #[allow(unused_parens)]
    fn parenthesised(&self, list: (Vec<u64>)) -> (Vec<u64>) {
        list
    }

    #[rpc(reply(longest))]
    fn own_lifetimes<'a, 'b: 'a>(&self, one: &'a str, other: &'b str) -> &'a str {
        if one.len() > other.len() { one } else { other }
    }

    #[rpc(reply(raw))]
    fn raw<'m>(&self, raw: &'m RawValue) -> &'m RawValue {
        raw
    }

    #[rpc(reply(deep))]
    fn deep(&self) -> BTreeMap<&str, Vec<(Cow<'_, [u64]>, [&u64; 1], Option<&&str>)>> {
        BTreeMap::new()
    }

    #[rpc(reply(path, paths))]
    fn unsized_ones(&self) -> (&Path, Option<Cow<'_, Path>>) {
        (Path::new(""), None)
    }

    /// One that has no size, which is not seen here: a caller can't hold it.
    #[rpc(reply(name))]
    fn unsized_by_an_alias(&self) -> &Text {
        &self.name
    }

    #[rpc(reply(nothing))]
    fn never_mind(&self) -> std::marker::PhantomData<Self> {
        std::marker::PhantomData
    }
}

/// What a caller gets of each.
#[allow(dead_code)]
async fn ask(ctx: &Context<Store>) -> Result<()> {
    let peer = ctx.peer("n2");
    let _: BTreeSet<u64> = peer.reference().await?;
    let _: Option<BTreeSet<u64>> = peer.option().await?;
    let _: (BTreeSet<u64>, String) = peer.pair().await?;
    let _: (BTreeSet<u64>, String) = peer.tuple_as_one().await?;
    let _: Call<View<'static>, reply::Flat> = peer.view();
    let _: Owned<'static> = peer.owned_view().await?;
    let _: Call<Option<View<'static>>, reply::Field> = peer.named_view();
    let _: BTreeMap<String, u64> = peer.map().await?;
    let _: (BTreeMap<String, u64>, BTreeSet<u64>) = peer.maps().await?;
    let _: String = peer.cow().await?;
    let _: String = peer.text().await?;
    let _: Vec<u64> = peer.slice().await?;
    let _: String = peer.twice().await?;
    let _: Box<str> = peer.rc().await?;
    let _: u64 = peer.later().await?;
    let _: (u64, String) = peer.later_pair().await?;
    let _: () = peer.later_nothing().await?;
    let _: () = peer.unit().await?;
    let _: () = peer.result_of_unit().await?;
    let _: Vec<u64> = peer.parenthesised(vec![1]).await?;
    let _: String = peer.own_lifetimes("a", "b").await?;
    let _: Box<RawValue> = peer.raw(RawValue::NULL).await?;
    let _: BTreeMap<String, Vec<(Vec<u64>, [u64; 1], Option<String>)>> = peer.deep().await?;
    let _: (Box<Path>, Option<Box<Path>>) = peer.unsized_ones().await?;
    let _: Call<str, reply::Field> = peer.unsized_by_an_alias();
    let _: std::marker::PhantomData<Store> = peer.never_mind().await?;
    Ok(())
}

fn main() -> Result<()> {
    let store = Store { seen: BTreeSet::from([7]), name: "a".to_owned(), ..Store::default() };
    let (seen, name) = store.pair();
    let wire = [
        (format!("{:?}", StorePayload::ReferenceOk { seen }), r#"{"type":"reference_ok","seen":[7]}"#),
        (format!("{:?}", StorePayload::OptionOk { seen: None }), r#"{"type":"option_ok","seen":null}"#),
        (format!("{:?}", StorePayload::PairOk { seen, name }), r#"{"type":"pair_ok","seen":[7],"name":"a"}"#),
        (
            format!("{:?}", StorePayload::TupleAsOneOk { pair: (seen, name) }),
            r#"{"type":"tuple_as_one_ok","pair":[[7],"a"]}"#,
        ),
        (format!("{:?}", StorePayload::ViewOk(store.view())), r#"{"type":"view_ok","seen":[7]}"#),
        (format!("{:?}", StorePayload::MapOk(store.map())), r#"{"type":"map_ok"}"#),
        (format!("{:?}", StorePayload::CowOk { name: store.cow() }), r#"{"type":"cow_ok","name":"a"}"#),
        (
            format!("{:?}", StorePayload::TwiceOk { slice: store.twice() }),
            r#"{"type":"twice_ok","slice":"twice"}"#,
        ),
    ];
    for (written, expected) in wire {
        assert_eq!(written, expected);
    }
    if std::env::args().count() > 100 {
        maelstrom::run::<Store>()?;
    }
    Ok(())
}
