//! What a handler gets besides its message: who and when it is, and ways to send.

use std::{
    cell::{Cell, RefCell},
    convert::Infallible,
    fmt,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use rand::{Rng as _, TryRng, rngs::ChaCha8Rng};
use serde::Serialize;
use ulid::Ulid;

use crate::{
    client::Link,
    core::Core,
    error::Error,
    injector::{Inbox, Injector, Waker},
    later::{self, Later, Reply},
    node::Node,
    node_id::NodeId,
    storage::Storage,
    timers::{Timer, Timers},
};

/// The handler's view of its node: identity, clock, randomness, and everything that can be sent.
///
/// Handlers take it as `ctx: &Context<Self>`. Calls on it only put things into queues: none of them runs a handler.
/// The clock and the random generator come from the host, so that a simulation can decide both; a node that uses
/// nothing else for time and chance does the same thing in every run with the same seed.
pub struct Context<N: Node> {
    shared: Rc<Shared<N::Event>>,
    sender: NodeId,
    /// The request that still waits for its reply.
    pending: Cell<Option<u64>>,
    expects_reply: bool,
}

/// What all contexts of an engine have in common.
pub(crate) struct Shared<E> {
    pub(crate) core: Rc<Core>,
    pub(crate) timers: Rc<Timers<E>>,
    pub(crate) inbox: Arc<Inbox<E>>,
}

impl<E> Shared<E> {
    pub(crate) fn new(core: Core, waker: Waker) -> Rc<Self> {
        let core = Rc::new(core);
        let timers = Rc::new(Timers::new(Rc::clone(&core)));
        Rc::new(Self { core, timers, inbox: Inbox::new(waker) })
    }
}

impl<N: Node> Context<N> {
    /// A context for a message from `sender`; `request` is its `msg_id` if a reply is expected.
    #[inline]
    pub(crate) fn new(shared: &Rc<Shared<N::Event>>, sender: NodeId, request: Option<u64>) -> Self {
        Self {
            shared: Rc::clone(shared),
            sender,
            pending: Cell::new(request),
            expects_reply: request.is_some(),
        }
    }

    fn core(&self) -> &Core {
        &self.shared.core
    }

    /// The name of this node.
    pub fn id(&self) -> &NodeId {
        &self.core().identity().id
    }

    /// The names of all nodes of the cluster, this one included, in the order that the handshake gave.
    pub fn node_ids(&self) -> &[NodeId] {
        &self.core().identity().node_ids
    }

    /// The names of the other nodes.
    pub fn others(&self) -> impl Iterator<Item = &NodeId> + Clone {
        self.node_ids().iter().filter(|id| *id != self.id())
    }

    /// Who sent the message being handled. In a timer or an event it is the node itself.
    pub fn sender(&self) -> &NodeId {
        &self.sender
    }

    /// Time since the node was started. It stands still while a handler runs.
    pub fn now(&self) -> Duration {
        self.core().now()
    }

    /// Time since the Unix epoch, by the host's clock. It stands still while a handler runs.
    pub fn unix_time(&self) -> Duration {
        self.core().unix_time()
    }

    /// The node's random generator (ChaCha8, seeded by the host), for use with the traits of
    /// [`rand`](crate::rand): `use maelstrom::rand::RngExt;` for `ctx.rng().random_range(150..300)`, or
    ///
    /// ```
    /// use maelstrom::{Context, Node, NodeId, rand::seq::IndexedRandom};
    ///
    /// fn any_node<N: Node>(ctx: &Context<N>) -> Option<&NodeId> {
    ///     ctx.node_ids().choose(&mut ctx.rng())
    /// }
    /// ```
    pub fn rng(&self) -> Rng<'_> {
        Rng(self.core().rng())
    }

    /// A new ULID: 48 bits of time and 80 random bits, so unique without asking anyone, and sorted by time.
    pub fn ulid(&self) -> Ulid {
        let millis = u64::try_from(self.unix_time().as_millis()).expect("the year is before 10889");
        let mut rng = self.rng();
        let random = u128::from(rng.next_u64()) << 64 | u128::from(rng.next_u64());
        Ulid::from_parts(millis, random)
    }

    /// What survives a crash of this node: a map and a log. `#[init]` finds there what earlier lives have stored.
    /// Whatever a handler sends leaves only after all that it stored is durable.
    ///
    /// ```
    /// # use maelstrom::{Context, Error, NodeId, Result};
    /// struct Voter { vote: Option<(u64, NodeId)> }
    ///
    /// #[maelstrom::node]
    /// impl Voter {
    ///     #[init]
    ///     fn new(ctx: &Context<Self>) -> Result<Self> {
    ///         Ok(Voter { vote: ctx.storage().get("vote")? })
    ///     }
    ///
    ///     #[rpc]
    ///     fn vote(&mut self, ctx: &Context<Self>, term: u64) -> Result<()> {
    ///         if self.vote.as_ref().is_some_and(|(voted, _)| *voted >= term) {
    ///             return Err(Error::precondition_failed("this vote is given"));
    ///         }
    ///         self.vote = Some((term, ctx.sender().clone()));
    ///         ctx.storage().put("vote", &self.vote)
    ///     }
    /// }
    /// ```
    ///
    /// More is in the [guide](crate::guide::storage).
    pub fn storage(&self) -> Storage<'_> {
        self.core().storage()
    }

    /// Writes a line to stderr, with time and node. [`log!`](crate::log) formats and calls this.
    pub fn log(&self, text: impl fmt::Display) {
        self.core().log(text);
    }

    /// The typed client for one node: `ctx.peer("n2").gossip(values)` sends what that node's `gossip` handler takes.
    pub fn peer(&self, id: impl Into<NodeId>) -> N::Client<'_, NodeId> {
        Link::new(self, id.into()).into()
    }

    /// The typed client for several nodes at once: the message is encoded once, and sent to each.
    pub fn peers<I>(&self, ids: I) -> N::Client<'_, Vec<NodeId>>
    where
        I: IntoIterator,
        I::Item: Into<NodeId>,
    {
        Link::new(self, ids.into_iter().map(Into::into).collect()).into()
    }

    /// Sends any payload, one way: an object with a `type`, such as a variant of the node's payload enum.
    pub fn send<T: Serialize + ?Sized>(&self, to: impl Into<NodeId>, payload: &T) {
        self.core().send(&[to.into()], payload);
    }

    pub(crate) fn send_all<T: Serialize + ?Sized>(&self, to: &[NodeId], payload: &T) {
        self.core().send(to, payload);
    }

    /// Answers the message being handled with any payload. For [`Node`]s written by hand and `#[fallback]` handlers:
    /// a declared handler's reply is what it returns.
    ///
    /// If no reply is expected, nothing happens. Nothing is answered twice: a second reply is dropped, with a line on
    /// stderr.
    #[inline]
    pub fn reply<T: Serialize + ?Sized>(&self, payload: &T) {
        match self.pending.get() {
            Some(request) => {
                self.core().answer(&self.sender, request, payload);
                // Only now: if encoding panics, the request can still be answered with an error.
                self.pending.set(None);
            }
            None if self.expects_reply => {
                self.log(format_args!("a second reply to {} was dropped: one is given already", self.sender));
            }
            None => {}
        }
    }

    /// Answers the message being handled with an error, or logs it if no reply is expected.
    pub(crate) fn reply_error(&self, doing: impl fmt::Display, error: &Error) {
        if self.pending.get().is_some() {
            self.reply(error);
        } else {
            self.log(format_args!("{doing}: {error}"));
        }
    }

    /// Splits the reply from the handler: return the [`Later`], and complete the [`Reply`] when the answer is known.
    ///
    /// ```
    /// # use maelstrom::{Context, Later, Reply};
    /// #[derive(Default)]
    /// struct Leader { waiting: Vec<Reply<u64>> }
    ///
    /// #[maelstrom::node]
    /// impl Leader {
    ///     #[rpc(reply(index))]
    ///     fn append(&mut self, ctx: &Context<Self>) -> Later<u64> {
    ///         let (reply, later) = ctx.later();
    ///         self.waiting.push(reply);
    ///         later
    ///     }
    ///
    ///     #[message]
    ///     fn commit(&mut self, index: u64) {
    ///         for reply in self.waiting.drain(..) {
    ///             reply.send(index);
    ///         }
    ///     }
    /// }
    /// ```
    pub fn later<T>(&self) -> (Reply<T>, Later<T>) {
        later::pair()
    }

    /// Lets `later` answer the message being handled; `payload` makes the reply's payload from the value. The
    /// generated dispatch calls this with what a handler returns.
    pub fn reply_later<T, P>(&self, later: Later<T>, payload: impl FnOnce(T) -> P + 'static)
    where
        T: 'static,
        P: Serialize,
    {
        let core = Rc::clone(&self.shared.core);
        let request = self.pending.take().map(|request| (self.sender.clone(), request));
        later.attach(Box::new(move |result| match (request, result) {
            (Some((to, request)), Ok(value)) => core.answer(&to, request, &payload(value)),
            (Some((to, request)), Err(error)) => core.answer(&to, request, &error),
            (None, _) => {}
        }));
    }

    /// Hands an event to this node after `delay`. The timer can be cancelled, and reset.
    pub fn after(&self, delay: Duration, event: N::Event) -> Timer {
        self.shared.timers.after(delay, event)
    }

    /// A way for other threads to hand events to this node.
    pub fn injector(&self) -> Injector<N::Event> {
        self.shared.inbox.injector()
    }
}

impl<N: Node> fmt::Debug for Context<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("id", &self.core().id())
            .field("sender", &self.sender)
            .field("now", &self.now())
            .finish_non_exhaustive()
    }
}

/// The random generator of a node, borrowed for each draw. Made by [`Context::rng`].
pub struct Rng<'c>(&'c RefCell<ChaCha8Rng>);

impl TryRng for Rng<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.borrow_mut().try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.borrow_mut().try_next_u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.borrow_mut().try_fill_bytes(bytes)
    }
}

impl fmt::Debug for Rng<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rng")
    }
}
