//! Where in a reply its value stands.
//!
//! The typed client knows it from the handler's annotation; a [`Call`](crate::Call) decodes by it.

use serde::de::DeserializeOwned;

use crate::{decode, error::Result, raw::RawPayload};

/// Reads a `T` out of a reply.
#[diagnostic::on_unimplemented(
    message = "`{T}` can't be read out of a reply",
    label = "this call gives a `{T}`",
    note = "a reply that is awaited is decoded: derive or implement `serde::Deserialize` for its type, without lifetimes"
)]
pub trait Decode<T> {
    /// Reads it.
    fn decode(&self, reply: &RawPayload<'_>) -> Result<T>;
}

/// A reply without fields.
#[derive(Clone, Copy, Debug)]
pub struct Empty;

/// A reply that is the value, its fields the value's.
#[derive(Clone, Copy, Debug)]
pub struct Flat;

/// A reply with the value under a name.
#[derive(Clone, Copy, Debug)]
pub struct Field(pub &'static str);

/// A reply with several values, each under a name: a tuple of them.
#[derive(Clone, Copy, Debug)]
pub struct Fields<const K: usize>(pub [&'static str; K]);

impl Decode<()> for Empty {
    fn decode(&self, _: &RawPayload<'_>) -> Result<()> {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> Decode<T> for Flat {
    fn decode(&self, reply: &RawPayload<'_>) -> Result<T> {
        reply.parse()
    }
}

#[diagnostic::do_not_recommend]
impl<T: for<'m> decode::Decode<'m>> Decode<T> for Field {
    fn decode(&self, reply: &RawPayload<'_>) -> Result<T> {
        reply.field(self.0)
    }
}

macro_rules! tuples {
    ($($count:literal: $($name:ident $index:tt),+;)+) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($name: for<'m> decode::Decode<'m>),+> Decode<($($name,)+)> for Fields<$count> {
            fn decode(&self, reply: &RawPayload<'_>) -> Result<($($name,)+)> {
                Ok(($(reply.field::<$name>(self.0[$index])?,)+))
            }
        }
    )+};
}

tuples! {
    1: A 0;
    2: A 0, B 1;
    3: A 0, B 1, C 2;
    4: A 0, B 1, C 2, D 3;
    5: A 0, B 1, C 2, D 3, E 4;
    6: A 0, B 1, C 2, D 3, E 4, F 5;
    7: A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
    9: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8;
    10: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9;
    11: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10;
    12: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11;
}
