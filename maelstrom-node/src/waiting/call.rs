//! A request to another node or to a service, and its reply.

use std::{
    fmt,
    marker::PhantomData,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::future::{Either, select};
use rand::RngExt;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::{BoxFuture, Sleep, calls::Waiting, reply};
use crate::{
    core::Core,
    error::{Error, ErrorCode, Result},
    message::RawMessage,
    node_id::NodeId,
};

/// How long a reply may take, unless something else is said.
pub(super) const TIMEOUT: Duration = Duration::from_secs(1);
/// The first pause between two tries, on average; each further one is twice as long, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A request that is made when it is awaited, and gives its reply as a `T`, or an [`Error`].
///
/// An error reply is an `Err` with its code, its text and its further fields. No reply within the
/// [`timeout`](Self::timeout) is an error with code 0, which leaves open whether the request was served. Dropped before
/// it is done, a call leaves nothing behind; replies that come late, or twice, are ignored.
///
/// How to ask, and what to do when no answer comes, is in the [guide](crate::guide::waiting).
///
/// ```
/// use std::{cell::Cell, time::Duration};
/// use maelstrom::{Context, NodeId, Result, testing::{TestNode, json}};
///
/// #[derive(Default)]
/// struct Follower { leader: Cell<Option<u64>> }
///
/// #[maelstrom::node]
/// impl Follower {
///     #[rpc(reply(term))]
///     fn term(&self) -> u64 { 7 }
///
///     /// Asks another node, and hands its answer on.
///     #[rpc(reply(term))]
///     async fn term_of(&self, ctx: &Context<Self>, node: NodeId) -> Result<u64> {
///         ctx.peer(node).term().timeout(Duration::from_millis(500)).await
///     }
/// }
///
/// let mut node = TestNode::<Follower>::new("n1", ["n1", "n2"]);
/// let request = node.start_request("c1", json!({"type": "term_of", "node": "n2"}));
/// let asked = node.sent().remove(0);
/// assert_eq!((asked.dest.as_str(), &asked.body.payload), ("n2", &json!({"type": "term"})));
/// node.answer(&asked, json!({"type": "term_ok", "term": 9}));
/// assert_eq!(node.reply(request).unwrap().unwrap(), json!({"type": "term_of_ok", "term": 9}));
/// ```
#[must_use = "a call is made when it is awaited"]
pub struct Call<T: ?Sized, S = reply::Flat> {
    state: State,
    kind: Option<&'static str>,
    shape: S,
    value: PhantomData<fn() -> T>,
}

enum State {
    Ready(Request),
    Running(BoxFuture<Result<Box<str>>>),
    Done,
}

/// A request that was not sent yet.
pub(crate) struct Request {
    core: Rc<Core>,
    to: NodeId,
    /// Encoded at once, not when the call is awaited, so that it borrows nothing.
    payload: Result<Box<RawValue>>,
    timeout: Duration,
    retries: u32,
    deadline: Option<Duration>,
}

impl Request {
    pub(crate) fn new<P: Serialize + ?Sized>(core: &Rc<Core>, to: NodeId, payload: &P) -> Self {
        let payload = to_raw_value(payload)
            .map_err(|error| Error::crash(format_args!("encoding a request to {to}: {error}")));
        Self { core: Rc::clone(core), to, payload, timeout: TIMEOUT, retries: 0, deadline: None }
    }

    /// The call that gets the reply.
    pub(crate) fn call<T: ?Sized, S>(self, kind: Option<&'static str>, shape: S) -> Call<T, S> {
        Call { state: State::Ready(self), kind, shape, value: PhantomData }
    }

    async fn run(self) -> Result<Box<str>> {
        let Some(deadline) = self.deadline else { return self.tries().await };
        let (core, to) = (Rc::clone(&self.core), self.to.clone());
        within(&core, deadline, format_args!("{to} did not answer"), self.tries()).await
    }

    async fn tries(self) -> Result<Box<str>> {
        let payload = self.payload?;
        let mut pause = FIRST_PAUSE;
        let mut left = self.retries;
        loop {
            let answer = attempt(&self.core, &self.to, &payload, self.timeout).await;
            match answer {
                Err(error) if left > 0 && is_passing(&error) && !self.core.calls.is_closed() => {
                    left -= 1;
                    let jittered = self.core.rng().borrow_mut().random_range(pause / 2..pause * 3 / 2);
                    Sleep::new(&self.core, jittered).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                answer => return answer,
            }
        }
    }
}

/// Whether another try may do better.
fn is_passing(error: &Error) -> bool {
    matches!(error.code(), ErrorCode::Timeout | ErrorCode::TemporarilyUnavailable)
}

async fn attempt(core: &Rc<Core>, to: &NodeId, payload: &RawValue, timeout: Duration) -> Result<Box<str>> {
    let msg_id = core.take_call_id();
    let mut waiting = Waiting::new(core, to, msg_id);
    core.ask(to, msg_id, payload);
    within(core, timeout, format_args!("{to} did not answer"), waiting.answer()).await
}

/// Gives a future so much time, and drops it then: `what` did not happen "within so much", says the error.
pub(crate) async fn within<T>(
    core: &Rc<Core>,
    limit: Duration,
    what: impl fmt::Display,
    future: impl Future<Output = Result<T>>,
) -> Result<T> {
    let future = std::pin::pin!(future);
    match select(future, Sleep::new(core, limit)).await {
        Either::Left((result, _)) => result,
        Either::Right(((), _)) => Err(Error::timeout(format_args!("{what} within {limit:?}"))),
    }
}

impl<T: ?Sized, S> Call<T, S> {
    /// How long one try waits for its reply: a second, if nothing is said.
    pub fn timeout(mut self, time: Duration) -> Self {
        if let State::Ready(request) = &mut self.state {
            request.timeout = time;
        }
        self
    }

    /// Tries again, up to so many times, when there is no reply in time, or error 11 (temporarily unavailable). The
    /// pauses between tries double, from about 50 ms up to a second, each with a jitter from the node's generator.
    ///
    /// A request that was not answered may have been served. So this is for requests that do no harm when they are
    /// served twice.
    pub fn retries(mut self, times: u32) -> Self {
        if let State::Ready(request) = &mut self.state {
            request.retries = times;
        }
        self
    }

    /// How long all tries may take together, pauses included.
    pub fn deadline(mut self, time: Duration) -> Self {
        if let State::Ready(request) = &mut self.state {
            request.deadline = Some(time);
        }
        self
    }
}

impl<T, S: reply::Decode<T> + Unpin> Future for Call<T, S> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let call = self.get_mut();
        if let State::Ready(_) = call.state
            && let State::Ready(request) = std::mem::replace(&mut call.state, State::Done)
        {
            call.state = State::Running(Box::pin(request.run()));
        }
        let State::Running(running) = &mut call.state else {
            panic!("a call is awaited once");
        };
        let answer = ready!(running.as_mut().poll(cx));
        call.state = State::Done;
        Poll::Ready(answer.and_then(|line| {
            let message = RawMessage::from_line(&line)?;
            let value = match call.kind {
                Some(expected) if message.kind() != expected => {
                    Err(Error::crash(format_args!("`{}` instead of `{expected}`", message.kind())))
                }
                _ => call.shape.decode(&message.body.payload),
            };
            // The request was served; what it has done is open.
            value.map_err(|error| {
                Error::crash(format_args!("the answer of {} can't be read: {}", message.src, error.text()))
            })
        }))
    }
}

impl<T: ?Sized, S> fmt::Debug for Call<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Ready(request) => return f.debug_tuple("Call").field(&request.to).finish(),
            State::Running(_) => "running",
            State::Done => "done",
        };
        f.debug_tuple("Call").field(&state).finish()
    }
}
