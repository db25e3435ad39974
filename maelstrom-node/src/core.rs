//! What an engine shares with the contexts it hands out, whatever the node.

use std::{
    any::Any,
    cell::{Cell, OnceCell, RefCell},
    fmt,
    rc::Rc,
    time::Duration,
};

use rand::{Rng as _, SeedableRng, rngs::ChaCha8Rng};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    error::Error,
    node_id::NodeId,
    outbox::{Failure, Ids, LogLine, Output},
    storage::{Image, Storage},
    waiting::{Calls, Sleepers, Spawned},
};

/// Takes log lines at once, instead of with the rest of the output.
pub(crate) type LogSink = Box<dyn FnMut(&LogLine)>;

/// Identity, clock, randomness and outbox of one node. It never holds the node's state or what runs on it, so that
/// nothing a node keeps can keep its engine alive.
pub(crate) struct Core {
    identity: OnceCell<Identity>,
    now: Cell<Duration>,
    /// The Unix time at time zero by the node's own clock, which may be off.
    unix_epoch: Cell<Duration>,
    /// The same by the host's clock: log lines have its time, so that those of several nodes can be put in order.
    host_epoch: Duration,
    rng: RefCell<ChaCha8Rng>,
    next_msg_id: Cell<u64>,
    next_call_id: Cell<u64>,
    output: RefCell<Output>,
    /// All that is stored, with what the output has of it.
    stored: RefCell<Image>,
    log: RefCell<Option<LogSink>>,
    /// Who waits for time to pass, and who for a reply.
    pub(crate) sleepers: Sleepers,
    pub(crate) calls: Calls,
    /// What is to become a task in the engine's next step.
    spawned: RefCell<Vec<(Spawned, Option<u64>)>>,
    /// The line of input that is being handled, by number. Tasks take it along, so that it is known for what they send.
    handled: Rc<Cell<Option<u64>>>,
}

pub(crate) struct Identity {
    pub(crate) id: NodeId,
    pub(crate) node_ids: Vec<NodeId>,
    /// Every envelope of this node up to the receiver's name: `{"src":"n1","dest":`.
    head: Vec<u8>,
}

impl Core {
    pub(crate) fn new(seed: u64, unix_epoch: Duration, stored: Image, log: Option<LogSink>) -> Self {
        Self {
            identity: OnceCell::new(),
            now: Cell::new(Duration::ZERO),
            unix_epoch: Cell::new(unix_epoch),
            host_epoch: unix_epoch,
            rng: RefCell::new(ChaCha8Rng::seed_from_u64(seed)),
            next_msg_id: Cell::new(0),
            next_call_id: Cell::new(first_call_id(seed)),
            output: RefCell::default(),
            stored: RefCell::new(stored),
            log: RefCell::new(log),
            sleepers: Sleepers::default(),
            calls: Calls::default(),
            spawned: RefCell::default(),
            handled: Rc::default(),
        }
    }

    /// Hands the engine a task, which is part of what is being handled.
    pub(crate) fn spawn(&self, spawned: Spawned) {
        self.spawn_for(spawned, self.handled.get());
    }

    /// Hands the engine a task that is part of the handling of a line.
    pub(crate) fn spawn_for(&self, spawned: Spawned, handled: Option<u64>) {
        self.spawned.borrow_mut().push((spawned, handled));
    }

    /// Which line of input is being handled.
    pub(crate) fn handled(&self) -> &Rc<Cell<Option<u64>>> {
        &self.handled
    }

    pub(crate) fn take_spawned(&self) -> Vec<(Spawned, Option<u64>)> {
        self.spawned.take()
    }

    pub(crate) fn has_spawned(&self) -> bool {
        !self.spawned.borrow().is_empty()
    }

    /// Drops all that waits, with what it holds.
    pub(crate) fn forget_waiting(&self) {
        // Taken out first: what is dropped may itself spawn, sleep or call.
        let spawned = self.spawned.take();
        drop(spawned);
        self.sleepers.clear();
        self.calls.clear();
    }

    pub(crate) fn take_msg_id(&self) -> u64 {
        self.next_msg_id.replace(self.next_msg_id.get() + 1)
    }

    /// The id of a request. Requests count from a number that each life of a node draws anew: so an answer to one that
    /// an earlier life has made is not taken for one of this life.
    pub(crate) fn take_call_id(&self) -> u64 {
        self.next_call_id.replace(self.next_call_id.get() + 1)
    }

    /// Sends a request, which has to be an object.
    pub(crate) fn ask(&self, to: &NodeId, msg_id: u64, payload: &RawValue) {
        let ids = Ids { msg_id: Some(msg_id), in_reply_to: None };
        if let Err(error) = self.write(std::slice::from_ref(to), payload, ids) {
            self.fail(format!("encoding a request to {to}"), error.to_string());
        }
    }

    /// Names the node. The handshake does it once.
    pub(crate) fn identify(&self, id: NodeId, node_ids: Vec<NodeId>) {
        let head = envelope_head(&id);
        let fresh = self.identity.set(Identity { id, node_ids, head }).is_ok();
        assert!(fresh, "a node is named once");
    }

    pub(crate) fn identity(&self) -> &Identity {
        self.identity.get().expect("handlers run after the handshake has named the node")
    }

    pub(crate) fn id(&self) -> Option<&NodeId> {
        self.identity.get().map(|identity| &identity.id)
    }

    pub(crate) fn now(&self) -> Duration {
        self.now.get()
    }

    /// Moves the clock; it never goes back.
    pub(crate) fn set_now(&self, now: Duration) {
        self.now.set(now.max(self.now.get()));
    }

    pub(crate) fn unix_time(&self) -> Duration {
        self.unix_epoch.get() + self.now.get()
    }

    pub(crate) fn set_unix_epoch(&self, unix_epoch: Duration) {
        self.unix_epoch.set(unix_epoch);
    }

    pub(crate) fn rng(&self) -> &RefCell<ChaCha8Rng> {
        &self.rng
    }

    /// Sends one way, without ids, the payload encoded once. What can't be encoded is a failure of the node.
    pub(crate) fn send<T: Serialize + ?Sized>(&self, to: &[NodeId], payload: &T) {
        if let Err(error) = self.write(to, payload, Ids::default()) {
            let to: Vec<&str> = to.iter().map(NodeId::as_str).collect();
            self.fail(format!("encoding a message to {}", to.join(", ")), error.to_string());
        }
    }

    /// Answers a request. A reply that can't be encoded becomes error 13.
    #[inline]
    pub(crate) fn answer<T: Serialize + ?Sized>(&self, to: &NodeId, in_reply_to: u64, payload: &T) {
        let ids = Ids { msg_id: Some(self.next_msg_id.get()), in_reply_to: Some(in_reply_to) };
        let to = std::slice::from_ref(to);
        if let Err(error) = self.write(to, payload, ids) {
            self.fail(
                format!("encoding the reply to message {in_reply_to} from {}", to[0]),
                error.to_string(),
            );
            self.write(to, &Error::crash(format_args!("the reply could not be encoded: {error}")), ids)
                .expect("an error reply can always be written");
        }
        self.next_msg_id.set(self.next_msg_id.get() + 1);
    }

    /// Answers a request with an error before the handshake has named this node: under the name the request used.
    pub(crate) fn answer_unnamed(&self, from: &NodeId, to: NodeId, in_reply_to: u64, error: &Error) {
        let msg_id = self.take_msg_id();
        let ids = Ids { msg_id: Some(msg_id), in_reply_to: Some(in_reply_to) };
        self.output
            .borrow_mut()
            .write(&envelope_head(from), &[to], error, ids, self.handled.get())
            .expect("an error reply can always be written");
    }

    fn write<T: Serialize + ?Sized>(&self, to: &[NodeId], payload: &T, ids: Ids) -> serde_json::Result<()> {
        self.output.borrow_mut().write(&self.identity().head, to, payload, ids, self.handled.get())
    }

    pub(crate) fn output(&self) -> &RefCell<Output> {
        &self.output
    }

    pub(crate) fn storage(&self) -> Storage<'_> {
        Storage::new(&self.stored, &self.output)
    }

    /// After a panic: cuts off what a half-done encoding may have left behind the last whole line.
    pub(crate) fn cut_unfinished_line(&self) {
        let mut output = self.output.borrow_mut();
        let end = output.lines.last().map_or(0, |line| line.range.end);
        output.bytes.truncate(end);
    }

    pub(crate) fn log(&self, text: impl fmt::Display) {
        let line = LogLine {
            time: self.host_epoch + self.now.get(),
            node: self.id().cloned(),
            text: text.to_string(),
        };
        match &mut *self.log.borrow_mut() {
            Some(sink) => sink(&line),
            None => self.output.borrow_mut().logs.push(line),
        }
    }

    fn fail(&self, doing: String, text: String) {
        self.report(Failure { doing, text, panic: None });
    }

    /// Reports a panic, and makes the error that a requester gets.
    pub(crate) fn report_panic(&self, doing: &str, panic: Box<dyn Any + Send>) -> Error {
        self.cut_unfinished_line();
        let text = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without a text".to_owned());
        let error = Error::crash(format_args!("panicked while {doing}: {text}"));
        self.report(Failure { doing: doing.to_owned(), text, panic: Some(panic) });
        error
    }

    /// Logs a failure, and keeps it for the host.
    pub(crate) fn report(&self, failure: Failure) {
        self.log(&failure);
        self.output.borrow_mut().failures.push(failure);
    }
}

/// One of 65,536 numbers, with room for a million requests each: few enough digits, and of two lives hardly ever the
/// same.
fn first_call_id(seed: u64) -> u64 {
    // A generator of its own, so that the node's draws are the same whether it makes requests or not.
    let life = ChaCha8Rng::seed_from_u64(!seed).next_u32() >> 16;
    u64::from(life) << 20
}

/// An envelope up to the receiver's name.
fn envelope_head(src: &NodeId) -> Vec<u8> {
    let mut head = br#"{"src":"#.to_vec();
    serde_json::to_writer(&mut head, src.as_str()).expect("a string can be written as JSON");
    head.extend_from_slice(br#","dest":"#);
    head
}
