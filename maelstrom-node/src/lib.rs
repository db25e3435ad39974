#![doc = include_str!("../docs/crate.md")]

// The macro's paths begin with the library's name, in its own tests too.
#[cfg(test)]
extern crate self as maelstrom;

mod client;
mod context;
mod core;
mod decode;
mod encode;
mod engine;
mod error;
pub mod guide;
mod injector;
mod later;
mod lent;
mod lockstep;
mod message;
mod node;
mod node_id;
mod outbox;
mod outlet;
mod raw;
mod run;
mod stdio;
pub mod storage;
pub mod testing;
mod timers;
mod waiting;

pub use client::{Link, Recipients};
pub use context::{Context, Rng};
pub use decode::Decode;
pub use encode::{Encode, Payload};
pub use engine::{Engine, EngineOptions};
pub use error::{Error, ErrorCode, Result};
pub use injector::{InjectError, Injector};
pub use later::{Later, Reply};
pub use lent::Lent;
#[doc = include_str!("../docs/node.md")]
pub use maelstrom_derive::node;
pub use message::{Body, Message, RawMessage};
pub use node::Node;
pub use node_id::NodeId;
pub use outbox::{Failure, LogLine, Output, OutputLine};
pub use rand;
pub use raw::RawPayload;
pub use run::{run, run_with};
pub use timers::{Every, Timer};
pub use ulid::Ulid;
pub use waiting::{Call, KeyValue, Sleep, Timestamps, Update, Work, reply};

/// For handlers that wait for each other: a channel for one value. From the crate `futures-channel`.
pub use futures_channel::oneshot;
/// Joining and racing several waits: `join`, `join_all`, `try_join_all`, `select`, `select_ok`, …. From the crate
/// `futures-util`.
pub use futures_util::future;
/// A lock that handlers wait for: `Mutex`. It is free again when a handler is dropped that had it. From the crate
/// `futures-util`.
pub use futures_util::lock;

/// Writes a line to stderr, with time and node: `log!(ctx, "saw {value}")`.
#[macro_export]
macro_rules! log {
    ($text:literal $($rest:tt)*) => {
        ::core::compile_error!("the context comes first: `log!(ctx, \"…\")`")
    };
    ($ctx:expr, $($text:tt)+) => {
        $ctx.log(::core::format_args!($($text)+))
    };
}

/// The README's code, compiled with the documentation's.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// What generated code uses. Not part of the interface.
#[doc(hidden)]
pub mod __private {
    use std::fmt;

    pub use serde::{Serialize, Serializer};

    use crate::error::Error;

    /// A node that can be made without an `#[init]` handler.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` has no `#[init]` handler, and no `Default` to do without one",
        label = "how is this node made?",
        note = "put `#[derive(Default)]` on it, or write `#[init] fn new(ctx: &Context<Self>) -> Self`"
    )]
    pub trait Init: Sized {
        fn init() -> Self;
    }

    #[diagnostic::do_not_recommend]
    impl<N: Default> Init for N {
        fn init() -> Self {
            N::default()
        }
    }

    /// The configuration of a node that takes none.
    #[diagnostic::on_unimplemented(
        message = "this node is made with a configuration, of type `{Self}`",
        label = "its `#[init]` takes a configuration",
        note = "use `maelstrom::run_with`, and hand it over"
    )]
    pub trait NoConfig {
        fn none() -> Self;
    }

    #[diagnostic::do_not_recommend]
    impl NoConfig for () {
        fn none() {}
    }

    /// The error of a handler.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` can't become an error reply",
        label = "this does not convert into a `maelstrom::Error`",
        note = "write `impl From<{Self}> for maelstrom::Error`, which chooses the reply's code",
        note = "from a type that isn't yours, make a `maelstrom::Error` in the handler, with `map_err`"
    )]
    pub trait IntoError {
        fn into_error(self) -> Error;
    }

    #[diagnostic::do_not_recommend]
    impl<E: Into<Error>> IntoError for E {
        fn into_error(self) -> Error {
            self.into()
        }
    }

    pub fn fallible<T, E: IntoError>(result: Result<T, E>) -> Result<T, Error> {
        result.map_err(IntoError::into_error)
    }

    /// Shows a payload as its JSON.
    pub fn debug_payload(payload: &impl Serialize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(payload).map_err(|_| fmt::Error)?)
    }
}
