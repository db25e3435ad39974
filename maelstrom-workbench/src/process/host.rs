//! The loop: one thread that waits for all pipes at once.

use std::{
    io,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    process::Signal,
};

use super::{
    Crash,
    envelope::{self, Malformed},
    interrupt::Interrupt,
    lines::{Fill, Line, excerpt},
    node::{MAX_LINE, NodeProcess},
};
use crate::cluster::{Action, Cluster, Delivery};

/// How often a node is looked after that gives no sign.
const LONGEST_LOOK: Duration = Duration::from_millis(250);
/// How soon one is that has closed a pipe: it is probably about to exit.
const SHORTEST_LOOK: Duration = Duration::from_millis(1);
/// How many messages may be under way before nodes are not heard any more until some have arrived.
const MAX_IN_FLIGHT: usize = 1_000_000;
/// How many pieces are read of what a node leaves behind: more than pipes hold, unless what it has started goes on.
const LEFT_BEHIND: usize = 64;

/// Starts the node of this number, in this life: 0, and one more after each kill.
pub(super) type Starter<'h> = Box<dyn Fn(usize, u32) -> io::Result<NodeProcess> + 'h>;

/// A run on the wall clock.
pub(super) struct Host<'w, 'h> {
    cluster: Cluster<'w>,
    nodes: Vec<Watched>,
    start_node: Starter<'h>,
    interrupt: Option<&'h Interrupt>,
    start: Instant,
    crashes: Vec<Crash>,
    interrupted: Option<i32>,
    actions: Vec<Action>,
}

/// What became of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Alive,
    /// The nemesis has killed it, and will start it again.
    Killed,
    /// It has died by itself.
    Crashed,
}

struct Watched {
    process: NodeProcess,
    state: State,
    life: u32,
    /// When to see next whether it is still there, and how long after that again.
    look: Duration,
    then: Duration,
    /// Whether it was reported that too much waits for it.
    overrun: bool,
    /// How many messages were dropped since.
    dropped: u64,
}

/// Which of a node's pipes have something for us.
#[derive(Clone, Copy, Default)]
struct Ready {
    input: bool,
    output: bool,
    errors: bool,
}

impl<'w, 'h> Host<'w, 'h> {
    /// Starts the nodes.
    pub(super) fn new(
        cluster: Cluster<'w>,
        start_node: Starter<'h>,
        interrupt: Option<&'h Interrupt>,
    ) -> io::Result<Self> {
        let watched = |node| {
            Ok(Watched {
                process: start_node(node, 0)?,
                state: State::Alive,
                life: 0,
                look: LONGEST_LOOK,
                then: LONGEST_LOOK,
                overrun: false,
                dropped: 0,
            })
        };
        Ok(Self {
            nodes: (0..cluster.options().nodes.len()).map(watched).collect::<io::Result<_>>()?,
            cluster,
            start_node,
            interrupt,
            start: Instant::now(),
            crashes: Vec::new(),
            interrupted: None,
            actions: Vec::new(),
        })
    }

    /// Runs until all is over, or a signal comes. Returns how long it took.
    pub(super) fn run(&mut self) -> io::Result<Duration> {
        self.cluster.start();
        let mut ready = Vec::new();
        loop {
            self.route();
            if self.cluster.is_done() {
                break;
            }
            self.wait(&mut ready)?;
            self.interrupted = self.interrupt.and_then(Interrupt::signal);
            if self.interrupted.is_some() {
                break;
            }
            for (node, ready) in ready.iter().enumerate() {
                if ready.input {
                    self.write(node);
                }
                if ready.errors {
                    self.read_errors(node);
                }
                if ready.output {
                    self.read_output(node);
                }
            }
            self.look_after_nodes();
        }
        let duration = self.start.elapsed();
        // Who has died without a sign in the last moment has crashed as well.
        for node in 0..self.nodes.len() {
            self.look_after(node);
        }
        self.stop();
        Ok(duration)
    }

    /// What is left of a run: the cluster, who has crashed, and the signal that has ended it.
    pub(super) fn into_outcome(self) -> (Cluster<'w>, Vec<Crash>, Option<i32>) {
        (self.cluster, self.crashes, self.interrupted)
    }

    /// Lets the network and the clients do what is due, and does with nodes what comes of it.
    fn route(&mut self) {
        loop {
            let now = self.start.elapsed();
            self.cluster.advance(now, &mut self.actions);
            let mut actions = std::mem::take(&mut self.actions);
            for action in actions.drain(..) {
                self.act(action);
            }
            self.actions = actions;
            if self.cluster.deadline().is_none_or(|deadline| deadline > now) {
                break;
            }
        }
        for node in 0..self.nodes.len() {
            if !self.nodes[node].process.input.is_empty() {
                self.write(node);
            }
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Deliver(delivery) => self.deliver(delivery),
            Action::Kill { node } => self.kill(node),
            Action::Start { node } => self.restart(node),
            Action::Pause { node } => self.nodes[node].process.signal(Signal::STOP),
            Action::Resume { node } => self.nodes[node].process.signal(Signal::CONT),
            // A process has the machine's clock; whoever asks for this is told before a run.
            Action::Clock { .. } => {}
        }
    }

    fn deliver(&mut self, Delivery { node, line, .. }: Delivery) {
        let watched = &mut self.nodes[node];
        // What is for a node that is gone is thrown away, as in Maelstrom.
        if watched.process.stdin.is_none() || watched.process.input.push(&line) {
            return;
        }
        watched.dropped += 1;
        if !std::mem::replace(&mut watched.overrun, true) {
            let name = &watched.process.name;
            self.cluster.problem(format!(
                "{name} does not read its input: too much waits for it, and what comes now is dropped"
            ));
        }
    }

    /// Kills a node for the nemesis. What it has written by then counts, as messages under way do.
    fn kill(&mut self, node: usize) {
        if self.nodes[node].state != State::Alive {
            return;
        }
        let process = &mut self.nodes[node].process;
        process.kill();
        if let Err(error) = process.reap() {
            self.cluster.problem(error.to_string());
        }
        self.read_what_is_left(node);
        let watched = &mut self.nodes[node];
        watched.state = State::Killed;
        watched.process.close();
    }

    fn restart(&mut self, node: usize) {
        if self.nodes[node].state != State::Killed {
            return;
        }
        let life = self.nodes[node].life + 1;
        match (self.start_node)(node, life) {
            Ok(process) => {
                let watched = &mut self.nodes[node];
                (watched.process, watched.state, watched.life) = (process, State::Alive, life);
                (watched.look, watched.then) = (self.start.elapsed() + LONGEST_LOOK, LONGEST_LOOK);
            }
            Err(error) => self.cluster.give_up(error.to_string()),
        }
    }

    fn read_what_is_left(&mut self, node: usize) {
        for _ in 0..LEFT_BEHIND {
            let output = self.read_output(node);
            let errors = self.read_errors(node);
            if !matches!((output, errors), (Fill::Bytes(_), _) | (_, Fill::Bytes(_))) {
                break;
            }
        }
    }

    /// Waits for pipes, for a signal, or until something is due.
    fn wait(&mut self, ready: &mut Vec<Ready>) -> io::Result<()> {
        let hear = self.cluster.in_flight() < MAX_IN_FLIGHT;
        if !hear {
            self.cluster.warn(format!("nodes had to wait while {MAX_IN_FLIGHT} messages were under way"));
        }
        let mut fds = Vec::with_capacity(3 * self.nodes.len() + 1);
        if let Some(interrupt) = self.interrupt {
            fds.push(PollFd::new(interrupt, PollFlags::IN));
        }
        for Watched { process, .. } in &self.nodes {
            if let Some(stdin) = process.stdin.as_ref().filter(|_| !process.input.is_empty()) {
                fds.push(PollFd::new(stdin, PollFlags::OUT));
            }
            fds.extend(
                process.stdout.as_ref().filter(|_| hear).map(|stdout| PollFd::new(stdout, PollFlags::IN)),
            );
            fds.extend(process.stderr.as_ref().map(|stderr| PollFd::new(stderr, PollFlags::IN)));
        }
        let looks = self.nodes.iter().filter(|node| node.state == State::Alive).map(|node| node.look);
        let deadline = looks.chain(self.cluster.deadline()).min();
        let timeout = deadline.map(|deadline| timespec(deadline.saturating_sub(self.start.elapsed())));
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }

        // In the same order as above. Whatever poll says of a pipe (hang-up, error), using it tells more.
        let mut events =
            fds.iter().skip(usize::from(self.interrupt.is_some())).map(|fd| !fd.revents().is_empty());
        let mut is_ready = |polled: bool| polled && events.next().unwrap_or(false);
        ready.clear();
        ready.extend(self.nodes.iter().map(|Watched { process, .. }| Ready {
            input: is_ready(process.stdin.is_some() && !process.input.is_empty()),
            output: is_ready(hear && process.stdout.is_some()),
            errors: is_ready(process.stderr.is_some()),
        }));
        Ok(())
    }

    fn write(&mut self, node: usize) {
        if self.nodes[node].process.write().is_err() {
            self.look_soon(node);
        }
    }

    /// Reads one piece of a node's stdout, and hands the messages in it to the network.
    fn read_output(&mut self, node: usize) -> Fill {
        let fill = self.nodes[node].process.read_output();
        // Read before the clock: a reply is not earlier than the node wrote it.
        let now = self.start.elapsed();
        while let Some(line) = self.nodes[node].process.next_line() {
            let (what, line) = match line {
                Line::TooLong(line) => {
                    (format!("a line longer than {} MiB, which is skipped", MAX_LINE >> 20), line)
                }
                Line::Whole(line) => match envelope::read(line) {
                    Ok(message)
                        if *message.src == *self.cluster.options().nodes[node]
                            || self.cluster.forged(node, &message.src) =>
                    {
                        self.cluster.sent(now, node, &message.dest, &message.line, None);
                        continue;
                    }
                    Ok(message) => (format!("a message from {}, which does not exist", message.src), line),
                    Err(Malformed::NotJson) => {
                        ("a line that is not well-formed JSON (was it intended for stderr?)".to_owned(), line)
                    }
                    Err(Malformed::Shape(wrong)) => (format!("a malformed message, {wrong}"), line),
                },
            };
            self.cluster.wrong_line(now, node, &format!("{what}: {}", excerpt(line)));
        }
        if fill == Fill::End {
            self.look_soon(node);
        }
        fill
    }

    fn read_errors(&mut self, node: usize) -> Fill {
        match self.nodes[node].process.read_errors() {
            Ok(fill) => fill,
            Err(error) => {
                let name = &self.nodes[node].process.name;
                self.cluster
                    .warn(format!("the log of {name} is not complete, since writing it failed: {error}"));
                Fill::Nothing
            }
        }
    }

    fn look_soon(&mut self, node: usize) {
        let watched = &mut self.nodes[node];
        (watched.look, watched.then) = (self.start.elapsed(), SHORTEST_LOOK);
    }

    /// Sees which nodes have died.
    fn look_after_nodes(&mut self) {
        let now = self.start.elapsed();
        for node in 0..self.nodes.len() {
            if self.nodes[node].look <= now {
                self.look_after(node);
                let watched = &mut self.nodes[node];
                watched.look = now + watched.then;
                watched.then = (watched.then * 2).min(LONGEST_LOOK);
            }
        }
    }

    fn look_after(&mut self, node: usize) {
        let watched = &mut self.nodes[node];
        if watched.state != State::Alive {
            return;
        }
        let Some(exit) = watched.process.exit() else { return };
        watched.state = State::Crashed;
        // What it has written before counts.
        self.read_what_is_left(node);
        self.nodes[node].process.close();
        self.route();
        let process = &self.nodes[node].process;
        let crash = Crash {
            node: process.name.clone(),
            time: self.start.elapsed(),
            exit,
            stdout: process.last_output.lines(),
            stderr: process.last_errors.lines(),
            log: process.log_path.clone(),
        };
        let text = crash.to_string();
        self.crashes.push(crash);
        if self.cluster.is_done() {
            // The crash can come to light a moment after the end.
            self.cluster.problem(text);
        } else if !self.cluster.has_begun() {
            self.cluster.give_up(text);
        } else {
            self.cluster.problem(text);
            if self.nodes.iter().all(|node| node.state == State::Crashed) {
                self.cluster.give_up("no node is left, and the run ends".to_owned());
            }
        }
    }

    /// Kills all nodes, and takes what is left in their logs.
    fn stop(&mut self) {
        for watched in &mut self.nodes {
            watched.process.kill();
        }
        for node in 0..self.nodes.len() {
            let process = &mut self.nodes[node].process;
            if let Err(error) = process.reap() {
                self.cluster.problem(error.to_string());
            }
            for _ in 0..LEFT_BEHIND {
                if !matches!(self.read_errors(node), Fill::Bytes(_)) {
                    break;
                }
            }
            let Watched { process, state, dropped, .. } = &self.nodes[node];
            let alive = *state == State::Alive;
            if alive && process.stdin.is_none() {
                self.cluster
                    .warn(format!("{} had closed its standard input, and did not get all", process.name));
            }
            if alive && process.stdout.is_none() {
                self.cluster.warn(format!("{} had closed its standard output", process.name));
            }
            if *dropped > 0 {
                self.cluster.warn(format!("{dropped} messages for {} were dropped", process.name));
            }
        }
    }
}

fn timespec(duration: Duration) -> Timespec {
    // What is a year away is waited for again after a day.
    Timespec::try_from(duration.min(Duration::from_secs(86_400))).expect("a day fits")
}
