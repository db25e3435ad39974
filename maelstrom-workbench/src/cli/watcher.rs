//! Looks on while a test runs: has the journal written, shows messages, and tells how far it is.

use std::{
    fmt,
    io::{self, IsTerminal},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use maelstrom_workbench::{
    Watch,
    history::{Kind, Operation, Process},
    journal::{Event, EventKind},
    results::JournalWriter,
};

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
pub(super) struct Watcher {
    shown: Shown,
    on_terminal: bool,
    /// Whether time is the wall clock's.
    is_real: bool,
    time_limit: Duration,
    journal: JournalWriter,
    began: OnceLock<Instant>,
    /// The last moment that was heard of, in ns.
    time: AtomicU64,
    invoked: AtomicU64,
    ok: AtomicU64,
    fail: AtomicU64,
    info: AtomicU64,
    messages: AtomicU64,
    fault: Mutex<Option<String>>,
}

impl Watcher {
    /// Hands on what is for the journal.
    pub(super) fn new(journal: JournalWriter, shown: Shown, time_limit: Duration, is_real: bool) -> Self {
        Self {
            shown,
            on_terminal: shown.progress && io::stderr().is_terminal(),
            is_real,
            time_limit,
            journal,
            began: OnceLock::new(),
            time: AtomicU64::new(0),
            invoked: AtomicU64::new(0),
            ok: AtomicU64::new(0),
            fail: AtomicU64::new(0),
            info: AtomicU64::new(0),
            messages: AtomicU64::new(0),
            fault: Mutex::new(None),
        }
    }

    /// Completes the journal. Fails if it could not be written.
    pub(super) fn finish(&self) -> io::Result<()> {
        self.journal.finish()
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
                let messages = watcher.messages.load(Ordering::Relaxed);
                let per_s = rate(messages - before, at.elapsed());
                (before, at) = (messages, Instant::now());
                let line = watcher.progress(per_s);
                if watcher.on_terminal { eprint!("\r\x1b[K{line}") } else { eprintln!("{line}") }
            }
            watcher.clear_line();
        });
        Some(Follower { stop: Some(stop), thread: Some(thread) })
    }

    fn progress(&self, messages_per_s: u64) -> String {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let virtual_time = Duration::from_nanos(count(&self.time));
        let elapsed = match self.began.get() {
            Some(began) if self.is_real => began.elapsed(),
            _ => virtual_time,
        };
        let left = match self.time_limit.checked_sub(elapsed) {
            Some(_) if self.began.get().is_none() => "starting".to_owned(),
            Some(left) => format!("{} s left", left.as_secs()),
            None => "final phase".to_owned(),
        };
        let fault = lock(&self.fault).as_ref().map_or_else(String::new, |fault| format!(" · {fault}"));
        format!(
            "{left} · ok {} fail {} info {} · {messages_per_s} messages/s{fault}",
            count(&self.ok),
            count(&self.fail),
            count(&self.info),
        )
    }

    fn clear_line(&self) {
        if self.on_terminal {
            eprint!("\r\x1b[K");
        }
    }
}

impl Watch for Watcher {
    fn operation(&self, operation: &Operation) {
        self.time.fetch_max(operation.time, Ordering::Relaxed);
        self.began.get_or_init(Instant::now);
        match (operation.process, operation.kind) {
            (Process::Nemesis, _) => {
                let mut fault = lock(&self.fault);
                // Two entries each: the value of the second says what has come of it.
                *fault = match &*operation.f {
                    "start-partition" => {
                        let kind = operation.value.as_str();
                        kind.map(|kind| format!("partition: {kind}")).or(fault.take())
                    }
                    _ => None,
                };
            }
            (_, Kind::Invoke) => add_one(&self.invoked),
            (_, Kind::Ok) => add_one(&self.ok),
            (_, Kind::Fail) => add_one(&self.fail),
            (_, Kind::Info) => add_one(&self.info),
        }
    }

    fn message(&self, event: &Event) {
        self.time.fetch_max(u64::try_from(event.time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        let is_shown = match event.kind {
            EventKind::Send => self.shown.sends,
            EventKind::Receive => {
                add_one(&self.messages);
                self.shown.receives
            }
            EventKind::Lost | EventKind::Partitioned | EventKind::Gone => false,
        };
        if is_shown {
            self.clear_line();
            eprintln!("{:9.4} s  {} {}", event.time.as_secs_f64(), event.kind.name(), event.line);
        }
        self.journal.message(event);
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watcher").field("shown", &self.shown).finish_non_exhaustive()
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

/// What is locked here is whole at any time, also when a thread has panicked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn add_one(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

fn rate(count: u64, time: Duration) -> u64 {
    let ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
    count.saturating_mul(1000) / ms
}
