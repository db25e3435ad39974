//! An echo node with nothing but serde and serde_json: what the clean build of a declared node is compared with.

use std::{
    borrow::Cow,
    io::{BufRead, Write},
};

use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Request<'a> {
    src: &'a str,
    dest: &'a str,
    #[serde(borrow)]
    body: RequestBody<'a>,
}

#[derive(Deserialize)]
struct RequestBody<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    msg_id: u64,
    #[serde(borrow, default)]
    echo: Cow<'a, str>,
}

#[derive(Serialize)]
struct Reply<'a> {
    src: &'a str,
    dest: &'a str,
    body: ReplyBody<'a>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ReplyBody<'a> {
    InitOk { in_reply_to: u64 },
    EchoOk { echo: &'a str, in_reply_to: u64 },
}

fn main() -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let request: Request<'_> = serde_json::from_str(&line)?;
        let in_reply_to = request.body.msg_id;
        let body = match request.body.kind {
            "init" => ReplyBody::InitOk { in_reply_to },
            "echo" => ReplyBody::EchoOk { echo: &request.body.echo, in_reply_to },
            _ => continue,
        };
        serde_json::to_writer(&mut stdout, &Reply { src: request.dest, dest: request.src, body })?;
        stdout.write_all(b"\n")?;
    }
    Ok(())
}
