//! Running a node as a program.

use std::{
    io::Write,
    path::Path,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use rand::{TryRng, rngs::SysRng};

use crate::{
    __private::NoConfig,
    engine::{Engine, EngineOptions},
    error::{Error, Result},
    lockstep,
    node::Node,
    outbox::LogLine,
    stdio::{WakePipe, drive},
    storage::{Disk, Image, SystemDirectory},
};

/// The variable that names the directory of the node's storage.
const DATA: &str = "MAELSTROM_DATA";

/// Runs the node over standard input and output until the input ends: all that `main` has to do.
///
/// Only messages go to stdout; log lines go to stderr. An error means that the handshake or the shutdown failed, that
/// the input could not be read, or that what the node stores could not be; returned from `main`, it is printed and the
/// status is 1. When stdout is closed from the other side, the process ends at once, with status 1.
///
/// With `MAELSTROM_DATA` in the environment, what the node [stores](crate::guide::storage) is kept in the directory of
/// that name. It is made if it is not there.
///
/// ```no_run
/// # #[derive(Default)] struct Echo;
/// # #[maelstrom::node] impl Echo { #[rpc] fn ping(&self) {} }
/// fn main() -> maelstrom::Result<()> {
///     maelstrom::run::<Echo>()
/// }
/// ```
pub fn run<N: Node>() -> Result<()>
where
    N::Config: NoConfig,
{
    run_with::<N>(NoConfig::none())
}

/// As [`run`], with a configuration for the node's `#[init]` handler.
///
/// ```no_run
/// # use std::time::Duration;
/// struct Gossip { interval: Duration }
///
/// #[maelstrom::node]
/// impl Gossip {
///     #[init]
///     fn new(interval: Duration) -> Self { Gossip { interval } }
///
///     #[every(self.interval)]
///     fn spread(&mut self) {}
/// }
///
/// fn main() -> maelstrom::Result<()> {
///     let millis = std::env::args().nth(1).and_then(|arg| arg.parse().ok()).unwrap_or(300);
///     maelstrom::run_with::<Gossip>(Duration::from_millis(millis))
/// }
/// ```
///
/// With `MAELSTROM_LOCKSTEP` in the environment, the program is led by a simulation instead: that is what
/// `maelstrom-workbench test --simulate` does.
pub fn run_with<N: Node>(config: N::Config) -> Result<()> {
    if std::env::var_os(lockstep::VARIABLE).is_some() {
        return lockstep::drive::<N>(config);
    }
    let wake = WakePipe::new()?;
    let seed = SysRng
        .try_next_u64()
        .map_err(|error| Error::crash(format_args!("the system gives no random seed: {error}")))?;
    let (disk, stored) = open_disk()?;
    let options =
        EngineOptions::new(seed).unix_epoch(unix_time()).waker(wake.waker()).stored(stored).log(write_log);
    drive(Engine::<N>::new(config, options), disk, &wake, Instant::now())
}

/// The disk that the environment asks for, if it does, and what is on it.
fn open_disk() -> Result<(Option<Disk<SystemDirectory>>, Image)> {
    let Some(path) = std::env::var_os(DATA).filter(|path| !path.is_empty()) else {
        return Ok((None, Image::default()));
    };
    let path = Path::new(&path);
    let directory = SystemDirectory::lock(path).map_err(|error| {
        Error::from(error).context(format_args!("opening {}, which {DATA} names", path.display()))
    })?;
    let (disk, found) = Disk::open(directory)?;
    if let Some(text) = found.notice {
        write_log(&LogLine { time: unix_time(), node: None, text });
    }
    Ok((Some(disk), found.image))
}

fn write_log(line: &LogLine) {
    // If stderr is gone, there is nowhere left to say so.
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn unix_time() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
