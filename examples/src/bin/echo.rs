//! Gossip Glomers 1: a node that sends back what it gets.
//!
//! A node is a type with an `impl` block under `#[maelstrom::node]`. A method marked `#[rpc]` answers requests: its
//! name is the message's `type`, its parameters are the message's fields, and what it returns is the reply. So this
//! one method understands
//!
//!     {"src": "c1", "dest": "n1", "body": {"type": "echo", "msg_id": 1, "echo": "hello"}}
//!
//! and answers
//!
//!     {"src": "n1", "dest": "c1", "body": {"type": "echo_ok", "echo": "hello", "msg_id": 1, "in_reply_to": 1}}
//!
//! The handshake, message ids, addresses and everything else of the protocol is done around it.

/// It remembers nothing, so it has no fields.
#[derive(Default)]
struct Echo;

#[maelstrom::node]
impl Echo {
    /// `reply(echo)` names the field that the returned value goes under. The text is borrowed from the request and
    /// written straight into the reply: nothing is copied in between.
    #[rpc(reply(echo))]
    fn echo<'m>(&self, echo: &'m str) -> &'m str {
        echo
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Echo>()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use maelstrom::testing::{TestNode, json};
    use maelstrom_workbench::{Simulation, workload};

    use super::Echo;

    /// A handler is a plain method, and can be tested as one.
    #[test]
    fn the_handler_returns_what_it_is_given() {
        assert_eq!(Echo.echo("hello"), "hello");
    }

    /// The test kit runs the whole node, from request to reply.
    #[test]
    fn an_echo_request_is_answered_with_the_same_text() {
        let mut node = TestNode::<Echo>::new("n1", ["n1"]);
        let reply = node.request(json!({"type": "echo", "echo": "héllo \"world\"\n"})).unwrap();
        assert_eq!(reply, json!({"type": "echo_ok", "echo": "héllo \"world\"\n"}));
    }

    /// The workbench runs a whole cluster with clients, on a virtual clock, and judges what came back.
    #[test]
    fn a_simulated_cluster_is_valid() {
        Simulation::<Echo>::new(workload::Echo)
            .nodes(3)
            .rate(50.0)
            .time_limit(Duration::from_secs(10))
            .seeds(0..20)
            .run()
            .assert_valid();
    }
}
