//! A program under measurement, and the ways to run it.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    thread,
    time::Duration,
};

use crate::measure::children_cpu;

/// A program that reads requests from stdin and writes replies to stdout.
pub(crate) struct Contender {
    program: PathBuf,
    arg: Option<&'static str>,
}

/// What came out of a run through pipes.
pub(crate) struct Run {
    pub(crate) cpu: Duration,
    pub(crate) replies: Replies,
}

/// What is compared of all replies: how many, and the last one.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Replies {
    count: usize,
    last: serde_json::Value,
}

impl Replies {
    /// Reads `count` replies, or with `None` all there are.
    fn read(mut from: impl BufRead, count: Option<usize>) -> io::Result<Self> {
        let (mut line, mut next) = (String::new(), String::new());
        let mut read = 0;
        while count != Some(read) && from.read_line(&mut next)? > 0 {
            read += 1;
            std::mem::swap(&mut line, &mut next);
            next.clear();
        }
        let mut last: serde_json::Value = serde_json::from_str(&line)?;
        // Both number their replies; where they begin is their own affair.
        if let Some(id) = last.pointer_mut("/body/msg_id").filter(|id| id.is_u64()) {
            *id = 0.into();
        }
        Ok(Self { count: read, last })
    }

    pub(crate) fn assert_same(&self, expected: &Self) {
        assert_eq!(self, expected, "both are to give the same replies");
    }
}

/// A running contender that is asked one thing at a time.
pub(crate) struct Conversation {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    reply: String,
}

impl Conversation {
    /// Sends each line when the reply to the one before has come.
    pub(crate) fn ask_all(&mut self, lines: &str) -> io::Result<()> {
        for line in lines.split_inclusive('\n') {
            self.stdin.write_all(line.as_bytes())?;
            self.reply.clear();
            self.stdout.read_line(&mut self.reply)?;
        }
        Ok(())
    }

    pub(crate) fn end(self, contender: &Contender) -> io::Result<()> {
        let Self { mut child, stdin, .. } = self;
        drop(stdin);
        contender.wait(&mut child)
    }
}

impl Contender {
    pub(crate) fn new(program: impl Into<PathBuf>, arg: Option<&'static str>) -> Self {
        Self { program: program.into(), arg }
    }

    /// The CPU time for a file as input, with the replies thrown away.
    pub(crate) fn file_cpu(&self, input: &Path) -> io::Result<Duration> {
        self.run_file(input, Stdio::null())
    }

    /// The replies to a file as input.
    pub(crate) fn check_file(&self, input: &Path, output: &Path) -> io::Result<Replies> {
        self.run_file(input, File::create(output)?.into())?;
        Replies::read(BufReader::new(File::open(output)?), None)
    }

    fn run_file(&self, input: &Path, output: Stdio) -> io::Result<Duration> {
        let (cpu, ()) = children_cpu(|| {
            let mut child = self.command().stdin(File::open(input)?).stdout(output).spawn()?;
            self.wait(&mut child)
        })?;
        Ok(cpu)
    }

    /// One thread writes all there is to write, in large pieces; another reads.
    pub(crate) fn through_pipes(&self, lines: &str) -> io::Result<Run> {
        let (cpu, replies) = children_cpu(|| {
            let (mut child, mut stdin, stdout) = self.spawn()?;
            let replies = thread::scope(|scope| {
                scope
                    .spawn(move || stdin.write_all(lines.as_bytes()).expect("the child reads all its input"));
                Replies::read(BufReader::with_capacity(64 << 10, stdout), None)
            })?;
            self.wait(&mut child)?;
            Ok(replies)
        })?;
        Ok(Run { cpu, replies })
    }

    /// The most memory, in bytes, that it had resident until it had answered everything.
    pub(crate) fn peak_memory(&self, lines: &str) -> io::Result<u64> {
        let count = lines.lines().count();
        let (mut child, mut stdin, stdout) = self.spawn()?;
        // The input stays open until the peak is known: a process that has ended has no memory to ask for.
        let stdin = thread::scope(|scope| {
            let writer = scope.spawn(move || stdin.write_all(lines.as_bytes()).map(|()| stdin));
            let replies = Replies::read(BufReader::with_capacity(64 << 10, stdout), Some(count))?;
            assert_eq!(replies.count, count, "every request is answered");
            writer.join().expect("the writer does not panic")
        })?;
        let status = fs::read_to_string(format!("/proc/{}/status", child.id()))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        drop(stdin);
        self.wait(&mut child)?;
        Ok(1024
            * peak
                .and_then(|peak| peak.parse::<u64>().ok())
                .expect("Linux tells the peak as `VmHWM: 123 kB`"))
    }

    /// Starts it, to be asked one thing at a time.
    pub(crate) fn converse(&self) -> io::Result<Conversation> {
        let (child, stdin, stdout) = self.spawn()?;
        Ok(Conversation { child, stdin, stdout: BufReader::new(stdout), reply: String::new() })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(self.arg);
        command
    }

    fn spawn(&self) -> io::Result<(Child, ChildStdin, ChildStdout)> {
        let mut child = self.command().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let stdin = child.stdin.take().expect("stdin was piped");
        let stdout = child.stdout.take().expect("stdout was piped");
        Ok((child, stdin, stdout))
    }

    fn wait(&self, child: &mut Child) -> io::Result<()> {
        let status = child.wait()?;
        assert!(status.success(), "{}: {status}", self.program.display());
        Ok(())
    }
}
