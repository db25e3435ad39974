//! `test`: runs a program's nodes, and says whether they are right.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use maelstrom_workbench::{
    Run, Value,
    checker::Verdict,
    history::History,
    lockstep,
    process::{self, Crash, Processes},
    results::{Beginning, Store},
    visual::About,
};

use super::{
    Status, closing, command_line,
    options::Test,
    plan::Plan,
    progress::Progress,
    watcher::{Shown, Watcher},
};

/// What came of a test.
pub(super) struct Outcome {
    pub(super) run: Run,
    pub(super) crashes: Vec<Crash>,
    /// The number of the signal that ended it.
    pub(super) interrupted: Option<i32>,
    pub(super) store: Store,
    pub(super) is_compat: bool,
}

impl Outcome {
    /// How the program ends if this was all.
    pub(super) fn status(&self) -> Status {
        // Maelstrom does not come to judge where a node has died.
        if self.run.set_up_failed || self.is_compat && !self.crashes.is_empty() {
            Status::Failed
        } else {
            Status::Judged(self.run.verdict())
        }
    }
}

pub(super) fn run(test: &Test) -> Status {
    let mut plan = match plan(test) {
        Ok(plan) => plan,
        Err(mistakes) => return Status::mistaken(mistakes),
    };
    if test.options.ignored.leave_db_running {
        eprintln!("--leave-db-running has no effect: no node outlives a test here");
    }
    let shown =
        Shown { sends: test.options.log_net_send, receives: test.options.log_net_recv, progress: true };
    let mut status = Status::Judged(Verdict::Valid);
    for count in 1..=plan.test_count {
        if plan.test_count > 1 {
            println!("test {count} of {}", plan.test_count);
        }
        let interrupted = match execute(test, &plan, shown) {
            Ok(outcome) => {
                status = outcome.status();
                closing::print(test, &plan, &outcome);
                outcome.interrupted.is_some()
            }
            Err(error) => {
                eprintln!("{error}");
                return Status::Failed;
            }
        };
        if interrupted || status != Status::Judged(Verdict::Valid) {
            break;
        }
        plan.cluster.seed = plan.cluster.seed.wrapping_add(1);
    }
    status
}

/// Makes sense of the options.
pub(super) fn plan(test: &Test) -> Result<Plan, Vec<String>> {
    let plan = Plan::new(&test.options, test.simulate);
    if test.options.bin.is_some() {
        return plan;
    }
    let missing = "Expected a --bin PATH_TO_BINARY to test".to_owned();
    Err([missing].into_iter().chain(plan.err().unwrap_or_default()).collect())
}

/// Runs one test, and keeps its results. An error says that it could not be run.
pub(super) fn execute(test: &Test, plan: &Plan, shown: Shown) -> io::Result<Outcome> {
    let program = find(test.options.bin.as_deref().unwrap_or(Path::new("")))?;
    let store = Store::create(&test.store, plan.workload.name(), SystemTime::now())
        .map_err(|error| context(&error, &format!("{}: no folder for results", test.store.display())))?;
    let unwritten = |error| context(&error, &format!("{}: results can't be written", store.path().display()));
    let (process::Outcome { run, crashes, interrupted }, journal) =
        match host(test, plan, shown, program, &store) {
            Ok(hosted) => hosted,
            Err(error) => {
                // Who looks into the folder is to find out as well. If that fails, too, the first error says why.
                let _ = store.write_failure(&error, plan.cluster.seed, options(test, plan));
                return Err(error);
            }
        };
    let written = store.write(&run, interrupted, about(test, plan, run.seed));
    // It says why the drawings are not there.
    journal.map_err(|error| context(&error, "the journal can't be written"))?;
    written.map_err(unwritten)?;
    Ok(Outcome { run, crashes, interrupted, store, is_compat: plan.cluster.compat })
}

/// How a run came about, for its report.
pub(super) fn about(test: &Test, plan: &Plan, seed: u64) -> About {
    let again = command_line::for_workbench(&test.options, &test.node_args, seed, test.simulate, &test.store);
    About {
        workload: plan.workload.name().to_owned(),
        is_simulated: test.simulate,
        again: Some(again),
        options: options(test, plan),
    }
}

/// Runs the nodes. Returns also whether what is written meanwhile could be.
fn host(
    test: &Test,
    plan: &Plan,
    shown: Shown,
    program: PathBuf,
    store: &Store,
) -> io::Result<(process::Outcome, io::Result<()>)> {
    let (workload, mut cluster) = (&*plan.workload, plan.cluster.clone());
    let has_final = workload.finale(&History::new()).is_some();
    let progress = Progress::new(cluster.time_limit, has_final, !test.simulate);
    let beginning = Beginning::new(about(test, plan, cluster.seed), &cluster, workload);
    let watcher = Arc::new(Watcher::new(store.record(beginning)?, shown, progress));
    cluster.watch = Some(Arc::clone(&watcher) as _);
    let follower = watcher.follow();
    let outcome = if test.simulate {
        let run = lockstep::simulate(&program, &test.node_args, cluster, workload, &plan.checks)?;
        process::Outcome { run, crashes: Vec::new(), interrupted: None }
    } else {
        let mut processes = Processes::new(program, cluster, workload)
            .arguments(&test.node_args)
            .node_logs(std::path::absolute(store.node_logs())?)
            .data(std::path::absolute(store.data())?)
            .checks(plan.checks);
        if test.options.log_stderr {
            processes = processes.echo_stderr();
        }
        processes.run()?
    };
    drop(follower);
    if test.simulate && test.options.log_stderr {
        // Only now is it known in which order nodes have logged it, by a clock that is not the wall's.
        let logs = &outcome.run.logs;
        eprintln!("what nodes logged, by the clock of the simulation (the last {} lines):", logs.len());
        for line in logs {
            eprintln!("{line}");
        }
    }
    Ok((outcome, watcher.finish()))
}

/// The program's path from the root on: nodes run elsewhere.
pub(super) fn find(program: &Path) -> io::Result<PathBuf> {
    program.canonicalize().map_err(|error| {
        let built = Path::new("target/release").join(program);
        let hint =
            if built.is_file() { format!("; did you mean {}?", built.display()) } else { String::new() };
        context(&error, &format!("--bin {}: there is no such program{hint}", program.display()))
    })
}

fn context(error: &io::Error, what: &str) -> io::Error {
    io::Error::new(error.kind(), format!("{what} ({error})"))
}

/// The options as results have them.
pub(super) fn options(test: &Test, plan: &Plan) -> Value {
    let (cluster, options) = (&plan.cluster, &test.options);
    let nemesis = cluster.nemeses.iter().map(|nemesis| Value::from(nemesis.kind().name()));
    Value::object([
        ("workload", options.workload.as_str().into()),
        ("bin", options.bin.as_ref().map(|bin| bin.display().to_string()).into()),
        ("node-args", test.node_args.clone().into()),
        ("nodes", cluster.nodes.clone().into()),
        ("concurrency", cluster.concurrency.into()),
        ("time-limit", cluster.time_limit.as_secs().into()),
        ("rate", cluster.rate.into()),
        ("latency", u64::try_from(cluster.latency.mean.as_millis()).unwrap_or(u64::MAX).into()),
        ("latency-dist", options.latency_dist.as_str().into()),
        ("nemesis", nemesis.collect()),
        ("nemesis-interval", options.nemesis_interval.parse::<f64>().ok().into()),
        ("topology", options.topology.as_str().into()),
        ("availability", plan.checks.availability.map(Value::from).into()),
        ("consistency-models", options.consistency_models.as_str().into()),
        ("key-count", options.key_count.as_ref().and_then(|count| count.parse::<u64>().ok()).into()),
        ("max-txn-length", options.max_txn_length.parse::<u64>().ok().into()),
        ("max-writes-per-key", options.max_writes_per_key.parse::<u64>().ok().into()),
        ("maelstrom-compat", cluster.compat.into()),
        ("simulate", test.simulate.into()),
    ])
}
