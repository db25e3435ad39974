//! The echo workload by hand. Frozen, as [`super`] says.

use std::{borrow::Cow, io};

use serde::{Deserialize, Serialize};

use super::{InitOk, Reply, Request, serve, write_reply};

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    msg_id: u64,
    #[serde(borrow, default)]
    echo: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "echo_ok")]
struct EchoOk<'a> {
    echo: &'a str,
    msg_id: u64,
    in_reply_to: u64,
}

pub(crate) fn run() -> io::Result<()> {
    let mut msg_id = 0;
    serve(|line, output| {
        let Request { src, dest, body } = serde_json::from_str::<Request<'_, Body<'_>>>(line)?;
        let in_reply_to = body.msg_id;
        match body.kind {
            "echo" => {
                let body = EchoOk { echo: &body.echo, msg_id, in_reply_to };
                write_reply(output, &Reply { src: dest, dest: src, body })?;
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
