//! What holds for every input.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use maelstrom::{Context, Message};
use proptest::prelude::*;
use serde_json::{Value, json, value::RawValue};
use support::Host;

#[derive(Default)]
struct Mirror {
    notes: u64,
}

#[maelstrom::node]
impl Mirror {
    #[rpc(reply(number, text, map, raw))]
    fn mirror<'m>(
        &self,
        number: i64,
        text: &'m str,
        map: BTreeMap<u64, Option<bool>>,
        raw: &'m RawValue,
    ) -> (i64, &'m str, BTreeMap<u64, Option<bool>>, &'m RawValue) {
        (number, text, map, raw)
    }

    #[message]
    fn note(&mut self, ctx: &Context<Self>, text: &str) {
        self.notes += 1;
        ctx.peers(ctx.others()).note(text);
    }
}

/// Any JSON value, not too deep.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// JSON text with every character that may be escaped written as an escape.
fn with_escapes(text: &str) -> String {
    let units: Vec<String> = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    format!("\"{}\"", units.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_survived_in_one_log_line_or_one_reply(line in prop::collection::vec(any::<u8>(), 0..200)) {
        let line: Vec<u8> = line.into_iter().filter(|byte| *byte != b'\n').collect();
        let mut host = Host::<Mirror>::ready();
        let replies = host.line(&line).len();
        prop_assert!(replies + host.logs().len() <= 1);
        prop_assert!(host.failures().is_empty());
        prop_assert_eq!(host.body(r#"{"type":"nope","msg_id":1}"#).len(), 1);
    }

    #[test]
    fn any_body_is_answered_exactly_when_it_asks_for_it(
        kind in prop_oneof![Just("mirror".to_owned()), Just("note".to_owned()), any::<String>()],
        msg_id in any::<Option<u64>>(),
        fields in prop::collection::btree_map("number|text|map|raw|[a-z]{1,6}", json_value(), 0..6),
    ) {
        prop_assume!(kind != "init");
        let mut body: serde_json::Map<String, Value> = fields.into_iter().collect();
        let is_note = kind == "note" && body.get("text").is_some_and(Value::is_string);
        body.insert("type".to_owned(), kind.into());
        if let Some(msg_id) = msg_id {
            body.insert("msg_id".to_owned(), msg_id.into());
        }
        let mut host = Host::<Mirror>::ready();
        let lines = host.body(&Value::Object(body).to_string());
        let replies: Vec<Message<Value>> = lines
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .filter(|message: &Message<Value>| message.body.in_reply_to.is_some())
            .collect();
        prop_assert_eq!(replies.len(), usize::from(msg_id.is_some() && !is_note));
        for reply in replies {
            prop_assert_eq!(reply.body.in_reply_to, msg_id);
            prop_assert_eq!(reply.dest, "c1");
        }
    }

    #[test]
    fn what_is_mirrored_is_unchanged_in_any_order_of_keys_and_with_escapes(
        number in any::<i64>(),
        text in any::<String>(),
        map in prop::collection::btree_map(any::<u64>(), any::<Option<bool>>(), 0..5),
        raw in json_value(),
        order in Just(vec![0, 1, 2, 3, 4, 5]).prop_shuffle(),
        escape in any::<bool>(),
    ) {
        let quote = |text: &str| if escape { with_escapes(text) } else { json!(text).to_string() };
        let fields = [
            format!("{}:{}", quote("type"), quote("mirror")),
            format!("{}:7", quote("msg_id")),
            format!("{}:{number}", quote("number")),
            format!("{}:{}", quote("text"), quote(&text)),
            format!("{}:{}", quote("map"), json!(map)),
            format!("{}:{raw}", quote("raw")),
        ];
        let body: Vec<&str> = order.iter().map(|i| fields[*i].as_str()).collect();
        let mut host = Host::<Mirror>::ready();
        let lines = host.body(&format!("{{{}}}", body.join(",")));
        let reply: Message<Value> = serde_json::from_str(&lines[0]).unwrap();
        prop_assert_eq!(reply.body.in_reply_to, Some(7));
        prop_assert_eq!(
            reply.body.payload,
            json!({"type": "mirror_ok", "number": number, "text": text, "map": map, "raw": raw})
        );
    }

    #[test]
    fn a_message_reads_back_as_it_was_written(
        src in any::<String>(),
        dest in any::<String>(),
        msg_id in any::<Option<u64>>(),
        in_reply_to in any::<Option<u64>>(),
        fields in prop::collection::btree_map("[a-z]{1,6}", json_value(), 0..4),
    ) {
        let payload = Value::Object(fields.into_iter().filter(|(name, _)| name != "msg_id").collect());
        let message = Message {
            src: src.into(),
            dest: dest.into(),
            body: maelstrom::Body { msg_id, in_reply_to, payload },
        };
        let text = serde_json::to_string(&message).unwrap();
        prop_assert_eq!(serde_json::from_str::<Message<Value>>(&text).unwrap(), message);
    }

    #[test]
    fn a_broadcast_is_the_same_line_for_each_receiver(text in any::<String>()) {
        let mut host = Host::<Mirror>::ready();
        let lines = host.body(&json!({"type": "note", "text": text}).to_string());
        prop_assert_eq!(lines.len(), 2);
        prop_assert_eq!(lines[0].replacen("\"dest\":\"n2\"", "\"dest\":\"n3\"", 1), lines[1].as_str());
        prop_assert_eq!(host.engine.state().unwrap().notes, 1);
    }
}
