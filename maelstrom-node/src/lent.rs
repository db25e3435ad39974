//! A parameter that a handler borrows.

use std::{borrow::Borrow, fmt, ops::Deref};

use serde::{Serialize, Serializer};

/// What stands in the payload enum for a handler's parameter `&[T]` (as `Lent<'m, Vec<T>, [T]>`) or `&T` (as
/// `Lent<'m, T>`): owned when it was received, borrowed when it is sent. Nothing is cloned either way.
///
/// ```
/// use maelstrom::Lent;
///
/// let values = vec![1, 2, 3];
/// let sent: Lent<'_, Vec<u64>, [u64]> = Lent::Borrowed(&values);
/// assert_eq!(sent.len(), 3);
/// ```
pub enum Lent<'m, O, B: ?Sized = O> {
    /// Decoded from a message.
    Owned(O),
    /// To be sent.
    Borrowed(&'m B),
}

impl<O: Borrow<B>, B: ?Sized> Deref for Lent<'_, O, B> {
    type Target = B;

    fn deref(&self) -> &B {
        match self {
            Self::Owned(value) => value.borrow(),
            Self::Borrowed(value) => value,
        }
    }
}

impl<O: Borrow<B>, B: Serialize + ?Sized> Serialize for Lent<'_, O, B> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<O: Borrow<B>, B: fmt::Debug + ?Sized> fmt::Debug for Lent<'_, O, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
