//! One node: a process in a group of its own, and our ends of its pipes.

use std::{
    fs::File,
    io::{self, Write},
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::{
    io::Errno,
    process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid},
};

use super::{
    Exit,
    input::{Closed, InputQueue},
    lines::{Fill, Line, LineCutter, Tail, never_block},
};

/// How long a line on stdout may be.
pub(super) const MAX_LINE: usize = 64 << 20;
/// How much of a line on stderr is looked at in one piece. The log gets all of it.
const MAX_LOG_LINE: usize = 64 << 10;
/// How long a killed process may take to be gone, as in Maelstrom.
const LAST_MOMENTS: Duration = Duration::from_secs(5);

/// A node's process. Dropping it kills the whole group.
#[derive(Debug)]
pub(super) struct NodeProcess {
    pub(super) name: String,
    child: Child,
    /// The number of the process, and of its group.
    pub(super) group: Pid,
    pub(super) stdin: Option<ChildStdin>,
    pub(super) stdout: Option<ChildStdout>,
    pub(super) stderr: Option<ChildStderr>,
    pub(super) input: InputQueue,
    output: LineCutter,
    errors: LineCutter,
    pub(super) last_output: Tail,
    pub(super) last_errors: Tail,
    log: Option<File>,
    pub(super) log_path: Option<PathBuf>,
    echo_stderr: bool,
    /// Whether it has been waited for, so that its number may be another's by now.
    reaped: bool,
}

impl NodeProcess {
    /// Starts a node, its standard streams ours. `log_path` is where its stderr goes: after what is there, if `again`.
    pub(super) fn start(
        name: &str,
        command: &mut Command,
        log_path: Option<PathBuf>,
        again: bool,
        input_limit: usize,
        echo_stderr: bool,
    ) -> io::Result<Self> {
        let mut options = File::options();
        options.create(true).write(true).append(again).truncate(!again);
        let log = log_path
            .as_ref()
            .map(|path| {
                options.open(path).map_err(|error| context(&error, &format!("creating {}", path.display())))
            })
            .transpose()?;
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|error| context(&error, &cannot_start(name, command, &error)))?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let node = Self {
            name: name.to_owned(),
            group: Pid::from_child(&child),
            child,
            stdin,
            stdout,
            stderr,
            input: InputQueue::new(input_limit),
            output: LineCutter::new(MAX_LINE),
            errors: LineCutter::new(MAX_LOG_LINE),
            last_output: Tail::default(),
            last_errors: Tail::default(),
            log,
            log_path,
            echo_stderr,
            reaped: false,
        };
        // From here on an error drops the node, which kills it.
        node.stdin.as_ref().map(never_block).transpose()?;
        node.stdout.as_ref().map(never_block).transpose()?;
        node.stderr.as_ref().map(never_block).transpose()?;
        Ok(node)
    }

    /// Writes what waits, as far as the node takes it. What waits for one that has closed its input is thrown away, as
    /// in Maelstrom. An error says that it has done so just now.
    pub(super) fn write(&mut self) -> Result<(), Closed> {
        let Some(stdin) = &self.stdin else {
            self.input.clear();
            return Ok(());
        };
        self.input.flush(stdin).inspect_err(|_| {
            self.stdin = None;
            self.input.clear();
        })
    }

    /// Reads a piece of its stdout.
    pub(super) fn read_output(&mut self) -> Fill {
        let Some(stdout) = &self.stdout else { return Fill::End };
        let fill = self.output.fill(stdout);
        if fill == Fill::End {
            self.stdout = None;
        }
        fill
    }

    /// The next line of its stdout; at the end of it also one that has no line break.
    pub(super) fn next_line(&mut self) -> Option<Line<'_>> {
        // A rest is all there is after the end; before it, lines come first.
        let line = if self.stdout.is_none() && !self.output.has_line() {
            self.output.rest().map(Line::Whole)
        } else {
            self.output.next_line()
        }?;
        let (Line::Whole(text) | Line::TooLong(text)) = &line;
        self.last_output.push(text);
        Some(line)
    }

    /// Reads a piece of its stderr, into its log.
    pub(super) fn read_errors(&mut self) -> io::Result<Fill> {
        let Some(stderr) = &self.stderr else { return Ok(Fill::End) };
        let fill = self.errors.fill(stderr);
        let mut logged = Ok(());
        if let (Fill::Bytes(n), Some(log)) = (fill, &mut self.log) {
            logged = log.write_all(self.errors.last(n));
        }
        let mut keep = |line: &[u8]| {
            self.last_errors.push(line);
            if self.echo_stderr {
                // Nobody is there to be told if our own stderr is closed.
                let _ = writeln!(io::stderr(), "{}: {}", self.name, String::from_utf8_lossy(line));
            }
        };
        while let Some(Line::Whole(line) | Line::TooLong(line)) = self.errors.next_line() {
            keep(line);
        }
        if fill == Fill::End {
            self.stderr = None;
            if let Some(line) = self.errors.rest() {
                keep(line);
            }
        }
        if let Err(error) = logged {
            self.log = None;
            return Err(error);
        }
        Ok(fill)
    }

    /// How the process has ended, if it has. It is not reaped yet: until then its number stays that of its group.
    pub(super) fn exit(&self) -> Option<Exit> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match waitid(WaitId::Pid(self.group), options) {
            Ok(None) | Err(Errno::INTR) => None,
            Ok(Some(status)) => Some(match (status.exit_status(), status.terminating_signal()) {
                (_, Some(signal)) => Exit::Signal(signal),
                (status, None) => Exit::Status(status.unwrap_or(-1)),
            }),
            // Somebody else has waited for it: this program, or a library in it, reaps all children.
            Err(_) => Some(Exit::Status(-1)),
        }
    }

    /// Kills the process and all that it has started in its group.
    pub(super) fn kill(&mut self) {
        self.signal(Signal::KILL);
    }

    /// Sends the process, and all that it has started in its group, a signal.
    pub(super) fn signal(&self, signal: Signal) {
        if !self.reaped {
            // It may have gone by itself.
            let _ = kill_process_group(self.group, signal);
        }
    }

    /// Closes our ends of its pipes, and forgets what waits for it.
    pub(super) fn close(&mut self) {
        (self.stdin, self.stdout, self.stderr) = (None, None, None);
        self.input.clear();
    }

    /// Waits until a killed process is gone. Fails if it does not go.
    pub(super) fn reap(&mut self) -> io::Result<()> {
        let patience = Instant::now() + LAST_MOMENTS;
        let mut pause = Duration::from_micros(50);
        while !self.reaped {
            if self.exit().is_some() {
                self.child.wait()?;
                self.reaped = true;
            } else if Instant::now() > patience {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!(
                        "{} (process {}) is still there 5 s after it was killed",
                        self.name,
                        self.child.id()
                    ),
                ));
            } else {
                thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(10));
            }
        }
        Ok(())
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        self.kill();
        // Nothing more can be done about one that stays.
        let _ = self.reap();
    }
}

fn cannot_start(name: &str, command: &Command, error: &io::Error) -> String {
    let program = command.get_program().display();
    let hint = match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::ACCESS) => " (is it a file, and executable?)",
        Some(Errno::NOEXEC) => {
            " (is it a program for this machine? A script begins with a line such as #!/bin/sh)"
        }
        Some(Errno::NOENT) => " (its interpreter, in the first line of a script, may be missing)",
        _ => "",
    };
    format!("starting node {name}, {program}{hint}")
}

/// An error with what was being done.
pub(super) fn context(error: &io::Error, doing: &str) -> io::Error {
    io::Error::new(error.kind(), format!("{doing}: {error}"))
}
