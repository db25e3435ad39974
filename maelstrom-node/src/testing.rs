//! A test kit: one node in process, without a network, a clock or a thread.
//!
//! A [`TestNode`] runs a node on its real engine. Requests go in, replies and sent messages come out, time moves when
//! the test says so, and a panic in a handler is raised again in the test.
//!
//! ```
//! use std::{collections::BTreeSet, time::Duration};
//! use maelstrom::{Context, testing::{TestNode, json}};
//!
//! #[derive(Default)]
//! struct Gossip { seen: BTreeSet<u64> }
//!
//! #[maelstrom::node]
//! impl Gossip {
//!     #[rpc]
//!     fn broadcast(&mut self, message: u64) { self.seen.insert(message); }
//!
//!     #[message]
//!     fn gossip(&mut self, seen: &BTreeSet<u64>) { self.seen.extend(seen); }
//!
//!     #[every(300ms)]
//!     fn spread(&self, ctx: &Context<Self>) { ctx.peers(ctx.others()).gossip(&self.seen); }
//! }
//!
//! let mut node = TestNode::<Gossip>::new("n1", ["n1", "n2"]);
//! let reply = node.request(json!({"type": "broadcast", "message": 7})).unwrap();
//! assert_eq!(reply, json!({"type": "broadcast_ok"}));
//!
//! node.advance(Duration::from_millis(300));
//! let sent = node.sent();
//! assert_eq!(sent[0].dest, "n2");
//! assert_eq!(sent[0].body.payload, json!({"type": "gossip", "seen": [7]}));
//! ```
//!
//! A handler is a plain method, so it can also be called directly; [`TestNode::context`] makes the context that some
//! take, and what the handler sends through it is in [`TestNode::sent`].

use std::{fmt, panic::resume_unwind, time::Duration};

use serde::Serialize;
pub use serde_json::{Value, json};

use crate::{
    context::Context,
    engine::{Engine, EngineOptions},
    error::{Error, Result},
    injector::Injector,
    message::{Body, Message},
    node::Node,
    node_id::NodeId,
    outbox::{Failure, LogLine, Output},
    storage::{Batch, Record, Storage},
};

/// The client whose requests [`TestNode::request`] sends.
const CLIENT: &str = "c1";

/// One node in process.
pub struct TestNode<N: Node> {
    engine: Engine<N>,
    /// The seed of this life; the next one has the next.
    seed: u64,
    now: Duration,
    next_msg_id: u64,
    output: Output,
    writes: Batch,
    sent: Vec<Message<Value>>,
    replies: Vec<Message<Value>>,
    logs: Vec<LogLine>,
    /// Collected if the test allows failures, else raised.
    failures: Option<Vec<Failure>>,
}

/// A request that was started with [`TestNode::start_request`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(u64);

impl<N: Node<Config = ()>> TestNode<N> {
    /// A node that has gone through its handshake, in a cluster of these nodes.
    ///
    /// # Panics
    /// If `#[init]` fails.
    pub fn new<I>(id: impl Into<NodeId>, node_ids: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<NodeId>,
    {
        Self::with_seed((), 0, id, node_ids)
    }

    /// Kills the node and starts it again, with what it has [stored](Self::storage): all else is gone, its state, its
    /// timers, and the requests that it has not answered. It goes through its handshake if it had one before. The
    /// engine's time begins anew, while the wall clock goes on.
    ///
    /// ```
    /// # use maelstrom::{Context, Result, testing::{TestNode, json}};
    /// # struct Counter { total: u64 }
    /// # #[maelstrom::node]
    /// # impl Counter {
    /// #     #[init]
    /// #     fn new(ctx: &Context<Self>) -> Result<Self> {
    /// #         Ok(Counter { total: ctx.storage().get("total")?.unwrap_or_default() })
    /// #     }
    /// #     #[rpc(reply(total))]
    /// #     fn add(&mut self, ctx: &Context<Self>, delta: u64) -> Result<u64> {
    /// #         self.total += delta;
    /// #         ctx.storage().put("total", &self.total)?;
    /// #         Ok(self.total)
    /// #     }
    /// # }
    /// let mut node = TestNode::<Counter>::new("n1", ["n1"]);
    /// node.request(json!({"type": "add", "delta": 5})).unwrap();
    /// node.restart();
    /// assert_eq!(node.state().total, 5);
    /// ```
    ///
    /// # Panics
    /// If `#[init]` fails.
    pub fn restart(&mut self) {
        self.restart_with(());
    }
}

impl<N: Node> TestNode<N> {
    /// As [`new`](TestNode::new), with a configuration for `#[init]`, and a seed for the node's random generator.
    ///
    /// # Panics
    /// If `#[init]` fails.
    pub fn with_seed<I>(config: N::Config, seed: u64, id: impl Into<NodeId>, node_ids: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<NodeId>,
    {
        let mut node = Self::before_handshake(config, seed);
        node.handshake(id.into(), node_ids.into_iter().map(Into::into).collect());
        node
    }

    /// As [`restart`](TestNode::restart), with a configuration for `#[init]`.
    ///
    /// # Panics
    /// If `#[init]` fails.
    pub fn restart_with(&mut self, config: N::Config) {
        self.collect();
        let identity =
            self.engine.id().cloned().map(|id| (id, self.engine.core().identity().node_ids.clone()));
        // Else a node would draw the same ids again.
        self.seed = self.seed.wrapping_add(1);
        let options = EngineOptions::new(self.seed)
            .unix_epoch(self.engine.core().unix_time())
            .stored(self.storage().image().clone());
        self.engine = Engine::new(config, options);
        self.now = Duration::ZERO;
        if let Some((id, node_ids)) = identity {
            self.handshake(id, node_ids);
        }
    }

    fn handshake(&mut self, id: NodeId, node_ids: Vec<NodeId>) {
        let init = json!({"type": "init", "node_id": id, "node_ids": node_ids});
        if let Err(error) = self.request(init) {
            panic!("the handshake failed: {error:?}");
        }
    }

    /// A node that has not had its handshake yet, with this seed for its random generator.
    pub fn before_handshake(config: N::Config, seed: u64) -> Self {
        Self {
            engine: Engine::new(config, EngineOptions::new(seed)),
            seed,
            now: Duration::ZERO,
            next_msg_id: 1,
            output: Output::default(),
            writes: Batch::default(),
            sent: Vec::new(),
            replies: Vec::new(),
            logs: Vec::new(),
            failures: None,
        }
    }

    /// Keeps panics and messages that can't be encoded for [`failures`](Self::failures), instead of raising them.
    #[must_use]
    pub fn allow_failures(mut self) -> Self {
        self.failures = Some(Vec::new());
        self
    }

    /// Sends a request from a client, and returns the reply's payload; an error reply is an `Err`.
    ///
    /// # Panics
    /// If the node does not answer at once: use [`start_request`](Self::start_request) for one that answers later.
    pub fn request(&mut self, payload: impl Serialize) -> Result<Value> {
        let request = self.start_request(CLIENT, payload);
        self.reply(request).unwrap_or_else(|| {
            panic!("the node has not answered; if it will do so later, use `start_request` and `reply`")
        })
    }

    /// Sends a request from any node or client. Its reply, when there is one, is taken with [`reply`](Self::reply).
    pub fn start_request(&mut self, from: impl Into<NodeId>, payload: impl Serialize) -> RequestId {
        let id = self.next_msg_id;
        self.next_msg_id += 1;
        self.deliver(from.into(), Some(id), payload);
        RequestId(id)
    }

    /// Takes the reply to a request, if it has come.
    pub fn reply(&mut self, request: RequestId) -> Option<Result<Value>> {
        let at = self.replies.iter().position(|reply| reply.body.in_reply_to == Some(request.0))?;
        let payload = self.replies.remove(at).body.payload;
        Some(if payload["type"] == "error" {
            Err(serde_json::from_value(payload).expect("an error reply can be read"))
        } else {
            Ok(payload)
        })
    }

    /// Sends a message, one way.
    pub fn send(&mut self, from: impl Into<NodeId>, payload: impl Serialize) {
        self.deliver(from.into(), None, payload);
    }

    /// Answers a request that the node has [`sent`](Self::sent), in the name of its receiver.
    ///
    /// # Panics
    /// If the message was no request: one that is sent one way has no `msg_id`.
    pub fn answer(&mut self, request: &Message<Value>, payload: impl Serialize) {
        let Some(msg_id) = request.body.msg_id else {
            panic!(
                "`{}` to {} was sent one way, and waits for no answer",
                request.body.payload, request.dest
            );
        };
        let body = Body { msg_id: None, in_reply_to: Some(msg_id), payload };
        self.deliver_message(&Message { src: request.dest.clone(), dest: request.src.clone(), body });
    }

    /// As [`answer`](Self::answer), with an error.
    ///
    /// # Panics
    /// If the message was no request.
    pub fn answer_error(&mut self, request: &Message<Value>, error: &Error) {
        self.answer(request, error);
    }

    /// Hands the node a line as it is, without its line break.
    pub fn receive_line(&mut self, line: impl AsRef<[u8]>) {
        self.engine.receive(self.now, line.as_ref());
        self.collect();
    }

    /// Hands the node an event, as if a timer or an injector had brought it.
    pub fn inject(&mut self, event: N::Event) {
        self.engine.inject(self.now, event);
        self.collect();
    }

    /// Moves the clock on by `time`. Timers that become due run in order, each at its own time.
    ///
    /// # Panics
    /// If the node goes on setting timers for the same moment, or has a task that never rests, so that time can't move.
    pub fn advance(&mut self, time: Duration) {
        let end = self.now + time;
        self.run_due(|deadline, _| deadline <= end);
        self.now = end;
        self.engine.advance(end);
        self.collect();
    }

    /// Runs what becomes due, each at its own time, as long as the next moment and the engine are such.
    fn run_due(&mut self, goes_on: impl Fn(Duration, &Engine<N>) -> bool) {
        const STUCK: u32 = 10_000;
        let mut at_once = 0;
        while let Some(deadline) = self.engine.deadline()
            && goes_on(deadline, &self.engine)
        {
            at_once = if deadline > self.now { 0 } else { at_once + 1 };
            assert!(
                at_once < STUCK,
                "the node sets timers without delay for ever, or has a task that never rests, at {:?}",
                self.now
            );
            self.now = deadline.max(self.now);
            self.engine.advance(self.now);
            self.collect();
        }
    }

    /// Ends the node's input. Handlers that wait have their last moment, for which the clock moves on.
    ///
    /// # Panics
    /// As [`advance`](Self::advance).
    pub fn shutdown(&mut self) -> Result<()> {
        self.engine.shutdown(self.now);
        self.collect();
        self.run_due(|_, engine| engine.outcome().is_none());
        self.engine.outcome().cloned().unwrap_or(Ok(()))
    }

    /// Takes what the node has sent since the last call, other than replies to requests of the test.
    pub fn sent(&mut self) -> Vec<Message<Value>> {
        self.collect();
        std::mem::take(&mut self.sent)
    }

    /// What the node has stored, to look at it. What a test puts there is there as if the node had stored it, also
    /// before the handshake.
    ///
    /// ```
    /// # use maelstrom::{Context, Result, testing::TestNode};
    /// # struct Counter { total: u64 }
    /// # #[maelstrom::node]
    /// # impl Counter {
    /// #     #[init]
    /// #     fn new(ctx: &Context<Self>) -> Result<Self> {
    /// #         Ok(Counter { total: ctx.storage().get("total")?.unwrap_or_default() })
    /// #     }
    /// #     #[rpc]
    /// #     fn ping(&self) {}
    /// # }
    /// let mut node = TestNode::<Counter>::new("n1", ["n1"]);
    /// assert_eq!(node.storage().get::<u64>("total").unwrap(), None);
    /// node.storage().put("total", &7).unwrap();
    /// node.restart();
    /// assert_eq!(node.state().total, 7);
    /// ```
    pub fn storage(&self) -> Storage<'_> {
        self.engine.storage()
    }

    /// Takes the writes that the node has made to its storage since the last call, in order.
    pub fn writes(&mut self) -> Vec<Record> {
        self.collect();
        std::mem::take(&mut self.writes).into_iter().collect()
    }

    /// Takes the lines that the node has logged since the last call.
    pub fn logs(&mut self) -> Vec<String> {
        self.collect();
        std::mem::take(&mut self.logs).into_iter().map(|line| line.text).collect()
    }

    /// Takes the failures since the last call, if the test allows them.
    pub fn failures(&mut self) -> Vec<Failure> {
        self.failures.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The node's state.
    ///
    /// # Panics
    /// Before the handshake.
    pub fn state(&self) -> &N::State {
        self.engine.state().expect("the handshake is done, and has not failed")
    }

    /// The node's state, to change it.
    ///
    /// # Panics
    /// Before the handshake.
    pub fn state_mut(&mut self) -> &mut N::State {
        self.engine.state_mut().expect("the handshake is done, and has not failed")
    }

    /// A context as a handler gets it for a one-way message from `sender`, for calling handlers directly.
    pub fn context(&self, sender: impl Into<NodeId>) -> Context<N> {
        self.engine.context(sender.into(), None)
    }

    /// A way for other threads to hand events to the node. They are handled at the next [`advance`](Self::advance).
    pub fn injector(&self) -> Injector<N::Event> {
        self.engine.injector()
    }

    /// Time since the node was started.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// When the node wants to run next: for a timer, or for something that a handler waits for.
    pub fn deadline(&self) -> Option<Duration> {
        self.engine.deadline()
    }

    fn deliver(&mut self, src: NodeId, msg_id: Option<u64>, payload: impl Serialize) {
        let dest = self.engine.id().cloned().unwrap_or_else(|| NodeId::from("n1"));
        self.deliver_message(&Message { src, dest, body: Body { msg_id, in_reply_to: None, payload } });
    }

    fn deliver_message(&mut self, message: &Message<impl Serialize>) {
        let line = serde_json::to_string(message).expect("the payload can be written as JSON, as an object");
        self.receive_line(line);
    }

    fn collect(&mut self) {
        self.engine.take_output(&mut self.output);
        for (_, line) in self.output.messages() {
            let message: Message<Value> = serde_json::from_str(line).expect("the engine writes messages");
            let awaited = message.body.in_reply_to.is_some_and(|id| id < self.next_msg_id);
            if awaited { self.replies.push(message) } else { self.sent.push(message) }
        }
        self.writes.extend(std::mem::take(&mut self.output.writes));
        self.logs.append(&mut self.output.logs);
        for failure in self.output.failures.drain(..) {
            match (&mut self.failures, failure.panic) {
                (Some(failures), panic) => failures.push(Failure { panic, ..failure }),
                (None, Some(panic)) => resume_unwind(panic),
                (None, None) => panic!("the node failed while {}: {}", failure.doing, failure.text),
            }
        }
    }
}

impl<N: Node> fmt::Debug for TestNode<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestNode")
            .field("engine", &self.engine)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

/// A one-way message, to compare with what was [`sent`](TestNode::sent).
pub fn message(src: impl Into<NodeId>, dest: impl Into<NodeId>, payload: Value) -> Message<Value> {
    Message { src: src.into(), dest: dest.into(), body: Body { msg_id: None, in_reply_to: None, payload } }
}

impl From<RequestId> for u64 {
    /// The request's `msg_id`.
    fn from(id: RequestId) -> u64 {
        id.0
    }
}
