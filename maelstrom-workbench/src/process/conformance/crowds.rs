//! Many requests at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    time::Instant,
};

use super::{
    Grade,
    battery::{Battery, QUIET, line},
    behaviour::{Behaviour, Needs, Outcome},
    record::Message,
};
use crate::Value;

/// Who asks, and how many requests each has.
const CLIENTS: u64 = 10;
const EACH: u64 = 20;

pub(super) const BEHAVIOURS: &[Behaviour] = &[
    Behaviour {
        name: "burst",
        what: "answers each of 200 requests of ten clients once, all sent at the same time",
        otherwise: "lets clients without a reply time out. A second reply that comes when its client has gone makes it \
                    stop listening to the node",
        grade: Grade::Fail,
        needs: Needs::Answers,
        check: burst,
    },
    Behaviour {
        name: "own-msg-ids",
        what: "if its replies have a `msg_id`, it is an integer, and each has another",
        otherwise: "takes a reply whose `msg_id` is no integer for malformed; that they differ it does not check",
        grade: Grade::Fail,
        needs: Needs::Answers,
        check: |battery| Ok(own_msg_ids(battery)),
    },
];

fn burst(battery: &mut Battery<'_>) -> io::Result<Outcome> {
    let patience = battery.patience();
    battery.with_session(|battery, session| {
        let from = session.heard.len();
        let mut open = BTreeSet::new();
        let base = session.msg_id();
        for k in 0..EACH {
            for client in 0..CLIENTS {
                // Clients count for themselves, so the same number comes from each.
                let (client, msg_id) = (format!("c{}", 10 + client), base + k);
                session.send(&line(&client, &battery.known_request(), Some(msg_id)));
                open.insert((client, msg_id));
            }
        }
        let mut counts: BTreeMap<(String, u64), usize> = BTreeMap::new();
        session.find(from, Instant::now() + patience, |message| {
            if let Some(request) = answered(message) {
                open.remove(&request);
            }
            open.is_empty()
        })?;
        if let Some((client, msg_id)) = open.first() {
            return Ok(Outcome::Bad(format!(
                "{} of {} have no reply, the one with `msg_id` {msg_id} of {client} among them: {}",
                open.len(),
                CLIENTS * EACH,
                session.silence(patience)?,
            )));
        }
        // Second replies, if there are some, are probably right behind the first.
        session.find(session.heard.len(), Instant::now() + QUIET, |_| false)?;
        for message in &session.heard[from..] {
            if let Some(request) = answered(message) {
                *counts.entry(request).or_default() += 1;
            }
        }
        battery.crowd = session.heard[from..].to_vec();
        let twice = counts.iter().filter(|(_, count)| **count > 1);
        Ok(match (twice.clone().count(), twice.into_iter().next()) {
            (more, Some(((client, msg_id), count))) => Outcome::Bad(format!(
                "{more} have several replies, the one with `msg_id` {msg_id} of {client} {count} of them"
            )),
            _ => Outcome::Good,
        })
    })
}

/// Which request a message answers: whose, and its `msg_id`.
fn answered(message: &Message) -> Option<(String, u64)> {
    let id = message.body.get("in_reply_to")?.as_integer()?.as_i64()?;
    Some((message.dest.clone(), u64::try_from(id).ok()?))
}

fn own_msg_ids(battery: &Battery<'_>) -> Outcome {
    let mut known: BTreeSet<&Value> = BTreeSet::new();
    for message in &battery.crowd {
        let Some(id) = message.body.get("msg_id") else { continue };
        if id.as_integer().is_none() {
            return Outcome::Bad(format!("{id} is no integer: {}", message.shown()));
        }
        if !known.insert(id) {
            return Outcome::Odd(format!("{id} comes twice: {}", message.shown()));
        }
    }
    match (battery.crowd.is_empty(), known.is_empty()) {
        (true, _) => Outcome::Untried("not all of many requests are answered"),
        (false, true) => Outcome::GoodBut("they have none".to_owned()),
        (false, false) => Outcome::Good,
    }
}
