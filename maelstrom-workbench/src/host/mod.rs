//! The discrete-event loop of a simulated run: the cluster, and the nodes that it steps.

mod disk;

use std::{
    collections::{BTreeSet, VecDeque},
    io,
    time::Duration,
};

use maelstrom::{Engine, LogLine, Node, NodeId, Output, OutputLine, storage::Image};
use rand::Rng;

use self::disk::Disk;
use crate::{
    checker::Options,
    cluster::{Action, Cluster, ClusterOptions, Delivery},
    journal::{Cause, Why},
    random::Streams,
    report::Run,
    workload::Workload,
};

/// The Unix time at which every simulated run begins: 2024-01-01.
pub(crate) const SIMULATED_EPOCH: Duration = Duration::from_secs(1_704_067_200);
/// How many log lines a run keeps, the last ones.
const KEPT_LOGS: usize = 10_000;

/// How many steps there may be at one moment: more than messages and timers ever make, unless a node goes round.
const STUCK: u32 = 100_000;

/// The seed of a node's own generator, in its first life and in those after kills.
pub(crate) fn node_seed(seed: u64, name: &str, life: u32) -> u64 {
    let stream = if life == 0 { format!("node.{name}") } else { format!("node.{name}.{life}") };
    Streams::new(seed).stream(&stream).rng().next_u64()
}

/// A node that is stepped: an engine in this process, or one in another that is led by the hand. Its time counts from
/// its start.
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

/// Makes a node.
pub(crate) type Starter<'h, S> = Box<dyn FnMut(Birth) -> io::Result<S> + 'h>;

/// What a node starts with.
#[derive(Debug)]
pub(crate) struct Birth {
    /// Which node, by number.
    pub(crate) node: usize,
    /// How often it was killed before.
    pub(crate) life: u32,
    /// The Unix time, by the node's clock.
    pub(crate) epoch: Duration,
    /// What earlier lives have stored.
    pub(crate) stored: Image,
}

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
    /// When this life began.
    born: Duration,
    /// By how many ms its clock is ahead.
    ahead_ms: i64,
    deadline: Option<Duration>,
    is_paused: bool,
    disk: Disk,
    /// Until when it waits for its disk.
    syncing: Option<Duration>,
    /// What it has sent meanwhile, and leaves only when all that it has written is on the disk.
    held: Vec<Held>,
    /// What was delivered while it was paused, or waited for its disk.
    waiting: VecDeque<Delivery>,
    /// The numbers of the messages that this life of it has received, in order.
    received: Vec<u64>,
}

struct Held {
    dest: NodeId,
    line: String,
    why: Why,
}

impl<S: Stepped> Slot<S> {
    fn birth(&self, node: usize) -> Birth {
        Birth { node, life: self.life, epoch: self.epoch(), stored: self.disk.stored().clone() }
    }

    /// The Unix time at the node's time zero, by its clock.
    fn epoch(&self) -> Duration {
        let right = SIMULATED_EPOCH + self.born;
        let ahead = Duration::from_millis(self.ahead_ms.unsigned_abs());
        if self.ahead_ms < 0 { right.saturating_sub(ahead) } else { right + ahead }
    }

    fn stands_still(&self) -> bool {
        self.is_paused || self.syncing.is_some()
    }

    /// When it wants to be called.
    fn wanted(&self) -> Option<Duration> {
        if self.is_paused {
            return None;
        }
        let node = || self.node.as_ref().and_then(S::deadline).map(|at| self.born + at);
        self.syncing.or_else(node)
    }
}

impl<'h, S: Stepped> Host<'h, S> {
    /// A run that has not begun, of nodes that `start` makes, in the order of `options.nodes`.
    pub(crate) fn new(
        options: ClusterOptions,
        workload: &'h dyn Workload,
        start: Starter<'h, S>,
    ) -> io::Result<Self> {
        let (names, streams) = (options.nodes.clone(), Streams::new(options.seed));
        let slot = |name: &String| Slot {
            node: None,
            life: 0,
            born: Duration::ZERO,
            ahead_ms: 0,
            deadline: None,
            is_paused: false,
            disk: Disk::new(name, streams),
            syncing: None,
            held: Vec::new(),
            waiting: VecDeque::new(),
            received: Vec::new(),
        };
        let mut host = Self {
            slots: names.iter().map(slot).collect(),
            cluster: Cluster::new(options, workload),
            workload,
            names,
            start,
            due: BTreeSet::new(),
            output: Output::default(),
            actions: Vec::new(),
            logs: VecDeque::new(),
            now: Duration::ZERO,
        };
        for node in 0..host.slots.len() {
            host.slots[node].node = Some((host.start)(host.slots[node].birth(node))?);
        }
        Ok(host)
    }

    /// Runs to the end, and judges.
    pub(crate) fn run(self, options: &Options) -> Run {
        let workload = self.workload;
        let (cluster, duration, logs) = self.play();
        let mut run = Run::judge(cluster, duration, workload, options);
        run.logs = logs.into();
        run
    }

    /// Runs to the end. Returns the cluster, how much time it took, and what nodes have logged.
    pub(crate) fn play(mut self) -> (Cluster<'h>, Duration, VecDeque<LogLine>) {
        self.cluster.start();
        let mut at_once = 0;
        while let Some(deadline) = self.cluster.deadline() {
            let timer = self.due.first().copied();
            let next = timer.map_or(deadline, |(at, _)| at.min(deadline));
            at_once = if next > self.now { 0 } else { at_once + 1 };
            self.now = next.max(self.now);
            if at_once > STUCK {
                self.is_stuck(timer.map(|(_, node)| node));
            }
            self.run_timers();
            self.cluster.advance(self.now, &mut self.actions);
            let mut actions = std::mem::take(&mut self.actions);
            for action in actions.drain(..) {
                self.act(action);
            }
            self.actions = actions;
        }
        (self.cluster, self.now, self.logs)
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Deliver(delivery) => {
                let node = delivery.node;
                self.deliver(delivery);
                self.settle(node);
            }
            Action::Kill { node } => self.kill(node),
            Action::Start { node } => self.restart(node),
            Action::Pause { node } => {
                self.slots[node].is_paused = true;
                self.settle(node);
            }
            Action::Resume { node } => {
                self.slots[node].is_paused = false;
                self.wake(node);
            }
            Action::Clock { node, ahead_ms } => {
                self.slots[node].ahead_ms = ahead_ms;
                let epoch = self.slots[node].epoch();
                self.step(node, Cause::Timer, |node, _| node.set_unix_epoch(epoch));
                self.settle(node);
            }
        }
    }

    fn kill(&mut self, node: usize) {
        let slot = &mut self.slots[node];
        (slot.node, slot.is_paused, slot.syncing) = (None, false, None);
        slot.held.clear();
        slot.waiting.clear();
        slot.disk.crash();
        self.settle(node);
    }

    fn restart(&mut self, node: usize) {
        let slot = &mut self.slots[node];
        slot.life += 1;
        slot.received.clear();
        slot.born = self.now;
        match (self.start)(slot.birth(node)) {
            Ok(started) => slot.node = Some(started),
            Err(error) => self.is_gone(node, &error),
        }
    }

    fn deliver(&mut self, delivery: Delivery) {
        let slot = &mut self.slots[delivery.node];
        if slot.stands_still() {
            slot.waiting.push_back(delivery);
            return;
        }
        let Delivery { node, id, line } = delivery;
        slot.received.push(id);
        self.step(node, Cause::Message(id), |node, now| node.receive(now, &line));
    }

    /// Runs the timers that are due. What a node sets for the same moment has its turn after the messages of that moment.
    fn run_timers(&mut self) {
        while let Some((at, node)) = self.due.first().copied().filter(|(at, _)| *at <= self.now) {
            self.wake(node);
            if self.slots[node].deadline == Some(at) {
                break;
            }
        }
    }

    /// Lets a node go on: with what its disk was awaited for, with what was delivered meanwhile, and with its timers.
    fn wake(&mut self, node: usize) {
        let slot = &mut self.slots[node];
        if slot.syncing.is_some_and(|until| until <= self.now) {
            slot.syncing = None;
            slot.disk.sync();
            for Held { dest, line, why } in slot.held.drain(..) {
                self.cluster.sent(self.now, node, &dest, &line, Some(why));
            }
        }
        // All of it is one batch, with one sync.
        if !self.slots[node].stands_still() {
            for delivery in std::mem::take(&mut self.slots[node].waiting) {
                self.deliver(delivery);
            }
            self.step(node, Cause::Timer, S::advance);
        }
        self.settle(node);
    }

    /// Lets a node do something, and takes what it has produced.
    fn step(&mut self, node: usize, cause: Cause, work: impl FnOnce(&mut S, Duration) -> io::Result<()>) {
        let slot = &mut self.slots[node];
        let Some(stepped) = &mut slot.node else { return };
        if let Err(error) = work(stepped, self.now.saturating_sub(slot.born)) {
            self.is_gone(node, &error);
            return;
        }
        stepped.take_output(&mut self.output);
        if !self.output.writes.is_empty() {
            slot.disk.write(std::mem::take(&mut self.output.writes));
        }
        for ((dest, line), OutputLine { handled, .. }) in self.output.messages().zip(&self.output.lines) {
            let handled =
                handled.and_then(|number| slot.received.get(usize::try_from(number).ok()?).copied());
            let why = Why { cause, handled: handled.filter(|id| cause != Cause::Message(*id)) };
            if slot.disk.is_synced() {
                self.cluster.sent(self.now, node, dest, line, Some(why));
            } else {
                slot.held.push(Held { dest: dest.into(), line: line.to_owned(), why });
            }
        }
        self.logs.extend(self.output.logs.drain(..));
        self.logs.drain(..self.logs.len().saturating_sub(KEPT_LOGS));
        for failure in self.output.failures.drain(..) {
            self.cluster.problem(format!("{} {failure}", self.names[node]));
        }
    }

    /// After steps: begins to wait for the disk if something was written, and sets when the node is called next.
    fn settle(&mut self, node: usize) {
        let slot = &mut self.slots[node];
        if !slot.disk.is_synced() && slot.syncing.is_none() {
            slot.syncing = Some(self.now + slot.disk.sync_time());
        }
        let wanted = slot.wanted();
        if wanted != slot.deadline {
            if let Some(old) = slot.deadline {
                self.due.remove(&(old, node));
            }
            if let Some(new) = wanted {
                self.due.insert((new, node));
            }
            slot.deadline = wanted;
        }
    }

    /// A node wants to be called again and again, at one moment.
    fn is_stuck(&mut self, node: Option<usize>) {
        let who = node.map_or("something", |node| &self.names[node]);
        self.cluster.give_up(format!(
            "time stands still: {who} sets timers without delay for ever, or has a task that never rests"
        ));
    }

    fn is_gone(&mut self, node: usize, error: &io::Error) {
        self.cluster.give_up(format!("{} is gone: {error}", self.names[node]));
    }
}
