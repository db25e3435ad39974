//! The engine's executor: tasks on one thread, first come, first served, when the host lets the engine work.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    future::poll_fn,
    pin::Pin,
    rc::Rc,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use async_task::{Runnable, Task};

use crate::injector::Waker;

/// A future of any type, on the heap.
pub(crate) type BoxFuture<T = ()> = Pin<Box<dyn Future<Output = T>>>;

/// What is to become a task. Contexts put it into a queue, from which the engine takes it.
pub(crate) enum Spawned {
    /// A handler that has to wait.
    Waiting(BoxFuture),
    /// Something that begins with the node's state, once there is one.
    WithState(Begin),
}

/// Makes a future of the node's state.
type Begin = Box<dyn FnOnce(&dyn Any) -> BoxFuture>;

/// Tasks. Dropping it drops them, with all that they hold.
pub(crate) struct Executor {
    /// Tells the host that there is something to do.
    waker: Waker,
    ready: Arc<Mutex<VecDeque<Runnable>>>,
    /// Dropping a handle cancels its task.
    tasks: BTreeMap<u64, Task<()>>,
    finished: Rc<RefCell<Vec<u64>>>,
    next: u64,
    /// The line of input that is being handled.
    handled: Rc<Cell<Option<u64>>>,
}

impl Executor {
    pub(crate) fn new(waker: Waker, handled: Rc<Cell<Option<u64>>>) -> Self {
        Self {
            waker,
            ready: Arc::default(),
            tasks: BTreeMap::new(),
            finished: Rc::default(),
            next: 0,
            handled,
        }
    }

    /// Adds a task, which is part of what is being handled. It is polled when its turn comes.
    pub(crate) fn spawn(&mut self, future: BoxFuture) {
        self.spawn_for(future, self.handled.get());
    }

    /// Adds a task that is part of the handling of a line of input.
    pub(crate) fn spawn_for(&mut self, mut future: BoxFuture, of: Option<u64>) {
        let id = self.next;
        self.next += 1;
        let (finished, handled) = (Rc::clone(&self.finished), Rc::clone(&self.handled));
        let future = async move {
            poll_fn(|context| {
                let others = handled.replace(of);
                let polled = future.as_mut().poll(context);
                handled.set(others);
                polled
            })
            .await;
            finished.borrow_mut().push(id);
        };
        let (ready, waker, home) = (Arc::clone(&self.ready), Arc::clone(&self.waker), thread::current().id());
        let schedule = move |runnable| {
            lock(&ready).push_back(runnable);
            // Another thread has completed what the task waits for: the host does not know that yet.
            if thread::current().id() != home {
                waker();
            }
        };
        let (runnable, task) = async_task::spawn_local(future, schedule);
        self.tasks.insert(id, task);
        runnable.schedule();
    }

    /// Polls the tasks that can go on, at most so many times. Returns how often it has polled one.
    pub(crate) fn run(&mut self, turns: usize) -> usize {
        for turn in 0..turns {
            // Taken first: a task that runs may wake others.
            let runnable = lock(&self.ready).pop_front();
            let Some(runnable) = runnable else { return turn };
            runnable.run();
            let finished = self.finished.take();
            for id in finished {
                self.tasks.remove(&id);
            }
        }
        turns
    }

    /// Whether there are no tasks.
    pub(crate) fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// How many tasks there are.
    pub(crate) fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Whether a task can go on at once.
    pub(crate) fn is_ready(&self) -> bool {
        !self.is_empty() && !lock(&self.ready).is_empty()
    }

    /// Drops all tasks.
    pub(crate) fn clear(&mut self) {
        self.tasks.clear();
        // Cancelled tasks are scheduled once more, to be dropped. Dropping one may cancel or wake others.
        loop {
            let runnable = lock(&self.ready).pop_front();
            if runnable.is_none() {
                break;
            }
        }
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        self.clear();
    }
}

/// The queue is whole at any time, also when a thread has panicked.
fn lock(queue: &Mutex<VecDeque<Runnable>>) -> MutexGuard<'_, VecDeque<Runnable>> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}
