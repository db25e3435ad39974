//! Smaller runs that fail in the same way.
//!
//! What a run does to its cluster is a [`Schedule`], and a schedule can be replayed with parts taken out. So the parts
//! that a failure does not need are found by trying: first the faults and the operations, in halves, quarters and so on
//! down to single ones ("Simplifying and isolating failure-inducing input", Zeller and Hildebrandt, 2002), then nodes
//! and clients, and time. What one of them has freed another may take away, so all are tried until nothing goes any
//! more.

mod failure;
mod steps;
mod told;

use std::{fmt, sync::Arc, time::Duration};

use self::failure::Failure;
use crate::{
    Run, Schedule,
    cluster::{self, ClusterOptions},
    workload::Workload,
};

/// How many runs are made, if nothing else is said.
pub const TRIES: usize = 2_000;

/// A smaller run that fails as another one does.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// The run as it was.
    pub original: Run,
    /// What is left of it.
    pub run: Run,
    /// The length of its main phase.
    pub time_limit: Duration,
    /// How many runs it took to find.
    pub tries: usize,
}

impl Shrunk {
    /// What makes the smaller run again.
    pub fn what_is_left(&self) -> Candidate {
        Candidate { schedule: self.run.schedule.clone(), time_limit: self.time_limit }
    }
}

/// What is left, as a story: who failed when, who did what, and what is wrong with it.
impl fmt::Display for Shrunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        told::tell(self, f)
    }
}

/// A run that may be made.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// What is done in it, to which nodes, by how many clients.
    pub schedule: Schedule,
    /// The length of its main phase.
    pub time_limit: Duration,
}

impl Candidate {
    /// The options of such a run.
    pub fn options(&self, original: &ClusterOptions) -> ClusterOptions {
        ClusterOptions {
            nodes: self.schedule.nodes.clone(),
            concurrency: self.schedule.concurrency,
            time_limit: self.time_limit,
            seed: self.schedule.seed,
            nemeses: Vec::new(),
            schedule: Some(Arc::new(self.schedule.clone())),
            ..original.clone()
        }
    }
}

/// Looks for a smaller run that fails as `original` does, with up to so many tries. `rerun` makes a run; what it fails
/// to make counts as valid. `clients` says with how many clients a number of nodes works, where so many are asked for.
///
/// `None` if there is nothing wrong with the run, or if a replay of its schedule does not fail as it does.
pub fn shrink<E>(
    original: Run,
    time_limit: Duration,
    tries: usize,
    clients: impl Fn(usize, usize) -> usize,
    rerun: impl FnMut(&Candidate) -> Result<Run, E>,
) -> Option<Shrunk> {
    let failure = Failure::of(&original)?;
    let whole = Candidate { schedule: original.schedule.clone(), time_limit };
    let mut search = Search { failure, rerun, tries, left: tries, best: whole.clone(), run: None };
    if !search.accepts(whole) {
        return None;
    }
    search.go(&clients);
    let tries = search.tries - search.left;
    Some(Shrunk { original, run: search.run?, time_limit: search.best.time_limit, tries })
}

struct Search<R> {
    failure: Failure,
    rerun: R,
    tries: usize,
    left: usize,
    best: Candidate,
    run: Option<Run>,
}

impl<E, R: FnMut(&Candidate) -> Result<Run, E>> Search<R> {
    /// Takes a candidate for the best so far if it fails.
    fn accepts(&mut self, candidate: Candidate) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        let Some(run) = (self.rerun)(&candidate).ok().filter(|run| self.failure.is_in(run)) else {
            return false;
        };
        (self.best, self.run) = (candidate, Some(run));
        true
    }

    fn accepts_schedule(&mut self, schedule: Schedule) -> bool {
        let time_limit = self.best.time_limit;
        self.accepts(Candidate { schedule, time_limit })
    }

    fn go(&mut self, clients: &dyn Fn(usize, usize) -> usize) {
        loop {
            let before = self.best.schedule.clone();
            self.without_faults();
            self.without_operations();
            self.without_nodes(clients);
            self.without_clients(clients);
            self.faults_on_fewer();
            self.shorter();
            if self.best.schedule == before || self.left == 0 {
                break;
            }
        }
    }

    /// Takes out as many of the parts as it can, in ever smaller pieces.
    fn reduce<T: Clone>(&mut self, mut parts: Vec<T>, with: impl Fn(&[T]) -> Schedule) {
        let mut size = parts.len();
        while size > 0 {
            let (mut at, before) = (0, parts.len());
            while at < parts.len() {
                let mut fewer = parts.clone();
                fewer.drain(at..parts.len().min(at + size));
                let schedule = with(&fewer);
                if !schedule.nodes.is_empty() && self.accepts_schedule(schedule) {
                    parts = fewer;
                } else {
                    at += size;
                }
            }
            if size > 1 {
                size /= 2;
            } else if parts.len() == before {
                break;
            }
        }
    }

    fn without_faults(&mut self) {
        let all = self.best.schedule.clone();
        self.reduce(steps::faults(&all), |faults| steps::with_faults(&all, faults));
    }

    fn without_operations(&mut self) {
        let all = self.best.schedule.clone();
        self.reduce(steps::operations(&all), |operations| steps::with_operations(&all, operations));
    }

    /// With a node goes what was done at it.
    fn without_nodes(&mut self, clients: &dyn Fn(usize, usize) -> usize) {
        let all = self.best.schedule.clone();
        let nodes = all.nodes.len();
        let each = all.concurrency.div_ceil(nodes.max(1));
        self.reduce((0..nodes).collect(), |kept| {
            steps::with_nodes(&all, kept, clients(kept.len(), each * kept.len()))
        });
    }

    /// Others at the same node do what the last clients did.
    fn without_clients(&mut self, clients: &dyn Fn(usize, usize) -> usize) {
        let Schedule { nodes, concurrency, .. } = &self.best.schedule;
        let (nodes, concurrency) = (nodes.len(), *concurrency);
        for each in 1..concurrency.div_ceil(nodes.max(1)) {
            let fewer = clients(nodes, each * nodes);
            if fewer < concurrency {
                let schedule = steps::with_clients(&self.best.schedule, fewer);
                if self.accepts_schedule(schedule) {
                    break;
                }
            }
        }
    }

    fn faults_on_fewer(&mut self) {
        for step in 0..self.best.schedule.steps.len() {
            while let Some(schedule) = steps::with_fault_on_fewer(&self.best.schedule, step) {
                if !self.accepts_schedule(schedule) {
                    break;
                }
            }
        }
    }

    /// Takes out time: before each step, and at the end.
    fn shorter(&mut self) {
        for step in 0..self.best.schedule.steps.len() {
            while let Some(schedule) = steps::with_shorter_wait(&self.best.schedule, step) {
                if !self.accepts_schedule(schedule) {
                    break;
                }
            }
        }
        let last = self.best.schedule.steps.last().map_or(Duration::ZERO, |step| step.time);
        // A whole number, as the option for it is.
        let seconds = last.as_secs() + 1;
        for time_limit in [Duration::from_secs(seconds), Duration::from_secs(2 * seconds)] {
            let schedule = self.best.schedule.clone();
            if time_limit < self.best.time_limit && self.accepts(Candidate { schedule, time_limit }) {
                break;
            }
        }
    }
}

/// How many clients a workload works with, in the form in which [`shrink`] asks for it.
pub fn clients_of(workload: &dyn Workload, compat: bool) -> impl Fn(usize, usize) -> usize + '_ {
    move |nodes, asked| cluster::clients(workload, nodes, asked, compat)
}
