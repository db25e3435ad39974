//! Waiting for time to pass.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fmt,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use crate::core::Core;

/// Who is to be woken, and when.
#[derive(Default)]
pub(crate) struct Sleepers {
    due: RefCell<BTreeMap<(Duration, u64), Waker>>,
    next: Cell<u64>,
}

impl Sleepers {
    /// When the next one is due.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.due.borrow().first_key_value().map(|((at, _), _)| *at)
    }

    /// Wakes who is due, in the order of times.
    pub(crate) fn wake(&self, now: Duration) {
        loop {
            let mut due = self.due.borrow_mut();
            let Some(first) = due.first_entry().filter(|first| first.key().0 <= now) else { break };
            let waker = first.remove();
            drop(due);
            waker.wake();
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.due.borrow().len()
    }

    pub(crate) fn clear(&self) {
        // Taken out first: what a waker drops may itself sleep.
        let due = self.due.take();
        drop(due);
    }
}

/// Waits until a time has come, which counts from when this was made, and not from its `.await`. Made by
/// [`Context::sleep`](crate::Context::sleep).
#[must_use = "it waits when it is awaited"]
pub struct Sleep {
    core: Rc<Core>,
    until: Duration,
    key: Option<u64>,
}

impl Sleep {
    pub(crate) fn new(core: &Rc<Core>, time: Duration) -> Self {
        // A time too far away to be counted never comes.
        Self { until: core.now().saturating_add(time), core: Rc::clone(core), key: None }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let sleepers = &self.core.sleepers;
        if self.core.now() > self.until {
            return Poll::Ready(());
        }
        // If the time is now, the engine has to have said so. A task that sleeps for no time at all, over and over, so
        // keeps nobody waiting.
        let mut due = sleepers.due.borrow_mut();
        if let Some(key) = self.key {
            let Some(waker) = due.get_mut(&(self.until, key)) else { return Poll::Ready(()) };
            waker.clone_from(cx.waker());
        } else {
            let key = sleepers.next.replace(sleepers.next.get() + 1);
            due.insert((self.until, key), cx.waker().clone());
            drop(due);
            self.key = Some(key);
        }
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            let waker = self.core.sleepers.due.borrow_mut().remove(&(self.until, key));
            drop(waker);
        }
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep").field("until", &self.until).finish_non_exhaustive()
    }
}
