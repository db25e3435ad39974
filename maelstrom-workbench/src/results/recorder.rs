//! The files of a run that grow while it goes on.

use std::{
    fmt,
    io::{self, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::{history::Operation, journal::Event, watch::Watch};

/// So much is written at once, if it comes fast enough: it stays in a core's cache, and is worth a system call.
const ENOUGH: usize = 256 << 10;
/// So much may wait, and as much again is being written.
const FULL: usize = 16 << 20;
/// How long a line waits for others.
const LATEST: Duration = Duration::from_millis(200);

/// Writes history and journal of a run as it goes on: somebody to [`watch`](crate::cluster::ClusterOptions) it.
///
/// The run only puts lines together; a thread of the recorder's own writes them, in large pieces, and what there is five
/// times a second. The memory this takes is bounded: a disk that does not keep up holds up the run in the end, and
/// nothing is left out. An operation is in the history's file before the messages that it caused are in the journal's:
/// whoever looks at the length of the journal, then reads the history, and then the journal up to that length, finds
/// the operations of all messages.
///
/// ```no_run
/// use std::{path::Path, sync::Arc, time::SystemTime};
/// use maelstrom_workbench::{
///     cluster::ClusterOptions, process::Processes, results::{Beginning, Store}, visual::About, workload::Echo,
/// };
///
/// # fn run(mut options: ClusterOptions) -> std::io::Result<()> {
/// let store = Store::create(Path::new("store"), "echo", SystemTime::now())?;
/// let about = About { is_simulated: false, ..About::new("echo") };
/// let recorder = Arc::new(store.record(Beginning::new(about.clone(), &options, &Echo))?);
/// options.watch = Some(recorder.clone());
/// let outcome = Processes::new("target/release/echo", options, &Echo).run()?;
/// recorder.finish()?;
/// store.write(&outcome.run, outcome.interrupted, about)
/// # }
/// ```
pub struct Recorder {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<io::Result<()>>>>,
}

/// Where a recorder writes to.
pub(super) struct Files {
    pub(super) history: Box<dyn Write + Send>,
    pub(super) journal: Box<dyn Write + Send>,
    /// Notes when the history begins.
    pub(super) begins: Box<dyn FnMut(Duration) -> io::Result<()> + Send>,
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
    waiting: Waiting,
    /// Whether nothing more is taken: all is over, or writing has failed.
    closed: bool,
}

/// What is not written yet.
#[derive(Default)]
struct Waiting {
    begins: Option<Duration>,
    history: String,
    journal: String,
}

impl Waiting {
    fn len(&self) -> usize {
        self.history.len() + self.journal.len()
    }
}

impl Recorder {
    /// Fails if no thread can be had.
    pub(super) fn new(files: Files) -> io::Result<Self> {
        Self::with_limit(files, FULL)
    }

    fn with_limit(files: Files, full: usize) -> io::Result<Self> {
        let (state, filled, emptied) = (Mutex::default(), Condvar::new(), Condvar::new());
        let shared = Arc::new(Shared { state, filled, emptied, full });
        let of_thread = Arc::clone(&shared);
        let thread =
            thread::Builder::new().name("recorder".to_owned()).spawn(move || of_thread.write(files))?;
        Ok(Self { shared, thread: Mutex::new(Some(thread)) })
    }

    /// Completes the files; what comes afterwards is not taken. Fails if they could not be written.
    pub fn finish(&self) -> io::Result<()> {
        self.shared.close();
        match lock(&self.thread).take().map(JoinHandle::join) {
            Some(Ok(written)) => written,
            Some(Err(_)) => Err(io::Error::other("what writes them has panicked")),
            None => Ok(()),
        }
    }
}

impl Watch for Recorder {
    fn history_begins(&self, time: Duration) {
        self.shared.take(|waiting| waiting.begins = Some(time));
    }

    fn operation(&self, operation: &Operation) {
        // Values can be long, so this is done before others have to wait.
        let line = serde_json::to_string(operation).expect("it has nothing that JSON can't hold");
        self.shared.take(|waiting| waiting.history.extend([&line, "\n"]));
    }

    fn message(&self, event: &Event) {
        self.shared.take(|waiting| {
            event.append(&mut waiting.journal);
            waiting.journal.push('\n');
        });
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        // Who wants to know whether all was written asks before.
        let _ = self.finish();
    }
}

impl Shared {
    /// Adds something. The lock is as good as free: the thread has it for a moment, each time it takes a piece.
    fn take(&self, add: impl FnOnce(&mut Waiting)) {
        let mut state = lock(&self.state);
        while state.waiting.len() >= self.full && !state.closed {
            state = self.emptied.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.closed {
            return;
        }
        let before = state.waiting.len();
        add(&mut state.waiting);
        let now = state.waiting.len();
        drop(state);
        // To wake the thread is a system call, and once is enough.
        if before < ENOUGH.min(self.full) && now >= ENOUGH.min(self.full) {
            self.filled.notify_one();
        }
    }

    /// What the thread does.
    fn write(&self, mut files: Files) -> io::Result<()> {
        // However this ends, the run must not wait for it any more.
        let _closing = Closing(self);
        let mut text = Waiting::default();
        loop {
            let waits = |state: &mut State| state.waiting.len() < ENOUGH.min(self.full) && !state.closed;
            let (mut state, _) = self
                .filled
                .wait_timeout_while(lock(&self.state), LATEST, waits)
                .unwrap_or_else(PoisonError::into_inner);
            // Two pieces take turns, so that neither has to grow again.
            mem::swap(&mut state.waiting, &mut text);
            let closed = state.closed;
            drop(state);
            self.emptied.notify_all();
            if let Some(time) = text.begins.take() {
                (files.begins)(time)?;
            }
            files.history.write_all(text.history.as_bytes())?;
            files.journal.write_all(text.journal.as_bytes())?;
            text.history.clear();
            text.journal.clear();
            if closed {
                return files.history.flush().and_then(|()| files.journal.flush());
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

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::{
        Value,
        history::{History, Kind, Process},
        journal::{self, EventKind},
    };

    fn event(id: u64) -> Event {
        Event {
            time: Duration::from_nanos(id),
            kind: EventKind::Send,
            id,
            cause: None,
            handled: None,
            line: "{}".into(),
        }
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

    fn gated(full: usize) -> (Recorder, mpsc::Sender<()>, mpsc::Receiver<String>) {
        let ((allow, may), (written, pieces)) = (mpsc::channel(), mpsc::channel());
        let files = Files {
            history: Box::new(io::sink()),
            journal: Box::new(Gate { may, written }),
            begins: Box::new(|_| Ok(())),
        };
        (Recorder::with_limit(files, full).unwrap(), allow, pieces)
    }

    #[test]
    fn a_slow_disk_holds_up_the_run_and_loses_nothing() {
        const COUNT: u64 = 1_000;
        let full = lines(0..10).len();
        let (writer, allow, pieces) = gated(full);
        thread::scope(|scope| {
            let run = scope.spawn(|| (0..COUNT).for_each(|id| writer.message(&event(id))));
            // Until one piece is being written, and as much waits as may.
            while lock(&writer.shared.state).waiting.len() < full && !run.is_finished() {
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
    /// Tells with its name what it was given.
    struct Named(&'static str, mpsc::Sender<(&'static str, String)>);

    impl Write for Named {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1.send((self.0, String::from_utf8(bytes.to_vec()).unwrap())).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn operations_are_written_before_the_messages_that_they_caused() {
        const COUNT: u64 = 10_000;
        let (tell, told) = mpsc::channel();
        let begins = tell.clone();
        let files = Files {
            history: Box::new(Named("history", tell.clone())),
            journal: Box::new(Named("journal", tell)),
            begins: Box::new(move |time| {
                begins.send(("begins", time.as_nanos().to_string())).unwrap();
                Ok(())
            }),
        };
        let recorder = Recorder::with_limit(files, 1 << 10).unwrap();
        recorder.history_begins(Duration::from_nanos(7));
        for k in 0..COUNT {
            let index = usize::try_from(k).unwrap();
            recorder.operation(&Operation::new(index, k, Process::Nemesis, Kind::Info, "f", Value::Null));
            recorder.message(&event(k));
        }
        recorder.finish().unwrap();
        let told: Vec<_> = told.iter().collect();
        assert_eq!(told[0], ("begins", "7".to_owned()));
        let (mut history, mut journal) = (String::new(), String::new());
        for (name, text) in &told[1..] {
            match *name {
                "history" => history += text,
                _ => journal += text,
            }
            assert!(history.lines().count() >= journal.lines().count());
        }
        assert!(told.len() > 10, "it was not written in pieces");
        assert_eq!(journal, lines(0..COUNT));
        assert_eq!(History::read(history.as_bytes()).unwrap().len() as u64, COUNT);
    }
}
