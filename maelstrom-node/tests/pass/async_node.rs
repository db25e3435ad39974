//! A node with async handlers of every kind beside others, and a client that asks for every kind of reply.

#![deny(warnings)]

use std::{
    borrow::Cow,
    cell::{Cell, Ref, RefCell},
    collections::{BTreeMap, BTreeSet},
    fmt,
    rc::Rc,
};

use maelstrom::{
    Context, Error, Later, NodeId, RawMessage, Result,
    testing::{TestNode, Value, json},
};
use serde::{Deserialize, Serialize};

struct Store {
    entries: RefCell<BTreeMap<String, u64>>,
    started: u64,
    name: String,
    log: RefCell<Vec<String>>,
    total: Cell<u64>,
    fails: bool,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Entry {
    key: String,
}

#[derive(Deserialize, Serialize)]
struct View<'a> {
    name: Cow<'a, str>,
}

/// An error of the node's own.
#[derive(Debug)]
struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("full")
    }
}

impl From<Full> for Error {
    fn from(full: Full) -> Self {
        Error::abort(full)
    }
}

#[maelstrom::node]
impl Store {
    #[init]
    async fn new(ctx: &Context<Self>, name: String) -> Result<Self> {
        let started = ctx.seq_kv().read("started").await?;
        let log = RefCell::new(vec![format!("init of {}", ctx.id())]);
        Ok(Self { entries: RefCell::default(), started, name, log, total: Cell::default(), fails: false })
    }

    /// Sync, and borrows the line.
    #[rpc]
    fn write(&self, key: &str, #[field(default)] value: Cow<'_, str>, more: &[u64]) {
        let _ = value;
        self.entries.borrow_mut().insert(key.to_owned(), more.iter().sum());
    }

    /// Sync, and answers with a guard.
    #[rpc(reply(entries))]
    fn entries(&self) -> Ref<'_, BTreeMap<String, u64>> {
        self.entries.borrow()
    }

    #[rpc(reply(started))]
    fn explicit(self: &Self) -> u64 {
        self.started
    }

    #[rpc(reply(value))]
    fn later(&self, ctx: &Context<Self>) -> Later<u64> {
        let (reply, later) = ctx.later();
        reply.send(5);
        later
    }

    /// Replies that borrow from the node.
    #[rpc(reply(name))]
    async fn name(&self) -> &str {
        &self.name
    }

    #[rpc(reply(entries, name))]
    async fn both(&self) -> (Ref<'_, BTreeMap<String, u64>>, Option<&str>) {
        (self.entries.borrow(), Some(&self.name))
    }

    #[rpc]
    async fn view(&self) -> Result<View<'_>> {
        Ok(View { name: Cow::Borrowed(&self.name) })
    }

    #[rpc]
    async fn entry(&self, entry: Entry) -> Entry {
        entry
    }

    #[rpc]
    async fn nothing(&self) {}

    #[rpc]
    async fn fail(&self, #[field(rename = "how-often", default)] times: u64) -> Result<(), Full> {
        if times > 0 { Err(Full) } else { Ok(()) }
    }

    /// Asks another node, for a reply of each shape.
    #[rpc(reply(log))]
    async fn ask_all(&self, ctx: &Context<Self>, peer: NodeId) -> Result<Vec<String>> {
        let peer = ctx.peer(peer);
        let mut log = Vec::new();
        let () = peer.write("a", Cow::Borrowed("b"), &[1, 2]).await?;
        let entries: BTreeMap<String, u64> = peer.entries().await?;
        log.push(format!("{entries:?}"));
        let started: u64 = peer.explicit().await?;
        let later: u64 = peer.later().await?;
        log.push(format!("{started} {later}"));
        let name: String = peer.name().await?;
        let (entries, other_name): (BTreeMap<String, u64>, Option<String>) = peer.both().await?;
        log.push(format!("{name} {entries:?} {other_name:?}"));
        let view: View<'static> = peer.view().await?;
        let entry: Entry = peer.entry(Entry { key: "k".to_owned() }).await?;
        log.push(format!("{} {}", view.name, entry.key));
        peer.nothing().await?;
        let error = peer.fail(3).await.unwrap_err();
        log.push(error.to_string());
        Ok(log)
    }

    #[message]
    async fn gossip(&self, ctx: &Context<Self>, values: BTreeSet<u64>) -> Result<()> {
        ctx.peers(ctx.others()).gossip(values.clone());
        let started = ctx.peer(ctx.sender()).explicit().await?;
        self.total.set(started + values.len() as u64);
        Ok(())
    }

    #[every(1s, jitter = 10ms)]
    async fn tick(&self, ctx: &Context<Self>) {
        ctx.sleep(std::time::Duration::from_millis(1)).await;
        self.log.borrow_mut().push("tick".to_owned());
    }

    #[every(7min)]
    fn tock(&self) {}

    #[event]
    async fn arrived(&self, what: String, _again: bool) -> Result<()> {
        self.log.borrow_mut().push(what);
        Ok(())
    }

    #[event]
    fn arrived_at_once(&self, what: String) {
        self.log.borrow_mut().push(what);
    }

    #[shutdown]
    async fn close(&self, ctx: &Context<Self>) -> Result<()> {
        ctx.seq_kv().write("closed", true).await?;
        self.log.borrow_mut().push("closed".to_owned());
        if self.fails { Err(Error::abort("it did not close")) } else { Ok(()) }
    }

    #[fallback]
    fn other(&self, ctx: &Context<Self>, message: &RawMessage<'_>) {
        let kind = message.kind().to_owned();
        ctx.spawn(async move |node, _| {
            node.log.borrow_mut().push(kind);
            Ok(())
        });
    }
}

/// A sync `#[init]` beside async handlers, which may fail.
struct Fallible;

#[maelstrom::node]
impl Fallible {
    #[init]
    fn new(_ctx: &Context<Self>) -> Result<Self, Full> {
        Ok(Fallible)
    }

    #[rpc]
    async fn ping(&self) {}

    #[shutdown]
    fn close(&self) -> Result<(), Full> {
        Ok(())
    }
}

/// One that may not.
struct Plain;

#[maelstrom::node]
impl Plain {
    #[init]
    fn new() -> Self {
        Plain
    }

    #[rpc]
    async fn ping(&self) {}

    #[shutdown]
    fn close(&self, _ctx: &Context<Self>) {}
}

/// Only `#[init]` is async, and there is no context.
struct OnlyInit;

#[maelstrom::node]
impl OnlyInit {
    #[init]
    async fn new() -> Self {
        OnlyInit
    }

    #[rpc]
    fn ping(&self) {}
}

/// Only `#[shutdown]` is.
#[derive(Default)]
struct OnlyShutdown;

#[maelstrom::node]
impl OnlyShutdown {
    #[rpc]
    fn ping(&self) {}

    #[shutdown]
    async fn close(&self) {}
}

/// Only an event is, and there are no messages.
#[derive(Default)]
struct OnlyEvent;

#[maelstrom::node]
impl OnlyEvent {
    #[event]
    async fn arrived(&self) {}
}

/// Answers what it is asked as a `Store` would.
fn answer(request: &Value) -> Value {
    match request["type"].as_str().unwrap() {
        "write" => {
            assert_eq!(request, &json!({"type": "write", "key": "a", "value": "b", "more": [1, 2]}));
            json!({"type": "write_ok"})
        }
        "entries" => json!({"type": "entries_ok", "entries": {"a": 3}}),
        "explicit" => json!({"type": "explicit_ok", "started": 4}),
        "later" => json!({"type": "later_ok", "value": 5}),
        "name" => json!({"type": "name_ok", "name": "x"}),
        "both" => json!({"type": "both_ok", "entries": {}, "name": null}),
        "view" => json!({"type": "view_ok", "name": "x"}),
        "entry" => json!({"type": "entry_ok", "key": request["entry"]["key"]}),
        "nothing" => json!({"type": "nothing_ok"}),
        "fail" => {
            assert_eq!(request["how-often"], json!(3));
            json!({"type": "error", "code": 14, "text": "full"})
        }
        other => panic!("nobody asks for {other}"),
    }
}

fn main() {
    let mut node = TestNode::<Store>::before_handshake("x".to_owned(), 0);
    node.receive_line(
        r#"{"src":"c0","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1","n2"]}}"#,
    );
    let read = node.sent().remove(0);
    assert_eq!(read.dest.as_str(), "seq-kv");
    node.answer(&read, json!({"type": "read_ok", "value": 4}));
    let state: &Rc<Store> = node.state();
    assert_eq!((state.started, state.log.borrow().len()), (4, 1));
    node.sent();

    let request = node.start_request("c1", json!({"type": "ask_all", "peer": "n2"}));
    loop {
        let sent = node.sent();
        let Some(asked) = sent.first() else { break };
        node.answer(asked, answer(&asked.body.payload));
    }
    assert_eq!(
        node.reply(request).unwrap().unwrap()["log"],
        json!([r#"{"a": 3}"#, "4 5", "x {} None", "x k", "abort (14): full"])
    );

    node.request(json!({"type": "write", "key": "b", "more": [1]})).unwrap();
    let both = node.request(json!({"type": "both"})).unwrap();
    assert_eq!(both, json!({"type": "both_ok", "entries": {"b": 1}, "name": "x"}));
    assert_eq!(
        node.request(json!({"type": "fail", "how-often": 1})).unwrap_err().to_string(),
        "abort (14): full"
    );
    assert_eq!(node.request(json!({"type": "view"})).unwrap(), json!({"type": "view_ok", "name": "x"}));

    node.inject(StoreEvent::Arrived { what: "this".to_owned(), again: true });
    node.inject(StoreEvent::ArrivedAtOnce { what: "that".to_owned() });
    node.send("n2", json!({"type": "unheard-of"}));
    node.advance(std::time::Duration::from_secs(2));
    assert_eq!(node.state().log.borrow()[1..], ["this", "that", "unheard-of", "tick"]);

    let asked = node.sent();
    assert!(asked.is_empty(), "{asked:?}");
    if std::env::args().count() > 100 {
        let _ = maelstrom::run::<Fallible>().and(maelstrom::run::<Plain>());
        let _ = maelstrom::run::<OnlyInit>().and(maelstrom::run::<OnlyShutdown>());
        let _ = maelstrom::run::<OnlyEvent>();
    }
}
