//! The example binaries, fed with what Maelstrom itself once wrote to a node.

#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    path::Path,
    process::Command,
};

use maelstrom::{Message, testing::Value};

/// The requests of a session by the client's name and message id, and the replies to them in order.
struct Session {
    requests: Vec<Message<Value>>,
    replies: BTreeMap<(String, u64), Value>,
}

fn messages(lines: &str) -> Vec<Message<Value>> {
    lines.lines().map(|line| serde_json::from_str(line).expect("each line is a message")).collect()
}

fn replay(binary: &str, args: &[&str], session: &str) -> Session {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("sessions").join(session);
    let requests = messages(&std::fs::read_to_string(&path).unwrap());
    let output = Command::new(binary).args(args).stdin(File::open(&path).unwrap()).output().unwrap();
    assert!(output.status.success(), "{}", output.status);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let mut replies = BTreeMap::new();
    for reply in messages(&String::from_utf8(output.stdout).unwrap()) {
        assert_eq!(reply.src, "n0");
        // Besides replies there is what the node tells other nodes.
        if let Some(request) = reply.body.in_reply_to {
            let key = (reply.dest.to_string(), request);
            assert!(replies.insert(key, reply.body.payload).is_none(), "nothing is answered twice");
        }
    }
    assert_eq!(replies.len(), requests.len(), "every request is answered");
    Session { requests, replies }
}

impl Session {
    /// Each request with its reply, the handshake left out.
    fn pairs(&self) -> impl Iterator<Item = (&Value, &Value)> {
        self.requests.iter().skip(1).map(|request| {
            let key =
                (request.src.to_string(), request.body.msg_id.expect("Maelstrom gives every request an id"));
            (&request.body.payload, &self.replies[&key])
        })
    }
}

#[test]
fn echo_answers_a_recorded_session() {
    let session = replay(env!("CARGO_BIN_EXE_echo"), &[], "echo.jsonl");
    for (request, reply) in session.pairs() {
        assert_eq!(reply["type"], "echo_ok");
        assert_eq!(reply["echo"], request["echo"]);
    }
}

#[test]
fn unique_ids_answers_a_recorded_session_in_both_ways() {
    for args in [&[][..], &["counter"]] {
        let session = replay(env!("CARGO_BIN_EXE_unique-ids"), args, "unique-ids.jsonl");
        let ids: BTreeSet<&str> = session.pairs().map(|(_, reply)| reply["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), session.requests.len() - 1);
    }
}

#[test]
fn broadcast_answers_a_recorded_session() {
    let session = replay(env!("CARGO_BIN_EXE_broadcast"), &[], "broadcast.jsonl");
    let mut seen = BTreeSet::new();
    for (request, reply) in session.pairs() {
        match request["type"].as_str().unwrap() {
            "broadcast" => {
                seen.insert(request["message"].as_u64().unwrap());
                assert_eq!(reply["type"], "broadcast_ok");
            }
            "read" => {
                let messages: BTreeSet<u64> = reply["messages"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|value| value.as_u64().unwrap())
                    .collect();
                assert_eq!(messages, seen);
            }
            _ => assert_eq!(reply["type"], "topology_ok"),
        }
    }
    assert!(seen.len() > 10);
}
