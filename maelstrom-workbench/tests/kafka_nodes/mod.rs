//! Logs with one leader and a copy: right, or with a mistake that is easily made.

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use maelstrom::{Context, NodeId, Result};
use serde_json::Value;

/// What is wrong with a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    None,
    /// The leader changes every three seconds. What it has acknowledged since it last told the next one is lost.
    ForgetsWhatIsNotCopied,
    /// Committed offsets are read from a copy that is made every three seconds.
    TellsOldCommits,
    /// A poll never has the last message of a log.
    HidesTheLast,
}

const TERM: Duration = Duration::from_secs(3);

pub(crate) struct Logs {
    mistake: Mistake,
    messages: RefCell<BTreeMap<String, Vec<Value>>>,
    committed: RefCell<BTreeMap<String, usize>>,
    copied: RefCell<BTreeMap<String, usize>>,
}

#[maelstrom::node]
impl Logs {
    #[init]
    fn new(mistake: Mistake) -> Self {
        let (messages, committed, copied) = Default::default();
        Self { mistake, messages, committed, copied }
    }

    #[rpc(reply(offset))]
    async fn send(&self, ctx: &Context<Self>, key: String, msg: Value) -> Result<usize> {
        if let Some(leader) = self.leader(ctx) {
            return ctx.peer(&leader).send(key, msg).await;
        }
        let mut logs = self.messages.borrow_mut();
        let log = logs.entry(key).or_default();
        log.push(msg);
        Ok(log.len() - 1)
    }

    #[rpc(reply(msgs))]
    async fn poll(
        &self,
        ctx: &Context<Self>,
        offsets: BTreeMap<String, usize>,
    ) -> Result<BTreeMap<String, Vec<(usize, Value)>>> {
        if let Some(leader) = self.leader(ctx) {
            return ctx.peer(&leader).poll(offsets).await;
        }
        let logs = self.messages.borrow();
        let hidden = usize::from(self.mistake == Mistake::HidesTheLast);
        let from = |(key, offset): (String, usize)| {
            let log = logs.get(&key)?;
            let messages = log[..log.len() - hidden].iter().cloned().enumerate().skip(offset);
            Some((key, messages.collect()))
        };
        Ok(offsets.into_iter().filter_map(from).collect())
    }

    #[rpc]
    async fn commit_offsets(&self, ctx: &Context<Self>, offsets: BTreeMap<String, usize>) -> Result<()> {
        if let Some(leader) = self.leader(ctx) {
            return ctx.peer(&leader).commit_offsets(offsets).await;
        }
        let mut committed = self.committed.borrow_mut();
        for (key, offset) in offsets {
            let known = committed.entry(key).or_default();
            *known = offset.max(*known);
        }
        Ok(())
    }

    #[rpc(reply(offsets))]
    async fn list_committed_offsets(
        &self,
        ctx: &Context<Self>,
        keys: Vec<String>,
    ) -> Result<BTreeMap<String, usize>> {
        if let Some(leader) = self.leader(ctx) {
            return ctx.peer(&leader).list_committed_offsets(keys).await;
        }
        let is_old = self.mistake == Mistake::TellsOldCommits;
        let committed = if is_old { self.copied.borrow() } else { self.committed.borrow() };
        Ok(keys
            .into_iter()
            .filter_map(|key| committed.get(&key).map(|offset| (key.clone(), *offset)))
            .collect())
    }

    /// From the leader: what there is.
    #[message]
    fn copy(&self, logs: BTreeMap<String, Vec<Value>>) {
        *self.messages.borrow_mut() = logs;
    }

    #[every(Duration::from_millis(200))]
    fn tell(&self, ctx: &Context<Self>) {
        if self.mistake == Mistake::ForgetsWhatIsNotCopied && self.leader(ctx).is_none() {
            for other in ctx.others() {
                ctx.peer(other).copy(self.messages.borrow().clone());
            }
        }
    }

    #[every(TERM)]
    fn snapshot(&self) {
        self.copied.replace(self.committed.borrow().clone());
    }
}

impl Logs {
    /// Who leads, if it is another one.
    fn leader(&self, ctx: &Context<Self>) -> Option<NodeId> {
        let term = if self.mistake == Mistake::ForgetsWhatIsNotCopied {
            usize::try_from(ctx.now().as_secs() / TERM.as_secs()).unwrap()
        } else {
            0
        };
        let leader = &ctx.node_ids()[term % ctx.node_ids().len()];
        (leader != ctx.id()).then(|| leader.clone())
    }
}
