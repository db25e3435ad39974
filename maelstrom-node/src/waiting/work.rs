//! What is done, or will be.

use std::fmt;

use super::BoxFuture;
use crate::error::Result;

/// The result of something that may have to wait: of [`Node::init`](crate::Node::init) and
/// [`Node::shutdown`](crate::Node::shutdown). Made from a `Result`, or from a future of one.
pub struct Work<T>(pub(crate) WorkKind<T>);

pub(crate) enum WorkKind<T> {
    Done(Result<T>),
    Later(BoxFuture<Result<T>>),
}

impl<T> Work<T> {
    /// It is done.
    pub fn done(result: Result<T>) -> Self {
        Self(WorkKind::Done(result))
    }

    /// It is done when this future is.
    pub fn later(future: impl Future<Output = Result<T>> + 'static) -> Self {
        Self(WorkKind::Later(Box::pin(future)))
    }
}

impl<T> From<Result<T>> for Work<T> {
    fn from(result: Result<T>) -> Self {
        Self::done(result)
    }
}

impl<T> fmt::Debug for Work<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            WorkKind::Done(Ok(_)) => "Work::done(Ok(_))",
            WorkKind::Done(Err(_)) => "Work::done(Err(_))",
            WorkKind::Later(_) => "Work::later(_)",
        })
    }
}
