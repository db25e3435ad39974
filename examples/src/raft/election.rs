//! Elections (§5.2).

use std::{collections::BTreeSet, time::Duration};

use maelstrom::{Context, NodeId, Result, future, rand::RngExt};

use super::{
    ELECTION_TIMEOUT, Entry, Raft, RaftEvent, Rules, StateMachine, Term,
    state::{Leadership, Progress, Role},
};

impl<S: StateMachine, R: Rules> Raft<S, R> {
    /// Stands for election: a new term, a vote for itself, and a question to all others.
    pub(super) async fn campaign(&self, ctx: &Context<Self>) -> Result<()> {
        let (term, last_log_index, last_log_term) = {
            let state = &mut *self.state.borrow_mut();
            state.vote(&ctx.storage(), state.term + 1, Some(ctx.id().clone()))?;
            state.role = Role::Candidate { votes: BTreeSet::new() };
            (state.term, state.log.last_index(), state.log.last_term())
        };
        self.reset_election_timer(ctx);
        self.count_vote(ctx, ctx.id(), term)?;
        let ask = async |voter: &NodeId| {
            let vote = ctx.peer(voter).request_vote(term, last_log_index, last_log_term).await;
            // Who did not answer will be asked again in the next term.
            let Ok((current_term, vote_granted)) = vote else { return Ok(()) };
            self.observe(ctx, current_term)?;
            if vote_granted { self.count_vote(ctx, voter, term) } else { Ok(()) }
        };
        future::try_join_all(ctx.others().map(ask)).await?;
        Ok(())
    }

    /// Counts a vote that was asked for in some term, and leads if it makes a majority.
    fn count_vote(&self, ctx: &Context<Self>, voter: &NodeId, asked_in: Term) -> Result<()> {
        let is_elected = {
            let state = &mut *self.state.borrow_mut();
            match &mut state.role {
                Role::Candidate { votes } if R::counts_vote(asked_in, state.term) => {
                    votes.insert(voter.clone());
                    votes.len() > ctx.node_ids().len() / 2
                }
                _ => false,
            }
        };
        if is_elected { self.lead(ctx) } else { Ok(()) }
    }

    fn lead(&self, ctx: &Context<Self>) -> Result<()> {
        {
            let state = &mut *self.state.borrow_mut();
            let next_index = state.log.last_index() + 1;
            // What earlier leaders have left is committed only together with an entry of this term. So there is one,
            // without a command, from the start (§5.4.2, §8).
            if !R::commits(state.log.last_term(), state.term) {
                state.log.append(&ctx.storage(), Entry { term: state.term, request: None })?;
            }
            let progress = || Progress { next_index, match_index: 0, asked: None, confirmed: Duration::ZERO };
            state.role = Role::Leader(Leadership {
                followers: ctx.others().map(|follower| (follower.clone(), progress())).collect(),
                start: state.log.last_index(),
                reads: Vec::new(),
            });
            state.election.cancel();
            maelstrom::log!(ctx, "leads in term {}, from index {next_index} on", state.term);
        }
        self.heartbeat(ctx);
        self.advance();
        Ok(())
    }

    /// Gives up whatever this node was in an earlier term, if the one that it sees is later (§5.1).
    pub(super) fn observe(&self, ctx: &Context<Self>, term: Term) -> Result<()> {
        let state = &mut *self.state.borrow_mut();
        let led = matches!(state.role, Role::Leader(_));
        state.observe(&ctx.storage(), term)?;
        if led && !matches!(state.role, Role::Leader(_)) {
            state.election = election_timer(ctx);
        }
        Ok(())
    }

    /// After it has heard of a leader, or given its vote, a node waits again before it stands itself.
    pub(super) fn reset_election_timer(&self, ctx: &Context<Self>) {
        let state = &mut *self.state.borrow_mut();
        state.election.cancel();
        state.election = election_timer(ctx);
    }
}

/// Each time another one, so that nodes rarely stand at once (§5.2, §9.3).
pub(super) fn election_timer<S: StateMachine, R: Rules>(ctx: &Context<Raft<S, R>>) -> maelstrom::Timer {
    ctx.after(ctx.rng().random_range(ELECTION_TIMEOUT), RaftEvent::ElectionTimeout)
}
