//! What several examples share: a replicated log, and what is made with it.

pub mod lin_kv;
pub mod raft;
