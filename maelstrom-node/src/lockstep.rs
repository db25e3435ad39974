//! The other driver: an engine led step by step, in virtual time, by a simulation in another process.
//!
//! A simulation sets `MAELSTROM_LOCKSTEP` in the environment, and then speaks this over stdin and stdout instead of the
//! protocol. Each command is a line, and is answered by any number of lines of which the last one is `ready`:
//!
//! ```text
//! stored BATCH              what earlier lives of the node have stored; before `start`, as often as wanted
//! start SEED EPOCH          the seed, and the Unix time at time zero in ns
//! receive NOW LINE          a message; the time in ns
//! advance NOW               let timers run
//! clock EPOCH               move the wall clock: the Unix time at time zero in ns, as in `start`
//!
//! write BATCH               what the node has stored; at most once, and before the messages
//! send LENGTH DEST LINE     a message, with its receiver's name and the length of that in bytes
//! handled NUMBER            the messages that follow are part of handling the `receive` of this number, from 0, or of
//!                           none if it is `-`; not said, they are part of the `receive` that is answered, or of none
//! log TEXT                  a log line, as a JSON string
//! failure TEXT              a bug that the engine caught, as a JSON string
//! ended TEXT                the node has ended with an error, as a JSON string
//! ready DEADLINE            done; when it wants to run next, in ns, or `-`
//! ```
//!
//! Times are those of this life of the node: they count from its start. `stored` is answered by `ready -`. A program
//! that never stores anything never writes `write`, and one that is given nothing needs no `stored`.
//!
//! A BATCH is what [`Batch`] displays as and parses from, JSON on one line: an array of records, each of which is
//! `["put",key,value]`, `["remove",key]`, `["append",entry]` or `["truncate",length]`. The simulation plays the disk,
//! and keeps the contract of [`storage`](crate::storage): it lets the messages of an answer leave when the batch of
//! that answer is durable, and a crash loses whole batches, the last ones, none of them durable. To crash a node, it
//! kills the process. For the node's next life it starts another, and hands it what is left with `stored`: the
//! batches in their order, or [`Image::to_batch`]. The variable `MAELSTROM_DATA` is not looked at.

use std::{
    io::{self, BufRead, BufWriter, Write},
    time::Duration,
};

use crate::{
    engine::{Engine, EngineOptions},
    error::{Error, Result},
    node::Node,
    outbox::Output,
    storage::{Batch, Image},
};

/// The variable that asks for lockstep.
pub(crate) const VARIABLE: &str = "MAELSTROM_LOCKSTEP";

/// Runs a node until its simulation is over.
pub(crate) fn drive<N: Node>(config: N::Config) -> Result<()> {
    let mut input = io::stdin().lock();
    let mut answers = BufWriter::new(io::stdout().lock());
    let mut config = Some(config);
    let mut stored = Image::default();
    let mut engine: Option<Engine<N>> = None;
    let mut output = Output::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let command = line.trim_ascii_end();
        let mut handled = None;
        match (take_word(command), &mut engine) {
            ((b"stored", rest), None) => {
                stored.apply(&batch(rest)?);
                writeln!(answers, "ready -")?;
                answers.flush()?;
            }
            ((b"start", rest), None) => {
                let (seed, epoch) = take_word(rest);
                let options = EngineOptions::new(number(seed)?)
                    .unix_epoch(time(epoch)?)
                    .stored(std::mem::take(&mut stored));
                engine = config.take().map(|config| Engine::new(config, options));
            }
            ((b"receive", rest), Some(engine)) => {
                let (now, message) = take_word(rest);
                handled = Some(engine.received());
                engine.receive(time(now)?, message);
            }
            ((b"advance", now), Some(engine)) => engine.advance(time(now)?),
            ((b"clock", epoch), Some(engine)) => engine.set_unix_epoch(time(epoch)?),
            _ => return Err(unknown(command)),
        }
        if let Some(engine) = &mut engine {
            engine.take_output(&mut output);
            answer(&mut answers, engine, &output, handled)?;
        }
    }
}

/// `handled` is the number of the `receive` that is answered.
fn answer<N: Node>(
    answers: &mut impl Write,
    engine: &Engine<N>,
    output: &Output,
    mut handled: Option<u64>,
) -> Result<()> {
    if !output.writes.is_empty() {
        writeln!(answers, "write {}", output.writes)?;
    }
    for line in &output.lines {
        if line.handled != handled {
            handled = line.handled;
            let number = handled.map_or_else(|| "-".to_owned(), |number| number.to_string());
            writeln!(answers, "handled {number}")?;
        }
        write!(answers, "send {} {} ", line.dest.len(), line.dest)?;
        // The line with its line break.
        answers.write_all(&output.bytes[line.range.clone()])?;
    }
    for log in &output.logs {
        writeln!(answers, "log {}", serde_json::to_string(&log.text)?)?;
    }
    for failure in &output.failures {
        writeln!(answers, "failure {}", serde_json::to_string(&failure.to_string())?)?;
    }
    if let Some(Err(error)) = engine.outcome() {
        writeln!(answers, "ended {}", serde_json::to_string(&error.to_string())?)?;
    }
    match engine.deadline() {
        Some(deadline) => writeln!(answers, "ready {}", deadline.as_nanos())?,
        None => writeln!(answers, "ready -")?,
    }
    Ok(answers.flush()?)
}

/// The first word, and what follows the space behind it.
fn take_word(text: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b' ', text) {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, b""),
    }
}

fn batch(text: &[u8]) -> Result<Batch> {
    std::str::from_utf8(text).map_err(|_| unknown(text))?.parse()
}

fn number(text: &[u8]) -> Result<u64> {
    std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).ok_or_else(|| unknown(text))
}

fn time(nanos: &[u8]) -> Result<Duration> {
    number(nanos).map(Duration::from_nanos)
}

fn unknown(command: &[u8]) -> Error {
    let command = String::from_utf8_lossy(command);
    Error::malformed_request(format_args!("{VARIABLE} is set, but `{command}` is no command of a simulation"))
}
