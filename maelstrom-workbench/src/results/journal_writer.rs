//! The journal's file, written while the run goes on.

use std::{
    fmt,
    io::{self, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::{journal::Event, watch::Watch};

/// So much is written at once, if it comes fast enough: it stays in a core's cache, and is worth a system call.
const ENOUGH: usize = 256 << 10;
/// So much may wait, and as much again is being written.
const FULL: usize = 16 << 20;
/// How long a line waits for others.
const LATEST: Duration = Duration::from_millis(200);

/// Writes all messages of a run to its journal, as they come: somebody to [`watch`](crate::cluster::ClusterOptions) it.
///
/// The run only puts lines together; a thread of the writer's own writes them, in large pieces, and what there is five
/// times a second. The memory this takes is bounded: a disk that does not keep up holds up the run in the end, and
/// nothing is left out.
///
/// ```no_run
/// use std::{path::Path, sync::Arc, time::SystemTime};
/// use maelstrom_workbench::{
///     cluster::ClusterOptions, process::Processes, results::Store, visual::About, workload::Echo,
/// };
///
/// # fn run(mut options: ClusterOptions) -> std::io::Result<()> {
/// let store = Store::create(Path::new("store"), "echo", SystemTime::now())?;
/// let journal = Arc::new(store.journal()?);
/// options.watch = Some(journal.clone());
/// let outcome = Processes::new("target/release/echo", options, &Echo).run()?;
/// journal.finish()?;
/// store.write(&outcome.run, outcome.interrupted, About { is_simulated: false, ..About::new("echo") })
/// # }
/// ```
pub struct JournalWriter {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<io::Result<()>>>>,
}

/// What the run and the thread have in common.
struct Shared {
    state: Mutex<State>,
    /// Tells the thread that there is enough to write, or that all is over.
    filled: Condvar,
    /// Tells the run that there is room again.
    emptied: Condvar,
    full: usize,
}

#[derive(Default)]
struct State {
    text: String,
    /// Whether nothing more is taken: all is over, or writing has failed.
    closed: bool,
}

impl JournalWriter {
    /// Writes to `out`. Fails if no thread can be had.
    pub fn new(out: impl Write + Send + 'static) -> io::Result<Self> {
        Self::with_limit(out, FULL)
    }

    fn with_limit(out: impl Write + Send + 'static, full: usize) -> io::Result<Self> {
        let (state, filled, emptied) = (Mutex::default(), Condvar::new(), Condvar::new());
        let shared = Arc::new(Shared { state, filled, emptied, full });
        let of_thread = Arc::clone(&shared);
        let thread = thread::Builder::new().name("journal".to_owned()).spawn(move || of_thread.write(out))?;
        Ok(Self { shared, thread: Mutex::new(Some(thread)) })
    }

    /// Completes the journal; what comes afterwards is not taken. Fails if it could not be written.
    pub fn finish(&self) -> io::Result<()> {
        self.shared.close();
        match lock(&self.thread).take().map(JoinHandle::join) {
            Some(Ok(written)) => written,
            Some(Err(_)) => Err(io::Error::other("what writes it has panicked")),
            None => Ok(()),
        }
    }
}

impl Watch for JournalWriter {
    fn message(&self, event: &Event) {
        self.shared.take(event);
    }
}

impl Drop for JournalWriter {
    fn drop(&mut self) {
        // Who wants to know whether all was written asks before.
        let _ = self.finish();
    }
}

impl Shared {
    /// Adds an event. The lock is as good as free: the thread has it for a moment, each time it takes a piece.
    fn take(&self, event: &Event) {
        let mut state = lock(&self.state);
        while state.text.len() >= self.full && !state.closed {
            state = self.emptied.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            return;
        }
        let before = state.text.len();
        event.append(&mut state.text);
        state.text.push('\n');
        let now = state.text.len();
        drop(state);
        // To wake the thread is a system call, and once is enough.
        if before < ENOUGH.min(self.full) && now >= ENOUGH.min(self.full) {
            self.filled.notify_one();
        }
    }

    /// What the thread does.
    fn write(&self, mut out: impl Write) -> io::Result<()> {
        // However this ends, the run must not wait for it any more.
        let _closing = Closing(self);
        let mut text = String::new();
        loop {
            let waits = |state: &mut State| state.text.len() < ENOUGH.min(self.full) && !state.closed;
            let (mut state, _) = self
                .filled
                .wait_timeout_while(lock(&self.state), LATEST, waits)
                .unwrap_or_else(PoisonError::into_inner);
            // Two pieces take turns, so that neither has to grow again.
            mem::swap(&mut state.text, &mut text);
            let closed = state.closed;
            drop(state);
            self.emptied.notify_all();
            out.write_all(text.as_bytes())?;
            text.clear();
            if closed {
                return out.flush();
            }
        }
    }

    fn close(&self) {
        lock(&self.state).closed = true;
        self.filled.notify_all();
        self.emptied.notify_all();
    }
}

struct Closing<'s>(&'s Shared);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// What is locked here is whole at any time, also when a thread has panicked.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for JournalWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JournalWriter").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::journal::{self, EventKind};

    fn event(id: u64) -> Event {
        Event { time: Duration::from_nanos(id), kind: EventKind::Send, id, cause: None, line: "{}".into() }
    }

    fn lines(ids: std::ops::Range<u64>) -> String {
        let mut text = Vec::new();
        journal::write(&ids.map(event).collect::<Vec<_>>(), &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    /// Each write waits until it may happen, and tells what it has got.
    struct Gate {
        may: mpsc::Receiver<()>,
        written: mpsc::Sender<String>,
    }

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.may.recv().map_err(|_| io::Error::other("the disk is full"))?;
            self.written.send(String::from_utf8(bytes.to_vec()).unwrap()).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn gated(full: usize) -> (JournalWriter, mpsc::Sender<()>, mpsc::Receiver<String>) {
        let ((allow, may), (written, pieces)) = (mpsc::channel(), mpsc::channel());
        (JournalWriter::with_limit(Gate { may, written }, full).unwrap(), allow, pieces)
    }

    #[test]
    fn a_slow_disk_holds_up_the_run_and_loses_nothing() {
        const COUNT: u64 = 1_000;
        let full = lines(0..10).len();
        let (writer, allow, pieces) = gated(full);
        thread::scope(|scope| {
            let run = scope.spawn(|| (0..COUNT).for_each(|id| writer.message(&event(id))));
            // Until one piece is being written, and as much waits as may.
            while lock(&writer.shared.state).text.len() < full && !run.is_finished() {
                thread::yield_now();
            }
            let is_finished = run.is_finished();
            (0..COUNT).for_each(|_| allow.send(()).unwrap());
            assert!(!is_finished, "nothing held it up");
        });
        writer.finish().unwrap();
        let pieces: Vec<String> = pieces.try_iter().collect();
        assert_eq!(pieces.concat(), lines(0..COUNT));
        let longest = pieces.iter().map(String::len).max().unwrap();
        assert!(longest <= full + lines(0..COUNT).lines().last().unwrap().len(), "{longest} of {full}");
    }

    #[test]
    fn what_there_is_is_written_before_it_is_much() {
        let (writer, allow, pieces) = gated(FULL);
        writer.message(&event(0));
        (0..2).for_each(|_| allow.send(()).unwrap());
        assert_eq!(pieces.recv().unwrap(), lines(0..1));
        writer.message(&event(1));
        assert_eq!(pieces.recv().unwrap(), lines(1..2));
    }

    #[test]
    fn a_failure_is_told_at_the_end_and_does_not_hold_up_the_run() {
        let (writer, allow, _pieces) = gated(1);
        drop(allow);
        (0..100).for_each(|id| writer.message(&event(id)));
        assert_eq!(writer.finish().unwrap_err().to_string(), "the disk is full");
        assert!(writer.finish().is_ok());
    }

    #[test]
    fn what_is_not_finished_is_written_all_the_same() {
        let (writer, allow, pieces) = gated(FULL);
        allow.send(()).unwrap();
        writer.message(&event(0));
        drop(writer);
        assert_eq!(pieces.try_iter().collect::<String>(), lines(0..1));
    }
}
