//! The wire format: what is read, what is written, and what is answered to whom.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use maelstrom::{Context, Error, RawMessage, RawPayload, Result};
use serde_json::{json, value::RawValue};
use support::Host;

#[derive(Default)]
struct Node {
    seen: Vec<String>,
}

#[derive(serde::Serialize)]
struct Fields {
    a: u8,
    b: Option<u8>,
}

#[derive(serde::Serialize)]
struct Reserved {
    r#type: u8,
}

/// A number, which the macro can't see.
#[derive(serde::Serialize)]
struct Nameless(u64);

/// Writes half of itself, then fails.
struct HalfWay;

impl serde::Serialize for HalfWay {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        use serde::ser::{Error as _, SerializeSeq};
        let mut seq = serializer.serialize_seq(None)?;
        seq.serialize_element("half")?;
        Err(S::Error::custom("no second half"))
    }
}

/// Writes half of itself, then panics.
struct PanicsHalfWay;

impl serde::Serialize for PanicsHalfWay {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        use serde::ser::SerializeSeq;
        let mut seq = serializer.serialize_seq(None)?;
        seq.serialize_element("half")?;
        panic!("no second half")
    }
}

#[maelstrom::node]
impl Node {
    #[rpc(reply(echo))]
    fn echo<'m>(&self, echo: &'m RawValue) -> &'m RawValue {
        echo
    }

    #[rpc(reply(text))]
    fn text<'m>(&self, text: &'m str) -> &'m str {
        text
    }

    #[rpc(reply(sum))]
    fn sum(
        &self,
        counts: BTreeMap<u64, u128>,
        #[field(default)] more: Vec<u128>,
        last: Option<u128>,
    ) -> u128 {
        counts.values().sum::<u128>() + more.iter().sum::<u128>() + last.unwrap_or_default()
    }

    #[rpc]
    fn fields(&self) -> Fields {
        Fields { a: 1, b: None }
    }

    #[rpc]
    fn nothing(&self) -> BTreeMap<String, u8> {
        BTreeMap::new()
    }

    #[rpc]
    fn reserved(&self) -> Reserved {
        Reserved { r#type: 1 }
    }

    #[rpc]
    fn nameless(&self) -> Nameless {
        Nameless(7)
    }

    #[rpc(reply(value))]
    fn half_way(&self) -> HalfWay {
        HalfWay
    }

    #[rpc(reply(value))]
    fn panics_half_way(&self) -> PanicsHalfWay {
        PanicsHalfWay
    }

    #[rpc]
    fn fails(&self) -> Result<()> {
        Err(Error::custom(1001, "not today").with("retry_after", 3))
    }

    #[rpc]
    fn panics(&self, ctx: &Context<Self>) {
        ctx.send("n2", &json!({"type": "sent_before"}));
        panic!("out of luck")
    }

    #[message]
    fn note(&mut self, text: String) -> Result<()> {
        self.seen.push(text);
        if self.seen.len() > 1 { Err(Error::abort("seen too much")) } else { Ok(()) }
    }

    #[rpc(reply(pretty))]
    fn pretty(&self) -> Box<RawValue> {
        RawValue::from_string("{\n  \"a\": [\n1 ]\n}".to_owned()).unwrap()
    }
}

fn answer(body: &str) -> String {
    let mut host = Host::<Node>::ready();
    let mut lines = host.body(body);
    assert_eq!(lines.len(), 1, "{lines:?}, {:?}", host.logs());
    lines.remove(0)
}

#[test]
fn the_envelope_may_have_further_keys_in_any_order() {
    let mut host = Host::<Node>::ready();
    let lines = host.line(
        r#" { "body" : {"text":"hi", "msg_id":4,"deep":{"a":[{}]},"type":"text"},"id":17,"dest":"n1","meta":{"x":null}, "src":"c3"} "#,
    );
    assert_eq!(
        lines,
        [r#"{"src":"n1","dest":"c3","body":{"type":"text_ok","text":"hi","msg_id":1,"in_reply_to":4}}"#]
    );
    assert_eq!(host.output.lines[0].dest, "c3");
}

#[test]
fn ids_of_messages_rise_by_one() {
    let mut host = Host::<Node>::ready();
    for id in 1..=3 {
        let lines = host.body(r#"{"type":"text","text":"","msg_id":9}"#);
        assert!(lines[0].ends_with(&format!(r#""msg_id":{id},"in_reply_to":9}}}}"#)), "{}", lines[0]);
    }
}

#[test]
fn what_expects_no_reply_gets_none() {
    let mut host = Host::<Node>::ready();
    assert!(host.body(r#"{"type":"text","text":"hi"}"#).is_empty());
    assert!(host.body(r#"{"type":"text","text":"hi","msg_id":null}"#).is_empty());
    assert!(host.body(r#"{"type":"no_such_type"}"#).is_empty());
    assert_eq!(
        host.logs(),
        [
            "failed while handling `no_such_type` from c1: not-supported (10): this node has no handler for `no_such_type`"
        ]
    );
}

#[test]
fn replies_nobody_waits_for_are_ignored() {
    let mut host = Host::<Node>::ready();
    assert!(host.body(r#"{"type":"text","text":"hi","in_reply_to":3}"#).is_empty());
    assert!(host.body(r#"{"type":"init_ok","in_reply_to":3,"msg_id":4}"#).is_empty());
    assert!(host.logs().is_empty());
}

#[test]
fn escapes_in_keys_types_names_and_values_are_understood() {
    let mut host = Host::<Node>::ready();
    let lines = host.line(
        r#"{"src":"c\u0031","dest":"n1","body":{"typ\u0065":"t\u0065xt","t\u0065xt":"\u00e9\n","msg_id":1}}"#,
    );
    assert_eq!(
        lines,
        [r#"{"src":"n1","dest":"c1","body":{"type":"text_ok","text":"é\n","msg_id":1,"in_reply_to":1}}"#]
    );
}

#[test]
fn maps_with_integer_keys_and_big_integers_work() {
    let max = u128::MAX - 10;
    let body = format!(r#"{{"counts":{{"1":{max},"20":3}},"more":[4],"type":"sum","last":3,"msg_id":1}}"#);
    assert!(answer(&body).contains(&format!(r#""sum":{}"#, u128::MAX)));
}

#[test]
fn raw_values_keep_every_digit() {
    let answer =
        answer(r#"{"echo":[1.10,1e400,{"k" : 123456789012345678901234567890}],"type":"echo","msg_id":1}"#);
    assert!(answer.contains(r#""echo":[1.10,1e400,{"k" : 123456789012345678901234567890}]"#), "{answer}");
}

#[test]
fn options_and_defaults_may_be_absent_and_others_not() {
    assert!(answer(r#"{"type":"sum","counts":{},"msg_id":1}"#).contains(r#""sum":0"#));
    let error = answer(r#"{"type":"sum","msg_id":1}"#);
    assert!(error.contains(r#""code":12,"text":"`sum`: the field `counts` is missing""#), "{error}");
}

#[test]
fn a_field_that_does_not_decode_is_named_with_the_reason() {
    let error = answer(r#"{"type":"sum","counts":{"x":1},"msg_id":1}"#);
    assert!(error.contains(r#""code":12,"text":"`sum`: the field `counts`: "#), "{error}");
    let error = answer(r#"{"type":"text","text":5,"msg_id":1}"#);
    assert!(
        error.contains(r#""text":"`text`: the field `text`: invalid type: integer `5`, expected a string""#),
        "{error}"
    );
}

#[test]
fn of_a_field_given_twice_the_last_counts() {
    assert!(answer(r#"{"type":"text","text":"a","text":"b","msg_id":1}"#).contains(r#""text":"b""#));
}

#[test]
fn an_unknown_type_is_error_10_and_a_missing_one_error_12() {
    assert!(
        answer(r#"{"type":"nope","msg_id":1}"#)
            .contains(r#""code":10,"text":"this node has no handler for `nope`""#)
    );
    for body in [r#"{"msg_id":1}"#, r#"{"type":7,"msg_id":1}"#] {
        assert!(answer(body).contains(r#""code":12,"text":"the body has no `type`"#), "{body}");
    }
}

#[test]
fn a_reply_type_is_not_a_request() {
    assert!(answer(r#"{"type":"text_ok","text":"hi","msg_id":1}"#).contains(r#""code":10"#));
}

#[test]
fn a_struct_gives_the_reply_its_fields() {
    assert!(
        answer(r#"{"type":"fields","msg_id":1}"#)
            .contains(r#"{"type":"fields_ok","a":1,"b":null,"msg_id":1,"#)
    );
    assert!(answer(r#"{"type":"nothing","msg_id":1}"#).contains(r#"{"type":"nothing_ok","msg_id":1,"#));
}

#[test]
fn an_error_reply_has_code_text_and_further_fields() {
    assert!(answer(r#"{"type":"fails","msg_id":1}"#).contains(
        r#"{"type":"error","code":1001,"text":"not today","retry_after":3,"msg_id":1,"in_reply_to":1}"#
    ));
}

#[test]
fn a_reply_that_can_not_be_encoded_leaves_no_trace_but_error_13() {
    for (kind, reason) in [
        ("half_way", "no second half"),
        ("reserved", "its field `type` would collide"),
        ("nameless", "it has no field names of its own, being a number: give it one with `reply(name)`"),
    ] {
        let mut host = Host::<Node>::ready();
        let lines = host.body(&format!(r#"{{"type":"{kind}","msg_id":3}}"#));
        assert_eq!(lines.len(), 1);
        assert!(
            lines[0].starts_with(r#"{"src":"n1","dest":"c1","body":{"type":"error","code":13,"#),
            "{}",
            lines[0]
        );
        assert!(lines[0].contains(reason), "{}", lines[0]);
        assert!(!lines[0].contains("[\"half"));
        assert_eq!(host.output.bytes.split(|byte| *byte == b'\n').skip(1).count(), 1);
        assert_eq!(host.failures().len(), 1);
        // The id that was not used is not lost.
        assert!(host.body(r#"{"type":"text","text":"","msg_id":4}"#)[0].contains(r#""msg_id":2,"#));
    }
}

#[test]
fn a_panic_while_encoding_leaves_no_trace_but_error_13() {
    let mut host = Host::<Node>::ready();
    let lines = host.body(r#"{"type":"panics_half_way","msg_id":3}"#);
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0].contains(r#"{"type":"error","code":13,"text":"panicked while handling `panics_half_way` from c1: no second"#),
        "{}",
        lines[0]
    );
    assert_eq!(host.output.bytes.split(|byte| *byte == b'\n').skip(1).count(), 1);
}

#[test]
fn a_panic_is_answered_with_error_13_and_the_node_goes_on() {
    let mut host = Host::<Node>::ready();
    let lines = host.body(r#"{"type":"panics","msg_id":3}"#);
    assert_eq!(lines[0], r#"{"src":"n1","dest":"n2","body":{"type":"sent_before"}}"#);
    assert!(
        lines[1].contains(
            r#""type":"error","code":13,"text":"panicked while handling `panics` from c1: out of luck""#
        ),
        "{}",
        lines[1]
    );
    assert_eq!(host.failures(), ["panicked while handling `panics` from c1: out of luck"]);
    assert_eq!(host.logs(), ["panicked while handling `panics` from c1: out of luck"]);
    assert!(host.body(r#"{"type":"text","text":"on","msg_id":4}"#)[0].contains("text_ok"));
}

#[test]
fn a_one_way_message_that_fails_is_a_log_line() {
    let mut host = Host::<Node>::ready();
    assert!(host.body(r#"{"type":"note","text":"a"}"#).is_empty());
    assert!(host.logs().is_empty());
    assert!(host.body(r#"{"type":"note","text":"b"}"#).is_empty());
    assert_eq!(host.logs(), ["failed while handling `note` from c1: abort (14): seen too much"]);
}

#[test]
fn a_line_break_in_a_raw_value_does_not_break_the_line() {
    assert!(answer(r#"{"type":"pretty","msg_id":1}"#).contains(r#""pretty":{   "a": [ 1 ] }"#));
}

#[test]
fn lines_that_are_no_messages_are_one_log_line_each() {
    let mut host = Host::<Node>::ready();
    for (line, reason) in [
        (&b"hello"[..], "ignored a line that is not a message (expected value at line 1 column 1): hello"),
        (b"[1]", "ignored a line that is not a message (invalid type: sequence, expected a message"),
        (b"{\"src\":\"c1\"}", "ignored a line that is not a message (a message has `src`, `dest` and `body`"),
        (
            b"{\"src\":\"c1\",\"dest\":\"n1\",\"body\":[]}",
            "ignored a line that is not a message (invalid type: sequence",
        ),
        (
            b"{\"src\":\"c1\",\"dest\":\"n1\",\"body\":{\"msg_id\":\"1\"}}",
            "ignored a line that is not a message (invalid type: string",
        ),
        (
            b"{\"src\":\"c1\",\"dest\":\"n1\",\"body\":{}} {}",
            "ignored a line that is not a message (trailing characters",
        ),
        (b"\xff\xfe", "ignored a line that is not UTF-8"),
        (b"  \t", "ignored a blank line"),
        (b"", "ignored a blank line"),
    ] {
        assert!(host.line(line).is_empty());
        let logs = host.logs();
        assert_eq!(logs.len(), 1, "{logs:?}");
        assert!(logs[0].starts_with(reason), "{logs:?}");
        assert!(!logs[0].contains('\n'));
    }
    assert!(host.body(r#"{"type":"text","text":"on","msg_id":4}"#)[0].contains("text_ok"));
}

#[test]
fn a_line_of_fifty_megabytes_does_no_harm() {
    let mut host = Host::<Node>::ready();
    let long = "x".repeat(50 << 20);
    let lines = host.body(&format!(r#"{{"type":"text","text":"{long}","msg_id":1}}"#));
    assert!(lines[0].len() > 50 << 20);
    assert!(host.line(&long).is_empty());
    assert!(host.logs()[0].len() < 300, "{}", host.logs()[0].len());
}

#[test]
fn ten_thousand_levels_of_nesting_do_no_harm() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(answer(&format!(r#"{{"type":"echo","echo":{deep},"msg_id":1}}"#)).contains(&deep));
    assert!(
        answer(&format!(r#"{{"type":"text","text":"hi","unknown":{deep},"msg_id":1}}"#)).contains("text_ok")
    );
    let error = answer(&format!(r#"{{"type":"sum","counts":{deep},"msg_id":1}}"#));
    assert!(error.contains(r#""code":12"#), "{error}");
    let mut host = Host::<Node>::ready();
    assert!(host.line(format!(r#"{{"deep":{deep},"src":"c1","dest":"n1","body":{{}}}}"#)).is_empty());
    assert!(host.line(&deep).is_empty());
}

/// Hands every message it does not know to another node, and answers some twice.
#[derive(Default)]
struct Proxy;

#[maelstrom::node]
impl Proxy {
    #[rpc]
    fn own(&self) {}

    #[fallback]
    fn forward(&mut self, ctx: &Context<Self>, message: &RawMessage<'_>) {
        match message.kind() {
            "twice" => {
                ctx.reply(&json!({"type": "first"}));
                ctx.reply(&json!({"type": "second"}));
            }
            _ => ctx.send("n2", &message.body.payload),
        }
    }
}

#[test]
fn a_fallback_gets_the_message_as_it_came() {
    let mut host = Host::<Proxy>::ready();
    assert!(host.body(r#"{"type":"own","msg_id":1}"#)[0].contains("own_ok"));
    assert_eq!(
        host.body(r#"{"x":1.50,"type":"other","msg_id":2,"y":null}"#),
        [r#"{"src":"n1","dest":"n2","body":{"x":1.50,"type":"other","y":null}}"#]
    );
}

#[test]
fn nothing_is_answered_twice() {
    let mut host = Host::<Proxy>::ready();
    let lines = host.body(r#"{"type":"twice","msg_id":2}"#);
    assert_eq!(lines, [r#"{"src":"n1","dest":"c1","body":{"type":"first","msg_id":1,"in_reply_to":2}}"#]);
    assert_eq!(host.logs(), ["a second reply to c1 was dropped: one is given already"]);
}

#[test]
fn a_generated_payload_reads_and_writes_as_json() {
    let payload = NodePayload::Text { text: "hi".into() };
    assert_eq!(serde_json::to_string(&payload).unwrap(), r#"{"type":"text","text":"hi"}"#);
    let raw: RawPayload<'_> = serde_json::from_str(r#"{"text":"a\nb","type":"text"}"#).unwrap();
    assert!(matches!(NodePayload::decode(&raw), Ok(Some(NodePayload::Text { text })) if text == "a\nb"));
    let raw: RawPayload<'_> = serde_json::from_str(r#"{"type":"text_ok","text":"hi"}"#).unwrap();
    assert!(matches!(NodePayload::decode(&raw), Ok(None)));
}
