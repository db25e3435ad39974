//! What it costs that a handler may wait: one echo as a plain handler and as an `async` one, which here never does.
//! Their texts are owned, since a handler that may wait can't borrow from its message.

#![allow(clippy::unused_async, reason = "what a wait that never happens costs is what is measured")]

/// The argument that makes this program the node.
pub(crate) const SYNC: &str = "sync-echo";
pub(crate) const ASYNC: &str = "async-echo";

#[derive(Default)]
struct SyncEcho;

#[maelstrom::node]
impl SyncEcho {
    #[rpc(reply(echo))]
    fn echo(&self, echo: String) -> String {
        echo
    }
}

#[derive(Default)]
struct AsyncEcho;

#[maelstrom::node]
impl AsyncEcho {
    #[rpc(reply(echo))]
    async fn echo(&self, echo: String) -> String {
        echo
    }
}

pub(crate) fn run_sync() -> maelstrom::Result<()> {
    maelstrom::run::<SyncEcho>()
}

pub(crate) fn run_async() -> maelstrom::Result<()> {
    maelstrom::run::<AsyncEcho>()
}
