//! Events from other threads.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How many injected events may wait. A node takes them all at each step, so only a flood fills it.
const CAPACITY: usize = 65_536;

/// Wakes the host of an engine when something was injected.
pub(crate) type Waker = Arc<dyn Fn() + Send + Sync>;

/// Injects events into a node from any thread. Made by [`Context::injector`](crate::Context::injector).
///
/// Injected events are handled in order, by the node's own thread, between messages. When the node ends, injecting
/// fails; a node never waits for its injectors.
pub struct Injector<E> {
    inbox: Arc<Inbox<E>>,
}

/// Why an event was not injected. It gives the event back.
#[derive(Clone, PartialEq, Eq)]
pub enum InjectError<E> {
    /// The node has ended.
    Closed(E),
    /// 65,536 events are waiting already.
    Full(E),
}

impl<E> Injector<E> {
    /// Hands an event to the node.
    pub fn inject(&self, event: E) -> Result<(), InjectError<E>> {
        {
            let mut queue = self.inbox.lock();
            if queue.closed {
                return Err(InjectError::Closed(event));
            }
            if queue.events.len() >= CAPACITY {
                return Err(InjectError::Full(event));
            }
            queue.events.push_back(event);
        }
        (self.inbox.waker)();
        Ok(())
    }
}

impl<E> Clone for Injector<E> {
    fn clone(&self) -> Self {
        Self { inbox: Arc::clone(&self.inbox) }
    }
}

impl<E> fmt::Debug for Injector<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Injector").finish_non_exhaustive()
    }
}

impl<E> fmt::Display for InjectError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed(_) => "the node has ended, so nothing can be injected any more",
            Self::Full(_) => "too many injected events wait already",
        })
    }
}

impl<E> fmt::Debug for InjectError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed(_) => "Closed(..)",
            Self::Full(_) => "Full(..)",
        })
    }
}

impl<E> std::error::Error for InjectError<E> {}

/// The queue between injectors and their engine.
pub(crate) struct Inbox<E> {
    queue: Mutex<Queue<E>>,
    waker: Waker,
}

struct Queue<E> {
    events: VecDeque<E>,
    closed: bool,
}

impl<E> Inbox<E> {
    pub(crate) fn new(waker: Waker) -> Arc<Self> {
        Arc::new(Self { queue: Mutex::new(Queue { events: VecDeque::new(), closed: false }), waker })
    }

    pub(crate) fn injector(self: &Arc<Self>) -> Injector<E> {
        Injector { inbox: Arc::clone(self) }
    }

    pub(crate) fn pop(&self) -> Option<E> {
        self.lock().events.pop_front()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lock().events.is_empty()
    }

    /// Refuses further events, and drops those that wait.
    pub(crate) fn close(&self) {
        let mut queue = self.lock();
        queue.closed = true;
        let events = std::mem::take(&mut queue.events);
        drop(queue);
        drop(events);
    }

    fn lock(&self) -> MutexGuard<'_, Queue<E>> {
        // Nothing that can panic runs under the lock.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
