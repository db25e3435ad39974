//! How clients are served (§8).

use maelstrom::{Context, Error, ErrorCode, NodeId, Result, oneshot};

use super::{
    Entry, HEARTBEAT, PATIENCE, Raft, Request, Rules, StateMachine,
    state::{Proposal, Read, Role, not_leader},
};

type AnswerReceiver<S> = oneshot::Receiver<Result<<S as StateMachine>::Answer>>;

impl<S: StateMachine, R: Rules> Raft<S, R> {
    /// Has the leader execute a command, whoever that is. Asks again if there is no answer: the request keeps its name,
    /// so that it is executed once.
    pub(super) async fn serve(&self, ctx: &Context<Self>, request: Request<S::Command>) -> Result<S::Answer> {
        ctx.within(PATIENCE, async {
            loop {
                match self.ask_leader(ctx, &request).await {
                    Err(error) if is_open(&error) => ctx.sleep(HEARTBEAT).await,
                    answer => return answer,
                }
            }
        })
        .await
    }

    async fn ask_leader(&self, ctx: &Context<Self>, request: &Request<S::Command>) -> Result<S::Answer> {
        let leader = self.leader(ctx).ok_or_else(not_leader)?;
        if leader == *ctx.id() {
            self.execute(ctx, request.clone()).await
        } else {
            ctx.peer(leader).execute(request.clone()).await
        }
    }

    fn leader(&self, ctx: &Context<Self>) -> Option<NodeId> {
        match &self.state.borrow().role {
            Role::Follower { leader } => leader.clone(),
            Role::Candidate { .. } => None,
            Role::Leader(_) => Some(ctx.id().clone()),
        }
    }

    /// Puts a command into the log. It is answered when it is committed and applied.
    pub(super) async fn propose(
        &self,
        ctx: &Context<Self>,
        request: Request<S::Command>,
    ) -> Result<S::Answer> {
        let answered = self.state.borrow().answers.get(&request.id).cloned();
        if let Some(answer) = answered {
            return answer;
        }
        let answer = self.enqueue(ctx, request)?;
        // The entry made room for another leader's; but some node may still have it, and lead one day.
        answer.await.unwrap_or_else(|_| Err(Error::timeout("the leader that took this command was deposed")))
    }

    fn enqueue(&self, ctx: &Context<Self>, request: Request<S::Command>) -> Result<AnswerReceiver<S>> {
        let state = &mut *self.state.borrow_mut();
        let Role::Leader(_) = state.role else { return Err(not_leader()) };
        let term = state.term;
        let index = state.log.append(&ctx.storage(), Entry { term, request: Some(request) })?;
        let (answer, receiver) = oneshot::channel();
        state.proposals.insert(index, Proposal { term, answer });
        self.flush(ctx);
        Ok(receiver)
    }

    /// Answers a command that changes nothing, without the log (§8). All that was committed when it came has to be
    /// applied: this leader knows what that was once the first entry of its term is committed. And no other leader may
    /// have committed more: a majority has to say, at that time or later, that it has none.
    pub(super) async fn read(&self, ctx: &Context<Self>, command: S::Command) -> Result<S::Answer> {
        let answer = self.enqueue_read(ctx, command)?;
        // This node was deposed. Nothing has happened, so another may be asked.
        answer.await.unwrap_or_else(|_| Err(not_leader()))
    }

    fn enqueue_read(&self, ctx: &Context<Self>, command: S::Command) -> Result<AnswerReceiver<S>> {
        let state = &mut *self.state.borrow_mut();
        let Role::Leader(leadership) = &mut state.role else { return Err(not_leader()) };
        let (answer, receiver) = oneshot::channel();
        let index = state.commit_index.max(leadership.start);
        let came = R::confirms_reads().then(|| ctx.now());
        leadership.reads.push(Read { command, index, came, answer });
        self.flush(ctx);
        Ok(receiver)
    }
}

/// Whether nothing is known yet, or nothing has happened: the leader did not answer, or it was none.
fn is_open(error: &Error) -> bool {
    matches!(error.code(), ErrorCode::Timeout | ErrorCode::TemporarilyUnavailable)
}
