//! One client: where it is in each log that it polls.

use std::collections::BTreeMap;

use super::{
    super::{Next, Op, Session, fields},
    offsets::{self, Offsets},
};
use crate::{Value, history::Kind};

/// A client, new with no log assigned.
#[derive(Debug, Default)]
pub(super) struct Client {
    /// The next offset to poll of each key.
    next: Offsets,
    /// What the present operation has got so far.
    got: Got,
}

#[derive(Debug, Default)]
enum Got {
    #[default]
    Nothing,
    /// What a poll returned, and what of it is to be committed.
    Messages(Value, Offsets),
    /// What the nodes said was committed.
    Committed(Value),
}

impl Client {
    /// The request that an operation begins with.
    pub(super) fn first_request(&self, op: &Op) -> String {
        match &*op.f {
            "send" => {
                let [key, message] = sent(op);
                format!(r#""key":{key},"msg":{message},"type":"send""#)
            }
            "poll" => format!(r#""offsets":{},"type":"poll""#, offsets::json(&self.next)),
            _ => format!(r#""keys":{},"type":"list_committed_offsets""#, op.value),
        }
    }

    /// What a poll has returned; else the operation's value.
    pub(super) fn value(&self, op: &Op) -> Value {
        match &self.got {
            Got::Messages(messages, _) => {
                Value::List(vec![Value::List(vec!["poll".into(), messages.clone()])])
            }
            Got::Nothing | Got::Committed(_) => op.value.clone(),
        }
    }

    fn polled(&mut self, op: &Op, messages: &Value) -> Next {
        let greatest = offsets::greatest(messages);
        let after = |(key, offset): (&String, &i64)| (key.clone(), offset.saturating_add(1));
        offsets::raise(&mut self.next, greatest.iter().map(after).collect());
        let commit = format!(r#""offsets":{},"type":"commit_offsets""#, offsets::json(&greatest));
        let has_messages = !greatest.is_empty();
        self.got = Got::Messages(messages.clone(), greatest);
        if has_messages { Next::Request(commit) } else { Next::Done(self.value(op)) }
    }

    /// Goes on with these keys: where it was, or else where others have committed, or else at 0. Others are dropped.
    fn assign(&mut self, op: &Op, committed: &Offsets) {
        let before = std::mem::take(&mut self.next);
        for key in op.value.as_list().unwrap_or_default().iter().filter_map(Value::as_str) {
            let known = before.get(key).or_else(|| committed.get(key));
            let next = if is_from_beginning(op) { 0 } else { known.copied().unwrap_or(0) };
            self.next.insert(key.to_owned(), next);
        }
    }
}

impl Session for Client {
    fn begin(&mut self, op: &Op) -> Next {
        self.got = Got::Nothing;
        match &*op.f {
            "crash" => Next::Crash,
            "assign" if is_from_beginning(op) => {
                self.assign(op, &Offsets::new());
                Next::Done(op.value.clone())
            }
            _ => Next::Request(self.first_request(op)),
        }
    }

    fn reply(&mut self, op: &Op, reply: &Value) -> Result<Next, String> {
        match (&*op.f, &self.got) {
            ("send", _) => {
                let [offset] = fields(reply, "send_ok", ["offset"])?;
                offset.as_integer().ok_or("its `offset` is no integer")?;
                let [key, message] = sent(op);
                let pair = Value::List(vec![offset.clone(), message]);
                Ok(Next::Done(Value::List(vec![Value::List(vec!["send".into(), key, pair])])))
            }
            ("poll", Got::Nothing) => {
                let [messages] = fields(reply, "poll_ok", ["msgs"])?;
                check_messages(messages)?;
                Ok(self.polled(op, messages))
            }
            ("poll", _) => fields(reply, "commit_offsets_ok", []).map(|[]| Next::Done(self.value(op))),
            _ => {
                let [offsets] = fields(reply, "list_committed_offsets_ok", ["offsets"])?;
                self.assign(op, &read(offsets)?);
                self.got = Got::Committed(offsets.clone());
                Ok(Next::Done(op.value.clone()))
            }
        }
    }

    fn further(&self, op: &Op, kind: Kind) -> BTreeMap<String, Value> {
        let mut further = BTreeMap::new();
        if is_from_beginning(op) {
            further.insert("seek-to-beginning?".to_owned(), true.into());
        }
        match &self.got {
            Got::Committed(offsets) if kind == Kind::Ok => {
                further.insert("committed".to_owned(), offsets.clone());
            }
            Got::Messages(_, offsets) if kind == Kind::Info && !offsets.is_empty() => {
                further.insert("committed".to_owned(), offsets::json(offsets));
            }
            _ => {}
        }
        further
    }
}

/// Whether it is the assign of the final phase.
fn is_from_beginning(op: &Op) -> bool {
    op.is_final && op.f == "assign"
}

/// Key and message of a send. Schedules could hold anything.
fn sent(op: &Op) -> [Value; 2] {
    match op.value.as_list().and_then(|ops| ops.first()?.as_list()) {
        Some([_, key, message]) => [key.clone(), message.clone()],
        _ => [Value::Null, Value::Null],
    }
}

/// Whether they are lists of `[offset, message]` by key.
fn check_messages(messages: &Value) -> Result<(), String> {
    let Value::Object(messages) = messages else { return Err("its `msgs` is no object".to_owned()) };
    let is_pair = |pair: &Value| pair.as_list().is_some_and(|pair| pair.len() == 2) && has_offset(pair);
    for (key, pairs) in messages {
        let is_right = pairs.is_null() || pairs.as_list().is_some_and(|pairs| pairs.iter().all(is_pair));
        if !is_right {
            return Err(format!(
                "its `msgs` has for key {key:?} no list of pairs of an offset and a message"
            ));
        }
    }
    Ok(())
}

fn has_offset(pair: &Value) -> bool {
    pair.as_list().and_then(|pair| pair.first()?.as_i64()).is_some()
}

fn read(offsets: &Value) -> Result<Offsets, String> {
    let Value::Object(offsets) = offsets else { return Err("its `offsets` is no object".to_owned()) };
    let of_key = |(key, offset): (&String, &Value)| {
        let offset =
            offset.as_i64().ok_or_else(|| format!("its `offsets` has no integer for key {key:?}"))?;
        Ok((key.clone(), offset))
    };
    offsets.iter().map(of_key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Value {
        text.parse().unwrap()
    }

    fn poll() -> Op {
        Op::new("poll", json(r#"[["poll"]]"#))
    }

    /// What a poll asks for.
    fn asks(client: &mut Client, offsets: &str) {
        let request = Next::Request(format!(r#""offsets":{offsets},"type":"poll""#));
        assert_eq!(client.begin(&poll()), request);
    }

    fn assign(client: &mut Client, keys: &str, committed: &str) {
        let op = Op::new("assign", json(keys));
        let request = Next::Request(format!(r#""keys":{keys},"type":"list_committed_offsets""#));
        assert_eq!(client.begin(&op), request);
        let reply = format!(r#"{{"type":"list_committed_offsets_ok","offsets":{committed}}}"#);
        assert_eq!(client.reply(&op, &json(&reply)), Ok(Next::Done(op.value.clone())));
        assert_eq!(client.further(&op, Kind::Ok)["committed"], json(committed));
    }

    #[test]
    fn an_assign_goes_on_where_it_was_or_at_what_is_committed_or_at_0() {
        let mut client = Client::default();
        asks(&mut client, "{}");
        assign(&mut client, r#"["a","b"]"#, r#"{"b":4}"#);
        asks(&mut client, r#"{"a":0,"b":4}"#);
        // What was committed elsewhere does not change where it is.
        assign(&mut client, r#"["b","c"]"#, r#"{"b":9,"c":2}"#);
        asks(&mut client, r#"{"b":4,"c":2}"#);
    }

    #[test]
    fn a_poll_commits_the_last_offset_of_each_key_and_goes_on_behind_it() {
        let mut client = Client::default();
        assign(&mut client, r#"["a","b","c"]"#, "{}");
        let op = poll();
        client.begin(&op);
        let messages = r#"{"a":[[0,"x"],[3,"y"]],"b":[],"d":[[1,"z"]]}"#;
        let reply = json(&format!(r#"{{"type":"poll_ok","msgs":{messages}}}"#));
        let commit = r#""offsets":{"a":3,"d":1},"type":"commit_offsets""#;
        assert_eq!(client.reply(&op, &reply), Ok(Next::Request(commit.to_owned())));
        // If no reply comes, what may have been committed is known at least.
        assert_eq!(client.further(&op, Kind::Info)["committed"], json(r#"{"a":3,"d":1}"#));
        let done = client.reply(&op, &json(r#"{"type":"commit_offsets_ok"}"#));
        assert_eq!(done, Ok(Next::Done(json(&format!(r#"[["poll",{messages}]]"#)))));
        asks(&mut client, r#"{"a":4,"b":0,"c":0,"d":2}"#);
    }

    #[test]
    fn a_poll_without_messages_commits_nothing() {
        let mut client = Client::default();
        let op = poll();
        client.begin(&op);
        let done = client.reply(&op, &json(r#"{"type":"poll_ok","msgs":{"a":[]}}"#));
        assert_eq!(done, Ok(Next::Done(json(r#"[["poll",{"a":[]}]]"#))));
    }

    #[test]
    fn the_last_assign_begins_at_0_without_a_request() {
        let mut client = Client::default();
        assign(&mut client, r#"["a"]"#, r#"{"a":7}"#);
        let op = Op::new("assign", json(r#"["a","b"]"#)).last();
        assert_eq!(client.begin(&op), Next::Done(op.value.clone()));
        assert_eq!(client.further(&op, Kind::Ok)["seek-to-beginning?"], true.into());
        asks(&mut client, r#"{"a":0,"b":0}"#);
    }

    #[test]
    fn a_send_has_its_offset_and_a_crash_nothing() {
        let mut client = Client::default();
        let op = Op::new("send", json(r#"[["send","a",5]]"#));
        assert_eq!(client.begin(&op), Next::Request(r#""key":"a","msg":5,"type":"send""#.to_owned()));
        let done = client.reply(&op, &json(r#"{"type":"send_ok","offset":12}"#));
        assert_eq!(done, Ok(Next::Done(json(r#"[["send","a",[12,5]]]"#))));
        assert_eq!(client.begin(&Op::new("crash", Value::Null)), Next::Crash);
    }

    #[test]
    fn replies_of_other_shapes_say_what_is_wrong() {
        let wrong = |op: &Op, reply: &str| {
            let mut client = Client::default();
            client.begin(op);
            client.reply(op, &json(reply)).unwrap_err()
        };
        let send = Op::new("send", json(r#"[["send","a",5]]"#));
        assert_eq!(wrong(&send, r#"{"type":"send_ok","offset":1.0}"#), "its `offset` is no integer");
        for messages in [r#"{"a":[[0]]}"#, r#"{"a":[["0",1]]}"#, r#"{"a":5}"#] {
            let reply = format!(r#"{{"type":"poll_ok","msgs":{messages}}}"#);
            let expected = r#"its `msgs` has for key "a" no list of pairs of an offset and a message"#;
            assert_eq!(wrong(&poll(), &reply), expected);
        }
        let assign = Op::new("assign", json(r#"["a"]"#));
        let reply = r#"{"type":"list_committed_offsets_ok","offsets":{"a":null}}"#;
        assert_eq!(wrong(&assign, reply), r#"its `offsets` has no integer for key "a""#);
    }
}
