//! How nodes write that are written without the library.

use std::{
    io::{self, Write},
    process,
};

use serde_json::{Value, json};

/// Writes a line to stdout. Without anybody to read it, there is nothing left to do.
pub(crate) fn say(line: &str) {
    let mut stdout = io::stdout().lock();
    if writeln!(stdout, "{line}").and_then(|()| stdout.flush()).is_err() {
        process::exit(1);
    }
}

pub(crate) fn send(src: &str, dest: &str, body: &Value) {
    say(&json!({"src": src, "dest": dest, "body": body}).to_string());
}

pub(crate) fn reply(src: &str, request: &Value, mut body: Value) {
    body["in_reply_to"] = request["body"]["msg_id"].clone();
    send(src, request["src"].as_str().unwrap(), &body);
}
