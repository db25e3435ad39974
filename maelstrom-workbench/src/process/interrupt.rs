//! Ctrl-C and its like: the run ends, its nodes are killed, and what there is is judged.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use rustix::pipe::{PipeFlags, pipe_with};
use signal_hook::{
    SigId,
    consts::{SIGHUP, SIGINT, SIGTERM},
    flag, low_level,
};

/// What asks a run to end.
const SIGNALS: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];

/// Listens for signals while a run is going on. Outside of runs they end the program, as they would by themselves.
#[derive(Debug)]
pub(super) struct Interrupt {
    /// Becomes readable with the signal.
    pipe: OwnedFd,
    signal: Arc<AtomicUsize>,
    handlers: Vec<SigId>,
    _running: Running,
}

impl Interrupt {
    pub(super) fn new() -> io::Result<Self> {
        let running = Running::begin()?;
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        let signal = Arc::new(AtomicUsize::new(0));
        let mut interrupt =
            Self { pipe: reader, signal: Arc::clone(&signal), handlers: Vec::new(), _running: running };
        for number in SIGNALS {
            let value = usize::try_from(number).expect("signals have small positive numbers");
            interrupt.handlers.push(flag::register_usize(number, Arc::clone(&signal), value)?);
            interrupt.handlers.push(low_level::pipe::register(number, writer.try_clone()?)?);
        }
        Ok(interrupt)
    }

    /// The signal that came, if one has.
    pub(super) fn signal(&self) -> Option<i32> {
        let signal = self.signal.load(Ordering::Relaxed);
        i32::try_from(signal).ok().filter(|signal| *signal != 0)
    }
}

impl AsFd for Interrupt {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        for handler in self.handlers.drain(..) {
            low_level::unregister(handler);
        }
    }
}

/// Counts the runs that are going on: once there was a handler for a signal, the system's own does not come back by
/// itself.
#[derive(Debug)]
struct Running(Arc<Idle>);

#[derive(Debug, Default)]
struct Idle {
    runs: Mutex<usize>,
    is_registered: AtomicBool,
    /// Whether there are none.
    flag: Arc<AtomicBool>,
}

impl Running {
    fn begin() -> io::Result<Self> {
        static IDLE: OnceLock<Arc<Idle>> = OnceLock::new();
        let idle = Arc::clone(IDLE.get_or_init(Arc::default));
        let mut runs = idle.runs.lock().unwrap_or_else(PoisonError::into_inner);
        if !idle.is_registered.swap(true, Ordering::Relaxed) {
            for signal in SIGNALS {
                flag::register_conditional_default(signal, Arc::clone(&idle.flag))?;
            }
        }
        *runs += 1;
        idle.flag.store(false, Ordering::Relaxed);
        drop(runs);
        Ok(Self(idle))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut runs = self.0.runs.lock().unwrap_or_else(PoisonError::into_inner);
        *runs -= 1;
        self.0.flag.store(*runs == 0, Ordering::Relaxed);
    }
}
