//! `shrink`: looks for a smaller run that fails in the same way, and tells what is left as a story.

use std::{io, path::Path, time::SystemTime};

use maelstrom_workbench::{
    Run,
    checker::Verdict,
    cluster::ClusterOptions,
    lockstep,
    results::Store,
    shrink::{self, Candidate, Shrunk},
};

use super::{
    Status, command_line,
    options::Test,
    plan::Plan,
    test::{about, find, plan},
};

/// Runs the first failing one of `--test-count` seeds again and again, always simulated.
pub(super) fn run(test: &Test) -> Status {
    let test = Test { simulate: true, ..test.clone() };
    let mut plan = match plan(&test) {
        Ok(plan) => plan,
        Err(mistakes) => return Status::mistaken(mistakes),
    };
    match shrink(&test, &plan) {
        Ok(Some(shrunk)) => report(&test, &mut plan, &shrunk).unwrap_or_else(|error| failed(&error)),
        Ok(None) => Status::Judged(Verdict::Valid),
        Err(error) => failed(&error),
    }
}

fn failed(error: &io::Error) -> Status {
    eprintln!("{error}");
    Status::Failed
}

fn shrink(test: &Test, plan: &Plan) -> io::Result<Option<Shrunk>> {
    let Some(original) = failing(test, plan)? else { return Ok(None) };
    let rerun = |candidate: &Candidate| simulate(test, plan, candidate.options(&plan.cluster));
    let clients = shrink::clients_of(&*plan.workload, plan.cluster.compat);
    let shrunk = shrink::shrink(original, plan.cluster.time_limit, shrink::TRIES, clients, rerun);
    shrunk.map(Some).ok_or_else(|| {
        io::Error::other(
            "doing again what the run did does not fail as it did: is it invalid, and always the same?",
        )
    })
}

fn simulate(test: &Test, plan: &Plan, cluster: ClusterOptions) -> io::Result<Run> {
    let program = find(test.options.bin.as_deref().unwrap_or(Path::new("")))?;
    lockstep::simulate(&program, &test.node_args, cluster, &*plan.workload, &plan.checks)
}

/// The first run that is not valid.
fn failing(test: &Test, plan: &Plan) -> io::Result<Option<Run>> {
    for count in 0..plan.test_count {
        let seed = plan.cluster.seed.wrapping_add(count);
        let run = simulate(test, plan, ClusterOptions { seed, ..plan.cluster.clone() })?;
        if run.verdict() != Verdict::Valid {
            return Ok(Some(run));
        }
        println!("seed {seed} is valid: there is nothing to shrink");
    }
    Ok(None)
}

/// Prints the story, and keeps the run as that of a test is kept.
fn report(test: &Test, plan: &mut Plan, shrunk: &Shrunk) -> io::Result<Status> {
    let store = Store::create(&test.store, plan.workload.name(), SystemTime::now())?;
    let Candidate { schedule, time_limit } = shrunk.what_is_left();
    let mut again = test.clone();
    again.options.nemesis = None;
    (again.options.node_count, again.options.nodes) = (None, Some(schedule.nodes.join(",")));
    again.options.concurrency = schedule.concurrency.to_string();
    again.options.time_limit = time_limit.as_secs().to_string();
    again.options.schedule = Some(store.path().join("schedule.json"));
    plan.cluster = shrunk.what_is_left().options(&plan.cluster);
    // Once more, as only this time the messages are of interest.
    let cluster = ClusterOptions { journal: true, ..plan.cluster.clone() };
    let run = simulate(test, plan, cluster)?;
    store.write(&run, None, about(&again, plan, run.seed))?;
    println!("{shrunk}");
    println!("results  {}", store.path().display());
    println!("report   {}", store.report().display());
    let seed = run.seed;
    println!(
        "again    {}",
        command_line::for_workbench(&again.options, &test.node_args, seed, true, &test.store)
    );
    Ok(Status::Judged(Verdict::Invalid))
}
