//! Somebody who looks on while a run goes.

use std::fmt;

use crate::{history::Operation, journal::Event};

/// Is told what happens in a run at the moment it happens: for a line on a terminal, or files that grow with the run.
///
/// It is called from the host's loop, so what takes long here holds up everything; a
/// [`JournalWriter`](crate::results::JournalWriter), which is one, leaves the writing to a thread.
pub trait Watch: fmt::Debug + Send + Sync {
    /// An operation was invoked or completed, or the nemesis has done something.
    fn operation(&self, operation: &Operation) {
        let _ = operation;
    }

    /// A message was sent, delivered or lost.
    fn message(&self, event: &Event) {
        let _ = event;
    }
}
