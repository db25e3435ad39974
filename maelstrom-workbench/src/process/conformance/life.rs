//! What all lines have to be, and how a node ends.

use std::{
    io,
    time::{Duration, Instant},
};

use super::{
    Grade,
    battery::Battery,
    behaviour::{Behaviour, Needs, Outcome},
    record::{Kind, Record},
};
use crate::process::Exit;

/// How long a node may take to be gone.
const LAST_MOMENTS: Duration = Duration::from_secs(2);

/// Judged by every line that all processes before have written.
pub(super) const OF_ALL_LINES: &[Behaviour] = &[
    Behaviour {
        name: "stdout",
        what: "writes nothing but messages to stdout, a JSON object a line; logs go to stderr",
        otherwise: "stops listening to the node at the first such line, for the rest of the test",
        grade: Grade::Fail,
        needs: Needs::Nothing,
        check: |battery| Ok(never(battery.record(), |record| &record.no_messages)),
    },
    Behaviour {
        name: "envelope",
        what: "its messages have `src` and `dest`, strings, and `body`, an object, and nothing else (but `id`)",
        otherwise: "says \"Malformed network message\", and stops listening to the node",
        grade: Grade::Fail,
        needs: Needs::Nothing,
        check: |battery| Ok(never(battery.record(), |record| &record.malformed)),
    },
    Behaviour {
        name: "own-name",
        what: "its messages' `src` is its own id, as `init` gives it",
        otherwise: "stops listening to a node that writes in a name which does not exist",
        grade: Grade::Fail,
        needs: Needs::Nothing,
        check: |battery| Ok(never(battery.record(), |record| &record.in_other_names)),
    },
    Behaviour {
        name: "destinations",
        what: "writes only to nodes of `init`, to services, and to clients that have written",
        otherwise: "stops listening to a node that writes to somebody who does not exist",
        grade: Grade::Fail,
        needs: Needs::Nothing,
        check: |battery| Ok(never(battery.record(), |record| &record.to_nobody)),
    },
];

/// Tried last.
pub(super) const OF_THE_END: &[Behaviour] = &[
    Behaviour {
        name: "end-of-input",
        what: "exits with status 0 at the end of its input, within 2 s",
        otherwise: "does not end a node's input, but kills the node; in a pipe by hand it helps",
        grade: Grade::Note,
        needs: Needs::Handshake,
        check: end_of_input,
    },
    Behaviour {
        name: "killed",
        what: "leaves nothing behind when it alone is killed",
        otherwise: "kills the program that it has started, and nothing that this has started in turn; a script may \
                    `exec` the node",
        grade: Grade::Note,
        needs: Needs::Handshake,
        check: killed,
    },
];

fn never(record: &Record, kind: fn(&Record) -> &Kind) -> Outcome {
    let kind = kind(record);
    match &kind.first {
        None if record.messages == 0 => Outcome::Untried("it has not written a message"),
        None => Outcome::Good,
        Some(first) if kind.count == 1 => Outcome::Bad(first.clone()),
        Some(first) => Outcome::Bad(format!("{first} (the first of {})", kind.count)),
    }
}

fn end_of_input(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    battery.with_session(|_, session| {
        let deadline = Instant::now() + LAST_MOMENTS;
        session.end_input(deadline)?;
        Ok(match session.wait_for_exit(deadline)? {
            Some(Exit::Status(0)) => Outcome::Good,
            Some(exit) => Outcome::Bad(format!("it ends with {exit}")),
            None => Outcome::Bad("it is still there".to_owned()),
        })
    })
}

fn killed(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    let mut session = battery.start_up()?;
    let deadline = Instant::now() + LAST_MOMENTS;
    session.kill_alone();
    let is_gone = session.wait_for_exit(deadline)?.is_some();
    // As Maelstrom does, only now.
    session.end_input(deadline)?;
    let outcome = if !is_gone {
        Outcome::Bad("it is still there 2 s after SIGKILL".to_owned())
    } else if session.drain(deadline)? {
        Outcome::Good
    } else {
        Outcome::Bad("something that it has started goes on, and holds its stdout".to_owned())
    };
    battery.retire(session);
    Ok(outcome)
}
