//! Which operation a client's message belongs to.

use std::collections::{HashMap, HashSet};

use crate::{Run, history::Process};

/// What is known of clients. A client asks its node at the moment at which its operation is invoked; that tells whose
/// client it is, and with it what its later requests belong to.
pub(super) struct Clients<'r> {
    run: &'r Run,
    /// Invocations by time in ns: index, process, and when it ended.
    invocations: Vec<Invocation>,
    by_worker: HashMap<usize, Vec<usize>>,
    /// The worker of each client.
    workers: HashMap<String, usize>,
    claimed: HashSet<usize>,
}

struct Invocation {
    time: u64,
    index: usize,
    worker: usize,
    node: usize,
}

impl<'r> Clients<'r> {
    pub(super) fn new(run: &'r Run) -> Self {
        let schedule = &run.schedule;
        let mut by_worker: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut invocations = Vec::new();
        for (invocation, _) in run.history.invocations() {
            let Process::Client(process) = invocation.process else { continue };
            let (Some(worker), Some(node)) = (schedule.worker_of(process), schedule.node_of(process)) else {
                continue;
            };
            by_worker.entry(worker).or_default().push(invocations.len());
            invocations.push(Invocation { time: invocation.time, index: invocation.index, worker, node });
        }
        Self { run, invocations, by_worker, workers: HashMap::new(), claimed: HashSet::new() }
    }

    /// The index of the operation that a request of a client belongs to; `time` is in ns by the history's clock.
    pub(super) fn operation(&mut self, client: &str, node: &str, time: u64) -> Option<usize> {
        let at = self.of_known(client, time).or_else(|| self.of_new(client, node, time))?;
        self.claimed.insert(at);
        Some(self.invocations[at].index)
    }

    /// The last operation that the client's worker began.
    fn of_known(&self, client: &str, time: u64) -> Option<usize> {
        let own = self.by_worker.get(self.workers.get(client)?)?;
        let next = own.partition_point(|at| self.invocations[*at].time <= time);
        next.checked_sub(1).map(|last| own[last])
    }

    fn of_new(&mut self, client: &str, node: &str, time: u64) -> Option<usize> {
        let first = self.invocations.partition_point(|invocation| invocation.time < time);
        let node = self.run.schedule.nodes.iter().position(|name| name == node)?;
        let at = self.invocations[first..]
            .iter()
            .take_while(|invocation| invocation.time == time)
            .enumerate()
            .find(|(k, invocation)| invocation.node == node && !self.claimed.contains(&(first + k)))
            .map(|(k, _)| first + k)?;
        self.workers.insert(client.to_owned(), self.invocations[at].worker);
        Some(at)
    }
}
