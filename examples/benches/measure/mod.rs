//! What the benchmarks share: their command line, CPU time, and medians.

use std::{io, time::Duration};

use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeVal,
};

/// Whether this is not `cargo bench` (which passes `--bench`) but a test run that only wants to see it work.
pub(crate) fn is_smoke_run() -> bool {
    let mut args = std::env::args();
    args.any(|arg| arg == "--test") || !std::env::args().any(|arg| arg == "--bench")
}

/// The number that follows `name` on the command line. Whatever else stands there is left to cargo.
pub(crate) fn option(name: &str, default: usize) -> usize {
    let value = std::env::args().skip_while(|arg| arg != name).nth(1);
    value.map_or(default, |value| {
        value.parse().unwrap_or_else(|_| panic!("`{name}` takes a number, not `{value}`"))
    })
}

/// The user and system time of the child processes that `run` waits for, with what it returns.
pub(crate) fn children_cpu<T>(run: impl FnOnce() -> io::Result<T>) -> io::Result<(Duration, T)> {
    let before = children_cpu_so_far()?;
    let value = run()?;
    Ok((children_cpu_so_far()?.saturating_sub(before), value))
}

fn children_cpu_so_far() -> io::Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    Ok(duration(usage.user_time()) + duration(usage.system_time()))
}

fn duration(time: TimeVal) -> Duration {
    let micros = u64::try_from(time.tv_usec()).expect("no time is negative");
    Duration::from_secs(u64::try_from(time.tv_sec()).expect("no time is negative"))
        + Duration::from_micros(micros)
}

pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values = Vec::from_iter(values);
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}
