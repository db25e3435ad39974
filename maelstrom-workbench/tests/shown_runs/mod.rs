//! Runs whose reports are opened in a browser: right ones and wrong ones, small enough to be counted.

#![allow(dead_code, clippy::unwrap_used)]

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use maelstrom::{Context, NodeId, Result, lock::Mutex};
use maelstrom_workbench::{
    Run, Simulation,
    checker::Verdict,
    nemesis::Nemesis,
    visual::{About, Data},
    workload::{Broadcast, Echo, LinKv, TxnListAppend, TxnOptions},
};
use serde_json::Value as Json;

/// Tells others what it has heard since it did so last, at once and from time to time, so that each of them hears it twice.
#[derive(Default)]
pub(crate) struct Gossips {
    seen: BTreeSet<u64>,
    fresh: Vec<u64>,
}

#[maelstrom::node]
impl Gossips {
    #[rpc]
    fn topology(&mut self) {}

    #[rpc]
    fn broadcast(&mut self, ctx: &Context<Self>, message: u64) {
        self.hear(&[message]);
        ctx.peers(ctx.others()).tell(&[message]);
    }

    #[rpc(reply(messages))]
    fn read(&self) -> &BTreeSet<u64> {
        &self.seen
    }

    #[message]
    fn tell(&mut self, messages: &[u64]) {
        self.hear(messages);
    }

    #[every(100ms)]
    fn again(&mut self, ctx: &Context<Self>) {
        ctx.peers(ctx.others()).tell(&std::mem::take(&mut self.fresh));
    }

    fn hear(&mut self, messages: &[u64]) {
        for message in messages {
            if self.seen.insert(*message) {
                self.fresh.push(*message);
            }
        }
    }
}

/// Tells others each value at once and once, so that what a partition swallows is lost.
#[derive(Default)]
pub(crate) struct TellsOnce {
    seen: BTreeSet<u64>,
}

#[maelstrom::node]
impl TellsOnce {
    #[rpc]
    fn topology(&mut self) {}

    #[rpc]
    fn broadcast(&mut self, ctx: &Context<Self>, message: u64) {
        self.seen.insert(message);
        ctx.peers(ctx.others()).tell(message);
    }

    #[rpc(reply(messages))]
    fn read(&self) -> &BTreeSet<u64> {
        &self.seen
    }

    #[message]
    fn tell(&mut self, message: u64) {
        self.seen.insert(message);
    }
}

/// Tells others a value again and again until it has an answer: of anybody, where it should be of each.
#[derive(Default)]
struct TiresTooSoon {
    seen: BTreeSet<u64>,
    untold: BTreeMap<u64, BTreeSet<NodeId>>,
}

#[maelstrom::node]
impl TiresTooSoon {
    #[rpc]
    fn topology(&mut self) {}

    #[rpc]
    fn broadcast(&mut self, ctx: &Context<Self>, message: u64) {
        self.seen.insert(message);
        self.untold.insert(message, ctx.others().cloned().collect());
        ctx.peers(ctx.others()).tell(message);
    }

    #[rpc(reply(messages))]
    fn read(&self) -> &BTreeSet<u64> {
        &self.seen
    }

    #[message]
    fn tell(&mut self, ctx: &Context<Self>, message: u64) {
        self.seen.insert(message);
        ctx.peer(ctx.sender()).told(message);
    }

    #[message]
    fn told(&mut self, message: u64) {
        self.untold.remove(&message);
    }

    #[every(500ms)]
    fn again(&self, ctx: &Context<Self>) {
        for (message, nodes) in &self.untold {
            ctx.peers(nodes).tell(*message);
        }
    }
}

type Txn = Vec<(String, u64, Json)>;

/// Works on a copy, and looks only whether what it appends to has changed meanwhile.
#[derive(Default)]
struct SkewsWrites {
    lists: RefCell<BTreeMap<u64, Vec<Json>>>,
}

#[maelstrom::node]
impl SkewsWrites {
    #[rpc(reply(txn))]
    async fn txn(&self, ctx: &Context<Self>, mut txn: Txn) -> Result<Txn> {
        let before = self.lists.borrow().clone();
        let mut after = before.clone();
        for (f, key, value) in &mut txn {
            let list = after.entry(*key).or_default();
            if f == "r" { *value = list.clone().into() } else { list.push(value.clone()) }
        }
        ctx.sleep(Duration::from_millis(20)).await;
        let mut lists = self.lists.borrow_mut();
        let written = txn.iter().filter(|(f, ..)| f == "append").map(|(_, key, _)| key);
        if written.clone().any(|key| lists.get(key) != before.get(key)) {
            return Err(maelstrom::Error::txn_conflict("somebody was faster"));
        }
        for key in written {
            lists.insert(*key, after[key].clone());
        }
        Ok(txn)
    }
}

/// Answers reads from what it has seen itself, which others may have changed. The first one counts terms, and all tell each
/// other which they are in.
#[derive(Default)]
struct Caches {
    seen: RefCell<BTreeMap<u64, u64>>,
    term: Cell<u64>,
}

#[maelstrom::node]
impl Caches {
    #[rpc(reply(value))]
    async fn read(&self, ctx: &Context<Self>, key: u64) -> Result<u64> {
        let seen = self.seen.borrow().get(&key).copied();
        match seen {
            Some(value) => Ok(value),
            None => ctx.lin_kv().read(key).await,
        }
    }

    #[rpc]
    async fn write(&self, ctx: &Context<Self>, key: u64, value: u64) -> Result<()> {
        ctx.lin_kv().write(key, value).await?;
        self.seen.borrow_mut().insert(key, value);
        Ok(())
    }

    #[rpc]
    async fn cas(&self, ctx: &Context<Self>, key: u64, from: u64, to: u64) -> Result<()> {
        ctx.lin_kv().cas(key, from, to).await
    }

    #[every(300ms)]
    fn next(&self, ctx: &Context<Self>) {
        if ctx.id() == "n0" {
            self.term.set(self.term.get() + 1);
        }
    }

    #[every(20ms)]
    fn beat(&self, ctx: &Context<Self>) {
        ctx.peers(ctx.others()).alive(self.term.get());
    }

    #[message]
    fn alive(&self, term: u64) {
        self.term.set(self.term.get().max(term));
    }
}

/// Stores what it echoes, one after the other, and again when the service does not answer.
#[derive(Default)]
pub(crate) struct Stores {
    turn: Mutex<()>,
}

#[maelstrom::node]
impl Stores {
    #[rpc(reply(echo))]
    async fn echo(&self, ctx: &Context<Self>, echo: String) -> Result<String> {
        let _turn = self.turn.lock().await;
        ctx.lin_kv().retries(3).timeout(Duration::from_millis(300)).write("last", &echo).await?;
        Ok(echo)
    }
}

/// Requests to the service, and its answers, get lost.
pub(crate) fn retrying() -> Data {
    let run = Simulation::<Stores>::new(Echo)
        .nodes(2)
        .clients_per_node(3)
        .rate(5.0)
        .time_limit(Duration::from_secs(10))
        .nemesis(Nemesis::loss().probability(0.3).with_services().interval(Duration::from_secs(1)))
        .journal()
        .run_seed(0);
    data(&run, "echo", Verdict::Valid)
}

/// Counts terms, and says often which it is in.
#[derive(Default)]
pub(crate) struct Beats {
    term: u64,
}

#[maelstrom::node]
impl Beats {
    #[rpc(reply(echo))]
    fn echo(&self, echo: String) -> String {
        echo
    }

    #[every(1s)]
    fn next(&mut self) {
        self.term += 1;
    }

    #[every(30ms)]
    fn beat(&self, ctx: &Context<Self>) {
        ctx.peers(ctx.others()).alive(self.term, ctx.now().subsec_micros());
    }

    #[message]
    fn alive(&self, term: u64, at: u32) {
        assert!(term <= self.term + 1 && at < 1_000_000);
    }
}

/// Nodes that are in the first, the second and further terms.
pub(crate) fn beating() -> Data {
    let simulation = Simulation::<Beats>::new(Echo).nodes(3).rate(5.0).time_limit(Duration::from_secs(4));
    data(&simulation.journal().run_seed(0), "echo", Verdict::Valid)
}

/// Five nodes and nothing wrong.
pub(crate) fn valid() -> Data {
    let run = Simulation::<Gossips>::new(Broadcast::default())
        .latency(Duration::from_millis(20))
        .rate(20.0)
        .time_limit(Duration::from_secs(5))
        .journal()
        .run_seed(0);
    data(&run, "broadcast", Verdict::Valid)
}

/// A partition has swallowed what was told once.
pub(crate) fn losing() -> Data {
    data(&losing_run(), "broadcast", Verdict::Invalid)
}

/// The run of that.
pub(crate) fn losing_run() -> Run {
    Simulation::<TellsOnce>::new(Broadcast::default())
        .latency(Duration::from_millis(20))
        .rate(50.0)
        .time_limit(Duration::from_secs(20))
        .nemesis(Nemesis::partitions().interval(Duration::from_secs(3)))
        .journal()
        .run_seed(1)
}

/// A partition has swallowed what was told, and nobody told it again who had an answer of somebody else.
pub(crate) fn tiring() -> Data {
    let run = Simulation::<TiresTooSoon>::new(Broadcast::default())
        .latency(Duration::from_millis(50))
        .rate(10.0)
        .time_limit(Duration::from_secs(20))
        .nemesis(Nemesis::partitions().interval(Duration::from_secs(4)))
        .journal()
        .run_seed(0);
    data(&run, "broadcast", Verdict::Invalid)
}

/// Transactions came before each other in a circle.
pub(crate) fn circular() -> Data {
    let mut options = TxnOptions::default();
    options.key_count = 2;
    let run = Simulation::<SkewsWrites>::new(TxnListAppend(options))
        .nodes(1)
        .concurrency(10)
        .rate(200.0)
        .time_limit(Duration::from_secs(5))
        .journal()
        .run_seed(0);
    data(&run, "txn-list-append", Verdict::Invalid)
}

/// No order of a register's operations explains what was read.
pub(crate) fn stuck() -> Data {
    let simulation = caching();
    let run = (0..10).map(|seed| simulation.run_seed(seed)).find(|run| run.verdict() == Verdict::Invalid);
    data(&run.unwrap(), "lin-kv", Verdict::Invalid)
}

/// The same, while partitions come and go: some runs of that kind.
pub(crate) fn stuck_apart() -> Vec<Data> {
    let simulation = caching().nemesis(Nemesis::partitions().interval(Duration::from_millis(500)));
    let runs = (0..20).map(|seed| simulation.run_seed(seed)).filter(|run| run.verdict() == Verdict::Invalid);
    runs.take(6).map(|run| data(&run, "lin-kv", Verdict::Invalid)).collect()
}

fn caching() -> Simulation<Caches> {
    Simulation::new(LinKv)
        .latency(Duration::from_millis(20))
        .rate(30.0)
        .time_limit(Duration::from_secs(10))
        .journal()
}

/// At the rate of fly.io's hardest broadcast, whose nodes are 25, for so many seconds.
pub(crate) fn gossip(nodes: usize, seconds: u64) -> Run {
    Simulation::<Gossips>::new(Broadcast::default())
        .nodes(nodes)
        .latency(Duration::from_millis(100))
        .rate(100.0)
        .time_limit(Duration::from_secs(seconds))
        .journal()
        .run_seed(0)
}

fn data(run: &Run, workload: &str, expected: Verdict) -> Data {
    assert_eq!(run.verdict(), expected, "{:?}", run.explanations());
    let about = About { again: Some(format!("seed {} of a test", run.seed)), ..About::new(workload) };
    Data::new(run, about)
}
