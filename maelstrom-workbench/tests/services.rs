//! The services against what Maelstrom's own answered.
//!
//! `services/battery.jsonl` has the requests that a node sent to the services of Maelstrom 0.2.5, one at a time, and
//! what it was answered: `{"service": name, "request": body, "reply": body, or null if none came}`, in order, the bodies
//! byte for byte.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use maelstrom_workbench::{
    Quirk, Value,
    random::{Stream, Streams},
    service::{self, Answer, Service},
};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Case {
    service: String,
    request: Value,
    reply: Option<Box<RawValue>>,
}

impl Case {
    fn recorded(&self) -> Option<&str> {
        self.reply.as_deref().map(RawValue::get)
    }

    /// An answer as the node would get it.
    fn body(&self, answer: &Answer) -> Option<String> {
        let id = self.request.get("msg_id").unwrap_or(&Value::Null);
        answer.reply.as_ref().map(|reply| format!(r#"{{{reply},"in_reply_to":{id}}}"#))
    }
}

fn battery(service: &str) -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/services/battery.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    let cases: Vec<Case> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let cases: Vec<_> = cases.into_iter().filter(|case| case.service == service).collect();
    assert!(!cases.is_empty(), "{service} was asked");
    cases
}

fn service(name: &str, compat: bool) -> Box<dyn Service> {
    service::all(compat).into_iter().find(|service| service.name() == name).unwrap()
}

fn stream(seed: u64) -> Stream {
    Streams::new(seed).stream("service")
}

fn json(text: &str) -> Value {
    text.parse().unwrap()
}

fn quirk(answer: &Answer) -> Option<Quirk> {
    answer.would.as_ref().map(|(quirk, _)| *quirk)
}

/// These answer a single caller in one way only, `seq-kv` too: its changes bring it up to date, and nobody else's leave
/// it behind.
const DETERMINED: [&str; 3] = ["lin-kv", "seq-kv", "lin-tso"];

#[test]
fn services_have_maelstroms_names_in_this_order() {
    for compat in [false, true] {
        let names: Vec<_> = service::all(compat).iter().map(|service| service.name()).collect();
        assert_eq!(names, ["lin-kv", "seq-kv", "lww-kv", "lin-tso"]);
    }
}

#[test]
fn compat_answers_the_battery_to_the_byte() {
    for (name, seed) in DETERMINED.into_iter().flat_map(|name| (0..20).map(move |seed| (name, seed))) {
        let mut service = service(name, true);
        let mut random = stream(seed);
        for case in battery(name) {
            let answer = service.handle("n0", &case.request, &mut random);
            assert_eq!(case.body(&answer).as_deref(), case.recorded(), "{name}, {}", case.request);
            assert_eq!(answer.would, None, "{name}, {}", case.request);
        }
    }
}

#[test]
fn the_default_answers_the_battery_to_the_byte_but_for_unknown_requests() {
    for name in DETERMINED {
        let mut service = service(name, false);
        let mut random = stream(1);
        for case in battery(name) {
            let answer = service.handle("n0", &case.request, &mut random);
            if let Some(recorded) = case.recorded() {
                assert_eq!(case.body(&answer).as_deref(), Some(recorded), "{name}, {}", case.request);
                assert_eq!(answer.would, None, "{name}, {}", case.request);
            } else {
                assert!(answer.reply.as_ref().unwrap().starts_with(r#""type":"error","code":10,"#));
                assert_eq!(quirk(&answer), Some(Quirk::SilentServices));
            }
        }
    }
}

/// A stream of which the next draw among two is this.
fn drawing(replica: usize) -> Stream {
    let seed = (0..100).find(|&seed| stream(seed).index(2) == replica).unwrap();
    stream(seed)
}

/// `lww-kv` as Maelstrom has it, after these requests to these replicas.
fn after(requests: &[&Value], replicas: &[usize]) -> Box<dyn Service> {
    let mut service = service("lww-kv", true);
    for (request, replica) in requests.iter().zip(replicas) {
        service.handle("n0", request, &mut drawing(*replica));
    }
    service
}

/// Searches for the coin flips that explain what was recorded. As replicas exchange nothing, keys have nothing to do
/// with each other, and what a replica has of a key shows in a read.
#[test]
fn compat_can_answer_as_the_battery_of_lww_kv_has_it() {
    let cases = battery("lww-kv");
    let mut by_key: BTreeMap<Value, Vec<&Case>> = BTreeMap::new();
    for case in &cases {
        let key = case.request.get("key").cloned().unwrap_or_default();
        by_key.entry(key).or_default().push(case);
    }
    let mut states_at_most = 0;
    for (key, cases) in by_key {
        let requests: Vec<_> = cases.iter().map(|case| &case.request).collect();
        let read = Value::object([("type", "read".into()), ("key", key.clone())]);
        let mut candidates = vec![vec![]];
        for (done, case) in cases.iter().enumerate() {
            // By what the replicas have: which of them has what does not matter.
            let mut states: BTreeMap<[Option<String>; 2], Vec<usize>> = BTreeMap::new();
            for (candidate, replica) in
                candidates.iter().flat_map(|candidate| [0, 1].map(|replica| (candidate, replica)))
            {
                let mut service = after(&requests[..done], candidate);
                let answer = service.handle("n0", &case.request, &mut drawing(replica));
                if case.body(&answer).as_deref() == case.recorded() {
                    let mut state =
                        [0, 1].map(|replica| service.handle("n0", &read, &mut drawing(replica)).reply);
                    state.sort();
                    states.insert(state, [candidate.as_slice(), &[replica]].concat());
                }
            }
            assert!(
                !states.is_empty(),
                "key {key}: {} can't be answered {:?}",
                case.request,
                case.recorded()
            );
            states_at_most = states_at_most.max(states.len());
            candidates = states.into_values().collect();
        }
    }
    assert!(states_at_most > 1, "the search had something to choose from");
}

/// The answer of `lin-kv`, the key having this value or none.
fn answer_of_lin_kv(key: &Value, value: Option<&Value>, request: &Value) -> Option<String> {
    let mut lin_kv = service("lin-kv", false);
    if let Some(value) = value {
        let fields = [("type", "write".into()), ("key", key.clone()), ("value", value.clone())];
        lin_kv.handle("n0", &Value::object(fields), &mut stream(1));
    }
    lin_kv.handle("n0", request, &mut stream(1)).reply
}

/// So with `create_if_not_exists`, and with the texts of the other stores.
#[test]
fn lww_kv_answers_the_battery_as_lin_kv_would_had_it_a_value_that_was_written_once_or_none() {
    let (mut newest, mut stale) = (0, 0);
    for seed in 0..20 {
        let mut service = service("lww-kv", false);
        let mut random = stream(seed);
        let mut written: BTreeMap<Value, Vec<Value>> = BTreeMap::new();
        for case in battery("lww-kv").iter().filter(|case| case.reply.is_some()) {
            let request = &case.request;
            let field = |name| request.get(name).cloned().unwrap_or_default();
            let values = written.entry(field("key")).or_default();
            let reply = service.handle("n0", request, &mut random).reply;
            if reply == answer_of_lin_kv(&field("key"), values.last(), request) {
                newest += 1;
            } else {
                let mut older = values.iter().map(Some).chain([None]);
                let is_stale = older.any(|value| reply == answer_of_lin_kv(&field("key"), value, request));
                assert!(is_stale, "seed {seed}: {request} is answered {reply:?}");
                stale += 1;
            }
            match reply.as_deref() {
                Some(r#""type":"write_ok""#) => values.push(field("value")),
                Some(r#""type":"cas_ok""#) => values.push(field("to")),
                _ => {}
            }
        }
    }
    assert!(newest > 1000 && stale > 200, "{newest} answers from the newest value, {stale} from older ones");
}

#[test]
fn an_unknown_request_gets_error_10_which_says_what_there_is() {
    let answer = |name, request| service(name, false).handle("n0", &json(request), &mut stream(1));
    let reply = |name, request| answer(name, request).reply.unwrap();
    assert_eq!(
        reply("lin-kv", r#"{"type": "delete", "key": 1}"#),
        r#""type":"error","code":10,"text":"lin-kv does not support requests of type `delete`; it supports read, write and cas""#
    );
    assert_eq!(
        reply("lin-tso", r#"{"msg_id": 1}"#),
        r#""type":"error","code":10,"text":"lin-tso does not support requests without a type; it supports ts""#
    );
    assert!(
        reply("seq-kv", r#"{"type": ["read"]}"#).contains(r#"of type `[\"read\"]`; it supports read, write"#)
    );
    let would = answer("lww-kv", r#"{"type": "delete"}"#).would;
    let text = "stay silent about a request of type `delete` to lww-kv".to_owned();
    assert_eq!(would, Some((Quirk::SilentServices, text)));
}

#[test]
fn however_many_requests_a_service_says_one_thing_per_quirk() {
    for mut service in service::all(false) {
        let mut random = stream(1);
        let mut said = BTreeSet::new();
        for k in 0..300 {
            let long = "x".repeat(k);
            for body in [
                r#"{"type": "read", "key": "x"}"#.to_owned(),
                format!(r#"{{"type": "write", "key": "x", "value": {k}}}"#),
                format!(r#"{{"type": "cas", "key": {k}, "create_if_not_exists": 0}}"#),
                format!(r#"{{"type": "{long}"}}"#),
            ] {
                // At times another caller, which is far behind then.
                let src = if k % 50 == 0 { "n2" } else { "n1" };
                said.extend(service.handle(src, &json(&body), &mut random).would);
            }
        }
        let quirks: Vec<_> = said.iter().map(|(quirk, _)| quirk.name()).collect();
        let expected: &[_] = match service.name() {
            "seq-kv" => &["Q-10", "Q-11"],
            "lww-kv" => &["Q-10", "Q-12", "Q-13"],
            _ => &["Q-10"],
        };
        assert_eq!(quirks, expected, "{}: {said:?}", service.name());
    }
}

#[test]
fn maelstroms_lww_kv_is_told_apart_only_where_it_could_answer_otherwise() {
    let mut service = service("lww-kv", false);
    let mut random = stream(1);
    let mut quirk = |body| quirk(&service.handle("n1", &json(body), &mut random));
    assert_eq!(quirk(r#"{"type": "read", "key": 1}"#), None);
    assert_eq!(quirk(r#"{"type": "write", "key": 1, "value": 1}"#), None);
    assert_eq!(quirk(r#"{"type": "write", "key": 1, "value": 2}"#), None);
    assert_eq!(quirk(r#"{"type": "read", "key": 2}"#), None);
    assert_eq!(quirk(r#"{"type": "read", "key": 1}"#), Some(Quirk::LwwKvNeverConverges));
    assert_eq!(quirk(r#"{"type": "cas", "key": 1}"#), Some(Quirk::LwwKvNeverConverges));
    assert_eq!(quirk(r#"{"type": "cas", "key": 3}"#), None);
    let create = r#"{"type": "cas", "key": 3, "to": 1, "create_if_not_exists": true}"#;
    assert_eq!(quirk(create), Some(Quirk::LwwKvNeverCreates));
}
