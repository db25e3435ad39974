//! The discrete-event loop of a simulated run: the cluster, and the nodes that it steps.

use std::{
    collections::{BTreeSet, VecDeque},
    io,
    time::Duration,
};

use maelstrom::{Engine, LogLine, Node, Output};
use rand::Rng;

use crate::{
    checker::Options,
    cluster::{Cluster, ClusterOptions, Delivery},
    journal::Cause,
    random::Streams,
    report::Run,
    workload::Workload,
};

/// The Unix time at which every simulated run begins: 2024-01-01.
pub(crate) const SIMULATED_EPOCH: Duration = Duration::from_secs(1_704_067_200);
/// How many log lines a run keeps, the last ones.
const KEPT_LOGS: usize = 10_000;

/// The seed of a node's own generator.
pub(crate) fn node_seed(seed: u64, name: &str) -> u64 {
    Streams::new(seed).stream(&format!("node.{name}")).rng().next_u64()
}

/// A node that is stepped: an engine in this process, or one in another that is led by the hand.
pub(crate) trait Stepped {
    /// Hands it a line.
    fn receive(&mut self, now: Duration, line: &str) -> io::Result<()>;

    /// Lets what is due run.
    fn advance(&mut self, now: Duration) -> io::Result<()>;

    /// Takes what the last step has produced.
    fn take_output(&mut self, output: &mut Output);

    /// When it wants to run next.
    fn deadline(&self) -> Option<Duration>;
}

impl<N: Node> Stepped for Engine<N> {
    fn receive(&mut self, now: Duration, line: &str) -> io::Result<()> {
        Engine::receive(self, now, line.as_bytes());
        Ok(())
    }

    fn advance(&mut self, now: Duration) -> io::Result<()> {
        Engine::advance(self, now);
        Ok(())
    }

    fn take_output(&mut self, output: &mut Output) {
        Engine::take_output(self, output);
    }

    fn deadline(&self) -> Option<Duration> {
        Engine::deadline(self)
    }
}

/// The nodes of a run, and the cluster around them.
pub(crate) struct Host<'w, S> {
    cluster: Cluster<'w>,
    workload: &'w dyn Workload,
    names: Vec<String>,
    nodes: Vec<S>,
    /// When each node wants to be called, and the same in order.
    deadlines: Vec<Option<Duration>>,
    due: BTreeSet<(Duration, usize)>,
    output: Output,
    deliveries: Vec<Delivery>,
    logs: VecDeque<LogLine>,
    now: Duration,
}

impl<'w, S: Stepped> Host<'w, S> {
    /// A run of these nodes, in the order of `options.nodes`, that has not begun.
    pub(crate) fn new(options: ClusterOptions, workload: &'w dyn Workload, nodes: Vec<S>) -> Self {
        let names = options.nodes.clone();
        Self {
            cluster: Cluster::new(options, workload),
            workload,
            deadlines: vec![None; nodes.len()],
            names,
            nodes,
            due: BTreeSet::new(),
            output: Output::default(),
            deliveries: Vec::new(),
            logs: VecDeque::new(),
            now: Duration::ZERO,
        }
    }

    /// Runs to the end, and judges.
    pub(crate) fn run(mut self, options: &Options) -> Run {
        self.cluster.start();
        while let Some(deadline) = self.cluster.deadline() {
            let timer = self.due.first().copied();
            self.now = timer.map_or(deadline, |(at, _)| at.min(deadline)).max(self.now);
            self.run_timers();
            self.cluster.advance(self.now, &mut self.deliveries);
            let mut deliveries = std::mem::take(&mut self.deliveries);
            for Delivery { node, id, line } in deliveries.drain(..) {
                let stepped = self.nodes[node].receive(self.now, &line);
                self.collect(node, Cause::Message(id), stepped);
            }
            self.deliveries = deliveries;
        }
        let mut run = Run::judge(self.cluster, self.now, self.workload, options);
        run.logs = self.logs.into();
        run
    }

    /// Runs the timers that are due. What a node sets for the same moment has its turn after the messages of that moment.
    fn run_timers(&mut self) {
        while let Some((at, node)) = self.due.first().copied().filter(|(at, _)| *at <= self.now) {
            let stepped = self.nodes[node].advance(self.now);
            self.collect(node, Cause::Timer, stepped);
            if self.deadlines[node] == Some(at) {
                break;
            }
        }
    }

    /// Takes what a node has produced in a step.
    fn collect(&mut self, node: usize, cause: Cause, stepped: io::Result<()>) {
        if let Err(error) = stepped {
            self.cluster.give_up(format!("{} is gone: {error}", self.names[node]));
            return;
        }
        self.nodes[node].take_output(&mut self.output);
        for (dest, line) in self.output.messages() {
            self.cluster.sent(self.now, node, dest, line, Some(cause));
        }
        self.logs.extend(self.output.logs.drain(..));
        self.logs.drain(..self.logs.len().saturating_sub(KEPT_LOGS));
        for failure in self.output.failures.drain(..) {
            self.cluster.problem(format!("{} {failure}", self.names[node]));
        }
        let deadline = self.nodes[node].deadline();
        if deadline != self.deadlines[node] {
            if let Some(old) = self.deadlines[node] {
                self.due.remove(&(old, node));
            }
            if let Some(new) = deadline {
                self.due.insert((new, node));
            }
            self.deadlines[node] = deadline;
        }
    }
}
