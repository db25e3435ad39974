//! The rules that are easy to get wrong.

use super::Term;

/// Four rules that a Raft needs to be safe, and that it seems to do well without: each is put to the test only when
/// faults come in an unlucky order. They stand here as methods so that tests can break them, one at a time.
pub trait Rules: 'static {
    /// Whether a vote that was asked for in one term counts in another, the current one. It does not: the voter may
    /// have given its vote of the current term to somebody else, and there would be two leaders (§5.2).
    fn counts_vote(asked_in: Term, current: Term) -> bool {
        asked_in == current
    }

    /// Whether an entry of this term is committed when a majority has it. Only one of the current term is: an older one
    /// may be on a majority, and still be overwritten by the next leader (§5.4.2, figure 8).
    fn commits(entry: Term, current: Term) -> bool {
        entry == current
    }

    /// Whether a leader asks a majority if it still is the leader before it answers a read. Else one that was deposed,
    /// and has not heard of it, would answer from the past (§8).
    fn confirms_reads() -> bool {
        true
    }

    /// Whether a node that starts again has its term and its vote still. Else it could vote twice in a term (figure 2,
    /// "persistent state").
    fn remembers_vote() -> bool {
        true
    }
}

/// The rules as the paper has them.
#[derive(Debug)]
pub enum Paper {}

impl Rules for Paper {}
