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

    #[rpc(reply(msgs))]
    async fn poll(
        &self,
        ctx: &Context<Self>,
        offsets: BTreeMap<String, usize>,
    ) -> Result<BTreeMap<String, Vec<(usize, Value)>>> {
        let mut messages = BTreeMap::new();
        for (key, offset) in offsets {
            let log = self.log(&key);
            let log = &mut *log.lock().await;
            while let Some(entry) = next(ctx, &key, log.len()).await? {
                log.push(entry.msg);
            }
            messages.insert(key, log.iter().cloned().enumerate().skip(offset).collect());
        }
        Ok(messages)
    }

    /// Offsets do not go back, whoever commits them.
    #[rpc]
    async fn commit_offsets(&self, ctx: &Context<Self>, offsets: BTreeMap<String, usize>) -> Result<()> {
        for (key, offset) in offsets {
            store(ctx).update(("committed", key), 0, move |committed: usize| committed.max(offset)).await?;
        }
        Ok(())
    }

    #[rpc(reply(offsets))]
    async fn list_committed_offsets(
        &self,
        ctx: &Context<Self>,
        keys: Vec<String>,
    ) -> Result<BTreeMap<String, usize>> {
        let mut offsets = BTreeMap::new();
        for key in keys {
            match store(ctx).read(("committed", &key)).await {
                Ok(offset) => drop(offsets.insert(key, offset)),
                Err(error) if error.code() == ErrorCode::KeyDoesNotExist => {}
                Err(error) => return Err(error),
            }
        }
        Ok(offsets)
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

/// The message of that offset, if there is one yet.
async fn next(ctx: &Context<Logs>, key: &str, offset: usize) -> Result<Option<Entry>> {
    match store(ctx).read(("log", key, offset)).await {
        Ok(entry) => Ok(Some(entry)),
        Err(error) if error.code() == ErrorCode::KeyDoesNotExist => Ok(None),
        Err(error) => Err(error),
    }
}

fn main() -> Result<()> {
    maelstrom::run::<Logs>()
}
