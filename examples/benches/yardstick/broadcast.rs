//! The broadcast workload by hand, for one node without neighbours. Frozen, as [`super`] says.

use std::{collections::BTreeSet, io};

use serde::{Deserialize, Serialize};

use super::{InitOk, Reply, Request, serve, write_reply};

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    msg_id: u64,
    #[serde(default)]
    message: u64,
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "broadcast_ok")]
struct BroadcastOk {
    msg_id: u64,
    in_reply_to: u64,
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "read_ok")]
struct ReadOk<'a> {
    messages: &'a BTreeSet<u64>,
    msg_id: u64,
    in_reply_to: u64,
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "topology_ok")]
struct TopologyOk {
    msg_id: u64,
    in_reply_to: u64,
}

pub(crate) fn run() -> io::Result<()> {
    let mut msg_id = 0;
    let mut seen = BTreeSet::new();
    serve(|line, output| {
        let Request { src, dest, body } = serde_json::from_str::<Request<'_, Body<'_>>>(line)?;
        let in_reply_to = body.msg_id;
        match body.kind {
            "broadcast" => {
                seen.insert(body.message);
                write_reply(
                    output,
                    &Reply { src: dest, dest: src, body: BroadcastOk { msg_id, in_reply_to } },
                )?;
            }
            "read" => {
                let body = ReadOk { messages: &seen, msg_id, in_reply_to };
                write_reply(output, &Reply { src: dest, dest: src, body })?;
            }
            "topology" => {
                write_reply(
                    output,
                    &Reply { src: dest, dest: src, body: TopologyOk { msg_id, in_reply_to } },
                )?;
            }
            "init" => {
                write_reply(output, &Reply { src: dest, dest: src, body: InitOk { msg_id, in_reply_to } })?;
            }
            _ => return Ok(()),
        }
        msg_id += 1;
        Ok(())
    })
}
