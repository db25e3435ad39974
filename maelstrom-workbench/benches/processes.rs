//! How fast processes are hosted: messages routed per second of real time, with the echo example; without a journal,
//! with it in memory, and with journal and history written to a folder of results, as `test` does it.
//!
//! ```text
//! cargo build --release -p examples --bin echo
//! cargo bench -p maelstrom-workbench --bench processes [-- PATH_TO_AN_ECHO_NODE]
//! ```
//!
//! Machines are rarely idle, so each row is measured several times, in turns, and the median shown.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use maelstrom_workbench::{
    checker::Verdict,
    cluster::{Budget, ClusterOptions},
    process::Processes,
    results::{Beginning, Store},
    visual::About,
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

    let (rounds, limit) = if smoke { (1, Duration::from_millis(100)) } else { (3, Duration::from_secs(2)) };
    let rows = [1, 5, 25].map(|nodes| Journal::ALL.map(|journal| (nodes, journal)));
    let mut rows = rows.concat().into_iter().map(|row| (row, Vec::new())).collect::<Vec<_>>();
    for _ in 0..rounds {
        for ((nodes, journal), figures) in &mut rows {
            figures.push(measure(&program, *nodes, 100 * *nodes, f64::MAX, limit, *journal));
        }
    }
    println!("| nodes | clients | journal | messages routed per second | after its time, a test takes |");
    println!("| ----- | ------- | ------- | -------------------------- | ---------------------------- |");
    for ((nodes, journal), mut figures) in rows {
        let (per_second, after) = median(&mut figures);
        let (clients, journal) = (100 * nodes, journal.name());
        println!("| {nodes:5} | {clients:7} | {journal:7} | {per_second:26.0} | {after:26.3} s |");
    }
    // What the harness adds to a small test.
    let limit = if smoke { limit } else { Duration::from_secs(5) };
    let (per_second, after) = measure(&program, 5, 5, 100.0, limit, Journal::None);
    println!("| {:5} | {:7} | {:7} | {per_second:26.0} | {after:26.3} s |", 5, 5, Journal::None.name());
}

/// Where the journal goes.
#[derive(Clone, Copy)]
enum Journal {
    None,
    Memory,
    /// To files, with the history and the results.
    File,
}

impl Journal {
    const ALL: [Self; 3] = [Self::None, Self::Memory, Self::File];

    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Memory => "memory",
            Self::File => "file",
        }
    }
}

/// By throughput.
fn median(figures: &mut [(f64, f64)]) -> (f64, f64) {
    figures.sort_by(|a, b| a.0.total_cmp(&b.0));
    figures[figures.len() / 2]
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

/// Messages routed per second while the run goes on, and the seconds that starting, judging and writing take besides.
fn measure(
    program: &Path,
    nodes: usize,
    clients: usize,
    rate: f64,
    time_limit: Duration,
    journal: Journal,
) -> (f64, f64) {
    let mut options = ClusterOptions {
        concurrency: clients,
        rate,
        time_limit,
        journal: matches!(journal, Journal::Memory),
        budget: Budget::NONE,
        ..ClusterOptions::new((0..nodes).map(|node| format!("n{node}")))
    };
    let folder = env::temp_dir().join(format!("maelstrom-bench-{}", process::id()));
    let start = Instant::now();
    let (run, written) = match journal {
        Journal::None | Journal::Memory => (Processes::new(program, options, &Echo).run(), start.elapsed()),
        Journal::File => {
            let store = Store::create(&folder, "echo", SystemTime::now()).expect("a folder can be made");
            let about = About { is_simulated: false, ..About::new("echo") };
            let beginning = Beginning::new(about.clone(), &options, &Echo);
            let writer = Arc::new(store.record(beginning).expect("a file can be made"));
            options.watch = Some(Arc::clone(&writer) as _);
            let outcome = Processes::new(program, options, &Echo).node_logs(store.node_logs()).run();
            writer.finish().expect("the disk has room");
            if let Ok(outcome) = &outcome {
                store.write(&outcome.run, None, about).expect("the disk has room");
            }
            let written = start.elapsed();
            let _ = fs::remove_dir_all(&folder);
            (outcome, written)
        }
    };
    let run = match run {
        Ok(outcome) => outcome.run,
        Err(error) => {
            println!("{error}");
            process::exit(1);
        }
    };
    assert_eq!(run.verdict(), Verdict::Valid, "{:?}", run.explanations());
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let per_second = run.clients.received as f64 / run.duration.as_secs_f64();
    (per_second, written.saturating_sub(time_limit).as_secs_f64())
}
