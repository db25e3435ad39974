//! A node whose state is an enum, with constants, helpers and types of its own.

#![deny(warnings)]

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use maelstrom::{Context, Error, NodeId, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

enum Raft {
    Follower { term: u64, log: Vec<Entry> },
    Candidate { term: u64, log: Vec<Entry>, votes: HashSet<NodeId> },
    Leader { term: u64, log: Vec<Entry>, next: HashMap<NodeId, usize> },
}

#[derive(Clone, Serialize, Deserialize)]
struct Entry {
    term: u64,
    operation: Operation,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Operation {
    Write { key: Value, value: Value },
    Cas { key: Value, from: Value, to: Value },
}

impl Default for Raft {
    fn default() -> Self {
        Raft::Follower { term: 0, log: Vec::new() }
    }
}

#[maelstrom::node]
impl Raft {
    const ELECTION: Duration = Duration::from_millis(150);

    fn term(&self) -> u64 {
        match self {
            Raft::Follower { term, .. } | Raft::Candidate { term, .. } | Raft::Leader { term, .. } => *term,
        }
    }

    fn log(&self) -> &[Entry] {
        match self {
            Raft::Follower { log, .. } | Raft::Candidate { log, .. } | Raft::Leader { log, .. } => log,
        }
    }

    #[rpc(reply(value))]
    fn read(&self, key: &Value) -> Result<&Value> {
        let written = self.log().iter().rev().find_map(|entry| match &entry.operation {
            Operation::Write { key: k, value } | Operation::Cas { key: k, to: value, .. } if k == key => {
                Some(value)
            }
            _ => None,
        });
        written.ok_or_else(|| Error::key_does_not_exist(key))
    }

    #[rpc]
    fn cas(
        &mut self,
        ctx: &Context<Self>,
        key: Value,
        from: Value,
        to: Value,
        #[field(default)] create_if_not_exists: bool,
    ) -> Result<()> {
        let entry = Entry { term: self.term(), operation: Operation::Cas { key, from, to } };
        match self {
            Raft::Leader { next, log, .. } if !create_if_not_exists => {
                log.push(entry);
                next.values_mut().for_each(|next| *next += 1);
                ctx.peers(ctx.others()).append_entries(self.term(), self.log(), None);
                Ok(())
            }
            _ => Err(Error::temporarily_unavailable("not the leader")),
        }
    }

    #[message]
    fn request_vote(&mut self, ctx: &Context<Self>, term: u64, candidate_id: NodeId, last: (u64, usize)) {
        if term >= self.term() && last.1 >= self.log().len() {
            ctx.peer(&candidate_id).vote(term, true);
        }
    }

    #[message]
    fn vote(&mut self, ctx: &Context<Self>, term: u64, granted: bool) {
        if let Raft::Candidate { votes, log, .. } = self
            && granted
            && votes.insert(ctx.sender().clone())
        {
            *self = Raft::Leader { term, log: std::mem::take(log), next: HashMap::new() };
        }
    }

    #[message]
    fn append_entries(&mut self, term: u64, entries: &[Entry], leader_commit: Option<usize>) {
        let _ = leader_commit;
        *self = Raft::Follower { term, log: entries.to_vec() };
    }

    #[every(Self::ELECTION, jitter = Self::ELECTION / 2)]
    fn election(&mut self, ctx: &Context<Self>) {
        if let Raft::Follower { term, log } = self {
            *self = Raft::Candidate { term: *term + 1, log: std::mem::take(log), votes: HashSet::new() };
        }
        let last = self.log().last().map_or((0, 0), |entry| (entry.term, self.log().len()));
        ctx.peers(ctx.others()).request_vote(self.term(), ctx.id().clone(), last);
    }
}

fn main() -> Result<()> {
    if std::env::args().count() > 100 {
        maelstrom::run::<Raft>()?;
    }
    Ok(())
}
