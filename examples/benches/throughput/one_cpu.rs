//! Keeps this thread, and the processes it starts, on one CPU.

use std::io;

use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    unistd::Pid,
};

/// While it lives, this thread and its new children share one CPU. What two processes on different CPUs take to wake each
/// other depends on the scheduler's mood (here, 5 or 75 µs), and would hide what they do themselves.
pub(crate) struct OneCpu {
    before: CpuSet,
}

const THIS_THREAD: Pid = Pid::from_raw(0);

impl OneCpu {
    pub(crate) fn pin() -> io::Result<Self> {
        let before = sched_getaffinity(THIS_THREAD)?;
        let mut one = CpuSet::new();
        for cpu in (0..CpuSet::count()).filter(|cpu| before.is_set(*cpu) == Ok(true)).take(1) {
            one.set(cpu)?;
        }
        sched_setaffinity(THIS_THREAD, &one)?;
        Ok(Self { before })
    }
}

impl Drop for OneCpu {
    fn drop(&mut self) {
        // It worked for fewer CPUs, so it does for these.
        let _ = sched_setaffinity(THIS_THREAD, &self.before);
    }
}
