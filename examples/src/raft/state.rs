//! What a node keeps (figure 2).

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use maelstrom::{Error, NodeId, Result, Timer, Ulid, oneshot, storage::Storage};

use super::{Index, Request, Rules, StateMachine, Term, log::Log};

/// The key of term and vote in storage: one, since neither may change without the other.
const VOTE: &str = "vote";

type AnswerSender<S> = oneshot::Sender<Result<<S as StateMachine>::Answer>>;

pub(super) struct State<S: StateMachine> {
    // Persistent, as is the log: stored before anybody is told.
    pub(super) term: Term,
    pub(super) voted_for: Option<NodeId>,
    pub(super) log: Log<S::Command>,

    // Volatile. The state machine begins anew with each life of the node, and has the log applied to it again.
    pub(super) commit_index: Index,
    pub(super) last_applied: Index,
    pub(super) machine: S,
    /// What was answered to each request, for when it comes again (§8). This belongs to the state machine: all nodes
    /// have the same.
    pub(super) answers: BTreeMap<Ulid, Result<S::Answer>>,
    pub(super) role: Role<S>,
    /// When it runs out, this node stands for election.
    pub(super) election: Timer,
    /// Who waits for the request at this place of the log, if it stays there.
    pub(super) proposals: BTreeMap<Index, Proposal<S>>,
}

pub(super) enum Role<S: StateMachine> {
    Follower { leader: Option<NodeId> },
    Candidate { votes: BTreeSet<NodeId> },
    Leader(Leadership<S>),
}

/// What only a leader keeps. It is dropped with the role, and who waits for something in it is told.
pub(super) struct Leadership<S: StateMachine> {
    pub(super) followers: BTreeMap<NodeId, Progress>,
    /// The end of its log when it was elected. When that is committed, so is all that earlier leaders have committed.
    pub(super) start: Index,
    /// In the order in which they came.
    pub(super) reads: Vec<Read<S>>,
}

pub(super) struct Progress {
    /// From where it is sent entries, and up to where it is known to have them.
    pub(super) next_index: Index,
    pub(super) match_index: Index,
    /// When the exchange was begun that it has not answered yet; the last one, if there are several.
    pub(super) asked: Option<Duration>,
    /// When the last exchange was begun that it has answered. So late it had no other leader.
    pub(super) confirmed: Duration,
}

pub(super) struct Proposal<S: StateMachine> {
    pub(super) term: Term,
    pub(super) answer: AnswerSender<S>,
}

pub(super) struct Read<S: StateMachine> {
    pub(super) command: S::Command,
    /// What has to be applied before.
    pub(super) index: Index,
    /// When it came. A majority has to confirm the leader at that time, or later; if not `None`.
    pub(super) came: Option<Duration>,
    pub(super) answer: AnswerSender<S>,
}

impl<S: StateMachine> State<S> {
    pub(super) fn restore<R: Rules>(storage: &Storage<'_>, election: Timer) -> Result<Self> {
        let vote = if R::remembers_vote() { storage.get(VOTE)? } else { None };
        let (term, voted_for) = vote.unwrap_or_default();
        Ok(Self {
            term,
            voted_for,
            log: Log::restore(storage)?,
            commit_index: 0,
            last_applied: 0,
            machine: S::default(),
            answers: BTreeMap::new(),
            role: Role::Follower { leader: None },
            election,
            proposals: BTreeMap::new(),
        })
    }

    pub(super) fn vote(
        &mut self,
        storage: &Storage<'_>,
        term: Term,
        candidate: Option<NodeId>,
    ) -> Result<()> {
        (self.term, self.voted_for) = (term, candidate);
        storage.put(VOTE, &(self.term, &self.voted_for))
    }

    /// What all nodes do with every term that they see (§5.1).
    pub(super) fn observe(&mut self, storage: &Storage<'_>, term: Term) -> Result<()> {
        if term > self.term {
            self.role = Role::Follower { leader: None };
            self.vote(storage, term, None)?;
        }
        Ok(())
    }

    /// Applies what is newly committed (§5.3), and answers whose commands these are.
    pub(super) fn commit(&mut self, index: Index) {
        self.commit_index = self.commit_index.max(index);
        let unapplied = self.commit_index - self.last_applied;
        for entry in self.log.after(self.last_applied).iter().take(unapplied) {
            self.last_applied += 1;
            let answer = entry.request.as_ref().map(|Request { id, command }| {
                self.answers.entry(*id).or_insert_with(|| self.machine.apply(command))
            });
            let Some(proposal) = self.proposals.remove(&self.last_applied) else { continue };
            // The place of a request of another term is taken for ever: it was not executed here.
            let answer = answer.filter(|_| entry.term == proposal.term);
            // The client may have given up.
            let _ = proposal.answer.send(answer.cloned().unwrap_or_else(|| Err(not_leader())));
        }
    }

    /// Answers the reads that are confirmed by a majority, and for which enough is applied.
    pub(super) fn answer_reads(&mut self) {
        let Role::Leader(leadership) = &mut self.role else { return };
        let confirmed = leadership.confirmed();
        let last_applied = self.last_applied;
        let is_due = |read: &mut Read<S>| read.came <= Some(confirmed) && read.index <= last_applied;
        for read in leadership.reads.extract_if(.., is_due) {
            let _ = read.answer.send(self.machine.apply(&read.command));
        }
    }
}

impl<S: StateMachine> Leadership<S> {
    /// Up to where a majority has the log, which in this node ends with `last_index`.
    pub(super) fn replicated(&self, last_index: Index) -> Index {
        self.of_majority(last_index, |follower| follower.match_index)
    }

    /// Until when a majority had no other leader; for ever, if this node is a majority by itself.
    fn confirmed(&self) -> Duration {
        self.of_majority(Duration::MAX, |follower| follower.confirmed)
    }

    /// The greatest value that a majority has reached.
    fn of_majority<T: Ord>(&self, own: T, of: impl Fn(&Progress) -> T) -> T {
        let mut values: Vec<T> = self.followers.values().map(of).chain([own]).collect();
        values.sort_unstable();
        let minority = (values.len() - 1) / 2;
        values.swap_remove(minority)
    }
}

/// The error of one who was asked and does not lead.
pub(super) fn not_leader() -> Error {
    Error::temporarily_unavailable("this node does not lead the cluster")
}
