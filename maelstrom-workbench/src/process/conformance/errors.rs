//! What a node does with messages that it can't do anything with.

use std::io;

use super::{
    Grade,
    battery::{Battery, line, object},
    behaviour::{Behaviour, Needs, Outcome},
    handshake,
    session::CLIENT,
};
use crate::Value;

/// What no node knows, as members of a body.
pub(super) const UNKNOWN: &str = r#""type":"no_such_type","with":[1,"two"]"#;

pub(super) const BEHAVIOURS: &[Behaviour] = &[
    Behaviour {
        name: "unknown-type",
        what: "answers a request of a type that it does not know with error 10, and goes on",
        otherwise: "has the code for it (not supported). Silence costs the client 5 s and leaves the outcome open; \
                    a node that crashes ends the test",
        grade: Grade::Fail,
        needs: Needs::Handshake,
        check: unknown_request,
    },
    Behaviour {
        name: "unknown-message",
        what: "does not answer a message of unknown type without `msg_id`, and goes on",
        otherwise: "brings what it answers to whoever wrote, who did not ask: two nodes may answer each other for ever. A \
                    node that crashes ends the test",
        grade: Grade::Fail,
        needs: Needs::Answers,
        check: unknown_message,
    },
    Behaviour {
        name: "early-message",
        what: "comes up also if another node's message is there before `init`",
        otherwise: "initialises all nodes at the same time, so a faster one may write first; without `init_ok` the test ends",
        grade: Grade::Fail,
        needs: Needs::SurvivesUnknown,
        check: handshake::early_message,
    },
    Behaviour {
        name: "missing-fields",
        what: "answers a request that lacks its fields with an error (12, malformed request), and goes on",
        otherwise: "sends none, but other nodes of yours may; a node that crashes ends the test",
        grade: Grade::Fail,
        needs: Needs::WorkloadAnswers,
        check: missing_fields,
    },
    Behaviour {
        name: "stray-reply",
        what: "does not answer replies that it does not wait for, and goes on",
        otherwise: "brings late replies, of services and of nodes, like any other message. A node that crashes ends the test",
        grade: Grade::Fail,
        needs: Needs::SurvivesUnknown,
        check: stray_reply,
    },
];

fn unknown_request(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    battery.with_session(|battery, session| {
        let msg_id = session.msg_id();
        let asked = line(CLIENT, UNKNOWN, Some(msg_id));
        let reply = match battery.ask(session, msg_id, &asked)? {
            Ok(reply) => reply,
            Err(what) => return Ok(Outcome::Bad(format!("{what}, to {asked}"))),
        };
        battery.answers_unknown = true;
        if reply.kind() != Some("error") || reply.code() != Some(10) {
            return Ok(Outcome::Bad(format!("it answers {}", reply.shown())));
        }
        if let Err(what) = battery.goes_on(session)? {
            battery.answers_unknown = false;
            return Ok(Outcome::Bad(what));
        }
        match reply.body.get("text") {
            Some(Value::String(_)) => Ok(Outcome::Good),
            _ => Ok(Outcome::GoodBut(format!("without a `text` that says what is wrong: {}", reply.shown()))),
        }
    })
}

/// What is told, and must not be answered.
fn told(battery: &mut Battery<'_>, lines: &[&str], because: &str) -> io::Result<Outcome> {
    battery.with_session(|battery, session| {
        let told = battery.tell(session, lines)?;
        battery.survives_unknown = told.is_ok();
        Ok(match told {
            Ok(None) => Outcome::Good,
            Ok(Some(answer)) => Outcome::Bad(format!("it answers {because}: {}", answer.shown())),
            Err(what) => Outcome::Bad(what),
        })
    })
}

fn unknown_message(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    told(battery, &[&line(CLIENT, UNKNOWN, None)], "what nobody asked")
}

fn stray_reply(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    let read = line("seq-kv", r#""type":"read_ok","value":1,"in_reply_to":471100"#, None);
    let error = line("lin-kv", r#""type":"error","code":22,"text":"too late","in_reply_to":471101"#, None);
    // Of a type that the node can't have asked for, and with an id of its own, as nodes' replies have.
    let other = line(CLIENT, r#""type":"no_such_type_ok","in_reply_to":471102"#, Some(471_103));
    told(battery, &[&read, &error, &other], "a reply")
}

fn missing_fields(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    battery.with_session(|battery, session| {
        let mut odd = None;
        for kind in kinds_with_fields(battery) {
            let msg_id = session.msg_id();
            let asked = line(CLIENT, &format!(r#""type":{kind}"#), Some(msg_id));
            match battery.ask(session, msg_id, &asked)? {
                Ok(reply) if reply.code() == Some(12) && reply.kind() == Some("error") => {}
                Ok(reply) if reply.kind() == Some("error") => {
                    odd = Some(format!("it answers with another error: {}", reply.shown()));
                }
                Ok(reply) => odd = Some(format!("it takes it as if nothing was missing: {}", reply.shown())),
                Err(what) => return Ok(Outcome::Bad(format!("{what}, to {asked}"))),
            }
            if let Err(what) = battery.goes_on(session)? {
                return Ok(Outcome::Bad(what));
            }
        }
        Ok(odd.map_or(Outcome::Good, Outcome::Odd))
    })
}

/// The types of requests that have fields.
fn kinds_with_fields(battery: &mut Battery<'_>) -> Vec<Value> {
    let mut kinds = Vec::new();
    for _ in 0..64 {
        let op = battery.op();
        let request = object(&battery.workload().request(&op));
        if let (Value::Object(members), Some(kind)) = (&request, request.get("type"))
            && members.len() > 1
            && !kinds.contains(kind)
        {
            kinds.push(kind.clone());
        }
    }
    kinds
}
