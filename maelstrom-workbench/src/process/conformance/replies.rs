//! What replies look like.

use std::{collections::BTreeSet, io, time::Instant};

use super::{
    Grade,
    battery::{Battery, line},
    behaviour::{Behaviour, Needs, Outcome},
    record::Message,
    session::CLIENT,
};
use crate::{Value, workload::Op};

pub(super) const BEHAVIOURS: &[Behaviour] = &[
    Behaviour {
        name: "set-up",
        what: "answers the request with which the workload sets up each node",
        otherwise: "waits for it for 5 s and ends the test",
        grade: Grade::Fail,
        needs: Needs::SetUp,
        check: set_up,
    },
    Behaviour {
        name: "request",
        what: "answers each kind of request of the workload",
        otherwise: "waits for 5 s, and takes the operation's outcome as open; without any success the test is invalid",
        grade: Grade::Fail,
        needs: Needs::Workload,
        check: request,
    },
    Behaviour {
        name: "reply-dest",
        what: "a reply's `dest` is the request's `src`",
        otherwise: "brings it to somebody else, or stops listening to the node if there is nobody",
        grade: Grade::Fail,
        needs: Needs::Workload,
        check: |battery| Ok(reply_dest(battery)),
    },
    Behaviour {
        name: "in-reply-to",
        what: "a reply's `in_reply_to` is an integer: the request's `msg_id`",
        otherwise: "ignores the reply, and so the operation times out",
        grade: Grade::Fail,
        needs: Needs::Workload,
        check: |battery| Ok(in_reply_to(battery)),
    },
    Behaviour {
        name: "reply-body",
        what: "a reply's body is an object, and its `type` a string",
        otherwise: "stops listening to the node, or takes the operation's outcome as open",
        grade: Grade::Fail,
        needs: Needs::Workload,
        check: |battery| Ok(reply_body(battery)),
    },
    Behaviour {
        name: "reply-fields",
        what: "a reply has the type and the fields that the workload asks for, and no others",
        otherwise: "says \"Malformed RPC response\", and takes the operation's outcome as open",
        grade: Grade::Fail,
        needs: Needs::Workload,
        check: |battery| {
            let outcome = reply_fields(battery);
            battery.replies_rightly = matches!(outcome, Outcome::Good | Outcome::GoodBut(_));
            Ok(outcome)
        },
    },
];

/// A request, and what came back.
pub(super) struct Exchange {
    op: Op,
    msg_id: u64,
    reply: Message,
}

fn set_up(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    let (members, kind) = battery.set_up().expect("it is not tried without");
    let mut session = battery.start_up()?;
    session.send(&line("c1", &members, Some(1)));
    let patience = battery.patience();
    let reply = session.find(0, Instant::now() + patience, |message| message.answers("c1", 1))?;
    let outcome = match reply {
        Some(reply) if reply.kind() == Some(kind) => {
            battery.keep(session);
            return Ok(Outcome::Good);
        }
        Some(reply) => Outcome::Bad(format!("{} is no `{kind}`", reply.shown())),
        None => Outcome::Bad(session.silence(patience)?),
    };
    battery.retire(session);
    Ok(outcome)
}

/// Draws operations until those of each kind that are likely were there, and keeps what comes back, as long as it looks
/// like a reply at all.
fn request(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    battery.with_session(|battery, session| {
        let (mut kinds, mut silent) = (BTreeSet::new(), None);
        for _ in 0..64 {
            let op = battery.op();
            if !kinds.insert(op.f.clone()) {
                continue;
            }
            let (msg_id, from) = (session.msg_id(), session.heard.len());
            let asked = line(CLIENT, &battery.workload().request(&op), Some(msg_id));
            session.send(&asked);
            let deadline = Instant::now() + battery.patience();
            let reply = session.find(from, deadline, |message| looks_like_reply(message, msg_id))?;
            let Some(reply) = reply else {
                silent = Some(format!("{} to {asked}", session.silence(battery.patience())?));
                break;
            };
            battery.exchanges.push(Exchange { op, msg_id, reply });
        }
        let all_right = |exchange: &Exchange| exchange.reply.answers(CLIENT, exchange.msg_id);
        battery.speaks = silent.is_none() && battery.exchanges.iter().all(all_right);
        Ok(silent.map_or(Outcome::Good, Outcome::Bad))
    })
}

/// Whether it is addressed to the client, or says in whatever way which request it answers.
fn looks_like_reply(message: &Message, msg_id: u64) -> bool {
    let in_reply_to = message.body.get("in_reply_to");
    message.dest == CLIENT
        || in_reply_to.is_some_and(|id| id.to_string().trim_matches('"') == msg_id.to_string())
}

/// The first reply that something is wrong with.
fn first(battery: &Battery<'_>, wrong: impl Fn(&Exchange) -> Option<String>) -> Outcome {
    if battery.exchanges.is_empty() {
        return Outcome::Untried("it does not answer the workload's requests");
    }
    let found = battery.exchanges.iter().find_map(|exchange| {
        wrong(exchange).map(|wrong| Outcome::Bad(format!("{wrong}: {}", exchange.reply.shown())))
    });
    found.unwrap_or(Outcome::Good)
}

fn reply_dest(battery: &Battery<'_>) -> Outcome {
    first(battery, |Exchange { reply, .. }| {
        (reply.dest != CLIENT).then(|| format!("the request came from {CLIENT}"))
    })
}

fn in_reply_to(battery: &Battery<'_>) -> Outcome {
    first(battery, |Exchange { msg_id, reply, .. }| match reply.body.get("in_reply_to") {
        Some(id) if *id == Value::from(*msg_id) => None,
        Some(id) => Some(format!("it is {id}, and not {msg_id}")),
        None => Some(format!("there is none; the request's `msg_id` was {msg_id}")),
    })
}

fn reply_body(battery: &Battery<'_>) -> Outcome {
    first(battery, |Exchange { reply, .. }| match (&reply.body, reply.kind()) {
        (Value::Object(_), Some(_)) => None,
        (Value::Object(_), None) => Some("its `type` is missing, or no string".to_owned()),
        _ => Some("its body is no object".to_owned()),
    })
}

fn reply_fields(battery: &Battery<'_>) -> Outcome {
    let workload = battery.workload();
    let mut errors = Vec::new();
    for Exchange { op, reply, .. } in &battery.exchanges {
        if reply.kind() != Some("error") {
            continue;
        }
        match reply.code() {
            Some(10) => {
                let name = workload.name();
                let what =
                    format!("it does not know `{}`; is `{name}` what it is for? {}", op.f, reply.shown());
                return Outcome::Bad(what);
            }
            Some(_) => errors.push(format!("to `{}` it answers {}", op.f, reply.shown())),
            None => return Outcome::Bad(format!("the error has no integer `code`: {}", reply.shown())),
        }
    }
    let outcome = first(battery, |Exchange { op, reply, .. }| {
        if reply.kind() == Some("error") { None } else { workload.response(op, &reply.body).err() }
    });
    match (outcome, errors.into_iter().next()) {
        (Outcome::Good, Some(error)) => Outcome::GoodBut(error),
        (outcome, _) => outcome,
    }
}
