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
    cluster::{Action, Cluster, ClusterOptions, Delivery},
    journal::Cause,
    random::Streams,
    report::Run,
    workload::Workload,
};

/// The Unix time at which every simulated run begins: 2024-01-01.
pub(crate) const SIMULATED_EPOCH: Duration = Duration::from_secs(1_704_067_200);
/// How many log lines a run keeps, the last ones.
const KEPT_LOGS: usize = 10_000;

/// The seed of a node's own generator, in its first life and in those after kills.
pub(crate) fn node_seed(seed: u64, name: &str, life: u32) -> u64 {
    let stream = if life == 0 { format!("node.{name}") } else { format!("node.{name}.{life}") };
    Streams::new(seed).stream(&stream).rng().next_u64()
}

/// A node that is stepped: an engine in this process, or one in another that is led by the hand.
pub(crate) trait Stepped {
    /// Hands it a line.
    fn receive(&mut self, now: Duration, line: &str) -> io::Result<()>;

    /// Lets what is due run.
    fn advance(&mut self, now: Duration) -> io::Result<()>;

    /// Moves the wall clock: the Unix time at time zero.
    fn set_unix_epoch(&mut self, epoch: Duration) -> io::Result<()>;

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

    fn set_unix_epoch(&mut self, epoch: Duration) -> io::Result<()> {
        Engine::set_unix_epoch(self, epoch);
        Ok(())
    }

    fn take_output(&mut self, output: &mut Output) {
        Engine::take_output(self, output);
    }

    fn deadline(&self) -> Option<Duration> {
        Engine::deadline(self)
    }
}

/// Makes the node of this number, in this life: 0, and one more after each kill.
pub(crate) type Starter<'h, S> = Box<dyn FnMut(usize, u32) -> io::Result<S> + 'h>;

/// The nodes of a run, and the cluster around them.
pub(crate) struct Host<'h, S> {
    cluster: Cluster<'h>,
    workload: &'h dyn Workload,
    names: Vec<String>,
    start: Starter<'h, S>,
    slots: Vec<Slot<S>>,
    /// When nodes want to be called, in order.
    due: BTreeSet<(Duration, usize)>,
    output: Output,
    actions: Vec<Action>,
    logs: VecDeque<LogLine>,
    now: Duration,
}

/// Where a node runs.
struct Slot<S> {
    /// None while it is killed.
    node: Option<S>,
    life: u32,
    deadline: Option<Duration>,
    /// While it stands still, what is delivered to it.
    paused: Option<VecDeque<Delivery>>,
}

impl<'h, S: Stepped> Host<'h, S> {
    /// A run that has not begun, of nodes that `start` makes, in the order of `options.nodes`.
    pub(crate) fn new(
        options: ClusterOptions,
        workload: &'h dyn Workload,
        mut start: Starter<'h, S>,
    ) -> io::Result<Self> {
        let names = options.nodes.clone();
        let slot = |node| Ok(Slot { node: Some(start(node, 0)?), life: 0, deadline: None, paused: None });
        let slots = (0..names.len()).map(slot).collect::<io::Result<_>>()?;
        Ok(Self {
            cluster: Cluster::new(options, workload),
            workload,
            names,
            start,
            slots,
            due: BTreeSet::new(),
            output: Output::default(),
            actions: Vec::new(),
            logs: VecDeque::new(),
            now: Duration::ZERO,
        })
    }

    /// Runs to the end, and judges.
    pub(crate) fn run(mut self, options: &Options) -> Run {
        self.cluster.start();
        while let Some(deadline) = self.cluster.deadline() {
            let timer = self.due.first().copied();
            self.now = timer.map_or(deadline, |(at, _)| at.min(deadline)).max(self.now);
            self.run_timers();
            self.cluster.advance(self.now, &mut self.actions);
            let mut actions = std::mem::take(&mut self.actions);
            for action in actions.drain(..) {
                self.act(action);
            }
            self.actions = actions;
        }
        let mut run = Run::judge(self.cluster, self.now, self.workload, options);
        run.logs = self.logs.into();
        run
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Deliver(delivery) => self.deliver(delivery),
            Action::Kill { node } => {
                self.slots[node].node = None;
                self.slots[node].paused = None;
                self.set_deadline(node, None);
            }
            Action::Start { node } => {
                self.slots[node].life += 1;
                match (self.start)(node, self.slots[node].life) {
                    Ok(started) => self.slots[node].node = Some(started),
                    Err(error) => self.is_gone(node, &error),
                }
            }
            Action::Pause { node } => {
                self.slots[node].paused.get_or_insert_default();
                self.set_deadline(node, None);
            }
            Action::Resume { node } => {
                for delivery in self.slots[node].paused.take().unwrap_or_default() {
                    self.deliver(delivery);
                }
                self.step(node, Cause::Timer, S::advance);
            }
            Action::Clock { node, ahead_ms } => {
                let ahead = Duration::from_millis(ahead_ms.unsigned_abs());
                let epoch = if ahead_ms < 0 {
                    SIMULATED_EPOCH.saturating_sub(ahead)
                } else {
                    SIMULATED_EPOCH + ahead
                };
                self.step(node, Cause::Timer, |node, _| node.set_unix_epoch(epoch));
            }
        }
    }

    fn deliver(&mut self, delivery: Delivery) {
        if let Some(waiting) = &mut self.slots[delivery.node].paused {
            waiting.push_back(delivery);
            return;
        }
        let Delivery { node, id, line } = delivery;
        self.step(node, Cause::Message(id), |node, now| node.receive(now, &line));
    }

    /// Runs the timers that are due. What a node sets for the same moment has its turn after the messages of that moment.
    fn run_timers(&mut self) {
        while let Some((at, node)) = self.due.first().copied().filter(|(at, _)| *at <= self.now) {
            self.step(node, Cause::Timer, S::advance);
            if self.slots[node].deadline == Some(at) {
                break;
            }
        }
    }

    /// Lets a node do something, and takes what it has produced.
    fn step(&mut self, node: usize, cause: Cause, work: impl FnOnce(&mut S, Duration) -> io::Result<()>) {
        let Some(stepped) = &mut self.slots[node].node else { return };
        if let Err(error) = work(stepped, self.now) {
            self.is_gone(node, &error);
            return;
        }
        stepped.take_output(&mut self.output);
        for (dest, line) in self.output.messages() {
            self.cluster.sent(self.now, node, dest, line, Some(cause));
        }
        self.logs.extend(self.output.logs.drain(..));
        self.logs.drain(..self.logs.len().saturating_sub(KEPT_LOGS));
        for failure in self.output.failures.drain(..) {
            self.cluster.problem(format!("{} {failure}", self.names[node]));
        }
        let slot = &self.slots[node];
        let deadline = slot.node.as_ref().filter(|_| slot.paused.is_none()).and_then(S::deadline);
        self.set_deadline(node, deadline);
    }

    fn is_gone(&mut self, node: usize, error: &io::Error) {
        self.cluster.give_up(format!("{} is gone: {error}", self.names[node]));
    }

    fn set_deadline(&mut self, node: usize, deadline: Option<Duration>) {
        let known = &mut self.slots[node].deadline;
        if deadline != *known {
            if let Some(old) = *known {
                self.due.remove(&(old, node));
            }
            if let Some(new) = deadline {
                self.due.insert((new, node));
            }
            *known = deadline;
        }
    }
}
