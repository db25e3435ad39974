//! How fast the broadcast example is simulated, against the wall clock.
//!
//! `cargo bench -p examples --bench simulation`

use std::time::{Duration, Instant};

use maelstrom_workbench::{Report, Simulation, nemesis::Nemesis, workload};

/// The example itself. Its `main` runs it as a program, which a benchmark does not.
#[allow(dead_code, unused_imports, reason = "its `main` and its tests are not called")]
#[path = "../../src/bin/broadcast.rs"]
mod broadcast;

use broadcast::Broadcast;

/// How often each is measured; the fastest counts, as whatever else the machine does only slows it down.
const ROUNDS: usize = 3;

fn simulation(nodes: usize, rate: f64) -> Simulation<Broadcast> {
    Simulation::new(workload::Broadcast::default())
        .nodes(nodes)
        .latency(Duration::from_millis(100))
        .rate(rate)
        .time_limit(Duration::from_secs(20))
}

fn main() {
    println!(
        "| broadcast, latency 100 ms, 20 s and recovery | runs | virtual time | real time | times faster | messages/s |"
    );
    println!("| --- | --- | --- | --- | --- | --- |");
    row("25 nodes, rate 100, one core", || simulation(25, 100.0).run());
    row("5 nodes, rate 50, partitions, all cores", || {
        simulation(5, 50.0).nemesis(Nemesis::partitions()).seeds(0..1_000).run()
    });
}

fn row(what: &str, run: impl Fn() -> Report) {
    let measured = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        let report = run();
        let time = start.elapsed();
        report.assert_valid();
        (time, report)
    });
    let (time, report) = measured.min_by_key(|(time, _)| *time).expect("there are rounds");
    let virtual_time: Duration = report.runs().iter().map(|run| run.duration).sum();
    let messages: u64 = report.runs().iter().map(|run| run.clients.received + run.servers.received).sum();
    #[expect(clippy::cast_precision_loss, reason = "messages are far below 2^52")]
    let per_s = messages as f64 / time.as_secs_f64();
    println!(
        "| {what} | {} | {:.0} s | {:.2} s | {:.0} | {per_s:.0} |",
        report.runs().len(),
        virtual_time.as_secs_f64(),
        time.as_secs_f64(),
        virtual_time.as_secs_f64() / time.as_secs_f64(),
    );
}
