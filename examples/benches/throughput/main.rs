//! What a message costs a declared node, compared with the frozen loop in `../yardstick`.
//!
//! `cargo bench -p examples --bench throughput [-- --messages 100000] [--rounds 5]`
//!
//! Node and yardstick run in turn, each in a process of its own, and what counts is the ratio of each pair: a machine
//! that is busy or throttled slows both. It fails on wrong replies, never on slow ones. In one row two nodes are compared
//! with each other: an echo whose handler is `async`, and one whose handler is not.

mod contender;
mod echoes;
#[path = "../measure/mod.rs"]
mod measure;
mod messages;
mod one_cpu;
mod table;
#[path = "../yardstick/mod.rs"]
mod yardstick;

use std::{
    env, io,
    path::{Path, PathBuf},
    process,
    time::{Duration, Instant},
};

use contender::Contender;
use messages::Workload;
use one_cpu::OneCpu;
use table::{Row, Unit};

const ECHO: Workload = Workload {
    node: env!("CARGO_BIN_EXE_echo"),
    yardstick: "yardstick-echo",
    handshake: messages::INIT,
    request: messages::echo,
};

const MIX: Workload = Workload {
    node: env!("CARGO_BIN_EXE_broadcast"),
    yardstick: "yardstick-broadcast",
    handshake: messages::INIT_AND_TOPOLOGY,
    request: messages::broadcast_or_read,
};

fn main() -> io::Result<()> {
    match env::args().nth(1).as_deref() {
        Some("yardstick-echo") => return yardstick::echo::run(),
        Some("yardstick-broadcast") => return yardstick::broadcast::run(),
        Some(echoes::SYNC) => return echoes::run_sync().map_err(io::Error::other),
        Some(echoes::ASYNC) => return echoes::run_async().map_err(io::Error::other),
        _ => {}
    }
    let smoke = measure::is_smoke_run();
    let count = measure::option("--messages", if smoke { 1_000 } else { 1_000_000 });
    let rounds = measure::option("--rounds", if smoke { 1 } else { 5 }).max(1);
    println!("{count} messages, {rounds} rounds; CPU is user and system time of the process");
    if smoke {
        println!("This is a test run: the replies are checked, the times mean nothing.");
    }
    println!();
    table::print_header();

    let dir = scratch_dir()?;
    let result = run(count, rounds, &dir);
    std::fs::remove_dir_all(&dir)?;
    result
}

fn run(count: usize, rounds: usize, dir: &Path) -> io::Result<()> {
    for (name, workload, target) in
        [("echo, file to /dev/null", &ECHO, 1.0), ("9 broadcast : 1 read, same", &MIX, 1.1)]
    {
        let (input, output) = (dir.join("input"), dir.join("output"));
        std::fs::write(&input, workload.lines(count))?;
        let [node, yardstick] = workload.contenders()?;
        node.check_file(&input, &output)?.assert_same(&yardstick.check_file(&input, &output)?);
        let pairs = rounds_of(rounds, || Ok([node.file_cpu(&input)?, yardstick.file_cpu(&input)?]))?;
        table::print(&Row::new(name, Unit::Cpu, target, count, &pairs));
    }

    let this = env::current_exe()?;
    let [waiting, plain] = [echoes::ASYNC, echoes::SYNC].map(|arg| Contender::new(&this, Some(arg)));
    let (input, output) = (dir.join("input"), dir.join("output"));
    std::fs::write(&input, ECHO.lines(count))?;
    waiting.check_file(&input, &output)?.assert_same(&plain.check_file(&input, &output)?);
    let pairs = rounds_of(rounds, || Ok([waiting.file_cpu(&input)?, plain.file_cpu(&input)?]))?;
    table::print(&Row::new("async echo / plain, file", Unit::Cpu, 1.25, count, &pairs));

    let [node, yardstick] = ECHO.contenders()?;
    let lines = ECHO.lines(count);
    let pairs = rounds_of(rounds, || {
        let [node, yardstick] = [node.through_pipes(&lines)?, yardstick.through_pipes(&lines)?];
        node.replies.assert_same(&yardstick.replies);
        Ok([node.cpu, yardstick.cpu])
    })?;
    table::print(&Row::new("echo, pipes", Unit::Cpu, 1.0, count, &pairs));

    let trips = count.div_ceil(20);
    let pairs = rounds_of(rounds, || round_trips(&ECHO, trips))?;
    table::print(&Row::new("echo, one by one, pipes", Unit::Wall, 1.25, trips, &pairs));

    for count in [count.div_ceil(10), count] {
        let lines = ECHO.lines(count);
        let [node, yardstick] = [node.peak_memory(&lines)?, yardstick.peak_memory(&lines)?];
        table::print_memory(&format!("peak memory, {count}"), node, yardstick, 10.0);
    }
    Ok(())
}

/// Measures node and yardstick so many times, in turn.
fn rounds_of(
    rounds: usize,
    mut measure: impl FnMut() -> io::Result<[Duration; 2]>,
) -> io::Result<Vec<[Duration; 2]>> {
    (0..rounds).map(|_| measure()).collect()
}

/// The time that both take for `count` requests of which each waits for the reply to the one before. They take turns
/// often, since what else the machine does shows much here.
fn round_trips(workload: &Workload, count: usize) -> io::Result<[Duration; 2]> {
    const TURN: usize = 500;
    let _pinned = OneCpu::pin()?;
    let contenders = workload.contenders()?;
    let [mut node, mut yardstick] = [contenders[0].converse()?, contenders[1].converse()?];
    let mut times = [Duration::ZERO; 2];
    node.ask_all(workload.handshake)?;
    yardstick.ask_all(workload.handshake)?;
    for first in (1..=count).step_by(TURN) {
        let lines = workload.requests(first..(first + TURN).min(count + 1));
        for (time, conversation) in times.iter_mut().zip([&mut node, &mut yardstick]) {
            let start = Instant::now();
            conversation.ask_all(&lines)?;
            *time += start.elapsed();
        }
    }
    node.end(&contenders[0])?;
    yardstick.end(&contenders[1])?;
    Ok(times)
}

fn scratch_dir() -> io::Result<PathBuf> {
    let dir = env::temp_dir().join(format!("maelstrom-throughput-{}", process::id()));
    std::fs::create_dir_all(&dir)?;
    Ok(dir)
}
