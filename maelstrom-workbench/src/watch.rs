//! Somebody who looks on while a run goes.

use std::{fmt, time::Duration};

use crate::{history::Operation, journal::Event};

/// Is told what happens in a run at the moment it happens: for a line on a terminal, or files that grow with the run.
///
/// It is called from the host's loop, so what takes long here holds up everything; a
/// [`Recorder`](crate::results::Recorder), which is one, leaves the writing to a thread.
pub trait Watch: fmt::Debug + Send + Sync {
    /// The handshakes are over, and the history's clock begins; so late it is by that of the journal.
    fn history_begins(&self, time: Duration) {
        let _ = time;
    }

    /// An operation was invoked or completed, or the nemesis has done something.
    fn operation(&self, operation: &Operation) {
        let _ = operation;
    }

    /// A message was sent, delivered or lost.
    fn message(&self, event: &Event) {
        let _ = event;
    }
}
