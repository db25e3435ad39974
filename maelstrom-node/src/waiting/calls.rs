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
    node_id::NodeId,
};

/// The line of a reply, or what became of it instead.
type Answer = Result<Box<str>>;

/// Calls that have no reply yet, by the ids of their messages.
#[derive(Default)]
pub(crate) struct Calls {
    waiting: RefCell<BTreeMap<u64, Awaited>>,
    closed: Cell<bool>,
}

/// Who is to answer, and who waits for it.
struct Awaited {
    from: NodeId,
    waiting: oneshot::Sender<Answer>,
}

impl Calls {
    /// Gives a reply to whoever waits for it. Late, duplicate and unknown ones are dropped.
    pub(crate) fn answer(&self, in_reply_to: u64, message: &RawMessage<'_>, line: &str) {
        // Nobody answers for another.
        let is_right = |awaited: &Awaited| awaited.from == message.src;
        if !self.waiting.borrow().get(&in_reply_to).is_some_and(is_right) {
            return;
        }
        let awaited = self.waiting.borrow_mut().remove(&in_reply_to);
        let Some(Awaited { waiting, .. }) = awaited else { return };
        let answer = if message.kind() == "error" {
            Err(message.body.payload.parse().unwrap_or_else(|error| error))
        } else {
            Ok(line.into())
        };
        // Who waited may have given up at this very moment.
        let _ = waiting.send(answer);
    }

    /// No reply can come any more: all that wait are told so. Calls that are made from now on wait in vain, for as long
    /// as the node is left; a loop that tries again would else never rest.
    pub(crate) fn close(&self) {
        self.closed.set(true);
        let waiting = self.waiting.take();
        for (_, Awaited { waiting, .. }) in waiting {
            let _ = waiting.send(Err(no_reply()));
        }
    }

    /// Whether no reply can come any more.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.get()
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
    /// Waits for the reply of a node to the message of this id, which is to be sent now.
    pub(super) fn new(core: &Rc<Core>, from: &NodeId, msg_id: u64) -> Self {
        let (waiting, answer) = oneshot::channel();
        core.calls.waiting.borrow_mut().insert(msg_id, Awaited { from: from.clone(), waiting });
        Self { core: Rc::clone(core), msg_id, answer }
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
