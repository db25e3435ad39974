//! The yardstick: what an engineer would write by hand, with serde's derives, for exactly one workload.
//!
//! It is frozen. The generated nodes are compared with it from release to release, so it is neither tuned further nor
//! taught anything new; only its build is kept working.

pub(crate) mod broadcast;
pub(crate) mod echo;

use std::{
    fs::File,
    io::{self, Read, Write},
    os::fd::AsFd,
};

use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Request<'a, B> {
    src: &'a str,
    dest: &'a str,
    body: B,
}

#[derive(Serialize)]
struct Reply<'a, B> {
    src: &'a str,
    dest: &'a str,
    body: B,
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "init_ok")]
struct InitOk {
    msg_id: u64,
    in_reply_to: u64,
}

/// Reads batches of up to 64 KiB, hands each whole line to `handle`, and writes what it appended, once per batch.
fn serve(mut handle: impl FnMut(&str, &mut Vec<u8>) -> serde_json::Result<()>) -> io::Result<()> {
    let mut stdin = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut stdout = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let mut input = vec![0; 64 << 10];
    let mut filled = 0;
    let mut output = Vec::new();
    loop {
        if filled == input.len() {
            input.resize(2 * filled, 0);
        }
        let read = stdin.read(&mut input[filled..])?;
        if read == 0 {
            return Ok(());
        }
        filled += read;
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', &input[..filled]) {
            let line = std::str::from_utf8(&input[start..end]).map_err(io::Error::other)?;
            handle(line, &mut output)?;
            start = end + 1;
        }
        input.copy_within(start..filled, 0);
        filled -= start;
        stdout.write_all(&output)?;
        output.clear();
    }
}

fn write_reply(output: &mut Vec<u8>, reply: &impl Serialize) -> serde_json::Result<()> {
    serde_json::to_writer(&mut *output, reply)?;
    output.push(b'\n');
    Ok(())
}
