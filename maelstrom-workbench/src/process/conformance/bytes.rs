//! The ways in which a message may be written, and lines that are none.

use std::{fmt::Write, io};

use super::{
    Grade,
    battery::{Battery, line, object},
    behaviour::{Behaviour, Needs, Outcome},
    errors,
    record::shown,
    session::{CLIENT, NODE},
};
use crate::{Value, workload::Op};

pub(super) const BEHAVIOURS: &[Behaviour] = &[
    Behaviour {
        name: "key-order",
        what: "reads a message whatever the order of its keys",
        otherwise: "does not promise any order, and has `id` first today",
        grade: Grade::Fail,
        needs: Needs::Answers,
        check: key_order,
    },
    Behaviour {
        name: "white-space",
        what: "reads a message with blanks between its parts",
        otherwise: "sends none today, but it is JSON all the same, and other nodes' libraries may",
        grade: Grade::Note,
        needs: Needs::Answers,
        check: white_space,
    },
    Behaviour {
        name: "envelope-id",
        what: "takes a message with an `id` beside `src`, `dest` and `body`",
        otherwise: "numbers all messages so: every one that it sends has an `id`",
        grade: Grade::Fail,
        needs: Needs::Answers,
        check: envelope_id,
    },
    Behaviour {
        name: "more-in-envelope",
        what: "takes a message with further members beside `body`",
        otherwise: "sends none but `id` today",
        grade: Grade::Note,
        needs: Needs::Answers,
        check: more_in_envelope,
    },
    Behaviour {
        name: "more-in-body",
        what: "takes a body with members that it does not know",
        otherwise: "sends none today",
        grade: Grade::Note,
        needs: Needs::Answers,
        check: more_in_body,
    },
    Behaviour {
        name: "no-json",
        what: "goes on after a line that is not JSON",
        otherwise: "never sends one; people at a terminal do",
        grade: Grade::Note,
        needs: Needs::Answers,
        check: no_json,
    },
    Behaviour {
        name: "blank-line",
        what: "goes on after a blank line",
        otherwise: "never sends one; people at a terminal do",
        grade: Grade::Note,
        needs: Needs::Answers,
        check: blank_line,
    },
    Behaviour {
        name: "long-line",
        what: "takes a message of 1 MiB, and goes on",
        otherwise: "sets no limit: a message with all values of a long test may be as long, and many readers of lines \
                    stop at 64 KiB",
        grade: Grade::Fail,
        needs: Needs::Answers,
        check: long_line,
    },
    Behaviour {
        name: "text",
        what: "gives text back as it was: escapes, accents, emoji, line breaks",
        otherwise: "compares texts by their characters, however they are written",
        grade: Grade::Fail,
        needs: Needs::Echo,
        check: text,
    },
    Behaviour {
        name: "big-integers",
        what: "gives integers back as they were, also beyond 2^53 and 2^64, or refuses them",
        otherwise: "has integers of any size, but its workloads use small ones",
        grade: Grade::Note,
        needs: Needs::Echo,
        check: big_integers,
    },
    Behaviour {
        name: "big-msg-id",
        what: "answers a request whose `msg_id` is 2^53 + 1",
        otherwise: "counts from 1 and never comes so far",
        grade: Grade::Note,
        needs: Needs::Answers,
        check: big_msg_id,
    },
];

/// Asks what the node knows, in lines written from the members of the body and the id.
fn ask_as(battery: &mut Battery<'_>, write: &[fn(&str, u64) -> String]) -> io::Result<Outcome> {
    battery.with_session(|battery, session| {
        for write in write {
            let (members, msg_id) = (battery.known_request(), session.msg_id());
            let asked = write(&members, msg_id);
            if let Err(what) = battery.ask(session, msg_id, &asked)? {
                return Ok(Outcome::Bad(format!("{what}, to {}", shown(&asked))));
            }
        }
        Ok(Outcome::Good)
    })
}

fn key_order(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    ask_as(
        battery,
        &[
            |members, msg_id| {
                let body = sorted(members, msg_id, false);
                format!(r#"{{"body":{body},"dest":"{NODE}","src":"{CLIENT}"}}"#)
            },
            |members, msg_id| {
                let body = sorted(members, msg_id, true);
                format!(r#"{{"dest":"{NODE}","body":{body},"src":"{CLIENT}"}}"#)
            },
        ],
    )
}

/// A body with its members in alphabetical order, or the other way round.
fn sorted(members: &str, msg_id: u64, reversed: bool) -> String {
    let Value::Object(members) = object(&format!(r#"{members},"msg_id":{msg_id}"#)) else {
        unreachable!("it was written as one")
    };
    let mut members: Vec<_> =
        members.iter().map(|(name, value)| format!("{}:{value}", Value::from(name.as_str()))).collect();
    if reversed {
        members.reverse();
    }
    format!("{{{}}}", members.join(","))
}

fn white_space(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    ask_as(
        battery,
        &[|members, msg_id| {
            // Between the parts whose texts are known; inside of strings, blanks would be others.
            format!(
                "\t {{ \"src\" : \"{CLIENT}\" ,\t\"dest\" : \"{NODE}\" , \"body\" : {{ {members} , \"msg_id\" :  {msg_id} }} }} \t"
            )
        }],
    )
}

fn envelope_id(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    ask_as(
        battery,
        &[|members, msg_id| {
            let rest = line(CLIENT, members, Some(msg_id));
            format!(r#"{{"id":{},{}"#, 1000 + msg_id, &rest[1..])
        }],
    )
}

fn more_in_envelope(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    ask_as(
        battery,
        &[|members, msg_id| {
            let rest = line(CLIENT, members, Some(msg_id));
            format!(r#"{{"trace":{{"hops":["{CLIENT}"]}},"ttl":null,{}"#, &rest[1..])
        }],
    )
}

fn more_in_body(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    let outcome = ask_as(
        battery,
        &[|members, msg_id| line(CLIENT, &format!(r#""trace":{{"a":[1,null]}},{members}"#), Some(msg_id))],
    )?;
    battery.takes_more = matches!(outcome, Outcome::Good);
    Ok(outcome)
}

fn goes_on_after(battery: &mut Battery<'_>, lines: &[&str]) -> io::Result<Outcome> {
    battery.with_session(|battery, session| {
        for line in lines {
            session.send(line);
        }
        Ok(battery.goes_on(session)?.map_or_else(Outcome::Bad, |()| Outcome::Good))
    })
}

fn no_json(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    goes_on_after(battery, &["this is no JSON", r#"{"src":"c2","dest":"#])
}

fn blank_line(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    goes_on_after(battery, &["", "  "])
}

/// Tries it with whatever the node takes otherwise, so that nothing but the length is new to it.
fn long_line(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    let long = "0123456789abcdef".repeat(1 << 16);
    if battery.speaks_echo() {
        return echoes(battery, &[format!(r#""{long}""#)], Outcome::Bad);
    }
    battery.with_session(|battery, session| {
        let members = match (battery.answers_unknown, battery.takes_more) {
            (true, _) => errors::UNKNOWN.to_owned(),
            (false, true) => battery.known_request(),
            (false, false) => return Ok(Outcome::Untried("it takes nothing that may be long")),
        };
        let msg_id = session.msg_id();
        let asked = line(CLIENT, &format!(r#"{members},"long":"{long}""#), Some(msg_id));
        if let Err(what) = battery.ask(session, msg_id, &asked)? {
            return Ok(Outcome::Bad(what));
        }
        Ok(battery.goes_on(session)?.map_or_else(Outcome::Bad, |()| Outcome::Good))
    })
}

fn text(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    let texts = [
        r#""""#,
        r#""é ü 漢字 😀 \u2028""#,
        r#""\u00e9 \ud83d\ude00 \u0041""#,
        r#""\" \\ \/ \b \f \n \r \t""#,
        r#""{\"src\":\"c2\"}""#,
    ];
    echoes(battery, &texts.map(str::to_owned), Outcome::Bad)
}

fn big_integers(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    let integers = [
        "9007199254740993",
        "-9223372036854775808",
        "18446744073709551615",
        "123456789012345678901234567890",
    ];
    // A workload may well be about texts only.
    echoes(battery, &integers.map(str::to_owned), Outcome::GoodBut)
}

/// Whether the node gives these values back, written as JSON, as they were.
fn echoes(
    battery: &mut Battery<'_>,
    values: &[String],
    if_refused: fn(String) -> Outcome,
) -> io::Result<Outcome> {
    battery.with_session(|battery, session| {
        let (mut wrong, mut refused) = (String::new(), None);
        for text in values {
            let msg_id = session.msg_id();
            let asked = line(CLIENT, &format!(r#""type":"echo","echo":{text}"#), Some(msg_id));
            let reply = match battery.ask(session, msg_id, &asked)? {
                Ok(reply) => reply,
                Err(what) => return Ok(Outcome::Bad(format!("{what}, to {}", shown(&asked)))),
            };
            if reply.kind() == Some("error") {
                refused = Some(format!("it refuses {}: {}", shown(text), reply.shown()));
                continue;
            }
            let value: Value = text.parse().expect("it is JSON");
            let op = Op::new("echo", value.clone());
            let back = match battery.workload().response(&op, &reply.body) {
                Ok(_) => reply.body.get("echo").cloned().unwrap_or_default(),
                Err(_) => {
                    return Ok(Outcome::Bad(format!("it answers {} with {}", shown(text), reply.shown())));
                }
            };
            if back != value {
                let separator = if wrong.is_empty() { "" } else { "; " };
                let _ =
                    write!(wrong, "{separator}{} comes back as {}", shown(text), shown(&back.to_string()));
            }
        }
        Ok(match (wrong.is_empty(), refused) {
            (false, _) => Outcome::Bad(wrong),
            (true, Some(refused)) => if_refused(refused),
            (true, None) => Outcome::Good,
        })
    })
}

fn big_msg_id(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    battery.with_session(|battery, session| {
        let msg_id = (1 << 53) + 1;
        let asked = line(CLIENT, &battery.known_request(), Some(msg_id));
        let answer = battery.ask(session, msg_id, &asked)?;
        Ok(answer.map_or_else(Outcome::Bad, |_| Outcome::Good))
    })
}
