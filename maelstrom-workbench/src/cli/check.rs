//! `check`: judges a history that was recorded somewhere.

use std::{
    fs::File,
    io::{self, BufReader},
    path::{Path, PathBuf},
};

use clap::Args;
use maelstrom_workbench::{Value, checker_of, history::History, results::Layout};

use super::{
    Status,
    options::Options,
    plan::{self, Mistakes},
};

/// What `check` takes: the options of `test`, of which those count that judge.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true, args_override_self = true)]
pub(super) struct Check {
    #[command(flatten)]
    options: Options,

    /// The history; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Prints the checker's result on stdout, and what goes beyond it on stderr.
pub(super) fn run(check: &Check) -> Status {
    let mut mistakes = Mistakes::default();
    let options = plan::checks(&check.options, &mut mistakes);
    let checker = mistakes.take("--workload", checker_of(&check.options.workload));
    let checker = match (mistakes.none(), checker) {
        (Ok(()), Some(checker)) => checker,
        (mistakes, _) => return Status::mistaken(mistakes.err().unwrap_or_default()),
    };
    let history = match read(&check.file) {
        Ok(history) => history,
        Err(error) => {
            eprintln!("{}: {error}", check.file.display());
            return Status::Failed;
        }
    };
    let judgement = checker.check(&history, &options);
    println!("{}", Layout(&Value::Object(judgement.result().clone())));
    judgement.explanation().into_iter().for_each(|explanation| eprintln!("{explanation}"));
    judgement.warnings().iter().for_each(|warning| eprintln!("odd: {warning}"));
    judgement.maelstrom_would().iter().for_each(|divergence| eprintln!("{divergence}"));
    Status::Judged(judgement.verdict())
}

fn read(file: &Path) -> Result<History, Box<dyn std::error::Error>> {
    Ok(if file == Path::new("-") {
        History::read(io::stdin().lock())?
    } else {
        History::read(BufReader::new(File::open(file)?))?
    })
}
