//! Nodes as processes: any program in any language, over its standard streams, on the wall clock.
//!
//! Source: Maelstrom 0.2.5, as read and run.

pub mod conformance;
mod envelope;
mod host;
mod input;
mod interrupt;
mod lines;
mod node;

use std::{
    ffi::OsString,
    fmt, fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use self::{
    host::Host,
    interrupt::Interrupt,
    node::{NodeProcess, context},
};
use crate::{
    checker::Options,
    cluster::{Cluster, ClusterOptions},
    report::Run,
    workload::Workload,
};

/// How many bytes may wait for a node that does not read, unless something else is said.
const INPUT_LIMIT: usize = 64 << 20;

/// Where a node finds the directory for what it stores.
const DATA: &str = "MAELSTROM_DATA";

/// A test of a program: it is started once for each node, as Maelstrom does.
///
/// Each node is a process group of its own, in the system's temporary directory, with this program's environment.
/// However the run ends, all of them are killed: also by a panic, and by Ctrl-C, SIGTERM or SIGHUP, after which what
/// there is is judged. (While a run goes on, these signals are handled here. After it they end the program, as usual.)
///
/// ```no_run
/// use std::time::Duration;
/// use maelstrom_workbench::{cluster::ClusterOptions, process::Processes, workload::Echo};
///
/// let options = ClusterOptions {
///     rate: 100.0,
///     time_limit: Duration::from_secs(5),
///     ..ClusterOptions::new(["n0", "n1"])
/// };
/// let outcome = Processes::new("target/release/echo", options, &Echo).node_logs("store/node-logs").run()?;
/// println!("{:?}", outcome.run.verdict());
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Processes<'w> {
    program: PathBuf,
    arguments: Vec<OsString>,
    node_logs: Option<PathBuf>,
    data: Option<PathBuf>,
    input_limit: usize,
    echo_stderr: bool,
    handle_signals: bool,
    options: ClusterOptions,
    workload: &'w dyn Workload,
    checks: Options,
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// The run, judged. Crashes are among its problems.
    pub run: Run,
    /// The nodes that ended before the run did, in that order.
    pub crashes: Vec<Crash>,
    /// The number of the signal that has ended the run before its time.
    pub interrupted: Option<i32>,
}

/// A node that has ended by itself, whatever its exit status: nodes are to run until they are killed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crash {
    /// Its name.
    pub node: String,
    /// When it was found, from the run's very beginning.
    pub time: Duration,
    /// How it ended.
    pub exit: Exit,
    /// The last lines that it wrote to stdout, 32 at most.
    pub stdout: Vec<String>,
    /// The last lines that it wrote to stderr, 32 at most.
    pub stderr: Vec<String>,
    /// Where all of its stderr is.
    pub log: Option<PathBuf>,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It exited with this status.
    Status(i32),
    /// The signal of this number has killed it.
    Signal(i32),
}

impl<'w> Processes<'w> {
    /// A test of the program at this path. The latency's `hop` should be zero: real hops take time by themselves.
    pub fn new(program: impl Into<PathBuf>, options: ClusterOptions, workload: &'w dyn Workload) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            node_logs: None,
            data: None,
            input_limit: INPUT_LIMIT,
            echo_stderr: false,
            handle_signals: true,
            checks: Options::default().compat(options.compat),
            options,
            workload,
        }
    }

    /// Arguments for the program, the same for every node.
    #[must_use]
    pub fn arguments<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Keeps what each node writes to stderr in `<directory>/<node>.log`. The directory is made if it is not there.
    #[must_use]
    pub fn node_logs(mut self, directory: impl Into<PathBuf>) -> Self {
        self.node_logs = Some(directory.into());
        self
    }

    /// Gives each node a directory for what is to survive its kills: `<directory>/<node>`, which it finds in its
    /// environment as `MAELSTROM_DATA`. Without this, what nodes store is gone with them.
    #[must_use]
    pub fn data(mut self, directory: impl Into<PathBuf>) -> Self {
        self.data = Some(directory.into());
        self
    }

    /// Copies what nodes write to stderr to this program's, each line with the node's name in front.
    #[must_use]
    pub fn echo_stderr(mut self) -> Self {
        self.echo_stderr = true;
        self
    }

    /// How many bytes may wait for a node that does not read its input: 64 MiB, if nothing is said. What would pass this
    /// is dropped, and the run is invalid. (One message of any length may always wait.)
    #[must_use]
    pub fn input_limit(mut self, bytes: usize) -> Self {
        self.input_limit = bytes;
        self
    }

    /// How the run is judged.
    #[must_use]
    pub fn checks(mut self, checks: Options) -> Self {
        self.checks = checks;
        self
    }

    /// Leaves signals to the program. If one ends it, nodes see no more than the end of their input.
    #[must_use]
    pub fn leave_signals(mut self) -> Self {
        self.handle_signals = false;
        self
    }

    /// Runs and judges. An error says that it could not begin (no such program, it can't be started, no directory for
    /// logs), or that the system does not let it go on.
    pub fn run(&self) -> io::Result<Outcome> {
        let program = locate(&self.program)?;
        // Before the first node is there, so that there is none that a signal leaves behind.
        let interrupt = self.handle_signals.then(Interrupt::new).transpose()?;
        if let Some(directory) = &self.node_logs {
            fs::create_dir_all(directory)
                .map_err(|error| context(&error, &format!("making the directory {}", directory.display())))?;
        }
        let cluster = Cluster::new(self.options.clone(), self.workload);
        let start = |node, life| self.start_node(&program, node, life);
        let mut host = Host::new(cluster, Box::new(start), interrupt.as_ref())?;
        let duration = host.run()?;
        let (cluster, crashes, interrupted) = host.into_outcome();
        // From here on a signal ends the program: no node is left.
        drop(interrupt);
        let run = Run::judge(cluster, duration, self.workload, &self.checks);
        Ok(Outcome { run, crashes, interrupted })
    }

    fn start_node(&self, program: &Path, node: usize, life: u32) -> io::Result<NodeProcess> {
        let name = &self.options.nodes[node];
        let mut command = Command::new(program);
        command.args(&self.arguments).current_dir(std::env::temp_dir());
        match &self.data {
            Some(directory) => command.env(DATA, directory.join(name)),
            // One that this program was given is not for several nodes.
            None => command.env_remove(DATA),
        };
        let log = self.node_logs.as_ref().map(|directory| directory.join(format!("{name}.log")));
        NodeProcess::start(name, &mut command, log, life > 0, self.input_limit, self.echo_stderr)
    }
}

/// The program's path from the root on: nodes run elsewhere.
fn locate(program: &Path) -> io::Result<PathBuf> {
    fs::canonicalize(program)
        .map_err(|error| context(&error, &format!("looking for the program {}", program.display())))
}

impl fmt::Debug for Processes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Processes")
            .field("program", &self.program)
            .field("arguments", &self.arguments)
            .field("options", &self.options)
            .field("workload", &self.workload.name())
            .finish_non_exhaustive()
    }
}

/// In Maelstrom's words.
impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Node {} crashed with {}. Before crashing, it wrote to STDOUT:\n\n{}\n\nAnd to STDERR:\n\n{}",
            self.node,
            self.exit,
            self.stdout.join("\n"),
            self.stderr.join("\n"),
        )?;
        match &self.log {
            Some(path) => write!(f, "\n\nFull STDERR logs are available in {}", path.display()),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "exit status {status}"),
            Self::Signal(signal) => match signal_hook::low_level::signal_name(*signal) {
                Some(name) => write!(f, "signal {signal} ({name})"),
                None => write!(f, "signal {signal}"),
            },
        }
    }
}
