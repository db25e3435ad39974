//! Simulating a program: its process is led step by step, in virtual time.
//!
//! It works with every program that is built on [`maelstrom::run`]. The program finds `MAELSTROM_LOCKSTEP` in its
//! environment, and then takes commands instead of messages; `maelstrom`'s module `lockstep` describes them.

use std::{
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use maelstrom::{Failure, LogLine, NodeId, Output, OutputLine};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::{
    checker::Options,
    cluster::ClusterOptions,
    host::{Birth, Host, Stepped, node_seed},
    report::Run,
    workload::Workload,
};

/// How long a program may take for one step, by the wall clock, before it counts as stuck.
const PATIENCE: Timespec = Timespec { tv_sec: 10, tv_nsec: 0 };

/// Runs a program as every node of a simulated cluster. `options.latency.hop` should be
/// [`SIMULATED_HOP`](crate::network::SIMULATED_HOP).
///
/// Fails if the program can't be started, or does not speak lockstep. What goes wrong with it later is a problem of the
/// run.
pub fn simulate(
    program: &Path,
    args: &[String],
    options: ClusterOptions,
    workload: &dyn Workload,
    checks: &Options,
) -> io::Result<Run> {
    let (names, seed) = (options.nodes.clone(), options.seed);
    let start = move |birth: Birth| {
        let name = &names[birth.node];
        Led::start(program, args, name, node_seed(seed, name, birth.life), &birth)
    };
    Ok(Host::new(options, workload, Box::new(start))?.run(checks))
}

/// A node in another process.
struct Led {
    name: NodeId,
    child: Child,
    commands: BufWriter<ChildStdin>,
    answers: BufReader<ChildStdout>,
    epoch: Duration,
    now: Duration,
    deadline: Option<Duration>,
    output: Output,
    /// How many messages it has been given, and the number of the one that it says it is handling.
    received: u64,
    handled: Option<u64>,
    line: Vec<u8>,
}

impl Led {
    fn start(program: &Path, args: &[String], name: &str, seed: u64, birth: &Birth) -> io::Result<Self> {
        let mut child = Command::new(program)
            .args(args)
            .env("MAELSTROM_LOCKSTEP", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| wrap(&error, format_args!("{} can't be started", program.display())))?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (stdin, stdout) = pipes.expect("both are pipes, as asked for");
        let mut node = Self {
            name: name.into(),
            child,
            commands: BufWriter::new(stdin),
            answers: BufReader::new(stdout),
            epoch: birth.epoch,
            now: Duration::ZERO,
            deadline: None,
            output: Output::default(),
            received: 0,
            handled: None,
            line: Vec::new(),
        };
        let start = format!("start {seed} {}", birth.epoch.as_nanos());
        let stored = (!birth.stored.is_empty()).then(|| format!("stored {}", birth.stored.to_batch()));
        let mut begin = stored.into_iter().chain([start]);
        begin.try_for_each(|command| node.step(command.as_bytes())).map_err(|error| {
            wrap(
                &error,
                format_args!(
                    "{} can't be simulated: it does not answer in lockstep, as programs do that are built on \
                     `maelstrom::run`",
                    program.display()
                ),
            )
        })?;
        Ok(node)
    }

    /// Sends a command, and takes its answers.
    fn step(&mut self, command: &[u8]) -> io::Result<()> {
        self.handled = command.starts_with(b"receive ").then_some(self.received);
        self.received += u64::from(self.handled.is_some());
        self.commands.write_all(command)?;
        self.commands.write_all(b"\n")?;
        self.commands.flush()?;
        loop {
            self.read_line()?;
            let line = std::mem::take(&mut self.line);
            let ready = self.answer(&line);
            self.line = line;
            if ready? {
                return Ok(());
            }
        }
    }

    fn read_line(&mut self) -> io::Result<()> {
        if self.answers.buffer().is_empty() {
            let mut fds = [PollFd::new(self.answers.get_ref(), PollFlags::IN)];
            if poll(&mut fds, Some(&PATIENCE))? == 0 {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "no answer within 10 s"));
            }
        }
        self.line.clear();
        match self.answers.read_until(b'\n', &mut self.line)? {
            0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it has ended")),
            _ => Ok(()),
        }
    }

    /// Takes one answer. Returns whether it was the last.
    fn answer(&mut self, line: &[u8]) -> io::Result<bool> {
        let unknown = || {
            let line = String::from_utf8_lossy(line);
            io::Error::new(io::ErrorKind::InvalidData, format!("it answered `{}`", line.trim_end()))
        };
        let (word, rest) = split(line);
        match word {
            b"send" => {
                let (length, rest) = split(rest);
                let length: usize = parse(length).ok_or_else(unknown)?;
                let dest =
                    rest.get(..length).and_then(|dest| std::str::from_utf8(dest).ok()).ok_or_else(unknown)?;
                let message = rest.get(length + 1..).ok_or_else(unknown)?;
                let start = self.output.bytes.len();
                self.output.bytes.extend_from_slice(message);
                let range = start..self.output.bytes.len();
                self.output.lines.push(OutputLine { dest: dest.into(), range, handled: self.handled });
            }
            b"handled" => {
                let number = rest.trim_ascii_end();
                self.handled = if number == b"-" { None } else { Some(parse(number).ok_or_else(unknown)?) };
            }
            b"write" => {
                let batch = std::str::from_utf8(rest).ok().and_then(|batch| batch.trim_end().parse().ok());
                self.output.writes = batch.ok_or_else(unknown)?;
            }
            b"log" => {
                let text = serde_json::from_slice(rest)?;
                let log = LogLine { time: self.epoch + self.now, node: Some(self.name.clone()), text };
                self.output.logs.push(log);
            }
            b"failure" | b"ended" => {
                let text: String = serde_json::from_slice(rest)?;
                self.output.failures.push(Failure { doing: "being simulated".to_owned(), text, panic: None });
            }
            b"ready" => {
                let deadline = rest.trim_ascii_end();
                self.deadline = if deadline == b"-" {
                    None
                } else {
                    Some(Duration::from_nanos(parse(deadline).ok_or_else(unknown)?))
                };
                return Ok(true);
            }
            _ => return Err(unknown()),
        }
        Ok(false)
    }
}

impl Stepped for Led {
    fn receive(&mut self, now: Duration, line: &str) -> io::Result<()> {
        self.now = now;
        self.step(format!("receive {} {line}", now.as_nanos()).as_bytes())
    }

    fn advance(&mut self, now: Duration) -> io::Result<()> {
        self.now = now;
        self.step(format!("advance {}", now.as_nanos()).as_bytes())
    }

    fn set_unix_epoch(&mut self, epoch: Duration) -> io::Result<()> {
        self.step(format!("clock {}", epoch.as_nanos()).as_bytes())
    }

    fn take_output(&mut self, output: &mut Output) {
        output.clear();
        std::mem::swap(output, &mut self.output);
    }

    fn deadline(&self) -> Option<Duration> {
        self.deadline
    }
}

impl Drop for Led {
    fn drop(&mut self) {
        // It ends by itself at the end of its input; one that is stuck does not.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn split(text: &[u8]) -> (&[u8], &[u8]) {
    match text.iter().position(|byte| *byte == b' ') {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text.trim_ascii_end(), b""),
    }
}

fn parse<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn wrap(error: &io::Error, what: std::fmt::Arguments<'_>) -> io::Error {
    io::Error::new(error.kind(), format!("{what} ({error})"))
}
