#![doc = include_str!("../docs/crate.md")]

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
mod message;
mod node;
mod node_id;
mod outbox;
mod raw;
mod run;
mod stdio;
pub mod testing;
mod timers;

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

/// Writes a line to stderr, with time and node: `log!(ctx, "saw {value}")`.
#[macro_export]
macro_rules! log {
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

    /// Shows a payload as its JSON.
    pub fn debug_payload(payload: &impl Serialize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(payload).map_err(|_| fmt::Error)?)
    }
}
