//! Timers: those of `#[every]`, and those that `Context::after` sets.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fmt,
    rc::{Rc, Weak},
    time::Duration,
};

use rand::RngExt;

use crate::{core::Core, error::Error};

/// A recurring timer: an interval, a jitter, and the event it makes.
///
/// The first event comes one interval after the handshake, the others at whole intervals from there: a handler that
/// takes long, or a node that was held up, does not shift them. Times that have passed meanwhile are left out. With a
/// jitter each event is late by a random time below it, drawn from the node's generator; those delays do not add up.
pub struct Every<E> {
    name: &'static str,
    interval: Duration,
    jitter: Duration,
    event: Box<dyn Fn() -> E>,
}

impl<E> Every<E> {
    /// A timer that makes an event each `interval`, which must not be zero. `name` is for messages to people.
    pub fn new(name: &'static str, interval: Duration, event: impl Fn() -> E + 'static) -> Self {
        Self { name, interval, jitter: Duration::ZERO, event: Box::new(event) }
    }

    /// Makes each event late by a random time below `jitter`.
    #[must_use]
    pub fn jitter(mut self, jitter: Duration) -> Self {
        self.jitter = jitter;
        self
    }
}

impl<E> fmt::Debug for Every<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Every({}, {:?}, jitter {:?})", self.name, self.interval, self.jitter)
    }
}

/// A timer set with [`Context::after`](crate::Context::after). Dropping it changes nothing.
pub struct Timer {
    /// The timer's present place in the queue.
    slot: Rc<Cell<Key>>,
    queue: Weak<dyn Control>,
}

impl Timer {
    /// Takes the timer back. Returns whether it was still to come.
    pub fn cancel(&self) -> bool {
        self.queue.upgrade().is_some_and(|queue| queue.cancel(self.slot.get()))
    }

    /// Makes the event come `delay` from now instead. Returns whether it was still to come: if not, nothing changes,
    /// and a new timer is needed. The event stays the one that the timer was set with.
    pub fn reset(&self, delay: Duration) -> bool {
        self.queue.upgrade().is_some_and(|queue| queue.reset(&self.slot, delay))
    }

    /// Whether the event is still to come.
    pub fn is_pending(&self) -> bool {
        self.queue.upgrade().is_some_and(|queue| queue.is_pending(self.slot.get()))
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer").field("pending", &self.is_pending()).finish()
    }
}

/// When a timer is due; the second part keeps timers of one moment in the order they were set.
type Key = (Duration, u64);

trait Control {
    fn cancel(&self, key: Key) -> bool;
    fn reset(&self, slot: &Cell<Key>, delay: Duration) -> bool;
    fn is_pending(&self, key: Key) -> bool;
}

/// All timers of one node.
pub(crate) struct Timers<E> {
    due: RefCell<BTreeMap<Key, Due<E>>>,
    every: RefCell<Vec<Recurring<E>>>,
    sequence: Cell<u64>,
    core: Rc<Core>,
}

enum Due<E> {
    Once(E),
    Every(usize),
}

struct Recurring<E> {
    timer: Every<E>,
    /// The whole interval that was scheduled last, before jitter.
    tick: Duration,
}

impl<E> Timers<E> {
    pub(crate) fn new(core: Rc<Core>) -> Self {
        Self { due: RefCell::default(), every: RefCell::default(), sequence: Cell::new(0), core }
    }

    /// Starts the recurring timers. Fails if one has no interval.
    pub(crate) fn start(&self, timers: Vec<Every<E>>) -> Result<(), Error> {
        if let Some(zero) = timers.iter().find(|timer| timer.interval.is_zero()) {
            return Err(Error::crash(format_args!("the timer `{}` has an interval of zero", zero.name)));
        }
        for (index, timer) in timers.into_iter().enumerate() {
            self.every.borrow_mut().push(Recurring { timer, tick: self.core.now() });
            self.schedule_next(index);
        }
        Ok(())
    }

    /// Sets a timer for one event.
    pub(crate) fn after(self: &Rc<Self>, delay: Duration, event: E) -> Timer
    where
        E: 'static,
    {
        // A time too far away to be counted never comes.
        let key = (self.core.now().saturating_add(delay), self.next_sequence());
        let slot = Rc::new(Cell::new(key));
        self.due.borrow_mut().insert(key, Due::Once(event));
        let queue: Rc<dyn Control> = Rc::clone(self) as Rc<dyn Control>;
        Timer { slot, queue: Rc::downgrade(&queue) }
    }

    /// When the next timer is due.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.due.borrow().first_key_value().map(|(key, _)| key.0)
    }

    /// What [`pop_due`](Self::pop_due) takes as `before` to leave alone whatever is set from now on.
    pub(crate) fn mark(&self) -> u64 {
        self.sequence.get()
    }

    /// Takes the next event that is due and was set before the mark. A recurring timer is scheduled again before its event is handled, so that it
    /// survives a panic; of the times that have passed, only one makes an event.
    pub(crate) fn pop_due(&self, before: u64) -> Option<E> {
        let key = *self
            .due
            .borrow()
            .keys()
            .take_while(|key| key.0 <= self.core.now())
            .find(|key| key.1 < before)?;
        let due = self.due.borrow_mut().remove(&key)?;
        match due {
            Due::Once(event) => Some(event),
            Due::Every(index) => {
                self.schedule_next(index);
                Some((self.every.borrow()[index].timer.event)())
            }
        }
    }

    /// Drops every timer with what it holds.
    pub(crate) fn clear(&self) {
        // Taken out first: what is dropped may itself set or cancel timers.
        let due = self.due.take();
        drop(due);
        let every = self.every.take();
        drop(every);
    }

    fn schedule_next(&self, index: usize) {
        let mut every = self.every.borrow_mut();
        let Recurring { timer, tick } = &mut every[index];
        let passed = self.core.now().saturating_sub(*tick).as_nanos() / timer.interval.as_nanos();
        let ticks = u32::try_from(passed + 1).unwrap_or(u32::MAX);
        let next = timer.interval.checked_mul(ticks).and_then(|ahead| tick.checked_add(ahead));
        let Some(next) = next else { return };
        *tick = next;
        let jitter = match u64::try_from(timer.jitter.as_nanos()).unwrap_or(u64::MAX) {
            0 => Duration::ZERO,
            jitter => Duration::from_nanos(self.core.rng().borrow_mut().random_range(0..jitter)),
        };
        let key = (next.saturating_add(jitter), self.next_sequence());
        self.due.borrow_mut().insert(key, Due::Every(index));
    }

    fn next_sequence(&self) -> u64 {
        self.sequence.replace(self.sequence.get() + 1)
    }
}

impl<E> Control for Timers<E> {
    fn cancel(&self, key: Key) -> bool {
        let removed = self.due.borrow_mut().remove(&key);
        removed.is_some()
    }

    fn reset(&self, slot: &Cell<Key>, delay: Duration) -> bool {
        let mut due = self.due.borrow_mut();
        let Some(timer) = due.remove(&slot.get()) else { return false };
        let key = (self.core.now().saturating_add(delay), self.next_sequence());
        slot.set(key);
        due.insert(key, timer);
        true
    }

    fn is_pending(&self, key: Key) -> bool {
        self.due.borrow().contains_key(&key)
    }
}
