//! `demo`: builds the examples of this repository, and judges each.

mod cases;

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use clap::Args;
use maelstrom_workbench::checker::Verdict;

use super::{
    Status, closing, command_line,
    options::Test,
    test::{Outcome, execute, plan},
    watcher::Shown,
};

/// What `demo` takes.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Runs the examples as processes, by the wall clock, instead of simulating them
    #[arg(long)]
    processes: bool,

    /// Where the folders of results go
    #[arg(long, value_name = "DIR", default_value = "store")]
    store: PathBuf,

    /// What decides everything that is left to chance
    #[arg(long, value_name = "N", default_value = "0")]
    seed: u64,
}

pub(super) fn run(demo: &Demo) -> Status {
    let Some(repository) = repository() else {
        eprintln!(
            "demo: this is not the repository of the examples; run it there, or `test` your own program"
        );
        return Status::Failed;
    };
    let programs = match build(&repository) {
        Ok(programs) => programs,
        Err(error) => {
            eprintln!("demo: the examples can't be built: {error}");
            return Status::Failed;
        }
    };
    let cases = if demo.processes { cases::PROCESSES } else { cases::SIMULATED };
    // As the original's: a test that could not be run weighs most, then an unknown one, then an invalid one.
    let mut statuses = Vec::new();
    for (example, options) in cases {
        statuses.push(judge(demo, programs.get(*example).map(PathBuf::as_path), example, options));
    }
    let worst = |status: &Status| match status {
        Status::Judged(Verdict::Valid) => 0,
        Status::Judged(Verdict::Invalid) => 1,
        Status::Judged(Verdict::Unknown) => 2,
        Status::BadArguments | Status::Failed => 3,
    };
    let valid = statuses.iter().filter(|status| **status == Status::Judged(Verdict::Valid)).count();
    println!("\n{valid} of {} valid; results are in {}", statuses.len(), demo.store.display());
    statuses.into_iter().max_by_key(worst).unwrap_or(Status::Judged(Verdict::Valid))
}

/// Runs one test, and prints its line.
fn judge(demo: &Demo, program: Option<&Path>, example: &str, options: &str) -> Status {
    let began = Instant::now();
    let mut test = Test::of_line(options);
    test.options.bin = Some(program.map_or_else(|| PathBuf::from(example), Path::to_path_buf));
    test.options.seed = Some(demo.seed.to_string());
    test.store.clone_from(&demo.store);
    test.simulate = !demo.processes;
    let outcome = plan(&test)
        .map_err(|mistakes| mistakes.join("; "))
        .and_then(|plan| execute(&test, &plan, Shown::default()).map_err(|error| error.to_string()));
    let status = outcome.as_ref().map_or(Status::Failed, Outcome::status);
    let verdict = match status {
        Status::Judged(verdict) => verdict.to_string(),
        Status::BadArguments | Status::Failed => "failed".to_owned(),
    };
    let seconds = began.elapsed().as_secs_f64();
    let what = options.strip_prefix("-w ").unwrap_or(options);
    // The example has its name from its workload, or else from what it does.
    let what = if what.starts_with(example) { what.to_owned() } else { format!("{example} as {what}") };
    let figures = outcome.as_ref().map(|outcome| closing::brief(&outcome.run)).unwrap_or_default();
    println!("{verdict:<8} {seconds:6.2} s  {figures:<38}  {what}");
    match &outcome {
        Ok(outcome) if status != Status::Judged(Verdict::Valid) => {
            for explanation in outcome.run.explanations().iter().take(3) {
                println!("                   {explanation}");
            }
            let again = command_line::for_workbench(
                &test.options,
                &test.node_args,
                outcome.run.seed,
                test.simulate,
                &test.store,
            );
            println!("                   again: {again}");
        }
        Ok(_) => {}
        Err(error) => println!("                   {error}"),
    }
    status
}

/// The repository: the one that this program was built in, or that it is run in.
fn repository() -> Option<PathBuf> {
    let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf);
    let here = env::current_dir().unwrap_or_default();
    let is_it = |path: &PathBuf| {
        path.join("examples/src/bin/broadcast.rs").is_file() && path.join("maelstrom-workbench").is_dir()
    };
    here.ancestors().map(Path::to_path_buf).chain(built_in).find(is_it)
}

/// Builds the examples. Returns their programs by name: cargo says where they are.
fn build(repository: &Path) -> Result<BTreeMap<String, PathBuf>, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--release", "-p", "examples", "--bins", "--message-format=json-render-diagnostics"])
        .current_dir(repository)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("cargo ended with {}", output.status));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let programs = text.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let name = message.get("target")?.get("name")?.as_str()?;
        Some((name.to_owned(), PathBuf::from(message.get("executable")?.as_str()?)))
    });
    Ok(programs.collect())
}
