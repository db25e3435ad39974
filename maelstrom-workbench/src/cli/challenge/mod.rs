//! `challenge`: fly.io's challenges, each with its tests and its pass marks.

mod figures;
mod marks;
mod table;

use std::path::PathBuf;

use clap::Args;
use maelstrom_workbench::checker::Verdict;

use self::{
    figures::Figures,
    marks::{Judged, Standing},
    table::{Challenge, Part},
};
use super::{
    Status, closing,
    options::{Options, Test},
    plan::Plan,
    test::{self, Outcome},
    watcher::Shown,
};

/// What `challenge` takes.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Which one: 1, 2, 3a, 3b, …
    #[arg(value_name = "CHALLENGE")]
    name: Option<String>,

    /// The node program
    #[arg(long, value_name = "FILE")]
    bin: Option<PathBuf>,

    /// Runs the program in a simulation: in virtual time, and the same for the same seed. It has to be built on
    /// `maelstrom::run`
    #[arg(long, conflicts_with = "processes")]
    simulate: bool,

    /// Runs the program as processes, by the wall clock, in whatever language it is written: the default
    #[arg(long)]
    processes: bool,

    /// Where the folders of results go
    #[arg(long, value_name = "DIR", default_value = "store")]
    store: PathBuf,

    /// What decides everything that is left to chance [default: another one each time]
    #[arg(long, value_name = "N")]
    seed: Option<String>,

    /// Arguments of the node program
    #[arg(value_name = "NODE-ARGS", last = true)]
    node_args: Vec<String>,
}

pub(super) fn run(arguments: &Arguments) -> Status {
    let Some(name) = &arguments.name else {
        list();
        return Status::Judged(Verdict::Valid);
    };
    let challenge = match table::challenge(name) {
        Ok(challenge) => challenge,
        Err(mistake) => return Status::mistaken([mistake]),
    };
    let tests: Vec<Test> = challenge.parts.iter().map(|part| part.test(arguments)).collect();
    let plans: Result<Vec<Plan>, _> = tests.iter().map(test::plan).collect();
    match plans {
        Ok(plans) => attempt(challenge, &tests, &plans),
        Err(mistakes) => Status::mistaken(mistakes),
    }
}

/// Runs the tests of a challenge, and judges.
fn attempt(challenge: &Challenge, tests: &[Test], plans: &[Plan]) -> Status {
    println!("challenge {}: {}\n", challenge.name, challenge.title);
    let shown = Shown { progress: true, ..Shown::default() };
    let (mut judged, mut failed) = (Vec::new(), false);
    let mut parts = challenge.parts.iter().zip(tests).zip(plans);
    for ((part, test), plan) in parts.by_ref() {
        let outcome = match test::execute(test, plan, shown) {
            Ok(outcome) => outcome,
            Err(error) => {
                eprintln!("{error}");
                return Status::Failed;
            }
        };
        println!("{}", closing::figures(test, plan, &outcome));
        let figures = Figures::of(&outcome.run);
        if let Err(error) = figures.keep(challenge.name, test.simulate, &outcome) {
            eprintln!("{}: the figures can't be kept ({error})", outcome.store.path().display());
        }
        judged.push(part.judge_correctness(&outcome));
        failed = outcome.status() == Status::Failed;
        if failed {
            break;
        }
        judged.extend(part.marks.iter().map(|mark| mark.judge(test, &figures, &outcome)));
        if outcome.interrupted.is_some() {
            break;
        }
    }
    for ((part, _), _) in parts {
        let standing = Standing::Open("its test did not come to run".to_owned());
        judged.push(Judged::correctness(part.correct, standing));
    }
    conclude(challenge, &tests[0].options, &judged, failed)
}

/// Prints a line for each mark, and the one that says it all.
fn conclude(challenge: &Challenge, options: &Options, judged: &[Judged], failed: bool) -> Status {
    for Judged { about, value, standing, .. } in judged {
        let (label, remark) = match standing {
            Standing::Met => ("met", None),
            Standing::Missed(how_far) => ("MISSED", Some(how_far)),
            Standing::Open(why) => ("open", Some(why)),
            Standing::Told => ("", None),
        };
        let separator = if value.is_empty() { "" } else { ": " };
        let remark = remark.map(|remark| format!("{separator}{remark}")).unwrap_or_default();
        println!("{}", format!("{label:<7} {about:<17} {value}{remark}").trim_end());
    }
    let is_missed = judged.iter().any(|judged| matches!(judged.standing, Standing::Missed(_)));
    let is_open = judged.iter().any(|judged| matches!(judged.standing, Standing::Open(_)));
    let (word, status) = match (failed, is_missed, is_open) {
        (true, _, _) => ("failed", Status::Failed),
        (_, true, _) => ("missed", Status::Judged(Verdict::Invalid)),
        (_, _, true) => ("undecided", Status::Judged(Verdict::Unknown)),
        _ => ("passed", Status::Judged(Verdict::Valid)),
    };
    let mut parts = vec![settings(options).join(", ")];
    parts.extend(judged.iter().map(Judged::in_short));
    println!("\n{}: {word} · {}", challenge.name, parts.join(" · "));
    status
}

impl Part {
    /// Its options, and what was said on the command line.
    fn test(&self, arguments: &Arguments) -> Test {
        let mut test = self.line();
        test.options.bin.clone_from(&arguments.bin);
        test.options.seed.clone_from(&arguments.seed);
        test.store.clone_from(&arguments.store);
        test.simulate = arguments.simulate;
        test.node_args.clone_from(&arguments.node_args);
        test
    }

    fn line(&self) -> Test {
        Test::of_line(self.options)
    }

    fn judge_correctness(&self, outcome: &Outcome) -> Judged {
        let first = || outcome.run.explanations().into_iter().next().unwrap_or_default();
        let first = || first().lines().next().unwrap_or_default().to_owned();
        let standing = match outcome.status() {
            _ if outcome.interrupted.is_some() => Standing::Open("its test was interrupted".to_owned()),
            Status::Judged(Verdict::Valid) => Standing::Met,
            Status::Judged(Verdict::Unknown) => Standing::Open(first()),
            Status::Judged(Verdict::Invalid) | Status::BadArguments | Status::Failed => {
                Standing::Missed(first())
            }
        };
        Judged::correctness(self.correct, standing)
    }
}

/// `25 nodes`, `20 s at rate 100`, `latency 100 ms`.
fn settings(options: &Options) -> Vec<String> {
    let nodes = options.node_count.as_deref().and_then(|count| count.parse().ok()).unwrap_or_default();
    let mut words =
        vec![closing::count(nodes, "node"), format!("{} s at rate {}", options.time_limit, options.rate)];
    if let Some(clients) = options.concurrency.strip_suffix('n').filter(|clients| *clients != "1") {
        words.push(format!("{clients} clients a node"));
    }
    if options.latency != "0" {
        words.push(format!("latency {} ms", options.latency));
    }
    if options.workload.starts_with("txn-") {
        words.push(options.consistency_models.clone());
    }
    words.extend(options.nemesis.as_ref().map(|nemesis| format!("{nemesis}s")));
    words.extend(options.availability.as_ref().map(|availability| format!("{availability} availability")));
    words
}

/// How wide the list may be.
const WIDTH: usize = 80;
/// How far what does not begin a challenge is set in.
const INDENT: usize = 4;

/// All challenges, in one screen.
fn list() {
    println!("fly.io's challenges, each with its settings and marks: `challenge 3d --bin PATH`\n");
    for challenge in &table::ALL {
        let options = challenge.parts[0].line().options;
        let mut phrases = settings(&options);
        phrases[0] = format!("{}: {}", challenge.title, phrases[0]);
        phrases.extend(challenge.parts[0].marks.iter().filter_map(|mark| mark.asks()));
        phrases.extend(challenge.parts[1..].iter().map(|part| part.correct.to_owned()));
        for (k, line) in wrap(&phrases).iter().enumerate() {
            println!("{:<INDENT$}{line}", if k == 0 { challenge.name } else { "" });
        }
    }
}

/// Puts as many phrases on a line as there is room for.
fn wrap(phrases: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for phrase in phrases {
        match lines.last_mut() {
            // Two for the comma and the blank before it, and one for a comma after it.
            Some(line) if INDENT + line.len() + phrase.len() + 3 <= WIDTH => {
                line.push_str(", ");
                line.push_str(phrase);
            }
            last => {
                if let Some(line) = last {
                    line.push(',');
                }
                lines.push(phrase.clone());
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_options_of_all_challenges_make_sense() {
        for part in table::ALL.iter().flat_map(|challenge| challenge.parts) {
            let test = part.line();
            assert_eq!(Plan::new(&test.options, false).err(), None);
        }
    }
}
