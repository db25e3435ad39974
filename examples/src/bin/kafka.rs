//! Gossip Glomers 5c: logs to which any node appends and from which any node reads, with few messages.
//!
//! # One owner, and copies
//!
//! The offsets of a log have no gaps and no doubles, so somebody has to count. Each key has an **owner**, which its hash
//! picks: it alone appends, so it needs nobody's leave. Every other node has a copy of the log, always a beginning of
//! it, and answers polls from that. A copy may be behind; a poll that misses the last messages is no error, and the next
//! one has them.
//!
//! # One stream each way
//!
//! What a node has to tell another is put in a **stream** of items: messages to append, for the owner; messages that
//! were appended, for the copies; offsets that were committed. Every [`PERIOD`] it sends what is new in one message,
//! with the place in the stream where it begins, and how much of the other's stream it has. What does not come to be
//! acknowledged is sent again. So each item comes once, and in order, whatever the network loses, doubles or reorders;
//! and the answer to a message that was passed on is the item that brings it back.
//!
//! # The arithmetic
//!
//! With two nodes that is one message each way every 10 ms, 200 a second: at 1,000 operations a second 0.2 messages an
//! operation, and fewer if there are more operations. Passing each message on by itself, and its offset back, would be
//! 0.5: half of the operations are sends, and half of those come to the wrong node. The price is that such a send takes
//! up to two periods longer.
//!
//! # What a kill costs
//!
//! All of this is in memory. A node that is killed takes with it every log that it owns, back to what the copies have,
//! and comes back with numbers that the others do not understand. With `ctx.storage()` (see `durable-counter`) it would
//! cost a write to the disk for every message of the stream, before it is sent: the logs and the streams would be stored,
//! and neither is lost. Against partitions, loss and duplication, memory is enough.

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use maelstrom::{Context, Error, NodeId, Result, oneshot};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How long items wait for each other.
const PERIOD: Duration = Duration::from_millis(10);
/// How long an acknowledgement may take.
const OVERDUE: Duration = Duration::from_millis(500);
/// A client that has waited five seconds thinks that the node is dead.
const PATIENCE: Duration = Duration::from_secs(4);
/// How many messages of a key a poll returns at most.
const BATCH: usize = 1_000;

#[derive(Default)]
struct Logs {
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    /// Each key's messages, as far as this node knows them, by offset.
    logs: BTreeMap<String, Vec<Value>>,
    committed: BTreeMap<String, usize>,
    /// What was committed since it was told to others.
    news: BTreeMap<String, usize>,
    links: BTreeMap<NodeId, Link>,
}

/// What goes to another node, and what has come from there.
#[derive(Default)]
struct Link {
    /// What is not acknowledged; the first has the number `acknowledged`.
    items: VecDeque<Item>,
    acknowledged: usize,
    /// How many of the items are on their way, and since when one is.
    sent: usize,
    sent_at: Duration,
    /// How many items have come, and whether the other one still has to be told.
    received: usize,
    owes_answer: bool,
    /// Clients whose messages were passed on, in that order.
    waiting: VecDeque<oneshot::Sender<usize>>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Item {
    /// To the owner: append this.
    Append(String, Value),
    /// From the owner: this was appended. If `true`, it is what the receiver has passed on.
    Appended(String, Value, bool),
    Committed(BTreeMap<String, usize>),
}

#[maelstrom::node]
impl Logs {
    #[rpc(reply(offset))]
    async fn send(&self, ctx: &Context<Self>, key: String, msg: Value) -> Result<usize> {
        let owner = owner(&key, ctx.node_ids());
        if owner == ctx.id() {
            return Ok(self.state.borrow_mut().append(ctx, key, msg, None));
        }
        let offset = self.state.borrow_mut().pass_on(owner, key, msg);
        ctx.within(PATIENCE, async { offset.await.map_err(|_| Error::crash("nobody will answer")) }).await
    }

    /// A key without new messages is left out: Maelstrom can't judge a run in which a key has never had any.
    #[rpc(reply(msgs))]
    fn poll(&self, offsets: BTreeMap<String, usize>) -> BTreeMap<String, Vec<(usize, Value)>> {
        let state = self.state.borrow();
        let from = |(key, offset): (String, usize)| {
            let messages = state.logs.get(&key)?.iter().cloned().enumerate().skip(offset).take(BATCH);
            Some((key, messages.collect())).filter(|(_, messages): &(_, Vec<_>)| !messages.is_empty())
        };
        offsets.into_iter().filter_map(from).collect()
    }

    #[rpc]
    fn commit_offsets(&self, offsets: BTreeMap<String, usize>) {
        let state = &mut *self.state.borrow_mut();
        for (key, offset) in offsets {
            if raise(&mut state.committed, &key, offset) {
                state.news.insert(key, offset);
            }
        }
    }

    /// Those that this node has heard of: a consumer that comes from elsewhere may poll a few messages again.
    #[rpc(reply(offsets))]
    fn list_committed_offsets(&self, keys: Vec<String>) -> BTreeMap<String, usize> {
        let state = self.state.borrow();
        keys.into_iter().filter_map(|key| state.committed.get_key_value(&key)).map(own).collect()
    }

    /// A piece of the sender's stream, from a place on, and how much of this node's stream he has.
    #[message]
    fn sync(&self, ctx: &Context<Self>, from: usize, items: &[Item], have: usize) {
        let state = &mut *self.state.borrow_mut();
        let link = state.links.entry(ctx.sender().clone()).or_default();
        link.acknowledge(have);
        link.owes_answer |= !items.is_empty();
        // What begins further on than this node has come follows something that was lost, and comes again.
        let Some(known) = link.received.checked_sub(from) else { return };
        for item in items.iter().skip(known).cloned() {
            state.receive(ctx, item);
        }
    }

    #[every(PERIOD)]
    fn flush(&self, ctx: &Context<Self>) {
        let state = &mut *self.state.borrow_mut();
        let news = std::mem::take(&mut state.news);
        for other in ctx.others() {
            let link = state.links.entry(other.clone()).or_default();
            if !news.is_empty() {
                link.items.push_back(Item::Committed(news.clone()));
            }
            if link.sent > 0 && link.sent_at + OVERDUE < ctx.now() {
                link.sent = 0;
            }
            let new = &link.items.make_contiguous()[link.sent..];
            if !new.is_empty() || link.owes_answer {
                ctx.peer(other).sync(link.acknowledged + link.sent, new, link.received);
                (link.sent, link.sent_at, link.owes_answer) = (link.items.len(), ctx.now(), false);
            }
        }
    }
}

impl State {
    /// Appends to a log of this node's, and tells the others. Gives the offset.
    fn append(&mut self, ctx: &Context<Logs>, key: String, msg: Value, from: Option<&NodeId>) -> usize {
        for other in ctx.others() {
            let item = Item::Appended(key.clone(), msg.clone(), Some(other) == from);
            self.links.entry(other.clone()).or_default().items.push_back(item);
        }
        push(self.logs.entry(key).or_default(), msg)
    }

    /// Has the owner append a message; the offset comes back.
    fn pass_on(&mut self, owner: &NodeId, key: String, msg: Value) -> oneshot::Receiver<usize> {
        let (waiting, offset) = oneshot::channel();
        let link = self.links.entry(owner.clone()).or_default();
        link.items.push_back(Item::Append(key, msg));
        link.waiting.push_back(waiting);
        offset
    }

    /// The next item of the sender's stream.
    fn receive(&mut self, ctx: &Context<Logs>, item: Item) {
        let from = ctx.sender();
        let link = self.links.entry(from.clone()).or_default();
        link.received += 1;
        match item {
            Item::Append(key, msg) => {
                self.append(ctx, key, msg, Some(from));
            }
            Item::Appended(key, msg, is_ours) => {
                let offset = push(self.logs.entry(key).or_default(), msg);
                if let Some(client) = is_ours.then(|| link.waiting.pop_front()).flatten() {
                    // He may have given up.
                    let _ = client.send(offset);
                }
            }
            Item::Committed(offsets) => {
                for (key, offset) in offsets {
                    raise(&mut self.committed, &key, offset);
                }
            }
        }
    }
}

impl Link {
    /// The other one has so many items.
    fn acknowledge(&mut self, have: usize) {
        let new = have.saturating_sub(self.acknowledged).min(self.items.len());
        self.items.drain(..new);
        self.acknowledged += new;
        self.sent = self.sent.saturating_sub(new);
    }
}

/// The node that appends to a key's log: the same for all, as all run the same program.
fn owner<'n>(key: &str, nodes: &'n [NodeId]) -> &'n NodeId {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let place = hasher.finish() % nodes.len() as u64;
    &nodes[usize::try_from(place).expect("there are not that many nodes")]
}

fn push(log: &mut Vec<Value>, msg: Value) -> usize {
    log.push(msg);
    log.len() - 1
}

/// Whether the offset is greater than the one that was there. Offsets do not go back, in whatever order they come.
fn raise(committed: &mut BTreeMap<String, usize>, key: &str, offset: usize) -> bool {
    let known = committed.get(key).copied();
    let is_new = known.is_none_or(|known| known < offset);
    if is_new {
        committed.insert(key.to_owned(), offset);
    }
    is_new
}

fn own((key, offset): (&String, &usize)) -> (String, usize) {
    (key.clone(), *offset)
}

fn main() -> Result<()> {
    maelstrom::run::<Logs>()
}

#[cfg(test)]
mod tests {
    use maelstrom::testing::{TestNode, json};
    use maelstrom_workbench::{Simulation, checker::Verdict, nemesis::Nemesis, workload::Kafka};

    use super::*;

    /// A node of two, and a key that it owns and one that it does not.
    fn node() -> (TestNode<Logs>, String, String) {
        let node = TestNode::<Logs>::new("n0", ["n0", "n1"]);
        let nodes = ["n0", "n1"].map(NodeId::from);
        let key_of =
            |id: &str| (0..100).map(|key| key.to_string()).find(|key| owner(key, &nodes) == id).unwrap();
        (node, key_of("n0"), key_of("n1"))
    }

    fn sync(from: usize, items: &[Item], have: usize) -> Value {
        json!({"type": "sync", "from": from, "items": items, "have": have})
    }

    /// What the node tells the other one next.
    fn told(node: &mut TestNode<Logs>) -> Value {
        node.advance(PERIOD);
        let mut sent = node.sent();
        assert_eq!(sent.len(), 1, "{sent:?}");
        sent.remove(0).body.payload
    }

    #[test]
    fn an_owner_answers_at_once_and_tells_all_it_has_in_one_message() {
        let (mut node, ours, _) = node();
        for offset in 0..3 {
            let reply = node.request(json!({"type": "send", "key": ours, "msg": offset * 10})).unwrap();
            assert_eq!(reply["offset"], offset);
        }
        let poll = node.request(json!({"type": "poll", "offsets": {&ours: 1, "unknown": 0}})).unwrap();
        assert_eq!(poll["msgs"], json!({&ours: [[1, 10], [2, 20]]}));
        assert!(node.sent().is_empty());
        let items = [0, 10, 20].map(|msg| Item::Appended(ours.clone(), msg.into(), false));
        assert_eq!(told(&mut node), sync(0, &items, 0));
    }

    #[test]
    fn a_message_for_another_owner_is_passed_on_and_answered_when_it_comes_back() {
        let (mut node, _, theirs) = node();
        let request = node.start_request("c1", json!({"type": "send", "key": theirs, "msg": 7}));
        assert_eq!(told(&mut node), sync(0, &[Item::Append(theirs.clone(), 7.into())], 0));
        let items =
            [(5, false), (7, true)].map(|(msg, ours)| Item::Appended(theirs.clone(), msg.into(), ours));
        node.send("n1", sync(0, &items, 1));
        assert_eq!(node.reply(request).unwrap().unwrap()["offset"], 1);
        assert_eq!(told(&mut node), sync(1, &[], 2));
    }

    #[test]
    fn what_comes_twice_counts_once_and_what_follows_a_gap_waits() {
        let (mut node, ours, _) = node();
        let item = |msg: u64| Item::Append(ours.clone(), msg.into());
        node.send("n1", sync(0, &[item(1), item(2)], 0));
        node.send("n1", sync(0, &[item(1), item(2)], 0));
        node.send("n1", sync(3, &[item(4)], 0));
        node.send("n1", sync(1, &[item(2), item(3)], 0));
        let poll = node.request(json!({"type": "poll", "offsets": {&ours: 0}})).unwrap();
        assert_eq!(poll["msgs"], json!({&ours: [[0, 1], [1, 2], [2, 3]]}));
        assert_eq!(told(&mut node)["have"], 3);
    }

    #[test]
    fn what_is_not_acknowledged_is_told_again() {
        let (mut node, ours, _) = node();
        node.request(json!({"type": "send", "key": ours, "msg": 1})).unwrap();
        let first = told(&mut node);
        node.advance(OVERDUE);
        assert!(node.sent().is_empty());
        assert_eq!(told(&mut node), first);
        node.send("n1", sync(0, &[], 1));
        node.advance(10 * OVERDUE);
        assert!(node.sent().is_empty());
    }

    #[test]
    fn committed_offsets_do_not_go_back_and_others_hear_of_them() {
        let (mut node, ours, theirs) = node();
        node.request(json!({"type": "commit_offsets", "offsets": {&ours: 5}})).unwrap();
        node.request(json!({"type": "commit_offsets", "offsets": {&ours: 3}})).unwrap();
        assert_eq!(told(&mut node)["items"], json!([{"committed": {&ours: 5}}]));
        node.send("n1", sync(0, &[Item::Committed([(ours.clone(), 4), (theirs.clone(), 9)].into())], 1));
        let list = json!({"type": "list_committed_offsets", "keys": [&ours, &theirs, "unknown"]});
        assert_eq!(node.request(list).unwrap()["offsets"], json!({&ours: 5, &theirs: 9}));
    }

    fn simulation(nodes: usize) -> Simulation<Logs> {
        Simulation::new(Kafka::default()).nodes(nodes).clients_per_node(2).time_limit(Duration::from_secs(20))
    }

    #[test]
    fn it_takes_few_messages() {
        let run = simulation(2).rate(1_000.0).run_seed(0);
        assert_eq!(run.verdict(), Verdict::Valid, "{:#?}", run.explanations());
        let messages = run.messages_per_operation().unwrap();
        assert!(messages < 0.3, "{messages}");
    }

    #[test]
    fn nothing_is_lost_under_each_fault_and_all_together() {
        let seconds = Duration::from_secs;
        let all = [
            Nemesis::partitions().interval(seconds(4)),
            Nemesis::loss().interval(seconds(3)),
            Nemesis::duplication().interval(seconds(3)),
            Nemesis::reordering().interval(seconds(3)),
            Nemesis::pauses().interval(seconds(3)),
        ];
        for nemeses in all.iter().map(std::slice::from_ref).chain([&all[..]]) {
            simulation(5)
                .latency(Duration::from_millis(20))
                .rate(50.0)
                .nemeses(nemeses.iter().copied())
                .seeds(0..20)
                .run()
                .assert_valid();
        }
    }
}
