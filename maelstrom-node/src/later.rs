//! Replies that are given later than the handler returns.

use std::{cell::RefCell, fmt, rc::Rc};

use crate::error::Error;

/// What a handler returns instead of its value when it will answer later. Made by
/// [`Context::later`](crate::Context::later).
#[must_use = "return it from the handler, so that the reply knows whom it answers"]
pub struct Later<T>(Rc<Slot<T>>);

/// The right and the duty to complete a [`Later`]. Dropped without, the requester gets error 13.
#[must_use = "keep it and complete it; dropped, the requester gets error 13"]
pub struct Reply<T>(Option<Rc<Slot<T>>>);

type Slot<T> = RefCell<State<T>>;
type Answer<T> = Box<dyn FnOnce(Result<T, Error>)>;

enum State<T> {
    /// The handler has not returned, and nothing is known.
    Open,
    /// Completed before the handler returned.
    Completed(Result<T, Error>),
    /// The handler has returned; this writes the reply.
    Waiting(Answer<T>),
    Done,
}

pub(crate) fn pair<T>() -> (Reply<T>, Later<T>) {
    let slot = Rc::new(RefCell::new(State::Open));
    (Reply(Some(Rc::clone(&slot))), Later(slot))
}

impl<T> Later<T> {
    /// Connects the reply with its request; `answer` writes it, now or when it comes.
    pub(crate) fn attach(self, answer: Answer<T>) {
        let state = self.0.replace(State::Done);
        match state {
            State::Completed(result) => answer(result),
            State::Open => *self.0.borrow_mut() = State::Waiting(answer),
            State::Waiting(_) | State::Done => {}
        }
    }
}

impl<T> Reply<T> {
    /// Answers the request.
    pub fn send(self, value: T) {
        self.complete(Ok(value));
    }

    /// Answers the request with an error.
    pub fn fail(self, error: Error) {
        self.complete(Err(error));
    }

    /// Answers the request with either.
    pub fn complete(mut self, result: Result<T, Error>) {
        self.finish(result);
    }

    fn finish(&mut self, result: Result<T, Error>) {
        let Some(slot) = self.0.take() else { return };
        let state = slot.replace(State::Done);
        match state {
            State::Waiting(answer) => answer(result),
            State::Open => *slot.borrow_mut() = State::Completed(result),
            State::Completed(_) | State::Done => {}
        }
    }
}

impl<T> Drop for Reply<T> {
    fn drop(&mut self) {
        self.finish(Err(Error::crash("the node dropped the request without an answer")));
    }
}

impl<T> fmt::Debug for Later<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Later")
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reply")
    }
}
