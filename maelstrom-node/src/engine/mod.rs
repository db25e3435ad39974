//! One node as a pure state machine: lines, events and the time go in; lines and the next deadline come out.

mod end;
mod handshake;

use std::{
    cell::RefCell,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
    time::Duration,
};

use self::handshake::Early;
use crate::{
    context::{Context, Shared},
    core::{Core, LogSink},
    error::Result,
    injector::{Injector, Waker},
    message::RawMessage,
    node::Node,
    node_id::NodeId,
    outbox::{LogLine, Output},
    storage::{Image, Storage},
    waiting::{Executor, Spawned},
};

/// What a host decides for an [`Engine`]: where its randomness and its clock begin, what is stored, and how it is
/// reached.
pub struct EngineOptions {
    seed: u64,
    unix_epoch: Duration,
    waker: Waker,
    stored: Image,
    log: Option<LogSink>,
}

impl EngineOptions {
    /// The same seed gives the same draws.
    pub fn new(seed: u64) -> Self {
        // Without a host that knows the time, ULIDs begin at a fixed moment: 2024-01-01.
        let unix_epoch = Duration::from_secs(1_704_067_200);
        Self { seed, unix_epoch, waker: std::sync::Arc::new(|| {}), stored: Image::default(), log: None }
    }

    /// The Unix time at the engine's time zero.
    #[must_use]
    pub fn unix_epoch(mut self, unix_epoch: Duration) -> Self {
        self.unix_epoch = unix_epoch;
        self
    }

    /// What earlier lives of the node have stored: it finds this in its [`Storage`]. Nothing, if not given.
    #[must_use]
    pub fn stored(mut self, stored: Image) -> Self {
        self.stored = stored;
        self
    }

    /// What to call, from any thread, when something was injected: the host then calls [`Engine::advance`].
    #[must_use]
    pub fn waker(mut self, waker: impl Fn() + Send + Sync + 'static) -> Self {
        self.waker = std::sync::Arc::new(waker);
        self
    }

    /// Where log lines go, the moment they are made: else they come with the output. A program that hangs in a
    /// handler has then still written what the handler logged.
    #[must_use]
    pub fn log(mut self, sink: impl FnMut(&LogLine) + 'static) -> Self {
        self.log = Some(Box::new(sink));
        self
    }
}

impl fmt::Debug for EngineOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineOptions")
            .field("seed", &self.seed)
            .field("unix_epoch", &self.unix_epoch)
            .finish_non_exhaustive()
    }
}

/// Runs one node, without doing any input or output itself.
///
/// Its host tells it what happens and when (time counts from zero, and never goes back), takes what comes of it with
/// [`take_output`](Self::take_output), stores what is to be [stored](crate::storage), and calls [`advance`](Self::advance) at the [`deadline`](Self::deadline). What
/// the engine is given decides what it does: it has no clock, no randomness and no thread of its own.
///
/// ```
/// use std::time::Duration;
/// use maelstrom::{Engine, EngineOptions, Output};
///
/// #[derive(Default)]
/// struct Echo;
///
/// #[maelstrom::node]
/// impl Echo {
///     #[rpc(reply(echo))]
///     fn echo<'m>(&self, echo: &'m str) -> &'m str { echo }
/// }
///
/// let mut engine = Engine::<Echo>::new((), EngineOptions::new(7));
/// let (mut output, now) = (Output::default(), Duration::ZERO);
/// engine.receive(now, br#"{"src":"c1","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}}"#);
/// engine.receive(now, br#"{"src":"c1","dest":"n1","body":{"type":"echo","msg_id":2,"echo":"hi"}}"#);
/// engine.take_output(&mut output);
/// assert_eq!(
///     output.messages().last().unwrap().1,
///     r#"{"src":"n1","dest":"c1","body":{"type":"echo_ok","echo":"hi","msg_id":1,"in_reply_to":2}}"#,
/// );
/// ```
pub struct Engine<N: Node> {
    shared: Rc<Shared<N::Event>>,
    phase: Phase<N>,
    /// What waits. Contexts only hand it tasks, and never own it.
    executor: Executor,
    received: u64,
    outcome: Option<Result<()>>,
}

enum Phase<N: Node> {
    /// No handshake yet.
    Waiting {
        config: Option<N::Config>,
        early: Early,
    },
    /// `#[init]` waits for something.
    Starting {
        made: Promise<N::State>,
        ctx: Context<N>,
        early: Early,
    },
    Running(N::State),
    /// The input has ended, and what waits has a last moment.
    Ending {
        state: N::State,
        shutdown: Promise<()>,
        until: Duration,
    },
    /// The handshake failed, or the end has come.
    Ended,
}

/// How often tasks are polled in one step. Those that can still go on then have their turn in the next step, for which
/// the [`deadline`](Engine::deadline) is now: so a task that wakes itself for ever does not keep input waiting.
const TURNS: usize = 1_000;

/// A result that a task will put there.
type Promise<T> = Rc<RefCell<Option<Result<T>>>>;

impl<N: Node> Engine<N> {
    /// An engine that waits for its handshake.
    pub fn new(config: N::Config, options: EngineOptions) -> Self {
        let EngineOptions { seed, unix_epoch, waker, stored, log } = options;
        let core = Core::new(seed, unix_epoch, stored, log);
        Self {
            executor: Executor::new(std::sync::Arc::clone(&waker), Rc::clone(core.handled())),
            shared: Shared::new(core, waker),
            received: 0,
            phase: Phase::Waiting { config: Some(config), early: Early::default() },
            outcome: None,
        }
    }

    /// Handles one line of input, with or without its line break.
    pub fn receive(&mut self, now: Duration, line: &[u8]) {
        self.core().set_now(now);
        self.core().handled().set(Some(self.received));
        self.received += 1;
        self.handle_line(line);
        self.core().handled().set(None);
    }

    /// How many lines of input there have been.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    fn handle_line(&mut self, line: &[u8]) {
        if self.outcome.is_some() {
            return;
        }
        let text = match std::str::from_utf8(line) {
            Ok(text) => text.trim_ascii(),
            Err(error) => {
                self.core()
                    .log(format_args!("ignored a line that is not UTF-8 ({error}): {}", excerpt(line)));
                return;
            }
        };
        if text.is_empty() {
            self.core().log("ignored a blank line");
            return;
        }
        let mut message = RawMessage::empty();
        match message.read(text) {
            Ok(()) => self.handle_message(&message, text),
            Err(error) => {
                self.core().log(format_args!(
                    "ignored a line that is not a message ({}): {}",
                    error.text(),
                    excerpt(line)
                ));
            }
        }
        self.run_tasks();
    }

    /// Moves the clock and handles what is due: timers, and what was injected. What these in turn set for the same
    /// moment is left for the next call, so that input has its turn.
    pub fn advance(&mut self, now: Duration) {
        self.core().set_now(now);
        // Before and after, events wait.
        if let Phase::Running(_) = self.phase {
            while let Some(event) = self.shared.inbox.pop() {
                self.handle_event(event);
            }
            let mark = self.shared.timers.mark();
            while let Some(event) = self.shared.timers.pop_due(mark) {
                self.handle_event(event);
            }
        }
        self.core().sleepers.wake(now);
        self.run_tasks();
        self.end_if_late();
    }

    /// Handles one event, as if a timer had brought it.
    pub fn inject(&mut self, now: Duration, event: N::Event) {
        self.core().set_now(now);
        self.handle_event(event);
        self.run_tasks();
    }

    /// Moves the node's wall clock, from its next step on: a simulation may give it one that is off, or jumps. Only
    /// [`Context::unix_time`] and [`Context::ulid`] go by it; timers, [`Context::now`] and the times of log lines do
    /// not.
    ///
    /// As in [`EngineOptions::unix_epoch`], this is the Unix time at the engine's time zero: for a clock that is to
    /// show `t` at time `now`, it is `t - now`.
    pub fn set_unix_epoch(&mut self, unix_epoch: Duration) {
        self.core().set_unix_epoch(unix_epoch);
    }

    /// Swaps what was produced since the last call into `output`, whose old content is dropped.
    pub fn take_output(&mut self, output: &mut Output) {
        output.clear();
        std::mem::swap(output, &mut *self.core().output().borrow_mut());
    }

    /// How many bytes of lines wait to be taken.
    pub fn output_len(&self) -> usize {
        self.core().output().borrow().bytes.len()
    }

    /// When [`advance`](Self::advance) wants to be called next.
    pub fn deadline(&self) -> Option<Duration> {
        if self.executor.is_ready() {
            return Some(self.core().now());
        }
        let sleepers = self.core().sleepers.deadline();
        match &self.phase {
            Phase::Running(_) if !self.shared.inbox.is_empty() => Some(self.core().now()),
            Phase::Running(_) => self.shared.timers.deadline().into_iter().chain(sleepers).min(),
            Phase::Ending { until, .. } => sleepers.into_iter().chain([*until]).min(),
            Phase::Starting { .. } => sleepers,
            Phase::Waiting { .. } | Phase::Ended => None,
        }
    }

    /// How it ended: `None` until then (after [`shutdown`](Self::shutdown) that may take a second more), an error if the
    /// handshake or the shutdown failed.
    pub fn outcome(&self) -> Option<&Result<()>> {
        self.outcome.as_ref()
    }

    /// The node's name, once the handshake has told it.
    pub fn id(&self) -> Option<&NodeId> {
        self.core().id()
    }

    /// The node's state, from the handshake on.
    pub fn state(&self) -> Option<&N::State> {
        match &self.phase {
            Phase::Running(state) | Phase::Ending { state, .. } => Some(state),
            Phase::Waiting { .. } | Phase::Starting { .. } | Phase::Ended => None,
        }
    }

    /// As [`state`](Self::state), to change it.
    pub fn state_mut(&mut self) -> Option<&mut N::State> {
        match &mut self.phase {
            Phase::Running(state) | Phase::Ending { state, .. } => Some(state),
            Phase::Waiting { .. } | Phase::Starting { .. } | Phase::Ended => None,
        }
    }

    /// What the node has stored. What is written through it is written by the node, as if by a handler.
    pub fn storage(&self) -> Storage<'_> {
        self.core().storage()
    }

    /// A way for other threads to hand events to the node.
    pub fn injector(&self) -> Injector<N::Event> {
        self.shared.inbox.injector()
    }

    /// Whether another thread could bring something, an event or what a task waits for: if not, a host need not listen
    /// for it.
    pub fn has_injectors(&self) -> bool {
        std::sync::Arc::strong_count(&self.shared.inbox) > 1 || !self.executor.is_empty()
    }

    /// A context as a handler gets it for a message from `sender`; `request` is its `msg_id` if it expects a reply.
    pub(crate) fn context(&self, sender: NodeId, request: Option<u64>) -> Context<N> {
        Context::new(&self.shared, sender, request)
    }

    pub(crate) fn core(&self) -> &Core {
        &self.shared.core
    }

    fn own_context(&self) -> Context<N> {
        let id = self.core().identity().id.clone();
        self.context(id, None)
    }

    fn handle_message(&mut self, message: &RawMessage<'_>, line: &str) {
        if let Some(in_reply_to) = message.body.in_reply_to {
            self.core().calls.answer(in_reply_to, message, line);
            return;
        }
        if message.kind() == "init" {
            self.handshake(message);
            return;
        }
        match &mut self.phase {
            Phase::Running(state) => {
                let ctx = Context::new(&self.shared, message.src.clone(), message.body.msg_id);
                let doing = || format!("handling `{}` from {}", message.kind(), message.src);
                ctx.conclude(catch_unwind(AssertUnwindSafe(|| N::receive(state, &ctx, message))), doing);
            }
            Phase::Waiting { early, .. } | Phase::Starting { early, .. } => {
                if !early.keep(line) {
                    self.core().log(format_args!(
                        "dropped `{}` from {}: too much waits for the handshake",
                        message.kind(),
                        message.src
                    ));
                }
            }
            Phase::Ending { .. } | Phase::Ended => {}
        }
    }

    /// Lets tasks go on that can, as far as they come.
    #[inline]
    fn run_tasks(&mut self) {
        if !self.executor.is_empty() || self.core().has_spawned() {
            self.run_waiting_tasks();
        }
    }

    fn run_waiting_tasks(&mut self) {
        let mut turns = TURNS;
        loop {
            self.adopt();
            let taken = self.executor.run(turns);
            if taken == 0 {
                break;
            }
            turns -= taken;
            self.start_if_made();
        }
        self.end_if_done();
    }

    /// Makes tasks of what handlers have handed over.
    fn adopt(&mut self) {
        for (spawned, handled) in self.core().take_spawned() {
            match (spawned, &self.phase) {
                (Spawned::Waiting(future), _) => self.executor.spawn_for(future, handled),
                (Spawned::WithState(make), Phase::Running(state) | Phase::Ending { state, .. }) => {
                    let future = make(state);
                    self.executor.spawn_for(future, handled);
                }
                // It waits for the state.
                (spawned, Phase::Waiting { .. } | Phase::Starting { .. }) => {
                    self.core().spawn_for(spawned, handled);
                }
                (_, Phase::Ended) => {}
            }
        }
    }

    fn handle_event(&mut self, event: N::Event) {
        let Phase::Running(state) = &mut self.phase else { return };
        // The event is moved into its handler; what to call it afterwards has to be known before.
        let name = EventName::of(&event);
        let ctx = Context::new(&self.shared, self.shared.core.identity().id.clone(), None);
        let result = catch_unwind(AssertUnwindSafe(|| N::event(state, &ctx, event)));
        ctx.conclude(result, || format!("handling the event {name}"));
    }

    fn end(&mut self, outcome: Result<()>) {
        self.shared.inbox.close();
        self.outcome = Some(outcome);
    }

    /// Drops what waits, with what it holds.
    fn drop_tasks(&mut self) {
        self.executor.clear();
        self.core().forget_waiting();
    }
}

impl<N: Node> Drop for Engine<N> {
    fn drop(&mut self) {
        // Contexts, timers and injectors that outlive the engine must hold nothing of the node's.
        self.shared.inbox.close();
        self.drop_tasks();
        self.phase = Phase::Ended;
        self.shared.timers.clear();
    }
}

impl<N: Node> fmt::Debug for Engine<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("id", &self.id())
            .field("now", &self.core().now())
            .field("deadline", &self.deadline())
            .field("tasks", &self.executor.len())
            .field("calls", &self.core().calls.len())
            .field("sleepers", &self.core().sleepers.len())
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

/// What an event calls itself, cut to a length that fits a log line. It is kept in place: most events are never named.
struct EventName {
    bytes: [u8; 64],
    len: usize,
}

impl EventName {
    fn of(event: &impl fmt::Debug) -> Self {
        let mut name = Self { bytes: [0; 64], len: 0 };
        // It ends early when the name is full, and that is fine.
        let _ = fmt::Write::write_fmt(&mut name, format_args!("{event:?}"));
        name
    }
}

impl fmt::Write for EventName {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            let end = self.len + c.len_utf8();
            let place = self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?;
            c.encode_utf8(place);
            self.len = end;
        }
        Ok(())
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.bytes[..self.len]).expect("whole characters were put in"))
    }
}

/// The beginning of a line, for people.
fn excerpt(line: &[u8]) -> String {
    const SHOWN: usize = 120;
    let shown = String::from_utf8_lossy(&line[..line.len().min(SHOWN)]);
    let shown = shown.trim_ascii_end().escape_debug();
    if line.len() > SHOWN { format!("{shown} … ({} bytes)", line.len()) } else { shown.to_string() }
}
