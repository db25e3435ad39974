//! How fast processes are hosted: messages routed per second of real time, with the echo example.
//!
//! ```text
//! cargo build --release -p examples --bin echo
//! cargo bench -p maelstrom-workbench --bench processes [-- PATH_TO_AN_ECHO_NODE]
//! ```

use std::{
    env,
    path::PathBuf,
    process,
    time::{Duration, Instant},
};

use maelstrom_workbench::{
    Run,
    checker::Verdict,
    cluster::{Budget, ClusterOptions},
    process::Processes,
    workload::Echo,
};

fn main() {
    // Cargo says `--bench` when figures are wanted; without it, this only has to work.
    let smoke = !env::args().any(|argument| argument == "--bench");
    let program = program();
    if !program.is_file() {
        println!(
            "{} is not there; build it with `cargo build --release -p examples --bin echo`, or name one",
            program.display()
        );
        process::exit(i32::from(!smoke));
    }

    let limit = if smoke { Duration::from_millis(100) } else { Duration::from_secs(3) };
    println!("| nodes | clients | messages routed | per second | whole test less its time limit |");
    println!("| ----- | ------- | --------------- | ---------- | ------------------------------ |");
    for nodes in [1, 5, 25] {
        row(&program, nodes, 100 * nodes, f64::MAX, limit);
    }
    // What the harness adds to a small test.
    let limit = if smoke { limit } else { Duration::from_secs(5) };
    row(&program, 5, 5, 100.0, limit);
}

/// An argument, or else the example, built as this was.
fn program() -> PathBuf {
    let argument = env::args_os().skip(1).find(|argument| !argument.to_string_lossy().starts_with('-'));
    argument.map_or_else(
        || {
            let own = env::current_exe().unwrap_or_default();
            own.ancestors().nth(2).map(|directory| directory.join("echo")).unwrap_or_default()
        },
        PathBuf::from,
    )
}

fn row(program: &PathBuf, nodes: usize, clients: usize, rate: f64, time_limit: Duration) {
    let options = ClusterOptions {
        concurrency: clients,
        rate,
        time_limit,
        journal: true,
        budget: Budget::NONE,
        ..ClusterOptions::new((0..nodes).map(|node| format!("n{node}")))
    };
    let start = Instant::now();
    let run = match Processes::new(program, options, &Echo).run() {
        Ok(outcome) => outcome.run,
        Err(error) => {
            println!("{error}");
            process::exit(1);
        }
    };
    let whole = start.elapsed().saturating_sub(time_limit);
    assert_eq!(run.verdict(), Verdict::Valid, "{:?}", run.explanations());
    let Run { clients: traffic, duration, .. } = run;
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let per_second = traffic.received as f64 / duration.as_secs_f64();
    let received = traffic.received;
    println!(
        "| {nodes:5} | {clients:7} | {received:15} | {per_second:10.0} | {:27.3} s |",
        whole.as_secs_f64()
    );
}
