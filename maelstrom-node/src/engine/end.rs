//! The end: the input has ended, `#[shutdown]` runs, and handlers that wait have a last moment.

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
    time::Duration,
};

use super::{Engine, Phase};
use crate::{
    error::{Error, Result},
    node::Node,
    waiting::{Work, WorkKind},
};

/// How long handlers that wait may go on after the end of input. No reply can reach them any more, only time can pass.
const GRACE: Duration = Duration::from_secs(1);

/// What is being done.
const SHUTDOWN: &str = "shutting down";

impl<N: Node> Engine<N> {
    /// Tells the node that its input has ended. Calls that wait for a reply fail, since none can come; handlers that
    /// wait may go on for a second of the engine's time. Afterwards the [`outcome`](Self::outcome) is known: at once if
    /// nothing waits, else when [`advance`](Self::advance) was called at the [`deadline`](Self::deadline).
    pub fn shutdown(&mut self, now: Duration) {
        self.core().set_now(now);
        if self.outcome.is_some() {
            return;
        }
        self.core().calls.close();
        match std::mem::replace(&mut self.phase, Phase::Ended) {
            Phase::Running(mut state) => {
                let ctx = self.own_context();
                let work = catch_unwind(AssertUnwindSafe(|| N::shutdown(&mut state, &ctx)));
                let work =
                    work.unwrap_or_else(|panic| Work::done(Err(self.core().report_panic(SHUTDOWN, panic))));
                let shutdown = Rc::new(RefCell::new(None));
                match work.0 {
                    WorkKind::Done(result) => *shutdown.borrow_mut() = Some(result),
                    WorkKind::Later(future) => {
                        let future = self.keeping(SHUTDOWN, future, &shutdown);
                        self.executor.spawn(future);
                    }
                }
                self.phase = Phase::Ending { state, shutdown, until: now + GRACE };
                self.run_waiting_tasks();
            }
            Phase::Waiting { early, .. } => {
                if early.len() > 0 {
                    self.core().log(format_args!(
                        "the input ended without a handshake; {} messages that waited for it were dropped",
                        early.len()
                    ));
                }
                self.end(Ok(()));
            }
            Phase::Starting { .. } => {
                self.core().log("the input ended while `init` was being handled");
                self.drop_tasks();
                self.end(Ok(()));
            }
            ending @ Phase::Ending { .. } => self.phase = ending,
            Phase::Ended => self.end(Ok(())),
        }
    }

    /// Ends if nothing waits any more.
    pub(super) fn end_if_done(&mut self) {
        if let Phase::Ending { shutdown, .. } = &self.phase
            && self.executor.is_empty()
            && !self.core().has_spawned()
        {
            let result = shutdown.take().unwrap_or(Ok(()));
            self.stop(result);
        }
    }

    /// Ends if what waits has had its last moment.
    pub(super) fn end_if_late(&mut self) {
        if let Phase::Ending { shutdown, until, .. } = &self.phase
            && *until <= self.core().now()
        {
            let late = || Err(Error::timeout("shutting down was not done within a second"));
            let result = shutdown.take().unwrap_or_else(late);
            let waiting = self.executor.len();
            let handlers = if waiting == 1 { "handler" } else { "handlers" };
            self.core().log(format_args!("{waiting} {handlers} still waited at the end, and were dropped"));
            self.stop(result);
        }
    }

    /// The state stays, for tests to look at.
    fn stop(&mut self, result: Result<()>) {
        self.drop_tasks();
        if let Phase::Ending { state, .. } = std::mem::replace(&mut self.phase, Phase::Ended) {
            self.phase = Phase::Running(state);
        }
        self.end(result);
    }
}
