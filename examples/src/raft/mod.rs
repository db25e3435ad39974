//! Raft: a log that a majority of nodes keeps, and a state machine that all of them run on it.
//!
//! This is to be read next to D. Ongaro and J. Ousterhout, *In Search of an Understandable Consensus Algorithm
//! (Extended Version)*, 2014; sections and figures are those of that paper. Figure 2 is the summary of it: its two
//! RPCs are handlers in this file, its state is in `state`, and its rules for servers are in `election` and
//! `replication`. `log` has the log matching of §5.3, `clients` how clients are served (§8), and `rules` what is easy
//! to get wrong.
//!
//! **What survives a kill.** Term, vote and log are in `ctx.storage()`. Nothing that a handler sends leaves before what
//! it stored is durable, so that no vote and no success is taken back by a crash, and a leader may count itself at once.
//!
//! **Who is asked.** Any node takes a client's request. If it does not lead, it asks the leader, and passes the answer
//! on. It gives the request a name, so that it can ask again when no answer comes, and the network may bring
//! a message twice: a command is executed once all the same (§8).
//!
//! **Many at once.** A follower is sent what it lacks in one message, and when it has answered, all that has come up
//! meanwhile in the next. So the more there is to do, the less each command costs: with five nodes 10 ms apart 2.7
//! messages between them at 300 commands a second, and 1.7 at 5,000, of which 1.6 are for asking the leader. Reads wait for
//! an answer that was asked for after they came, and share it in the same way.
//!
//! **What is not here.** The log is never compacted (§7), and a node that starts again has all of it applied to its state
//! machine. The nodes stay the same (§6).

mod clients;
mod election;
mod log;
mod machine;
mod replication;
mod rules;
mod state;
#[cfg(test)]
mod tests;

use std::{
    cell::{Cell, RefCell},
    fmt,
    marker::PhantomData,
    ops::Range,
    time::Duration,
};

use maelstrom::{Context, RawMessage, Result};

use self::{
    election::election_timer,
    state::{Role, State},
};
pub use self::{
    log::{Entry, Request},
    machine::StateMachine,
    rules::{Paper, Rules},
};

/// The number of a term, from 1; 0 is before all.
pub type Term = u64;
/// A place in the log, from 1; 0 is before all.
pub type Index = usize;

/// How long a follower hears nothing before it stands for election. Votes should come in less (§5.6), and clients should
/// not have to wait for long.
const ELECTION_TIMEOUT: Range<Duration> = Duration::from_millis(300)..Duration::from_millis(600);
/// How often a leader says that it is there. Several messages may get lost before somebody takes it for dead.
const HEARTBEAT: Duration = Duration::from_millis(50);
/// How many entries one message takes, so that one that has much to catch up on does not get it in one piece.
const MAX_ENTRIES: usize = 1_000;
/// A client that has waited five seconds has given up.
const PATIENCE: Duration = Duration::from_secs(5);

/// One node of the cluster, with its copy of the state machine. Which rules it keeps is only of interest to tests.
pub struct Raft<S: StateMachine, R = Paper> {
    state: RefCell<State<S>>,
    /// Whether followers are about to be told what is new.
    flushes: Cell<bool>,
    rules: PhantomData<fn() -> R>,
}

#[maelstrom::node]
impl<S: StateMachine, R: Rules> Raft<S, R> {
    /// All begin as followers (§5.2), with what they have stored.
    #[init]
    fn new(ctx: &Context<Self>) -> Result<Self> {
        let state = State::restore::<R>(&ctx.storage(), election_timer(ctx))?;
        Ok(Self { state: RefCell::new(state), flushes: Cell::new(false), rules: PhantomData })
    }

    /// `RequestVote` (figure 2). The sender is the candidate. A vote is given once in a term, and only to one whose log
    /// has all that may be committed (§5.4.1).
    #[rpc(reply(term, vote_granted))]
    fn request_vote(
        &self,
        ctx: &Context<Self>,
        term: Term,
        last_log_index: Index,
        last_log_term: Term,
    ) -> Result<(Term, bool)> {
        self.observe(ctx, term)?;
        let (current_term, vote_granted) = {
            let state = &mut *self.state.borrow_mut();
            let is_free = state.voted_for.as_ref().is_none_or(|candidate| candidate == ctx.sender());
            let is_granted =
                term == state.term && is_free && state.log.lets_lead(last_log_index, last_log_term);
            if is_granted {
                state.vote(&ctx.storage(), term, Some(ctx.sender().clone()))?;
            }
            (state.term, is_granted)
        };
        if vote_granted {
            self.reset_election_timer(ctx);
        }
        Ok((current_term, vote_granted))
    }

    /// `AppendEntries` (figure 2). The sender is the leader of the term. The reply says in addition from where on this
    /// node needs entries (§5.3, at its end).
    #[rpc(reply(term, success, next_index))]
    fn append_entries(
        &self,
        ctx: &Context<Self>,
        term: Term,
        prev_log_index: Index,
        prev_log_term: Term,
        entries: &[Entry<S::Command>],
        leader_commit: Index,
    ) -> Result<(Term, bool, Index)> {
        self.observe(ctx, term)?;
        if term < self.state.borrow().term {
            return Ok((self.state.borrow().term, false, prev_log_index + 1));
        }
        self.reset_election_timer(ctx);
        let state = &mut *self.state.borrow_mut();
        // A candidate, too, gives way to the leader of its term (§5.2).
        state.role = Role::Follower { leader: Some(ctx.sender().clone()) };
        if let Some(next_index) = state.log.conflict(prev_log_index, prev_log_term) {
            return Ok((term, false, next_index));
        }
        state.log.merge(&ctx.storage(), prev_log_index, entries)?;
        let last_new = prev_log_index + entries.len();
        state.commit(leader_commit.min(last_new));
        Ok((term, true, last_new + 1))
    }

    /// From node to node: a client's command, for the leader to execute. Error 11 if this is not it, or no longer, and
    /// nothing has happened.
    #[rpc(reply(answer))]
    async fn execute(&self, ctx: &Context<Self>, request: Request<S::Command>) -> Result<S::Answer> {
        if S::is_read_only(&request.command) {
            self.read(ctx, request.command).await
        } else {
            self.propose(ctx, request).await
        }
    }

    /// Any other message is a command of the state machine, from a client.
    #[fallback]
    fn request(&self, ctx: &Context<Self>, message: &RawMessage<'_>) -> Result<()> {
        let request = Request { id: ctx.ulid(), command: message.body.payload.parse()? };
        let (reply, later) = ctx.later();
        ctx.reply_later(later, |answer: S::Answer| answer);
        ctx.spawn(async move |raft, ctx| {
            reply.complete(raft.serve(&ctx, request).await);
            Ok(())
        });
        Ok(())
    }

    #[event]
    async fn election_timeout(&self, ctx: &Context<Self>) -> Result<()> {
        self.campaign(ctx).await
    }

    #[every(HEARTBEAT)]
    fn heartbeat(&self, ctx: &Context<Self>) {
        self.keep_up(ctx);
    }
}

impl<S: StateMachine, R> fmt::Debug for Raft<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state.borrow();
        f.debug_struct("Raft")
            .field("term", &state.term)
            .field("voted_for", &state.voted_for)
            .field("log", &state.log)
            .field("commit_index", &state.commit_index)
            .finish_non_exhaustive()
    }
}
