//! The leader's side of log replication (§5.3), and of commitment (§5.4.2).

use std::time::Duration;

use maelstrom::{Call, Context, NodeId, Result, reply};

use super::{
    HEARTBEAT, Index, MAX_ENTRIES, Raft, Rules, StateMachine, Term,
    state::{Progress, Role},
};

/// A request that was sent to a follower, and what the leader was when it sent it.
struct Exchange {
    term: Term,
    began: Duration,
    call: Call<AppendEntriesOk, reply::Fields<3>>,
}

/// Term, success, and the index from which on the follower needs entries.
type AppendEntriesOk = (Term, bool, Index);

impl<S: StateMachine, R: Rules> Raft<S, R> {
    /// Begins an exchange with every follower for whom `needs_one`.
    pub(super) fn replicate_to(&self, ctx: &Context<Self>, needs_one: impl Fn(&Progress) -> bool) {
        let state = self.state.borrow();
        let Role::Leader(leadership) = &state.role else { return };
        for (follower, _) in leadership.followers.iter().filter(|(_, progress)| needs_one(progress)) {
            let follower = follower.clone();
            ctx.spawn(async move |raft, ctx| raft.replicate(&ctx, &follower).await);
        }
    }

    /// Sends a follower what it lacks, and goes on for as long as it lacks something. All that was proposed while one
    /// exchange was under way goes into the next.
    async fn replicate(&self, ctx: &Context<Self>, follower: &NodeId) -> Result<()> {
        while let Some(Exchange { term, began, call }) = self.append_entries_to(ctx, follower) {
            // What gets lost is sent again by the next heartbeat.
            let Ok(reply) = call.await else { break };
            self.observe(ctx, reply.0)?;
            if !self.take_reply(follower, term, began, reply) {
                break;
            }
        }
        Ok(())
    }

    /// The request to a follower, with the entries that it lacks as far as is known; none if this node does not lead.
    fn append_entries_to(&self, ctx: &Context<Self>, follower: &NodeId) -> Option<Exchange> {
        let state = &mut *self.state.borrow_mut();
        let Role::Leader(leadership) = &mut state.role else { return None };
        let progress = leadership.followers.get_mut(follower)?;
        let (term, began) = (state.term, ctx.now());
        progress.asked = Some(began);
        let prev_log_index = progress.next_index - 1;
        let prev_log_term = state.log.term(prev_log_index)?;
        let entries = state.log.after(prev_log_index);
        let entries = &entries[..entries.len().min(MAX_ENTRIES)];
        let peer = ctx.peer(follower);
        let call = peer.append_entries(term, prev_log_index, prev_log_term, entries, state.commit_index);
        Some(Exchange { term, began, call })
    }

    /// What a follower's answer tells, if this node still leads in the term of the request. Returns whether another
    /// request is to follow: if no other one is under way, and the follower still lacks something.
    fn take_reply(&self, follower: &NodeId, term: Term, began: Duration, reply: AppendEntriesOk) -> bool {
        let (_, success, next_index) = reply;
        let is_last = {
            let state = &mut *self.state.borrow_mut();
            let Role::Leader(leadership) = &mut state.role else { return false };
            let Some(progress) = leadership.followers.get_mut(follower).filter(|_| term == state.term) else {
                return false;
            };
            progress.confirmed = progress.confirmed.max(began);
            if success {
                // Answers may come in any order; what a follower has once confirmed, it keeps.
                progress.match_index = progress.match_index.max(next_index - 1);
                progress.next_index = progress.match_index + 1;
            } else {
                progress.next_index = next_index.min(progress.next_index).max(progress.match_index + 1);
            }
            let is_last = progress.asked == Some(began);
            progress.asked = progress.asked.filter(|_| !is_last);
            is_last
        };
        self.advance();
        is_last && self.lacks_something(follower)
    }

    fn lacks_something(&self, follower: &NodeId) -> bool {
        let state = self.state.borrow();
        let Role::Leader(leadership) = &state.role else { return false };
        let Some(progress) = leadership.followers.get(follower) else { return false };
        let is_asked = leadership.reads.iter().any(|read| read.came > Some(progress.confirmed));
        is_asked || progress.match_index < state.log.last_index()
    }

    /// Commits what a majority has (§5.3, §5.4.2), and answers what waits for that.
    pub(super) fn advance(&self) {
        let state = &mut *self.state.borrow_mut();
        let Role::Leader(leadership) = &state.role else { return };
        let replicated = leadership.replicated(state.log.last_index());
        // All entries before one that is committed are committed with it.
        if state.log.term(replicated).is_some_and(|entry| R::commits(entry, state.term)) {
            state.commit(replicated);
        }
        state.answer_reads();
    }

    /// Tells the followers at once what is new, unless they are being told something: then it comes next. What comes
    /// up in the same moment goes out together.
    pub(super) fn flush(&self, ctx: &Context<Self>) {
        if self.flushes.replace(true) {
            return;
        }
        ctx.spawn(async |raft, ctx| {
            ctx.sleep(Duration::ZERO).await;
            raft.flushes.set(false);
            raft.advance();
            raft.replicate_to(&ctx, |follower| follower.asked.is_none());
            Ok(())
        });
    }

    /// Who was not asked for a while is asked again, if only to keep it from standing for election (§5.2).
    pub(super) fn keep_up(&self, ctx: &Context<Self>) {
        let long_ago = ctx.now().saturating_sub(HEARTBEAT);
        self.replicate_to(ctx, |follower| follower.asked.is_none_or(|asked| asked <= long_ago));
    }
}
