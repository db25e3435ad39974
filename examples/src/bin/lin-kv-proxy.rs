//! A store of keys and values that keeps nothing: every request becomes one to the service `lin-kv`.
//!
//! It is as linearizable as the service, since each operation still takes place at one moment between its request and
//! its reply, and as available. Errors go back to the client as they come: 20 for a key that does not exist, 22 for a
//! `cas` whose `from` is not there. If the service does not answer in time, the error has code 0, which says just what
//! is known: the operation may have happened or not.
//!
//! Handlers that wait interleave, so that a slow answer holds up nobody but who waits for it.

use maelstrom::{Context, Result};
use serde_json::Value;

#[derive(Default)]
struct Proxy {}

#[maelstrom::node]
impl Proxy {
    #[rpc(reply(value))]
    async fn read(&self, ctx: &Context<Self>, key: Value) -> Result<Value> {
        ctx.lin_kv().read(key).await
    }

    #[rpc]
    async fn write(&self, ctx: &Context<Self>, key: Value, value: Value) -> Result<()> {
        ctx.lin_kv().write(key, value).await
    }

    #[rpc]
    async fn cas(&self, ctx: &Context<Self>, key: Value, from: Value, to: Value) -> Result<()> {
        ctx.lin_kv().cas(key, from, to).await
    }
}

fn main() -> Result<()> {
    maelstrom::run::<Proxy>()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use maelstrom::{
        Error, ErrorCode,
        testing::{TestNode, json},
    };

    use maelstrom_workbench::{Simulation, nemesis::Nemesis, workload::LinKv};

    use super::Proxy;

    #[test]
    fn requests_go_to_the_service_and_answers_come_back() {
        let mut node = TestNode::<Proxy>::new("n1", ["n1", "n2"]);
        for (request, asked, answer, reply) in [
            (
                json!({"type": "read", "key": [1]}),
                json!({"type": "read", "key": [1]}),
                json!({"type": "read_ok", "value": "x"}),
                json!({"type": "read_ok", "value": "x"}),
            ),
            (
                json!({"type": "cas", "key": 1, "from": 2, "to": null}),
                json!({"type": "cas", "key": 1, "from": 2, "to": null}),
                json!({"type": "cas_ok"}),
                json!({"type": "cas_ok"}),
            ),
        ] {
            let id = node.start_request("c1", request);
            let call = node.sent().remove(0);
            assert_eq!((call.dest.as_str(), &call.body.payload), ("lin-kv", &asked));
            node.answer(&call, answer);
            assert_eq!(node.reply(id).unwrap().unwrap(), reply);
        }
    }

    #[test]
    fn it_is_linearizable_whatever_is_cut_off() {
        Simulation::<Proxy>::new(LinKv)
            .latency(Duration::from_millis(20))
            .rate(30.0)
            .time_limit(Duration::from_secs(20))
            .nemesis(Nemesis::partitions().interval(Duration::from_secs(5)))
            .seeds(0..100)
            .run()
            .assert_valid();
    }

    #[test]
    fn errors_come_back_as_they_are_and_silence_is_a_time_out() {
        let mut node = TestNode::<Proxy>::new("n1", ["n1", "n2"]);
        let id = node.start_request("c1", json!({"type": "read", "key": 1}));
        let call = node.sent().remove(0);
        node.answer_error(&call, &Error::key_does_not_exist("key does not exist"));
        assert_eq!(node.reply(id).unwrap().unwrap_err().code(), ErrorCode::KeyDoesNotExist);

        let id = node.start_request("c1", json!({"type": "write", "key": 1, "value": 2}));
        node.advance(Duration::from_secs(1));
        assert_eq!(node.reply(id).unwrap().unwrap_err().code(), ErrorCode::Timeout);
    }
}
