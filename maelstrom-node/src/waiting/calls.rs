//! Calls under way: who waits for the reply to which message.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use futures_channel::oneshot;

use crate::{
    core::Core,
    error::{Error, Result},
    message::RawMessage,
};

/// The line of a reply, or what became of it instead.
type Answer = Result<Box<str>>;

/// Calls that have no reply yet, by the ids of their messages.
#[derive(Default)]
pub(crate) struct Calls {
    waiting: RefCell<BTreeMap<u64, oneshot::Sender<Answer>>>,
    closed: Cell<bool>,
}

impl Calls {
    /// Gives a reply to whoever waits for it. Late, duplicate and unknown ones are dropped.
    pub(crate) fn answer(&self, in_reply_to: u64, message: &RawMessage<'_>, line: &str) {
        let waiting = self.waiting.borrow_mut().remove(&in_reply_to);
        let Some(waiting) = waiting else { return };
        let answer = if message.kind() == "error" {
            Err(message.body.payload.parse().unwrap_or_else(|error| error))
        } else {
            Ok(line.into())
        };
        // Who waited may have given up at this very moment.
        let _ = waiting.send(answer);
    }

    /// No reply can come any more: all that wait are told so, and all that will.
    pub(crate) fn close(&self) {
        self.closed.set(true);
        let waiting = self.waiting.take();
        for (_, waiting) in waiting {
            let _ = waiting.send(Err(no_reply()));
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.waiting.borrow().len()
    }

    /// Drops all.
    pub(crate) fn clear(&self) {
        let waiting = self.waiting.take();
        drop(waiting);
    }
}

fn no_reply() -> Error {
    Error::timeout("the input has ended, so that no reply can come")
}

/// A call that waits. Dropping it forgets the call.
pub(super) struct Waiting {
    core: Rc<Core>,
    msg_id: u64,
    answer: oneshot::Receiver<Answer>,
}

impl Waiting {
    /// Waits for the reply to the message of this id, which is to be sent now.
    pub(super) fn new(core: &Rc<Core>, msg_id: u64) -> Result<Self> {
        if core.calls.closed.get() {
            return Err(no_reply());
        }
        let (sender, answer) = oneshot::channel();
        core.calls.waiting.borrow_mut().insert(msg_id, sender);
        Ok(Self { core: Rc::clone(core), msg_id, answer })
    }

    /// The reply.
    pub(super) async fn answer(&mut self) -> Answer {
        (&mut self.answer).await.unwrap_or_else(|_| Err(no_reply()))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.core.calls.waiting.borrow_mut().remove(&self.msg_id);
    }
}
