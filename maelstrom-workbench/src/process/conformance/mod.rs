//! A battery of behaviours for any node program: what Maelstrom, and nodes beside it, take for granted.
//!
//! A node may pass a test and still fail in the next one, since its JSON reader minds the order of keys, or its reply to
//! a request that it does not know is to crash. Here each such behaviour is tried by itself, against a lone node, and
//! told in one [`Finding`]. It is meant for people who write a node library, in whatever language.
//!
//! ```no_run
//! use maelstrom_workbench::{conformance::Conformance, workload::Echo};
//!
//! let report = Conformance::new("target/release/echo").workload(&Echo).run()?;
//! report.assert_conforms();
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Source for what Maelstrom does: Maelstrom 0.2.5, as read and run.

mod battery;
mod behaviour;
mod bytes;
mod crowds;
mod errors;
mod handshake;
mod life;
mod record;
mod replies;
mod session;

use std::{ffi::OsString, fmt, io, path::PathBuf, process::Command, time::Duration};

use self::battery::Battery;
use super::{DATA, INPUT_LIMIT, interrupt::Interrupt, locate, node::NodeProcess};
use crate::workload::Workload;

/// How long Maelstrom waits for `init_ok`.
const INIT_PATIENCE: Duration = Duration::from_secs(10);
/// How long its clients wait for any other reply.
const PATIENCE: Duration = Duration::from_secs(5);

/// A program to be tried.
///
/// Each process is a group of its own, which is killed when it is not needed any more, in the system's temporary
/// directory. What nodes ask Maelstrom's services is answered.
pub struct Conformance<'w> {
    program: PathBuf,
    arguments: Vec<OsString>,
    workload: Option<&'w dyn Workload>,
    init_patience: Duration,
    patience: Duration,
}

/// What came of all behaviours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// One for each behaviour, in the order in which they were tried.
    pub findings: Vec<Finding>,
}

/// What came of one behaviour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A short name: `unknown-type`.
    pub name: &'static str,
    /// What a node is to do.
    pub behaviour: &'static str,
    /// Whether this one does.
    pub grade: Grade,
    /// What it did instead, or what else there is to say.
    pub detail: Option<String>,
    /// What comes of it in Maelstrom, if it does not.
    pub otherwise: &'static str,
}

/// Whether a node behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grade {
    /// It does.
    Ok,
    /// It does not, and that shows in Maelstrom.
    Fail,
    /// It does not, but Maelstrom never asks for it.
    Note,
    /// Nobody knows: what it rests on does not work.
    Untried,
}

impl<'w> Conformance<'w> {
    /// The program at this path. Without a workload, what can be tried is the handshake, and messages that no node knows.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            workload: None,
            init_patience: INIT_PATIENCE,
            patience: PATIENCE,
        }
    }

    /// Arguments for the program.
    #[must_use]
    pub fn arguments<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// The workload whose requests the node answers.
    #[must_use]
    pub fn workload(mut self, workload: &'w dyn Workload) -> Self {
        self.workload = Some(workload);
        self
    }

    /// How long to wait for any reply. If nothing is said, 10 s for `init_ok` and 5 s for others, as Maelstrom does.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        (self.init_patience, self.patience) = (patience, patience);
        self
    }

    /// Tries everything. An error says that the program can't be started, or that a signal came.
    pub fn run(&self) -> io::Result<Report> {
        self.run_and_tell(|_| {})
    }

    /// As [`run`](Self::run); `tell` gets each finding as soon as it is there.
    pub fn run_and_tell(&self, mut tell: impl FnMut(&Finding)) -> io::Result<Report> {
        let program = locate(&self.program)?;
        // Before the first process is there, so that there is none that a signal leaves behind.
        let interrupt = Interrupt::new()?;
        let start = || {
            let mut command = Command::new(&program);
            command.args(&self.arguments).current_dir(std::env::temp_dir()).env_remove(DATA);
            NodeProcess::start(session::NODE, &mut command, None, false, INPUT_LIMIT, false)
        };
        let mut findings = Vec::new();
        let mut battery = Battery::new(self, &start, &interrupt);
        battery.run(&mut |finding| {
            tell(&finding);
            findings.push(finding);
        })?;
        Ok(Report { findings })
    }
}

impl Report {
    /// Whether no behaviour fails.
    pub fn conforms(&self) -> bool {
        self.count(Grade::Fail) == 0
    }

    /// How many behaviours came out so.
    pub fn count(&self, grade: Grade) -> usize {
        self.findings.iter().filter(|finding| finding.grade == grade).count()
    }

    /// Fails the test unless the node conforms.
    ///
    /// # Panics
    /// If it does not, with all that fails.
    #[track_caller]
    pub fn assert_conforms(&self) {
        let failed = self.findings.iter().filter(|finding| finding.grade == Grade::Fail);
        let failed: Vec<String> = failed.map(ToString::to_string).collect();
        assert!(failed.is_empty(), "the node does not conform\n{}", failed.join("\n"));
    }
}

/// Where details begin.
const INDENT: usize = 6;

/// A line; and below it what the node did, and what comes of it.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grade = match self.grade {
            Grade::Ok => "ok",
            Grade::Fail => "FAIL",
            Grade::Note => "note",
            Grade::Untried => "-",
        };
        write!(f, "{grade:<INDENT$}{:<16} {}", self.name, self.behaviour)?;
        if let Some(detail) = &self.detail {
            let not_tried = if self.grade == Grade::Untried { "not tried: " } else { "" };
            write!(f, "\n{:1$}{not_tried}{detail}", "", INDENT + 17)?;
        }
        if matches!(self.grade, Grade::Fail | Grade::Note) {
            write!(f, "\n{:1$}Maelstrom: {2}", "", INDENT + 17, self.otherwise)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Conformance<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conformance")
            .field("program", &self.program)
            .field("arguments", &self.arguments)
            .field("workload", &self.workload.map(Workload::name))
            .finish_non_exhaustive()
    }
}
