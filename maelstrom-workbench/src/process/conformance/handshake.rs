//! How a node comes up.

use std::{io, time::Instant};

use super::{
    Grade,
    battery::{Battery, line},
    behaviour::{Behaviour, Needs, Outcome},
    errors,
    record::Message,
    session::NODE,
};
use crate::Value;

pub(super) const BEHAVIOURS: &[Behaviour] = &[
    Behaviour {
        name: "handshake",
        what: "answers `init` with `init_ok`",
        otherwise: "waits for it for 10 s and ends the test: \"Expected node n3 to respond to an init message\"",
        grade: Grade::Fail,
        needs: Needs::Nothing,
        check: answers_init,
    },
    Behaviour {
        name: "init-reply",
        what: "its `init_ok` comes from its own id, as `init` gives it",
        otherwise: "takes it from any node, and stops listening to one that writes in a name which does not exist",
        grade: Grade::Fail,
        needs: Needs::Handshake,
        check: |battery| Ok(init_reply(battery)),
    },
    Behaviour {
        name: "nothing-first",
        what: "sends nothing before its `init_ok`",
        otherwise: "lets it, but no other node is known to be up by then",
        grade: Grade::Note,
        needs: Needs::Handshake,
        check: |battery| Ok(nothing_first(battery)),
    },
];

/// `init`, as Maelstrom sends it.
pub(super) fn init_line(nodes: &[&str]) -> String {
    line("c0", &init(nodes), Some(1))
}

/// The members of its body.
pub(super) fn init(nodes: &[&str]) -> String {
    let nodes: Value = nodes.iter().copied().collect();
    format!(r#""type":"init","node_id":"{NODE}","node_ids":{nodes}"#)
}

fn answers_init(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    let mut session = battery.start(&[NODE])?;
    session.send(&init_line(&[NODE]));
    let patience = battery.init_patience();
    let is_reply = |message: &Message| message.dest == "c0" || message.kind() == Some("init_ok");
    let reply = session.find(0, Instant::now() + patience, is_reply)?;
    let outcome = match reply {
        Some(reply) if reply.answers("c0", 1) && reply.kind() == Some("init_ok") => {
            battery.comes_up = true;
            Outcome::Good
        }
        Some(reply) if !reply.answers("c0", 1) => {
            let found =
                reply.body.get("in_reply_to").map_or_else(|| "missing".to_owned(), |id| format!("{id}"));
            Outcome::Bad(format!(
                "its `in_reply_to` is {found}, or it goes to nobody who asked: {}",
                reply.shown()
            ))
        }
        Some(reply) => Outcome::Bad(format!("it answers {}", reply.shown())),
        None => Outcome::Bad(session.silence(patience)?),
    };
    battery.first_words = std::mem::take(&mut session.heard);
    battery.retire(session);
    Ok(outcome)
}

fn init_reply(battery: &Battery<'_>) -> Outcome {
    let reply = battery.first_words.iter().find(|message| message.kind() == Some("init_ok"));
    let reply = reply.expect("it has come up");
    if reply.src == NODE { Outcome::Good } else { Outcome::Bad(reply.shown()) }
}

fn nothing_first(battery: &Battery<'_>) -> Outcome {
    let first = battery.first_words.first().expect("it has come up");
    if first.answers("c0", 1) { Outcome::Good } else { Outcome::Bad(format!("it sends {}", first.shown())) }
}

pub(super) fn early_message(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    const OTHER: &str = "n2";
    let mut session = battery.start(&[OTHER, NODE])?;
    // As much like what another node of its kind might send as can be known.
    session.send(&line(OTHER, errors::UNKNOWN, None));
    session.send(&init_line(&[OTHER, NODE]));
    let patience = battery.init_patience();
    let reply = session.find(0, Instant::now() + patience, |message| message.answers("c0", 1))?;
    let outcome = match reply {
        Some(reply) if reply.kind() == Some("init_ok") => Outcome::Good,
        Some(reply) => Outcome::Bad(format!("it answers `init` with {}", reply.shown())),
        None => Outcome::Bad(session.silence(patience)?),
    };
    battery.retire(session);
    Ok(outcome)
}
