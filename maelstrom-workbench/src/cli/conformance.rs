//! `conformance`: tries what Maelstrom takes for granted of any node.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use clap::Args;
use maelstrom_workbench::{
    checker::Verdict,
    conformance::{Conformance, Finding, Grade, Report},
    workload::TxnOptions,
};

use super::{Status, workloads};

/// What `conformance` takes.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(super) struct Arguments {
    /// The node program
    #[arg(long, value_name = "FILE")]
    bin: Option<PathBuf>,

    /// Whose requests the node answers; `none` tries only what holds for all nodes
    #[arg(short, long, value_name = "NAME", default_value = "echo")]
    workload: String,

    /// How long to wait for a reply, in seconds [default: 5, and 10 for `init`, as Maelstrom does]
    #[arg(long, value_name = "S")]
    patience: Option<String>,

    /// Arguments of the node program
    #[arg(value_name = "NODE-ARGS", last = true)]
    node_args: Vec<String>,
}

pub(super) fn run(arguments: &Arguments) -> Status {
    let mut mistakes = Vec::new();
    if arguments.bin.is_none() {
        mistakes.push("Expected a --bin PATH_TO_BINARY to try".to_owned());
    }
    let workload = (arguments.workload != "none")
        .then(|| workloads::workload(&arguments.workload, TxnOptions::default()));
    let workload = workload.transpose().map_err(|mistake| mistakes.push(format!("--workload: {mistake}")));
    let patience = arguments.patience.as_deref().map(patience).transpose();
    let patience = patience.map_err(|mistake| mistakes.push(format!("--patience: {mistake}")));
    let (Some(bin), Ok(workload), Ok(patience)) = (&arguments.bin, workload, patience) else {
        return Status::mistaken(mistakes);
    };
    let mut conformance = Conformance::new(bin).arguments(&arguments.node_args);
    if let Some(workload) = &workload {
        conformance = conformance.workload(&**workload);
    }
    if let Some(patience) = patience {
        conformance = conformance.patience(patience);
    }
    // What can't be tried mostly can't for one reason, so it is told in one line.
    let tell = |finding: &Finding| {
        if finding.grade != Grade::Untried {
            println!("{finding}");
        }
    };
    match conformance.run_and_tell(tell) {
        Ok(report) => {
            for (why, names) in untried(&report) {
                println!("note  not tried, as {why}: {}", names.join(", "));
            }
            let count = |grade| report.count(grade);
            println!("\n{} ok, {} FAIL, {} note", count(Grade::Ok), count(Grade::Fail), count(Grade::Note));
            Status::Judged(if report.conforms() { Verdict::Valid } else { Verdict::Invalid })
        }
        Err(error) => {
            eprintln!("--bin {}: {error}", bin.display());
            Status::Failed
        }
    }
}

/// The names of what could not be tried, by why.
fn untried(report: &Report) -> BTreeMap<&str, Vec<&'static str>> {
    let mut untried: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.grade == Grade::Untried) {
        untried.entry(finding.detail.as_deref().unwrap_or_default()).or_default().push(finding.name);
    }
    untried
}

fn patience(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| (0.001..=3600.0).contains(seconds));
    let seconds = seconds.ok_or_else(|| format!("`{text}` is no number of seconds from 0.001 to 3600"))?;
    Ok(Duration::from_secs_f64(seconds))
}
