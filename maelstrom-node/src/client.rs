//! The channel that typed clients send through.

use std::fmt;

use serde::Serialize;

use crate::{context::Context, node::Node, node_id::NodeId, waiting::Call};

/// Whom a client sends to: one node ([`NodeId`]) or several (`Vec<NodeId>`).
pub trait Recipients {
    /// The receivers.
    fn ids(&self) -> &[NodeId];
}

impl Recipients for NodeId {
    fn ids(&self) -> &[NodeId] {
        std::slice::from_ref(self)
    }
}

impl Recipients for Vec<NodeId> {
    fn ids(&self) -> &[NodeId] {
        self
    }
}

/// A context with the receivers of what is sent through it. Generated clients are made from one; a [`Node`] written by
/// hand can use it as its client.
pub struct Link<'c, N: Node, To> {
    ctx: &'c Context<N>,
    to: To,
}

impl<'c, N: Node, To: Recipients> Link<'c, N, To> {
    pub(crate) fn new(ctx: &'c Context<N>, to: To) -> Self {
        Self { ctx, to }
    }

    /// Sends a payload, one way, to each receiver. It is encoded once.
    pub fn send<T: Serialize + ?Sized>(&self, payload: &T) {
        self.ctx.send_all(self.to.ids(), payload);
    }
}

impl<N: Node> Link<'_, N, NodeId> {
    /// A request to the one receiver; `kind` is the type of its reply, and `shape` says where in it the value stands.
    pub fn call<T, S, P>(&self, payload: &P, kind: &'static str, shape: S) -> Call<T, S>
    where
        T: ?Sized,
        P: Serialize + ?Sized,
    {
        self.ctx.request(self.to.clone(), payload).call(Some(kind), shape)
    }
}

impl<N: Node, To: Recipients> fmt::Debug for Link<'_, N, To> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Link").field(&self.to.ids()).finish()
    }
}
