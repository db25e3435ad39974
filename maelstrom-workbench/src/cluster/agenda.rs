//! What is to be done in the main phase, and when: drawn from the seed, or given by a schedule.

use std::{
    collections::{BTreeSet, VecDeque},
    fmt,
    time::Duration,
};

use super::ClusterOptions;
use crate::{
    history::Operation,
    nemesis::{Drawn, Fault},
    random::{Stream, Streams},
    schedule::{Schedule, Scheduled, Step},
    workload::{Op, Operations, Turn, Workload},
};

/// The main phase's operations and faults. Times count from its beginning.
#[derive(Debug)]
pub(super) struct Agenda {
    ops: Ops,
    faults: Faults,
    rate: f64,
    limit: Duration,
}

enum Ops {
    /// One stream of operations for all workers.
    Drawn(Box<DrawnOps>),
    /// Each worker's own operations.
    Given(Vec<VecDeque<(Duration, Op)>>),
}

struct DrawnOps {
    source: Box<dyn Operations>,
    due: Stream,
    content: Stream,
    next_due: Duration,
    /// Whether an operation was due, and no worker was free.
    starved: bool,
}

#[derive(Debug)]
enum Faults {
    Drawn(Vec<Drawn>),
    Given(VecDeque<(Duration, Fault)>),
}

impl Agenda {
    pub(super) fn new(options: &ClusterOptions, workload: &dyn Workload, streams: Streams) -> Self {
        let (ops, faults) = match options.schedule.as_deref() {
            Some(schedule) => given(schedule, options.concurrency),
            None => (
                Ops::Drawn(Box::new(DrawnOps {
                    source: workload.operations(),
                    due: streams.stream("operations.due"),
                    content: streams.stream("operations.content"),
                    next_due: Duration::ZERO,
                    starved: false,
                })),
                Faults::Drawn(options.nemeses.iter().map(|nemesis| Drawn::new(*nemesis, streams)).collect()),
            ),
        };
        Self { ops, faults, rate: options.rate, limit: options.time_limit }
    }

    /// When there is something to do next.
    pub(super) fn deadline(
        &self,
        elapsed: Duration,
        turns: &Turns,
        all_up: Option<Duration>,
    ) -> Option<Duration> {
        let op = match &self.ops {
            _ if !self.has_ops(elapsed) => None,
            Ops::Drawn(ops) => (!turns.free.is_empty()).then_some(ops.next_due),
            Ops::Given(workers) => {
                turns.free.iter().filter_map(|worker| Some(workers[*worker].front()?.0)).min()
            }
        };
        // Without operations and faults there is still a limit to wait for.
        let idle = self.is_idle(elapsed).then_some(self.limit);
        self.next_fault(all_up).into_iter().chain(op).chain(idle).min()
    }

    /// Takes the fault that is due.
    pub(super) fn take_fault(
        &mut self,
        elapsed: Duration,
        nodes: usize,
        all_up: Option<Duration>,
    ) -> Option<Fault> {
        let due = self.next_fault(all_up).filter(|due| *due <= elapsed)?;
        match &mut self.faults {
            Faults::Drawn(drawn) => {
                let drawn = drawn.iter_mut().find(|drawn| drawn.due(all_up) == Some(due))?;
                Some(drawn.step(due, nodes))
            }
            Faults::Given(faults) => faults.pop_front().map(|(_, fault)| fault),
        }
    }

    /// Takes the operation that is due, for a worker that is free.
    pub(super) fn take_op(
        &mut self,
        elapsed: Duration,
        turns: &mut Turns,
        turn: impl FnOnce(usize) -> Turn,
    ) -> Option<(usize, Op)> {
        if !self.has_ops(elapsed) {
            return None;
        }
        match &mut self.ops {
            Ops::Drawn(ops) if ops.next_due > elapsed => None,
            Ops::Drawn(ops) => {
                let Some(worker) = turns.next() else {
                    ops.starved = true;
                    return None;
                };
                if std::mem::take(&mut ops.starved) {
                    // The slot was missed, and is not made up for.
                    ops.next_due = elapsed;
                }
                ops.next_due += ops.due.uniform(Duration::from_secs_f64(2.0 / self.rate));
                Some((worker, ops.source.next(&mut ops.content, &turn(worker), elapsed)))
            }
            Ops::Given(workers) => {
                let is_due =
                    |worker: &usize| workers[*worker].front().is_some_and(|(due, _)| *due <= elapsed);
                let worker = turns
                    .free
                    .iter()
                    .copied()
                    .filter(is_due)
                    .min_by_key(|worker| workers[*worker].front().map(|(due, _)| *due))?;
                workers[worker].pop_front().map(|(_, op)| (worker, op))
            }
        }
    }

    /// Tells where operations come from what came of one.
    pub(super) fn completed(&mut self, operation: &Operation) {
        if let Ops::Drawn(ops) = &mut self.ops {
            ops.source.completed(operation);
        }
    }

    /// Whether the main phase is over.
    pub(super) fn is_over(&self, elapsed: Duration, all_up: Option<Duration>) -> bool {
        !self.has_ops(elapsed) && self.next_fault(all_up).is_none() && !self.is_idle(elapsed)
    }

    /// Whether there is another operation. One that was due in time, and found no free client until the limit had
    /// passed, is none.
    fn has_ops(&self, elapsed: Duration) -> bool {
        let any = match &self.ops {
            Ops::Drawn(ops) => self.rate > 0.0 && ops.next_due < self.limit,
            Ops::Given(workers) => workers.iter().any(|ops| !ops.is_empty()),
        };
        any && elapsed < self.limit
    }

    /// With no rate the main phase still takes its time.
    fn is_idle(&self, elapsed: Duration) -> bool {
        self.rate <= 0.0 && elapsed < self.limit
    }

    fn next_fault(&self, all_up: Option<Duration>) -> Option<Duration> {
        let next = match &self.faults {
            Faults::Drawn(drawn) => drawn.iter().filter_map(|drawn| drawn.due(all_up)).min(),
            Faults::Given(faults) => faults.front().map(|(due, _)| *due),
        };
        next.filter(|due| *due < self.limit)
    }
}

impl fmt::Debug for Ops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drawn(ops) => f.debug_struct("Drawn").field("next_due", &ops.next_due).finish(),
            Self::Given(ops) => f.debug_tuple("Given").field(ops).finish(),
        }
    }
}

/// The steps of a schedule by who does them, in the order of their times.
fn given(schedule: &Schedule, concurrency: usize) -> (Ops, Faults) {
    let mut steps: Vec<&Step> = schedule.steps.iter().collect();
    steps.sort_by_key(|step| step.time);
    let (mut workers, mut faults) = (vec![VecDeque::new(); concurrency], VecDeque::new());
    for Step { time, action } in steps {
        match action {
            Scheduled::Op { worker, op } => workers[worker % concurrency].push_back((*time, op.clone())),
            Scheduled::Fault(fault) => faults.push_back((*time, fault.clone())),
        }
    }
    (Ops::Given(workers), Faults::Given(faults))
}

/// Whose turn it is: workers take turns, and the nemesis counts as one more.
#[derive(Debug)]
pub(super) struct Turns {
    free: BTreeSet<usize>,
    workers: usize,
    cursor: usize,
}

impl Turns {
    pub(super) fn new(workers: usize) -> Self {
        Self { free: (0..workers).collect(), workers, cursor: 0 }
    }

    /// The next free worker.
    fn next(&mut self) -> Option<usize> {
        let start = self.cursor % (self.workers + 1);
        let worker = self.free.range(start..).next().or_else(|| self.free.first()).copied()?;
        self.cursor += 1;
        Some(worker)
    }

    /// The nemesis has had a turn.
    pub(super) fn nemesis(&mut self) {
        self.cursor += 1;
    }

    pub(super) fn begin(&mut self, worker: usize) {
        self.free.remove(&worker);
    }

    pub(super) fn end(&mut self, worker: usize) {
        self.free.insert(worker);
    }

    pub(super) fn all_free(&self) -> bool {
        self.free.len() == self.workers
    }
}
