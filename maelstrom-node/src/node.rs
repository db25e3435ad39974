//! What a node is to the engine that runs it.

use std::{borrow::Borrow, fmt};

use crate::{
    client::{Link, Recipients},
    context::Context,
    error::Result,
    message::RawMessage,
    timers::Every,
    waiting::Work,
};

/// A node: how it is made from the handshake, and what it does with messages and events.
///
/// [`#[maelstrom::node]`](crate::node) writes this for an `impl` block. Written by hand it takes about forty lines:
///
/// ```
#[doc = include_str!("../tests/by_hand/node.rs")]
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a node",
    label = "not declared as a node",
    note = "put `#[maelstrom::node]` on an `impl` block of it, with at least one handler in it"
)]
pub trait Node: Sized + 'static {
    /// What the engine keeps and lends to handlers: `Self`, or `Rc<Self>` for a node with `async` handlers.
    type State: Borrow<Self> + 'static;

    /// What the program hands to [`init`](Self::init) through [`run_with`](crate::run_with). `()` if nothing.
    type Config: 'static;

    /// What timers and injectors bring. `()` if nothing.
    type Event: fmt::Debug + 'static;

    /// What [`Context::peer`] and [`Context::peers`] return. [`Link<'c, Self, To>`](Link) if nothing better.
    type Client<'c, To: Recipients>: From<Link<'c, Self, To>>;

    /// Makes the state, once, when `init` has come. `ctx` knows the node's name and its cluster. Afterwards `init_ok`
    /// goes out. Until a [`Work::later`] is done, all messages but replies wait, and so do events.
    ///
    /// An error goes to the sender of `init` and to stderr, and ends the program with status 1.
    fn init(ctx: &Context<Self>, config: Self::Config) -> Work<Self::State>;

    /// The timers that run from the handshake on.
    fn timers(&self) -> Vec<Every<Self::Event>> {
        Vec::new()
    }

    /// Handles a message that is no reply. It may [`reply`](Context::reply); an error becomes the reply, or a line
    /// on stderr if none is expected.
    fn receive(state: &mut Self::State, ctx: &Context<Self>, message: &RawMessage<'_>) -> Result<()>;

    /// Handles what a timer or an injector brought. An error becomes a line on stderr.
    fn event(state: &mut Self::State, ctx: &Context<Self>, event: Self::Event) -> Result<()>;

    /// Runs at the end of input, before the program ends with status 0 (or 1 if this fails).
    fn shutdown(state: &mut Self::State, ctx: &Context<Self>) -> Work<()> {
        let _ = (state, ctx);
        Work::done(Ok(()))
    }
}
