//! The command line: what is asked for, and the exit status it ends with.
//!
//! Source: Maelstrom 0.2.5, as read and run.

mod analyze;
mod challenge;
mod check;
mod closing;
mod command_line;
mod conformance;
mod demo;
mod explain;
mod journal;
mod list;
mod options;
mod plan;
mod progress;
mod serve;
mod show;
mod shrink;
mod stored;
mod sweep;
mod test;
mod watcher;
mod workloads;

use std::{ffi::OsString, process::ExitCode};

use clap::{CommandFactory, Parser, Subcommand, error::ErrorKind};
use maelstrom_workbench::checker::Verdict;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// It was asked and has an answer.
    Judged(Verdict),
    /// What was asked for makes no sense.
    BadArguments,
    /// It could not be done: a node did not start, a file could not be read.
    Failed,
}

impl Status {
    /// Says what is wrong with the arguments, a line each.
    fn mistaken(mistakes: impl IntoIterator<Item = String>) -> Self {
        mistakes.into_iter().for_each(|mistake| eprintln!("{mistake}"));
        Self::BadArguments
    }

    /// Prints what is to be told of a run, which has this verdict; or why nothing can be told.
    fn of_told(told: Result<(String, Verdict), String>) -> Self {
        match told {
            Ok((text, verdict)) => {
                print!("{text}");
                Self::Judged(verdict)
            }
            Err(error) => {
                eprintln!("{error}");
                Self::Failed
            }
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(match status {
            Status::Judged(Verdict::Valid) => 0,
            Status::Judged(Verdict::Invalid) => 1,
            Status::Judged(Verdict::Unknown) => 2,
            Status::BadArguments => 254,
            Status::Failed => 255,
        })
    }
}

/// Runs the nodes of a distributed system, plays network, clients and faults for them, and says whether they are right.
#[derive(Debug, Parser)]
#[command(name = "maelstrom-workbench", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Tests a node program
    Test(Box<options::Test>),
    /// Tests a solution of one of fly.io's challenges, and says whether it passes; without a number, lists them
    Challenge(challenge::Arguments),
    /// Tries what Maelstrom takes for granted of any node, one behaviour a line
    Conformance(conformance::Arguments),
    /// Builds and tests the examples of this repository
    Demo(demo::Demo),
    /// Looks for a smaller run that fails as the one of a seed does, and tells what is left as a story
    Shrink(Box<options::Test>),
    /// Simulates a test with many seeds, or over a grid of latencies, rates and numbers of nodes
    Sweep(Box<sweep::Sweep>),
    /// Shows the verdict and the key figures of a run that is kept in the store
    Show(stored::Which),
    /// Judges a run that is kept in the store again
    Analyze(stored::Which),
    /// Tells the story of a stored run's verdict, or of one of its operations
    Explain(explain::Explain),
    /// Serves a page with the runs that are kept in the store, to this machine
    Serve(serve::Serve),
    /// Judges a recorded history, one operation a line
    Check(Box<check::Check>),
    /// Lists workloads, faults, topologies and checkers
    List,
}

/// Does what the arguments say; the first is the program's name.
pub(crate) fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let status = match Cli::try_parse_from(args) {
        Ok(cli) => match cli.command {
            Command::Test(test) => test::run(&test),
            Command::Challenge(challenge) => challenge::run(&challenge),
            Command::Conformance(conformance) => conformance::run(&conformance),
            Command::Demo(demo) => demo::run(&demo),
            Command::Shrink(test) => shrink::run(&test),
            Command::Sweep(sweep) => sweep::run(&sweep),
            Command::Show(which) => show::run(&which),
            Command::Analyze(which) => analyze::run(&which),
            Command::Explain(explain) => explain::run(&explain),
            Command::Serve(serve) => serve::run(&serve),
            Command::Check(check) => check::run(&check),
            Command::List => list::run(),
        },
        Err(error) => explain(&error),
    };
    status.into()
}

/// Says what is wrong with the arguments: a line. Help, where it was asked for, is no mistake.
fn explain(error: &clap::Error) -> Status {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            print!("{error}");
            return Status::Judged(Verdict::Valid);
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        | ErrorKind::MissingSubcommand
        | ErrorKind::InvalidSubcommand => eprintln!("{}", Cli::command().render_help()),
        _ => {}
    }
    if error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        // The first line says what it is, and one further down has the word that was probably meant.
        let text = error.to_string();
        let mut lines = text.lines().map(str::trim);
        let what = lines.next().unwrap_or_default();
        let what = what.strip_prefix("error: ").unwrap_or(what);
        match lines.find_map(|line| line.strip_prefix("tip: ")) {
            Some(tip) => eprintln!("{what}: {tip}"),
            None => eprintln!("{what}"),
        }
    }
    Status::BadArguments
}
