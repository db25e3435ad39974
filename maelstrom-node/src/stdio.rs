//! The driver: runs an engine over standard input and output, on one thread.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    sync::Arc,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::{Errno, read, write},
    pipe::{PipeFlags, pipe_with},
};
use smallvec::SmallVec;

use crate::{
    engine::Engine,
    error::{Error, Result},
    node::Node,
    outlet::Outlet,
    storage::{Directory, Disk},
};

/// What one read takes at most.
const BATCH: usize = 64 << 10;

/// How much may wait to be written while a batch is handled. Replies are about as long as requests, so that one batch
/// stays one write; only handlers that send a lot reach this.
const FLUSH: usize = 4 * BATCH;

/// How many lines of a batch are handled between two looks at the clock, which cost as much as a small handler.
const LINES_PER_LOOK: u32 = 16;

/// A way for injectors to wake the thread that waits for input: a byte in a pipe.
pub(crate) struct WakePipe {
    reader: OwnedFd,
    writer: Arc<OwnedFd>,
}

impl WakePipe {
    pub(crate) fn new() -> Result<Self> {
        // Both ends are our own, so they may be non-blocking; descriptors that were inherited never are made so, since
        // that would leak to the parent.
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)
            .map_err(|error| Error::from(io::Error::from(error)).context("making the pipe for injectors"))?;
        Ok(Self { reader, writer: Arc::new(writer) })
    }

    pub(crate) fn waker(&self) -> impl Fn() + Send + Sync + 'static {
        let writer = Arc::clone(&self.writer);
        move || {
            // A full pipe wakes as well.
            let _ = write(&*writer, &[0]);
        }
    }

    fn drain(&self) {
        let mut bytes = [0; 256];
        while matches!(read(&self.reader, &mut bytes), Ok(n) if n == bytes.len()) {}
    }
}

/// Runs `engine` until its input ends, its handshake fails, or its `disk` does.
pub(crate) fn drive<N: Node, D: Directory>(
    mut engine: Engine<N>,
    disk: Option<Disk<D>>,
    wake: &WakePipe,
    start: Instant,
) -> Result<()> {
    let stdin = io::stdin();
    let mut lines = LineBuffer::default();
    let mut outlet = Outlet::new(disk, io::stdout());

    let mut has_ended = false;
    while engine.outcome().is_none() {
        let ready = wait(&engine, (!has_ended).then_some(&stdin), wake, start)?;
        if ready.wake {
            wake.drain();
        }
        if ready.input {
            let more = lines.fill(&stdin)?;
            let mut now = start.elapsed();
            let mut handled = 0_u32;
            while let Some(line) = lines.next_line() {
                if handled % LINES_PER_LOOK == LINES_PER_LOOK - 1 {
                    now = start.elapsed();
                }
                handled += 1;
                engine.receive(now, line);
                if engine.output_len() > FLUSH {
                    outlet.flush(&mut engine)?;
                }
            }
            if !more {
                has_ended = true;
                if let Some(line) = lines.rest() {
                    engine.receive(start.elapsed(), line);
                }
                engine.shutdown(start.elapsed());
            }
        }
        if engine.outcome().is_none() && (ready.wake || engine.deadline().is_some()) {
            engine.advance(start.elapsed());
        }
        outlet.flush(&mut engine)?;
    }
    engine.outcome().expect("the loop ran until there was one").clone()
}

struct Ready {
    input: bool,
    wake: bool,
}

/// Waits for input as long as there is any, for an injected event, or for the next deadline. Without a deadline and
/// injectors, the read itself waits, which spares a system call.
fn wait<N: Node>(
    engine: &Engine<N>,
    stdin: Option<&impl AsFd>,
    wake: &WakePipe,
    start: Instant,
) -> Result<Ready> {
    let deadline = engine.deadline();
    if stdin.is_some() && deadline.is_none() && !engine.has_injectors() {
        return Ok(Ready { input: true, wake: false });
    }
    let timeout = deadline.map(|deadline| deadline.saturating_sub(start.elapsed()));
    let mut fds: SmallVec<[PollFd<'_>; 2]> = SmallVec::new();
    fds.push(PollFd::new(&wake.reader, PollFlags::IN));
    fds.extend(stdin.map(|stdin| PollFd::new(stdin, PollFlags::IN)));
    let is_ready = |fd: Option<&PollFd<'_>>| fd.is_some_and(|fd| !fd.revents().is_empty());
    match poll(&mut fds, timeout.map(timespec).as_ref()) {
        // Whatever poll says of the input (hang-up, error, no such descriptor), reading tells more.
        Ok(_) => Ok(Ready { input: is_ready(fds.get(1)), wake: is_ready(fds.first()) }),
        Err(Errno::INTR) => Ok(Ready { input: false, wake: false }),
        Err(error) => Err(Error::from(io::Error::from(error)).context("waiting for input")),
    }
}

fn timespec(duration: Duration) -> Timespec {
    // A timer a year away is waited for again after a day.
    let duration = duration.min(Duration::from_secs(86_400));
    Timespec::try_from(duration).expect("a day fits")
}

/// Input, cut into lines. Holds at most one line that is not complete, and one batch.
#[derive(Default)]
struct LineBuffer {
    /// Grows as lines ask for it; what was filled once is not cleared again.
    bytes: Vec<u8>,
    /// Where the next line begins.
    start: usize,
    /// How far line breaks were looked for.
    scanned: usize,
    /// Where what was read ends.
    end: usize,
}

impl LineBuffer {
    /// Reads once. Returns false at the end of input.
    fn fill(&mut self, stdin: &impl AsFd) -> Result<bool> {
        self.make_room();
        let n = loop {
            match read(stdin, &mut self.bytes[self.end..self.end + BATCH]) {
                Ok(n) => break n,
                Err(Errno::INTR) => {}
                // Somebody else set O_NONBLOCK on a descriptor that we share.
                Err(Errno::AGAIN) => {
                    let mut fds = [PollFd::new(stdin, PollFlags::IN)];
                    let _ = poll(&mut fds, None);
                }
                Err(error) => {
                    return Err(Error::from(io::Error::from(error)).context("reading standard input"));
                }
            }
        };
        self.end += n;
        Ok(n > 0)
    }

    fn next_line(&mut self) -> Option<&[u8]> {
        let Some(length) = memchr::memchr(b'\n', &self.bytes[self.scanned..self.end]) else {
            self.scanned = self.end;
            return None;
        };
        let (start, end) = (self.start, self.scanned + length);
        (self.start, self.scanned) = (end + 1, end + 1);
        Some(&self.bytes[start..end])
    }

    /// What follows the last line break, at the end of input.
    fn rest(&self) -> Option<&[u8]> {
        let rest = &self.bytes[self.start..self.end];
        (!rest.is_empty()).then_some(rest)
    }

    /// Moves an incomplete line to the front, makes room for a batch, and gives back what a very long line took.
    fn make_room(&mut self) {
        self.bytes.copy_within(self.start..self.end, 0);
        self.scanned -= self.start;
        self.end -= self.start;
        self.start = 0;
        let wanted = self.end + BATCH;
        if self.bytes.len() < wanted {
            // Doubled, so that a long line is not copied once for each batch of it.
            self.bytes.resize(wanted.max(2 * self.bytes.len()), 0);
        } else if self.bytes.len() > 16 * wanted {
            self.bytes.truncate(wanted);
            self.bytes.shrink_to_fit();
        }
    }
}
