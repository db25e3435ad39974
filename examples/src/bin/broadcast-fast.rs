//! Gossip Glomers 3d and 3e: broadcast with few messages and little delay, and nothing lost that was acknowledged.
//!
//! # The arithmetic
//!
//! A value has to reach 24 other nodes. Sent to each by itself that is 24 messages; half of the operations are
//! broadcasts, so 12 an operation. Fewer messages means sending several values in one, and so letting them wait for each
//! other; where they wait together, they wait the least. So one node is the **hub**: every other node sends it each
//! value at once, and every T seconds it sends what is new to all. With 100 operations a second this makes
//!
//! ```text
//! 0.5 · 24/25             = 0.48    from the other nodes to the hub, per operation
//! 24 / (100 · T)          = 0.86    from the hub to all, with T = 280 ms
//! ```
//!
//! and a value takes 100 ms to the hub, up to T of waiting, and 100 ms to all: 340 ms in the middle, 480 at most.
//!
//! # What an answer means
//!
//! A node that says `broadcast_ok` at once, and is killed in the same moment, takes the value with it. So a client is
//! answered when its value has come back from the hub: then two nodes have it. That costs no message. If it takes
//! longer than four seconds the answer is error 0, which is honest: it may still come. (A second later the client would
//! have given up.) For the same reason a value is not shown to readers before.
//!
//! # What holds it together
//!
//! Every node keeps a **log**: the values in the order in which it has learnt them. What a hub sends is a piece of its
//! log, with the place where it begins. So who follows a hub knows what it has missed, and asks for it; and it knows
//! what the hub has, and sends it again what the hub lacks. A hub is nothing but a node that others follow: there may be
//! two at a time, and no harm is done, since a set can't be wrong about what is in it.
//!
//! Who hears nothing from its hub turns to the next node, and back when the first is heard again. A node that was killed
//! begins a new log, and says so by a new *life*: those who follow it begin anew as well, and it asks one of them for
//! the values.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use maelstrom::{Context, Error, NodeId, Result, oneshot};

/// How long a hub collects values, unless the program's argument says otherwise, in ms.
const COLLECT: Duration = Duration::from_millis(280);
/// How often a hub says that it is there when it has nothing to say.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// How long a value may take to come back before it is sent again.
const COME_BACK: Duration = Duration::from_millis(700);
/// How long a hub may be silent, with values on their way to it, and without.
const SUSPICIOUS: Duration = Duration::from_millis(1_500);
const DEAD: Duration = Duration::from_secs(5);
/// A client that has waited five seconds thinks that the node is dead.
const PATIENCE: Duration = Duration::from_secs(4);

pub(crate) struct Broadcast {
    collect: Duration,
    /// A number for this life of the node, which no earlier one has had.
    life: u128,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    /// All values, in the order in which they came, and the same as a set.
    log: Vec<u64>,
    seen: BTreeSet<u64>,
    /// How much of the log was told to all, and when something was.
    told: usize,
    told_at: Option<Duration>,
    /// What is known of the other nodes.
    others: BTreeMap<NodeId, Other>,
    /// When each value that the hub lacks was sent to it.
    sent: BTreeMap<u64, Duration>,
    /// Clients that wait until their value is safe.
    waiting: BTreeMap<u64, Vec<oneshot::Sender<()>>>,
}

/// A node as another one sees it.
#[derive(Default)]
struct Other {
    life: u128,
    /// How much of its log has come without gaps, and whether there is one.
    have: usize,
    gap: bool,
    /// The values of its log that have come.
    known: BTreeSet<u64>,
    heard: Duration,
    /// Whether nothing was heard of it for too long.
    silent: bool,
}

#[maelstrom::node]
impl Broadcast {
    /// Asks somebody for what there is: a node that was killed has lost it.
    #[init]
    fn new(ctx: &Context<Self>, collect: Duration) -> Self {
        if let Some(other) = ctx.others().next() {
            ctx.peer(other).follow(0, 0);
        }
        Broadcast { collect, life: ctx.ulid().into(), state: RefCell::default() }
    }

    /// The hub is the same whatever the topology.
    #[rpc]
    fn topology(&self) {}

    /// A value that only this node has is not shown: it could still be lost, and a client who has seen it would miss it.
    #[rpc(reply(messages))]
    fn read(&self) -> Vec<u64> {
        let state = self.state.borrow();
        state.log.iter().filter(|value| !state.waiting.contains_key(value)).copied().collect()
    }

    #[rpc]
    async fn broadcast(&self, ctx: &Context<Self>, message: u64) -> Result<()> {
        self.learn(&[message]);
        if ctx.node_ids().len() == 1 {
            return Ok(());
        }
        let is_safe = self.when_safe(message);
        self.push(ctx);
        ctx.within(PATIENCE, async { is_safe.await.map_err(|_| Error::crash("nobody keeps this value")) })
            .await
    }

    /// Values that this node lacks, from one who thinks that it is the hub; and how much of its log he has.
    #[message]
    fn values(&self, ctx: &Context<Self>, values: &[u64], life: u128, have: usize) {
        self.hear(ctx);
        self.learn(values);
        self.confirm(life, have);
        if self.hub(ctx) != *ctx.id() {
            // He can't hear the hub that others hear, so he is told himself.
            self.send_log(ctx, life, have);
            self.push(ctx);
        }
    }

    /// Somebody lacks what is in the log from a place on.
    #[message]
    fn follow(&self, ctx: &Context<Self>, life: u128, have: usize) {
        self.hear(ctx);
        self.confirm(life, have);
        self.send_log(ctx, life, have);
    }

    /// A piece of the sender's log, and where it begins. If `ask`, he wants to know that it has come.
    #[message]
    fn piece(&self, ctx: &Context<Self>, life: u128, start: usize, values: &[u64], ask: bool) {
        self.hear(ctx);
        self.learn(values);
        let state = &mut *self.state.borrow_mut();
        let other = state.others.entry(ctx.sender().clone()).or_default();
        if other.life != life {
            *other = Other { life, heard: other.heard, ..Other::default() };
        }
        other.known.extend(values);
        other.gap = start > other.have;
        if !other.gap {
            other.have = other.have.max(start + values.len());
        }
        if ask {
            ctx.peer(ctx.sender()).got(life, other.have);
        }
        // The sender has them, and so has this node.
        for value in values {
            state.is_safe(*value);
        }
    }

    /// How much of the log the sender has.
    #[message]
    fn got(&self, ctx: &Context<Self>, life: u128, have: usize) {
        self.hear(ctx);
        self.confirm(life, have);
    }

    /// The hub tells what is new.
    #[every(self.collect)]
    fn tell(&self, ctx: &Context<Self>) {
        if self.hub(ctx) != *ctx.id() {
            return;
        }
        let state = &mut *self.state.borrow_mut();
        let news = &state.log[state.told..];
        if news.is_empty() && state.told_at.is_some_and(|at| ctx.now() < at + HEARTBEAT) {
            return;
        }
        // The hub's own clients wait until another node has their values, so one is asked.
        let asked = ctx.others().next().filter(|_| !state.waiting.is_empty());
        ctx.peers(ctx.others().filter(|other| Some(*other) != asked))
            .piece(self.life, state.told, news, false);
        if let Some(asked) = asked {
            ctx.peer(asked).piece(self.life, state.told, news, true);
        }
        (state.told, state.told_at) = (state.log.len(), Some(ctx.now()));
    }

    /// The others ask for what they have missed, send again what has not come back, and turn to another hub if theirs is
    /// silent.
    #[every(350ms, jitter = 50ms)]
    fn look_after(&self, ctx: &Context<Self>) {
        let hub = self.hub(ctx);
        if hub == *ctx.id() {
            return;
        }
        {
            let state = &mut *self.state.borrow_mut();
            let other = state.others.entry(hub.clone()).or_default();
            if other.gap {
                ctx.peer(&hub).follow(other.life, other.have);
            }
            let patience = if state.sent.is_empty() { DEAD } else { SUSPICIOUS };
            other.silent = other.heard + patience < ctx.now();
            let is_given_up = other.silent;
            state.sent.retain(|_, at| !is_given_up && ctx.now() < *at + COME_BACK);
        }
        self.push(ctx);
    }
}

impl Broadcast {
    /// The first node, in the order of all, that is not silent. A node is never silent to itself.
    fn hub(&self, ctx: &Context<Self>) -> NodeId {
        let state = self.state.borrow();
        let is_silent = |node: &NodeId| state.others.get(node).is_some_and(|other| other.silent);
        let mut nodes = ctx.node_ids().iter();
        nodes.find(|node| *node == ctx.id() || !is_silent(node)).expect("this node is among them").clone()
    }

    fn learn(&self, values: &[u64]) {
        let state = &mut *self.state.borrow_mut();
        state.log.extend(values.iter().filter(|value| state.seen.insert(**value)));
    }

    fn hear(&self, ctx: &Context<Self>) {
        let state = &mut *self.state.borrow_mut();
        let other = state.others.entry(ctx.sender().clone()).or_default();
        (other.heard, other.silent) = (ctx.now(), false);
    }

    /// Sends the hub what it lacks, unless that is on its way.
    fn push(&self, ctx: &Context<Self>) {
        let hub = self.hub(ctx);
        if hub == *ctx.id() {
            return;
        }
        let state = &mut *self.state.borrow_mut();
        let other = state.others.entry(hub.clone()).or_default();
        let lacks = |value: &&u64| !other.known.contains(value) && !state.sent.contains_key(value);
        let values: Vec<u64> = state.log.iter().filter(lacks).copied().collect();
        if !values.is_empty() {
            ctx.peer(hub).values(&values, other.life, other.have);
            state.sent.extend(values.into_iter().map(|value| (value, ctx.now())));
        }
    }

    /// Sends the sender the log, from where he has it.
    fn send_log(&self, ctx: &Context<Self>, life: u128, have: usize) {
        let state = self.state.borrow();
        let start = if life == self.life { have.min(state.log.len()) } else { 0 };
        if start < state.log.len() {
            ctx.peer(ctx.sender()).piece(self.life, start, &state.log[start..], false);
        }
    }

    /// The sender has so much of the log of this life.
    fn confirm(&self, life: u128, have: usize) {
        let state = &mut *self.state.borrow_mut();
        if life == self.life {
            for value in state.log.iter().take(have).copied().collect::<Vec<_>>() {
                state.is_safe(value);
            }
        }
    }

    fn when_safe(&self, value: u64) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let state = &mut *self.state.borrow_mut();
        if state.others.values().any(|other| other.known.contains(&value)) {
            let _ = sender.send(());
        } else {
            state.waiting.entry(value).or_default().push(sender);
        }
        receiver
    }
}

impl State {
    /// Two nodes have this value.
    fn is_safe(&mut self, value: u64) {
        self.sent.remove(&value);
        for client in self.waiting.remove(&value).unwrap_or_default() {
            // He may have given up.
            let _ = client.send(());
        }
    }
}

fn main() -> Result<()> {
    let millis = std::env::args().nth(1).and_then(|arg| arg.parse().ok());
    maelstrom::run_with::<Broadcast>(millis.map_or(COLLECT, Duration::from_millis))
}

#[cfg(test)]
mod tests {
    use maelstrom::testing::{TestNode, json};
    use maelstrom_workbench::{Simulation, checker::Verdict, nemesis::Nemesis, workload};

    use super::*;

    const fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn node(id: &str) -> TestNode<Broadcast> {
        let mut node = TestNode::with_seed(COLLECT, 0, id, ["n0", "n1", "n2"]);
        // What it asks for at its beginning.
        assert_eq!(node.sent()[0].body.payload["type"], "follow");
        node
    }

    #[test]
    fn a_client_is_answered_when_its_value_comes_back_from_the_hub() {
        let mut node = node("n1");
        let request = node.start_request("c1", json!({"type": "broadcast", "message": 7}));
        let sent = node.sent();
        assert_eq!((sent.len(), sent[0].dest.as_str()), (1, "n0"));
        assert_eq!(sent[0].body.payload["values"], json!([7]));
        assert!(node.reply(request).is_none());
        node.send("n0", json!({"type": "piece", "life": 1, "start": 0, "values": [6, 7], "ask": false}));
        assert!(node.reply(request).unwrap().is_ok());
        assert_eq!(node.request(json!({"type": "read"})).unwrap()["messages"], json!([7, 6]));
    }

    #[test]
    fn without_a_second_node_that_has_it_the_answer_is_a_time_out() {
        let mut node = node("n1");
        let request = node.start_request("c1", json!({"type": "broadcast", "message": 7}));
        node.advance(PATIENCE);
        assert_eq!(node.reply(request).unwrap().unwrap_err().code(), maelstrom::ErrorCode::Timeout);
        // It has told the value to the next node, after the hub was silent.
        let sent = node.sent();
        assert!(sent.iter().any(|sent| sent.dest == "n0") && node.state().hub(&node.context("n1")) == "n1");
    }

    #[test]
    fn a_hub_collects_values_and_asks_one_node_to_confirm_those_of_its_own_clients() {
        let mut node = node("n0");
        node.advance(COLLECT);
        node.sent();
        let request = node.start_request("c1", json!({"type": "broadcast", "message": 1}));
        node.send("n2", json!({"type": "values", "values": [2, 3], "life": 0, "have": 0}));
        assert!(node.sent().is_empty());
        node.advance(COLLECT);
        let pieces = node.sent();
        assert!(pieces.iter().all(|piece| piece.body.payload["values"] == json!([1, 2, 3])));
        let asked: Vec<_> = pieces.iter().filter(|piece| piece.body.payload["ask"] == true).collect();
        assert_eq!((pieces.len(), asked.len()), (2, 1));
        assert!(node.reply(request).is_none());
        let life = node.state().life;
        node.receive_line(format!(
            r#"{{"src":"n1","dest":"n0","body":{{"type":"got","life":{life},"have":3}}}}"#
        ));
        assert!(node.reply(request).unwrap().is_ok());
    }

    #[test]
    fn what_was_missed_is_asked_for_and_a_new_life_begins_anew() {
        let mut node = node("n1");
        node.send("n0", json!({"type": "piece", "life": 1, "start": 0, "values": [1, 2], "ask": false}));
        node.send("n0", json!({"type": "piece", "life": 1, "start": 3, "values": [4], "ask": false}));
        node.advance(Duration::from_millis(400));
        let sent = node.sent();
        assert_eq!(sent[0].body.payload, json!({"type": "follow", "life": 1, "have": 2}));
        // The hub was killed: it gets what it has lost.
        node.send("n0", json!({"type": "piece", "life": 2, "start": 0, "values": [], "ask": false}));
        node.advance(Duration::from_millis(400));
        let sent = node.sent();
        assert_eq!(
            sent[0].body.payload,
            json!({"type": "values", "values": [1, 2, 4], "life": 2, "have": 0})
        );
    }

    /// As Gossip Glomers asks for it.
    fn simulation(nodes: usize, rate: f64) -> Simulation<Broadcast> {
        Simulation::with_config(workload::Broadcast::default(), |_| COLLECT)
            .nodes(nodes)
            .latency(Duration::from_millis(100))
            .rate(rate)
            .time_limit(secs(20))
    }

    #[test]
    fn few_messages_are_sent_and_next_to_none_when_nothing_is_new() {
        let run = simulation(25, 100.0).journal().run_seed(0);
        assert_eq!(run.verdict(), Verdict::Valid, "{:?}", run.explanations());
        let per_operation = run.messages_per_operation().unwrap();
        assert!(per_operation <= 1.5, "{per_operation}");
        // In the ten seconds of recovery a hub says five times that it is there.
        let quiet = run.journal.iter().filter(|event| {
            event.time > secs(22)
                && event.time < secs(30)
                && event.kind == maelstrom_workbench::journal::EventKind::Send
        });
        assert!(quiet.count() <= 5 * 24);
    }

    /// Nothing that was acknowledged is lost.
    #[test]
    fn it_survives_each_fault_and_all_together() {
        let all = [
            Nemesis::partitions(),
            Nemesis::loss().interval(secs(5)),
            Nemesis::duplication().interval(secs(5)),
            Nemesis::kills().interval(secs(3)),
        ];
        let each = all.iter().map(std::slice::from_ref).chain([&all[..]]);
        for nemeses in each {
            simulation(5, 20.0).nemeses(nemeses.iter().copied()).seeds(0..100).run().assert_valid();
        }
    }

    #[test]
    fn a_single_node_answers_at_once() {
        simulation(1, 20.0).run().assert_valid();
    }
}
