//! Looks on while a test runs: has its files written, shows messages, and tells how far it is.

use std::{
    io::{self, IsTerminal},
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use maelstrom_workbench::{
    Watch,
    history::Operation,
    journal::{Event, EventKind},
    results::Recorder,
};

use super::progress::Progress;

/// Between two updates of the line on a terminal.
const TERMINAL: Duration = Duration::from_millis(200);
/// Between two lines elsewhere.
const PLAIN: Duration = Duration::from_secs(10);

/// What is to be seen of a test.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shown {
    pub(super) sends: bool,
    pub(super) receives: bool,
    /// How far it is.
    pub(super) progress: bool,
}

/// Follows one run.
#[derive(Debug)]
pub(super) struct Watcher {
    shown: Shown,
    on_terminal: bool,
    progress: Progress,
    recorder: Recorder,
}

impl Watcher {
    /// Hands on what is for the files.
    pub(super) fn new(recorder: Recorder, shown: Shown, progress: Progress) -> Self {
        Self { shown, on_terminal: shown.progress && io::stderr().is_terminal(), progress, recorder }
    }

    /// Completes the files of the run. Fails if they could not be written.
    pub(super) fn finish(&self) -> io::Result<()> {
        self.recorder.finish()
    }

    /// Begins to tell how far the run is, until the result is dropped.
    pub(super) fn follow(self: &Arc<Self>) -> Option<Follower> {
        if !self.shown.progress {
            return None;
        }
        let (stop, stopped) = mpsc::channel();
        let watcher = Arc::clone(self);
        let interval = if self.on_terminal { TERMINAL } else { PLAIN };
        let thread = thread::spawn(move || {
            let (mut before, mut at) = (0, Instant::now());
            while stopped.recv_timeout(interval) == Err(mpsc::RecvTimeoutError::Timeout) {
                let messages = watcher.progress.messages();
                let per_s = rate(messages - before, at.elapsed());
                (before, at) = (messages, Instant::now());
                let line = watcher.progress.line(per_s);
                if watcher.on_terminal { eprint!("\r\x1b[K{line}") } else { eprintln!("{line}") }
            }
            watcher.clear_line();
        });
        Some(Follower { stop: Some(stop), thread: Some(thread) })
    }

    fn clear_line(&self) {
        if self.on_terminal {
            eprint!("\r\x1b[K");
        }
    }
}

impl Watch for Watcher {
    fn history_begins(&self, time: Duration) {
        self.recorder.history_begins(time);
    }

    fn operation(&self, operation: &Operation) {
        self.progress.operation(operation);
        self.recorder.operation(operation);
    }

    fn message(&self, event: &Event) {
        let is_shown = match event.kind {
            EventKind::Send => self.shown.sends,
            EventKind::Receive => {
                self.progress.received(event.time);
                self.shown.receives
            }
            EventKind::Lost | EventKind::Partitioned | EventKind::Gone => false,
        };
        if is_shown {
            self.clear_line();
            eprintln!("{:9.4} s  {} {}", event.time.as_secs_f64(), event.kind.name(), event.line);
        }
        self.recorder.message(event);
    }
}

/// Tells how far a run is, as long as it is there.
pub(super) struct Follower {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Follower {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It has nothing to give but its end.
            let _ = thread.join();
        }
    }
}

fn rate(count: u64, time: Duration) -> u64 {
    let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
    count.saturating_mul(1000) / ms
}
