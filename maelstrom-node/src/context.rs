//! What a handler gets besides its message: who and when it is, and ways to send.

use std::{
    cell::{Cell, RefCell},
    convert::Infallible,
    fmt,
    panic::AssertUnwindSafe,
    rc::Rc,
    sync::Arc,
    task,
    time::Duration,
};

use futures_util::FutureExt;
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
    waiting::{self, BoxFuture, Call, KeyValue, Request, Sleep, Spawned, Timestamps, reply},
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

    /// Time since the node was started. It stands still while a handler runs, up to its next `.await`.
    pub fn now(&self) -> Duration {
        self.core().now()
    }

    /// Time since the Unix epoch, by the node's wall clock, which a simulation may set wrong. It stands still while a
    /// handler runs, up to its next `.await`.
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

    /// What came of a handler: an error or a panic becomes the reply; an error without one becomes a line on stderr.
    pub(crate) fn conclude(
        &self,
        result: std::thread::Result<Result<(), Error>>,
        doing: impl Fn() -> String,
    ) {
        match result {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.reply_error(format_args!("failed while {}", doing()), &error),
            Err(panic) => {
                let error = self.core().report_panic(&doing(), panic);
                if self.pending.get().is_some() {
                    self.reply(&error);
                }
            }
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

    /// Waits until `time` has passed. Also if that is no time at all, whatever else can go on has its turn first.
    pub fn sleep(&self, time: Duration) -> Sleep {
        Sleep::new(&self.shared.core, time)
    }

    /// Gives a chain of waits one deadline: what is not done by then is dropped, and the error has code 0.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use maelstrom::{Context, Node, Result};
    /// async fn transfer<N: Node>(ctx: &Context<N>) -> Result<u64> {
    ///     ctx.within(Duration::from_secs(2), async {
    ///         let ticket = ctx.lin_tso().ts().await?;
    ///         ctx.lin_kv().write("ticket", ticket).await?;
    ///         Ok(ticket)
    ///     })
    ///     .await
    /// }
    /// ```
    pub fn within<T>(
        &self,
        limit: Duration,
        work: impl Future<Output = Result<T, Error>>,
    ) -> impl Future<Output = Result<T, Error>> {
        let core = Rc::clone(&self.shared.core);
        async move { waiting::within(&core, limit, "it was not done", work).await }
    }

    /// Makes a request to any node or service, and gives its reply as any `Deserialize` type, `type` included. For what
    /// the typed client ([`peer`](Self::peer)) does not know.
    ///
    /// ```
    /// # use maelstrom::{Context, Node, Result, testing::{Value, json}};
    /// async fn ask<N: Node>(ctx: &Context<N>) -> Result<Value> {
    ///     ctx.rpc("n2", &json!({"type": "status"})).await
    /// }
    /// ```
    pub fn rpc<T, P>(&self, to: impl Into<NodeId>, payload: &P) -> Call<T>
    where
        P: Serialize + ?Sized,
    {
        self.request(to.into(), payload).call(None, reply::Flat)
    }

    pub(crate) fn request<P: Serialize + ?Sized>(&self, to: NodeId, payload: &P) -> Request {
        Request::new(&self.shared.core, to, payload)
    }

    /// The linearizable store `lin-kv`: every operation takes place at one moment between its request and its reply, so
    /// a read gives what was written last, by anyone.
    pub fn lin_kv(&self) -> KeyValue {
        KeyValue::new(&self.shared.core, "lin-kv")
    }

    /// The sequentially consistent store `seq-kv`: all nodes see the same order of writes, and each its own in their
    /// places; but a **read may answer from the past**, for as long as this node writes nothing new. A write, or a `cas`
    /// that changes something, brings the node up to date: so for a fresh read, write something that was never there
    /// before (a counter under a key of one's own), and read then.
    pub fn seq_kv(&self) -> KeyValue {
        KeyValue::new(&self.shared.core, "seq-kv")
    }

    /// The eventually consistent store `lww-kv`: several copies, of which each request meets a random one, and the last
    /// write wins when copies meet. A read may give an old value or none, a `cas` may miss what was written before, and
    /// **of two writes one is lost** though both were acknowledged. (In Maelstrom itself the copies never meet.)
    pub fn lww_kv(&self) -> KeyValue {
        KeyValue::new(&self.shared.core, "lww-kv")
    }

    /// The source of timestamps `lin-tso`: each number once, and in the order in which they are asked for.
    pub fn lin_tso(&self) -> Timestamps {
        Timestamps::new(&self.shared.core)
    }

    /// A context of its own for what goes on after the handler has returned. The request stays with this one.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self::new(&self.shared, self.sender.clone(), None)
    }

    /// Runs the rest of a handler that may wait, and takes the request over: `work` replies through the context that it
    /// gets. It is polled at once, and becomes a task only if it has to wait. An error becomes the reply, or a line on
    /// stderr if none is expected. The generated dispatch calls this for `async` handlers.
    pub fn run<W>(&self, doing: &'static str, work: W)
    where
        W: AsyncFnOnce(&Self) -> Result<(), Error> + 'static,
    {
        let ctx = Self {
            shared: Rc::clone(&self.shared),
            sender: self.sender.clone(),
            pending: Cell::new(self.pending.take()),
            expects_reply: self.expects_reply,
        };
        let mut task: BoxFuture = Box::pin(async move {
            let result = AssertUnwindSafe(work(&ctx)).catch_unwind().await;
            ctx.conclude(result, || format!("handling `{doing}` from {}", ctx.sender));
        });
        let mut nobody = task::Context::from_waker(task::Waker::noop());
        if task.as_mut().poll(&mut nobody).is_pending() {
            self.core().spawn(Spawned::Waiting(task));
        }
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

impl<N: Node<State = Rc<N>>> Context<N> {
    /// Starts a task of its own: it goes on beside all handlers, with the node's state and a context, until it is done
    /// or the node ends. For nodes with `async` handlers. An error becomes a line on stderr.
    ///
    /// ```
    /// use std::{cell::Cell, time::Duration};
    /// use maelstrom::{Context, testing::{TestNode, json}};
    ///
    /// #[derive(Default)]
    /// struct Countdown { left: Cell<u64> }
    ///
    /// #[maelstrom::node]
    /// impl Countdown {
    ///     /// Answered at once, while the countdown goes on.
    ///     #[rpc]
    ///     async fn start(&self, ctx: &Context<Self>, from: u64) {
    ///         self.left.set(from);
    ///         ctx.spawn(async |node, ctx| {
    ///             while node.left.get() > 0 {
    ///                 ctx.sleep(Duration::from_secs(1)).await;
    ///                 node.left.set(node.left.get() - 1);
    ///             }
    ///             Ok(())
    ///         });
    ///     }
    /// }
    ///
    /// let mut node = TestNode::<Countdown>::new("n1", ["n1"]);
    /// node.request(json!({"type": "start", "from": 3})).unwrap();
    /// node.advance(Duration::from_secs(2));
    /// assert_eq!(node.state().left.get(), 1);
    /// ```
    pub fn spawn<W>(&self, work: W)
    where
        W: AsyncFnOnce(Rc<N>, Self) -> Result<(), Error> + 'static,
    {
        let ctx = self.detached();
        self.core().spawn(Spawned::WithState(Box::new(move |state| {
            let node =
                Rc::clone(state.downcast_ref::<Rc<N>>().expect("the engine hands over this node's state"));
            Box::pin(async move {
                let core = Rc::clone(&ctx.shared.core);
                match AssertUnwindSafe(work(node, ctx)).catch_unwind().await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => core.log(format_args!("a task has failed: {error}")),
                    Err(panic) => drop(core.report_panic("running a task", panic)),
                }
            })
        })));
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
