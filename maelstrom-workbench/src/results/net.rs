//! How many messages there were.
//!
//! Source: Maelstrom 0.2.5, as read and run.

use crate::{Run, Value, cluster::Traffic};

/// The result of Maelstrom's `net` checker. `init`, `topology` and everything else is counted.
pub fn net(run: &Run) -> Value {
    let all = Traffic {
        sent: run.clients.sent + run.servers.sent,
        received: run.clients.received + run.servers.received,
    };
    let counts = |traffic: Traffic| {
        [
            ("send-count", Value::from(traffic.sent)),
            ("recv-count", traffic.received.into()),
            // The messages among these events. Each has been sent once, and none is received that was not sent.
            ("msg-count", traffic.sent.into()),
        ]
    };
    let with_ratio = |traffic: Traffic| {
        let ratio = run.per_operation(traffic.sent).map(|ratio| ("msgs-per-op", ratio.into()));
        Value::object(counts(traffic).into_iter().chain(ratio))
    };
    Value::object([
        ("all", with_ratio(all)),
        ("clients", Value::object(counts(run.clients))),
        ("servers", with_ratio(run.servers)),
        ("valid?", true.into()),
    ])
}
