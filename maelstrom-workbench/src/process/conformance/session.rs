//! One process of the node, and a conversation with it.

use std::{
    io,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    process::{Signal, kill_process},
};

use super::{
    super::{
        envelope::{self, Malformed},
        interrupt::Interrupt,
        lines::{Line, excerpt},
        node::NodeProcess,
    },
    record::{Message, Record, shown},
};
use crate::{
    process::Exit,
    random::{Stream, Streams},
    service::{self, Service},
};

/// The node's name. Few would guess it, so one that does not take its name from `init` shows.
pub(super) const NODE: &str = "n3";
/// Who asks it.
pub(super) const CLIENT: &str = "c2";
/// How often it is looked whether a node is still there that gives no sign.
const LOOK: Duration = Duration::from_millis(100);
/// How long a node may take to exit that has closed its stdout.
const ABOUT_TO_EXIT: Duration = Duration::from_secs(1);
/// How many messages are kept of a node that does not stop writing.
const KEPT: usize = 100_000;
/// A running process. Dropping it kills it, and all that it has started in its group.
pub(super) struct Session<'i> {
    process: NodeProcess,
    interrupt: &'i Interrupt,
    nodes: Vec<String>,
    services: Vec<Box<dyn Service>>,
    random: Stream,
    pub(super) heard: Vec<Message>,
    pub(super) record: Record,
    next_msg_id: u64,
}

impl<'i> Session<'i> {
    /// A conversation with a process that was just started. `nodes` are those that may be written to.
    pub(super) fn new(process: NodeProcess, nodes: &[&str], interrupt: &'i Interrupt) -> Self {
        Self {
            process,
            interrupt,
            nodes: nodes.iter().map(|&node| node.to_owned()).collect(),
            services: service::all(false),
            random: Streams::new(0).stream("services"),
            heard: Vec::new(),
            record: Record::default(),
            next_msg_id: 1,
        }
    }

    /// The next `msg_id` of the client.
    pub(super) fn msg_id(&mut self) -> u64 {
        self.next_msg_id += 1;
        self.next_msg_id - 1
    }

    /// The last one that was given out.
    pub(super) fn last_msg_id(&self) -> u64 {
        self.next_msg_id - 1
    }

    /// Has a line written, as soon as the node takes it.
    pub(super) fn send(&mut self, line: &str) {
        // There is room: what is sent is bounded, and much less.
        self.process.input.push(line);
    }

    /// The first message from the `from`th on that is looked for, once it is there. There is none if the deadline has
    /// passed, or nothing more can come.
    pub(super) fn find(
        &mut self,
        from: usize,
        deadline: Instant,
        mut is_it: impl FnMut(&Message) -> bool,
    ) -> io::Result<Option<Message>> {
        let mut seen = from;
        loop {
            while let Some(message) = self.heard.get(seen) {
                if is_it(message) {
                    return Ok(Some(message.clone()));
                }
                seen += 1;
            }
            let now = Instant::now();
            if now >= deadline || self.process.stdout.is_none() {
                return Ok(None);
            }
            let gone = self.process.exit().is_some();
            if self.pump(deadline - now)? == 0 && gone {
                return Ok(None);
            }
        }
    }

    /// Reads until the node has closed its stdout: it, and all that it has started, are gone. Returns whether it has.
    pub(super) fn drain(&mut self, deadline: Instant) -> io::Result<bool> {
        loop {
            let now = Instant::now();
            if self.process.stdout.is_none() || now >= deadline {
                return Ok(self.process.stdout.is_none());
            }
            self.pump(deadline - now)?;
        }
    }

    /// How the process has ended, once it has.
    pub(super) fn wait_for_exit(&mut self, deadline: Instant) -> io::Result<Option<Exit>> {
        loop {
            let (exit, now) = (self.process.exit(), Instant::now());
            if exit.is_some() || now >= deadline {
                return Ok(exit);
            }
            // With all pipes closed there is nothing to wait for but time.
            self.pump((deadline - now).min(Duration::from_millis(5)))?;
        }
    }

    /// Closes its stdin, once all is written.
    pub(super) fn end_input(&mut self, deadline: Instant) -> io::Result<()> {
        while !self.process.input.is_empty() && Instant::now() < deadline {
            self.pump(LOOK)?;
        }
        self.process.stdin = None;
        Ok(())
    }

    /// Kills the process alone, as Maelstrom does, and not what it has started.
    pub(super) fn kill_alone(&mut self) {
        // It may have gone by itself.
        let _ = kill_process(self.process.group, Signal::KILL);
    }

    /// Why nothing came: the process has died, or has only kept silent.
    pub(super) fn silence(&mut self, patience: Duration) -> io::Result<String> {
        // One that has closed its stdout is probably about to exit.
        if self.process.stdout.is_none() {
            self.wait_for_exit(Instant::now() + ABOUT_TO_EXIT)?;
        }
        if self.process.exit().is_some() {
            // Its last words are in the pipe, if they were not read before.
            self.pump(Duration::ZERO)?;
        }
        Ok(match self.process.exit() {
            Some(exit) => {
                let last = self.process.last_errors.lines();
                let last = last.iter().rev().find(|line| !line.trim().is_empty());
                let last = last.map(|line| format!("; last on stderr: {}", shown(line)));
                format!("it ended with {exit}{}", last.unwrap_or_default())
            }
            None if self.process.stdout.is_none() => "it has closed its stdout".to_owned(),
            None => format!("nothing within {} s", patience.as_secs_f64()),
        })
    }

    /// Waits for pipes, at most so long, and does what can be done. Returns how many were ready.
    fn pump(&mut self, timeout: Duration) -> io::Result<usize> {
        let process = &self.process;
        let mut fds = Vec::with_capacity(4);
        fds.push(PollFd::new(self.interrupt, PollFlags::IN));
        let stdin = process.stdin.as_ref().filter(|_| !process.input.is_empty());
        fds.extend(stdin.map(|stdin| PollFd::new(stdin, PollFlags::OUT)));
        fds.extend(process.stdout.as_ref().map(|stdout| PollFd::new(stdout, PollFlags::IN)));
        fds.extend(process.stderr.as_ref().map(|stderr| PollFd::new(stderr, PollFlags::IN)));
        let timeout = Timespec::try_from(timeout.min(LOOK)).expect("it is short");
        let ready = match poll(&mut fds, Some(&timeout)) {
            Ok(ready) => ready,
            Err(Errno::INTR) => 1,
            Err(error) => return Err(error.into()),
        };
        if let Some(signal) = self.interrupt.signal() {
            let text = format!("interrupted by {}", Exit::Signal(signal));
            return Err(io::Error::new(io::ErrorKind::Interrupted, text));
        }
        // None of these blocks, whichever is ready. A node that has closed its input shows by its silence.
        let _ = self.process.write();
        // There is no log that could fail.
        let _ = self.process.read_errors();
        self.process.read_output();
        self.hear();
        Ok(ready)
    }

    /// Takes the lines that are there.
    fn hear(&mut self) {
        while let Some(line) = self.process.next_line() {
            let line = match line {
                Line::Whole(line) => line,
                Line::TooLong(line) => {
                    self.record.no_messages.add(|| format!("a line of more than 64 MiB: {}", excerpt(line)));
                    continue;
                }
            };
            let text = String::from_utf8_lossy(line);
            let wrong = match envelope::read(line) {
                Ok(_) => None,
                Err(Malformed::NotJson) => {
                    self.record.no_messages.add(|| format!("not JSON: {}", shown(&text)));
                    continue;
                }
                Err(Malformed::Shape(wrong)) => Some(wrong),
            };
            // What is malformed is judged for the rest of it as well.
            let Some(message) = Message::read(&text) else {
                self.record
                    .no_messages
                    .add(|| format!("{}: {}", wrong.unwrap_or_else(|| "no object".to_owned()), shown(&text)));
                continue;
            };
            self.record.messages += 1;
            if let Some(wrong) = wrong {
                self.record.malformed.add(|| format!("{wrong}: {}", shown(&text)));
            }
            if message.src != NODE {
                self.record.in_other_names.add(|| message.shown());
            }
            let service = self.services.iter().position(|service| service.name() == message.dest);
            // Services are asked. What answers them is listened to as what goes to clients is.
            if let Some(service) = service.filter(|_| message.body.get("in_reply_to").is_none()) {
                self.serve(service, &message);
                continue;
            }
            if service.is_none() && !message.dest.starts_with('c') && !self.nodes.contains(&message.dest) {
                self.record.to_nobody.add(|| message.shown());
            }
            if self.heard.len() < KEPT {
                self.heard.push(message);
            }
        }
    }

    /// Lets one of Maelstrom's services answer.
    fn serve(&mut self, service: usize, message: &Message) {
        let service = &mut self.services[service];
        let answer = service.handle(&message.src, &message.body, &mut self.random);
        if let Some(line) = answer.line(service.name(), &message.src, &message.body) {
            self.send(&line);
        }
    }
}
