//! Gossip Glomers 4: a counter that only grows, on the service `seq-kv`.
//!
//! If all nodes added to one key, each add would be a race that somebody loses, and one whose answer is lost could not
//! be told from one that never arrived: made again it might count twice, given up it might not count at all. So here
//! every node has a key of its own, with what was added through it, and the counter is the sum over all keys. Nobody
//! else writes that key, so whether an add has arrived can be *looked up*.
//!
//! What is written is the new total, by `cas` from the total that was there. That does no harm when it is done twice:
//! the second time, the old total is not there any more, and error 22 says so. A `write` would not do. One that the
//! network has held up, or doubled, could arrive after a later one, and put an old total in its place.
//!
//! `seq-kv` may answer a read from the past, but a node never sees less than its own writes. So before it reads the
//! keys of the others, it writes something that was never there before: after that, it sees all that came earlier.

use std::{cell::Cell, time::Duration};

use maelstrom::{Context, ErrorCode, Result, future, lock::Mutex};

/// Clients wait for five seconds. One who is told nothing by then thinks that the node is dead.
const PATIENCE: Duration = Duration::from_secs(4);

pub(crate) struct Counter {
    /// What was added through this node, also what is not stored yet.
    total: Cell<u64>,
    /// What is stored under this node's key, as far as it knows. Whoever holds the lock is writing.
    stored: Mutex<u64>,
}

#[maelstrom::node]
impl Counter {
    /// A node that was killed finds its total again. Until the answer is there, requests wait.
    #[init]
    async fn new(ctx: &Context<Self>) -> Result<Self> {
        let total = stored(ctx).await?;
        Ok(Counter { total: Cell::new(total), stored: Mutex::new(total) })
    }

    #[rpc]
    async fn add(&self, ctx: &Context<Self>, delta: u64) -> Result<()> {
        let goal = self.total.get() + delta;
        self.total.set(goal);
        ctx.within(PATIENCE, self.store(ctx, goal)).await
    }

    #[rpc(reply(value))]
    async fn read(&self, ctx: &Context<Self>) -> Result<u64> {
        ctx.within(PATIENCE, async {
            let kv = ctx.seq_kv().retries(u32::MAX);
            kv.write(("fresh", ctx.id()), ctx.ulid()).await?;
            let totals = ctx.node_ids().iter().map(|node| kv.read_or(node, 0));
            Ok(future::try_join_all(totals).await?.into_iter().sum())
        })
        .await
    }

    /// Stores the total until what is stored has reached `goal`. Who waits for the lock finds, mostly, that whoever had
    /// it has stored his part along with his own.
    async fn store(&self, ctx: &Context<Self>, goal: u64) -> Result<()> {
        let mut known = self.stored.lock().await;
        while *known < goal {
            let total = self.total.get();
            match ctx.seq_kv().cas_or_create(ctx.id(), *known, total).await {
                Ok(()) => *known = total,
                // It is not what was thought: an earlier `cas` has arrived after all.
                Err(error) if error.code() == ErrorCode::PreconditionFailed => *known = stored(ctx).await?,
                // Whether it has arrived will be seen.
                Err(error) if error.code() == ErrorCode::Timeout => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// What is stored under this node's key.
async fn stored(ctx: &Context<Counter>) -> Result<u64> {
    ctx.seq_kv().retries(u32::MAX).read_or(ctx.id(), 0).await
}

fn main() -> Result<()> {
    maelstrom::run::<Counter>()
}

#[cfg(test)]
mod tests {
    use maelstrom::{
        Error, Message,
        testing::{RequestId, TestNode, Value, json},
    };
    use maelstrom_workbench::{Quirk, Simulation, nemesis::Nemesis, workload};

    use super::*;

    /// A node that has found this total under its key.
    fn node(total: Option<u64>) -> TestNode<Counter> {
        let mut node = TestNode::<Counter>::before_handshake((), 0);
        node.start_request("c0", json!({"type": "init", "node_id": "n1", "node_ids": ["n1", "n2"]}));
        let read = node.sent().remove(0);
        assert_eq!(read.body.payload, json!({"type": "read", "key": "n1"}));
        match total {
            Some(total) => node.answer(&read, json!({"type": "read_ok", "value": total})),
            None => node.answer_error(&read, &Error::key_does_not_exist("key does not exist")),
        }
        node
    }

    fn add(node: &mut TestNode<Counter>, delta: u64) -> RequestId {
        node.start_request("c1", json!({"type": "add", "delta": delta}))
    }

    /// The one request to the service that is under way.
    fn asked(node: &mut TestNode<Counter>) -> Message<Value> {
        let mut asked: Vec<_> = node.sent().into_iter().filter(|sent| sent.dest == "seq-kv").collect();
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked.remove(0)
    }

    fn cas(from: u64, to: u64) -> Value {
        json!({"type": "cas", "key": "n1", "from": from, "to": to, "create_if_not_exists": true})
    }

    #[test]
    fn an_add_is_answered_when_the_total_is_stored() {
        let mut node = node(Some(5));
        let request = add(&mut node, 3);
        let asked = asked(&mut node);
        assert_eq!(asked.body.payload, cas(5, 8));
        assert!(node.reply(request).is_none());
        node.answer(&asked, json!({"type": "cas_ok"}));
        assert!(node.reply(request).unwrap().is_ok());
    }

    #[test]
    fn adds_that_come_while_one_is_stored_are_stored_together() {
        let mut node = node(None);
        let requests = [1, 2, 3].map(|delta| add(&mut node, delta));
        let first = asked(&mut node);
        assert_eq!(first.body.payload, cas(0, 1));
        node.answer(&first, json!({"type": "cas_ok"}));
        let others = asked(&mut node);
        assert_eq!(others.body.payload, cas(1, 6));
        node.answer(&others, json!({"type": "cas_ok"}));
        assert!(requests.map(|request| node.reply(request).unwrap().is_ok()).iter().all(|ok| *ok));
        assert!(node.sent().is_empty());
    }

    #[test]
    fn an_add_whose_answer_was_lost_is_looked_up_and_counts_once() {
        let mut node = node(None);
        let request = add(&mut node, 3);
        asked(&mut node);
        node.advance(Duration::from_secs(1));
        let again = asked(&mut node);
        assert_eq!(again.body.payload, cas(0, 3));
        // The first one had arrived.
        node.answer_error(&again, &Error::precondition_failed("current value 3 is not 0"));
        let read = asked(&mut node);
        assert_eq!(read.body.payload, json!({"type": "read", "key": "n1"}));
        node.answer(&read, json!({"type": "read_ok", "value": 3}));
        assert!(node.reply(request).unwrap().is_ok());
        assert!(node.sent().is_empty());
    }

    #[test]
    fn a_read_writes_something_new_before_it_adds_up() {
        let mut node = node(Some(5));
        let request = node.start_request("c1", json!({"type": "read"}));
        let fresh = asked(&mut node);
        assert_eq!(
            (&fresh.body.payload["type"], &fresh.body.payload["key"]),
            (&json!("write"), &json!(["fresh", "n1"]))
        );
        node.answer(&fresh, json!({"type": "write_ok"}));
        let reads = node.sent();
        assert_eq!(reads.len(), 2);
        node.answer(&reads[0], json!({"type": "read_ok", "value": 5}));
        node.answer_error(&reads[1], &Error::key_does_not_exist("key does not exist"));
        assert_eq!(node.reply(request).unwrap().unwrap(), json!({"type": "read_ok", "value": 5}));
    }

    /// As Gossip Glomers asks for it, and worse: messages to and from the service get lost, arrive twice, and overtake
    /// each other.
    #[test]
    fn no_add_is_lost_or_counts_twice() {
        let seconds = Duration::from_secs;
        for nemeses in [
            &[Nemesis::partitions()][..],
            &[
                Nemesis::partitions().interval(seconds(3)),
                Nemesis::loss().with_services().interval(seconds(3)),
                Nemesis::duplication().with_services().interval(seconds(3)),
                Nemesis::reordering().with_services().interval(seconds(3)),
            ],
            &[Nemesis::kills().interval(seconds(3)), Nemesis::loss().with_services()],
        ] {
            Simulation::<Counter>::new(workload::GCounter)
                .nodes(3)
                .latency(Duration::from_millis(10))
                .rate(20.0)
                .time_limit(seconds(15))
                .nemeses(nemeses.iter().copied())
                .seeds(0..100)
                // There, a node that is far behind can see newer states before older ones. None of them is older than
                // its own last write, so it makes no difference here; the test below is the proof.
                .allow(Quirk::SeqKvGoesBack)
                // A request that comes while a node starts again waits for that besides.
                .allow(Quirk::LateReply)
                .run()
                .assert_valid();
        }
    }

    #[test]
    fn it_is_right_on_maelstroms_own_seq_kv_too() {
        Simulation::<Counter>::new(workload::GCounter)
            .nodes(3)
            .rate(100.0)
            .time_limit(Duration::from_secs(20))
            .nemesis(Nemesis::partitions())
            .maelstrom_compat()
            .seeds(0..20)
            .run()
            .assert_valid();
    }
}
