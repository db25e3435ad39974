//! What it costs to wait: the g-counter example on its service, in the simulation, against the wall clock; and the memory
//! of calls that wait for their replies.
//!
//! `cargo bench -p examples --bench waiting [-- --operations 100000] [--calls 100000]`

#[allow(
    dead_code,
    reason = "it shares the command line with the other benchmarks, and measures in its own way"
)]
#[path = "../measure/mod.rs"]
mod measure;

use std::{
    env, fs, io,
    process::Command,
    time::{Duration, Instant},
};

use maelstrom::{Context, Engine, EngineOptions, Node, Output, Result};
use maelstrom_workbench::{Simulation, workload};

/// The example itself. Its `main` runs it as a program, which a benchmark does not.
#[allow(dead_code, unused_imports, reason = "its `main` and its tests are not called")]
#[path = "../../src/bin/g-counter.rs"]
mod g_counter;

/// How often the simulation is measured; the fastest counts, as whatever else the machine does only slows it down.
const ROUNDS: usize = 3;
/// Operations a second of virtual time.
const RATE: usize = 1_000;

/// Its handler makes one call, and does nothing else.
#[derive(Default)]
struct Asking;

#[maelstrom::node]
impl Asking {
    #[rpc(reply(value))]
    async fn read(&self, ctx: &Context<Self>) -> Result<u64> {
        ctx.seq_kv().read("total").await
    }
}

/// The arguments that make this program measure one of them, in a process that has held no memory before.
const ASKING: &str = "--memory-asking";
const COUNTER: &str = "--memory-counter";

fn main() -> io::Result<()> {
    let smoke = measure::is_smoke_run();
    let operations = measure::option("--operations", if smoke { 2_000 } else { 100_000 }).max(RATE);
    let calls = measure::option("--calls", if smoke { 1_000 } else { 100_000 }).max(1);
    match env::args().nth(1).as_deref() {
        Some(ASKING) => return tell_bytes_per_call::<Asking>(calls),
        Some(COUNTER) => return tell_bytes_per_call::<g_counter::Counter>(calls),
        _ => {}
    }
    if smoke {
        println!("This is a test run: the figures mean nothing.");
    }
    println!();
    simulate(operations, if smoke { 1 } else { ROUNDS });
    println!();
    println!("| {calls} calls in flight | bytes per call |");
    println!("| --- | --- |");
    // The counter's read is a chain of calls, all of it within one limit, and each of them is tried again and again.
    for (name, node) in [("a handler that reads a key", ASKING), ("a read of the g-counter", COUNTER)] {
        println!("| {name} | {} |", in_a_process_of_its_own(node, calls)?);
    }
    Ok(())
}

fn simulate(operations: usize, rounds: usize) {
    let seconds = u64::try_from(operations / RATE).expect("so many operations take too long");
    let simulation = Simulation::<g_counter::Counter>::new(workload::GCounter)
        .nodes(5)
        .clients_per_node(10)
        .rate(f64::from(u32::try_from(RATE).expect("it is small")))
        .time_limit(Duration::from_secs(seconds));
    let measured = (0..rounds).map(|_| {
        let start = Instant::now();
        let report = simulation.run();
        let time = start.elapsed();
        report.assert_valid();
        (time, report)
    });
    let (time, report) = measured.min_by_key(|(time, _)| *time).expect("there are rounds");
    let run = &report.runs()[0];
    let (messages, done) = (run.clients.received + run.servers.received, run.schedule.steps.len());
    #[expect(clippy::cast_precision_loss, reason = "messages are far below 2^52")]
    let [done_per_s, messages_per_s] = [done as f64, messages as f64].map(|count| count / time.as_secs_f64());
    println!("| g-counter on seq-kv, 5 nodes | virtual time | real time | operations/s | messages/s |");
    println!("| --- | --- | --- | --- | --- |");
    println!(
        "| {done} operations | {:.0} s | {:.2} s | {done_per_s:.0} | {messages_per_s:.0} |",
        run.duration.as_secs_f64(),
        time.as_secs_f64(),
    );
}

fn in_a_process_of_its_own(node: &str, calls: usize) -> io::Result<String> {
    let mut command = Command::new(env::current_exe()?);
    let output = command.arg(node).args(["--calls", &calls.to_string()]).output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn tell_bytes_per_call<N: Node<Config = ()>>(calls: usize) -> io::Result<()> {
    println!("{}", bytes_per_call::<N>(calls)?);
    Ok(())
}

/// What each of so many requests to read, none of which the service answers, adds to the memory of this process.
fn bytes_per_call<N: Node<Config = ()>>(calls: usize) -> io::Result<usize> {
    let (mut engine, mut output) = (Engine::<N>::new((), EngineOptions::new(0)), Output::default());
    let mut receive = |line: String| {
        engine.receive(Duration::ZERO, line.as_bytes());
        engine.take_output(&mut output);
        output.messages().map(|(to, _)| to.as_str() == "seq-kv").collect::<Vec<_>>()
    };
    receive(
        r#"{"src":"c0","dest":"n0","body":{"type":"init","msg_id":1,"node_id":"n0","node_ids":["n0"]}}"#
            .to_owned(),
    );
    // The counter first looks up its total. The other node makes no call then, and ignores this.
    receive(r#"{"src":"seq-kv","dest":"n0","body":{"type":"read_ok","value":0,"in_reply_to":0}}"#.to_owned());
    let mut ask = |msg_id: usize| {
        let sent =
            receive(format!(r#"{{"src":"c1","dest":"n0","body":{{"type":"read","msg_id":{msg_id}}}}}"#));
        assert_eq!(sent, [true], "one call is made");
    };
    // What is made once, and kept, does not count.
    ask(2);
    let before = resident()?;
    (3..calls + 3).for_each(&mut ask);
    let grown = resident()?.saturating_sub(before);
    // It is all let go when the time is up.
    while let Some(deadline) = engine.deadline() {
        engine.advance(deadline);
        engine.take_output(&mut output);
        assert!(deadline < Duration::from_secs(60), "no call waits so long");
    }
    Ok(grown / calls)
}

/// The memory, in bytes, that this process has resident.
fn resident() -> io::Result<usize> {
    let status = fs::read_to_string("/proc/self/status")?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
    let resident = resident.and_then(|kilobytes| kilobytes.parse::<usize>().ok());
    Ok(1024 * resident.expect("Linux tells it as `VmRSS: 123 kB`"))
}
