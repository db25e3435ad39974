//! Gossip Glomers 5b: logs to which any node appends, on the service `lin-kv`.
//!
//! Each message has a key of its own in the service: the log's, and its offset. To append is to be the first who writes
//! the next one: a `cas` that creates it. Who comes second is told so by error 22, reads what is there, and tries the
//! one after. So there are no gaps, and no offset has two messages; nodes need not know of each other.
//!
//! An answer can get lost, and the `cas` that is tried again then finds its own message in its way. That must not count
//! as somebody else's, or the message would be in the log twice. So each is stored with a mark that only it has.
//!
//! What is in a log never changes, so that every node keeps what it has seen, and reads each message once. It is simple,
//! and it is slow: an append takes a round trip for each message that the node has not seen, and one more. `kafka` does
//! it with a fiftieth of the messages.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    rc::Rc,
    time::Duration,
};

use maelstrom::{Context, ErrorCode, KeyValue, Result, lock::Mutex};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A client that has waited five seconds thinks that the node is dead.
const PATIENCE: Duration = Duration::from_secs(4);

#[derive(Default)]
struct Logs {
    /// What is known of each log. Who holds the lock is at the log's end.
    known: RefCell<HashMap<String, Rc<Mutex<Vec<Value>>>>>,
}

/// What is stored under a log's key and an offset.
#[derive(Serialize, Deserialize)]
struct Entry {
    msg: Value,
    mark: String,
}

#[maelstrom::node]
impl Logs {
    #[rpc(reply(offset))]
    async fn send(&self, ctx: &Context<Self>, key: String, msg: Value) -> Result<usize> {
        let entry = Entry { msg, mark: ctx.ulid().to_string() };
        let log = self.log(&key);
        ctx.within(PATIENCE, async {
            let log = &mut *log.lock().await;
            loop {
                let offset = log.len();
                match store(ctx).cas_or_create(("log", &key, offset), Value::Null, &entry).await {
                    Ok(()) => {
                        log.push(entry.msg.clone());
                        return Ok(offset);
                    }
                    Err(error) if error.code() == ErrorCode::PreconditionFailed => {}
                    Err(error) => return Err(error),
                }
                let there: Entry = store(ctx).read(("log", &key, offset)).await?;
                log.push(there.msg);
                if there.mark == entry.mark {
                    return Ok(offset);
                }
            }
        })
        .await
    }

    /// A key without new messages is left out: Maelstrom can't judge a run in which a key has never had any.
    #[rpc(reply(msgs))]
    async fn poll(
        &self,
        ctx: &Context<Self>,
        offsets: BTreeMap<String, usize>,
    ) -> Result<BTreeMap<String, Vec<(usize, Value)>>> {
        ctx.within(PATIENCE, async {
            let mut messages = BTreeMap::new();
            for (key, offset) in offsets {
                let log = self.log(&key);
                let log = &mut *log.lock().await;
                while let Some(Entry { msg, .. }) = there(store(ctx).read(("log", &key, log.len())).await)? {
                    log.push(msg);
                }
                if offset < log.len() {
                    messages.insert(key, log.iter().cloned().enumerate().skip(offset).collect());
                }
            }
            Ok(messages)
        })
        .await
    }

    /// Offsets do not go back, whoever commits them.
    #[rpc]
    async fn commit_offsets(&self, ctx: &Context<Self>, offsets: BTreeMap<String, usize>) -> Result<()> {
        ctx.within(PATIENCE, async {
            for (key, offset) in offsets {
                let raise = move |committed: usize| committed.max(offset);
                store(ctx).update(("committed", key), 0, raise).await?;
            }
            Ok(())
        })
        .await
    }

    #[rpc(reply(offsets))]
    async fn list_committed_offsets(
        &self,
        ctx: &Context<Self>,
        keys: Vec<String>,
    ) -> Result<BTreeMap<String, usize>> {
        ctx.within(PATIENCE, async {
            let mut offsets = BTreeMap::new();
            for key in keys {
                if let Some(offset) = there(store(ctx).read(("committed", &key)).await)? {
                    offsets.insert(key, offset);
                }
            }
            Ok(offsets)
        })
        .await
    }
}

impl Logs {
    fn log(&self, key: &str) -> Rc<Mutex<Vec<Value>>> {
        Rc::clone(self.known.borrow_mut().entry(key.to_owned()).or_default())
    }
}

/// The service. What gets lost is tried again: every operation here can be.
fn store(ctx: &Context<Logs>) -> KeyValue {
    ctx.lin_kv().retries(3)
}

/// The value of a key that may not exist yet.
fn there<V>(read: Result<V>) -> Result<Option<V>> {
    match read {
        Err(error) if error.code() == ErrorCode::KeyDoesNotExist => Ok(None),
        read => read.map(Some),
    }
}

fn main() -> Result<()> {
    maelstrom::run::<Logs>()
}

#[cfg(test)]
mod tests {
    use maelstrom::{
        Error, Message,
        testing::{TestNode, json},
    };
    use maelstrom_workbench::{Simulation, nemesis::Nemesis, workload::Kafka};

    use super::*;

    fn asked(node: &mut TestNode<Logs>) -> Message<Value> {
        let mut sent = node.sent();
        assert_eq!(sent.len(), 1, "{sent:?}");
        sent.remove(0)
    }

    #[test]
    fn who_finds_an_offset_taken_reads_what_is_there_and_takes_the_next() {
        let mut node = TestNode::<Logs>::new("n0", ["n0", "n1"]);
        let send = node.start_request("c1", json!({"type": "send", "key": "k", "msg": 7}));
        let taken = Error::precondition_failed("somebody was first");
        let cas = asked(&mut node);
        assert_eq!(cas.body.payload["key"], json!(["log", "k", 0]));
        node.answer_error(&cas, &taken);
        let read = asked(&mut node);
        node.answer(&read, json!({"type": "read_ok", "value": {"msg": 5, "mark": "another's"}}));
        let cas = asked(&mut node);
        assert_eq!(cas.body.payload["key"], json!(["log", "k", 1]));
        node.answer(&cas, json!({"type": "cas_ok"}));
        assert_eq!(node.reply(send).unwrap().unwrap()["offset"], 1);

        // What was seen is not read again.
        let poll = node.start_request("c1", json!({"type": "poll", "offsets": {"k": 0}}));
        let read = asked(&mut node);
        assert_eq!(read.body.payload["key"], json!(["log", "k", 2]));
        node.answer_error(&read, &Error::key_does_not_exist("key does not exist"));
        assert_eq!(node.reply(poll).unwrap().unwrap()["msgs"], json!({"k": [[0, 5], [1, 7]]}));
    }

    #[test]
    fn a_message_whose_answer_was_lost_is_in_the_log_once() {
        let mut node = TestNode::<Logs>::new("n0", ["n0", "n1"]);
        let send = node.start_request("c1", json!({"type": "send", "key": "k", "msg": 7}));
        let cas = asked(&mut node);
        let stored = cas.body.payload["to"].clone();
        node.answer_error(&cas, &Error::precondition_failed("it is there already"));
        let read = asked(&mut node);
        node.answer(&read, json!({"type": "read_ok", "value": stored}));
        assert_eq!(node.reply(send).unwrap().unwrap()["offset"], 0);
        assert!(node.sent().is_empty());
    }

    #[test]
    fn nothing_is_lost_or_there_twice() {
        let seconds = Duration::from_secs;
        let faults = [
            Nemesis::partitions().interval(seconds(4)),
            Nemesis::loss().with_services().interval(seconds(3)),
            Nemesis::duplication().with_services().interval(seconds(3)),
            Nemesis::kills().interval(seconds(5)),
        ];
        for nemeses in [&faults[..1], &faults[..]] {
            Simulation::<Logs>::new(Kafka::default())
                .nodes(2)
                .clients_per_node(4)
                .latency(Duration::from_millis(5))
                .rate(50.0)
                .time_limit(seconds(20))
                .nemeses(nemeses.iter().copied())
                .seeds(0..50)
                .run()
                .assert_valid();
        }
    }
}
