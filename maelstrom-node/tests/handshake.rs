//! The handshake: what comes before it, with it, and instead of it.

#![allow(clippy::unwrap_used)]

mod support;

use maelstrom::{Context, Error, NodeId, Result};
use support::{Host, INIT, INIT_OK};

/// Remembers the order in which things happened.
struct Recorder {
    events: Vec<String>,
}

#[maelstrom::node]
impl Recorder {
    #[init]
    fn new(ctx: &Context<Self>) -> Self {
        ctx.log("made");
        Recorder { events: vec![format!("init {} of {:?}", ctx.id(), ctx.node_ids())] }
    }

    #[rpc(reply(events))]
    fn record(&mut self, event: String) -> &[String] {
        self.events.push(event);
        &self.events
    }
}

#[test]
fn init_ok_follows_the_init_handler_and_has_id_zero() {
    let mut host = Host::<Recorder>::new();
    assert_eq!(host.line(INIT), [INIT_OK]);
    assert_eq!(host.logs(), ["made"]);
    assert_eq!(host.engine.id(), Some(&NodeId::from("n1")));
    assert_eq!(host.engine.state().unwrap().events, [r#"init n1 of ["n1", "n2", "n3"]"#]);
}

#[test]
fn messages_before_init_are_kept_in_order_and_handled_after_it() {
    let mut host = Host::<Recorder>::new();
    assert!(host.body(r#"{"type":"record","event":"a","msg_id":1}"#).is_empty());
    assert!(host.body(r#"{"type":"record","event":"b","msg_id":2}"#).is_empty());
    let lines = host.line(INIT);
    assert_eq!(lines[0], INIT_OK);
    assert!(
        lines[1].contains(r#""init n1 of [\"n1\", \"n2\", \"n3\"]","a"],"msg_id":1,"in_reply_to":1"#),
        "{}",
        lines[1]
    );
    assert!(lines[2].contains(r#""a","b"],"msg_id":2,"in_reply_to":2"#), "{}", lines[2]);
}

#[test]
fn a_second_init_gets_an_error_and_changes_nothing() {
    let mut host = Host::<Recorder>::ready();
    let again = host.body(r#"{"type":"init","node_id":"n9","node_ids":["n9"],"msg_id":5}"#);
    assert_eq!(
        again,
        [concat!(
            r#"{"src":"n1","dest":"c1","body":{"type":"error","code":22,"#,
            r#""text":"this node is initialised, as n1","msg_id":1,"in_reply_to":5}}"#
        )]
    );
    assert_eq!(host.engine.id(), Some(&NodeId::from("n1")));
    assert!(host.body(r#"{"type":"record","event":"a","msg_id":6}"#)[0].contains("record_ok"));
}

#[test]
fn an_init_that_lacks_fields_gets_an_error_and_changes_nothing() {
    let mut host = Host::<Recorder>::new();
    host.body(r#"{"type":"record","event":"early","msg_id":1}"#);
    for (body, missing) in [
        (r#"{"type":"init","node_ids":["n1"],"msg_id":2}"#, "node_id"),
        (r#"{"type":"init","node_id":"n1","msg_id":3}"#, "node_ids"),
        (r#"{"type":"init","node_id":1,"node_ids":["n1"],"msg_id":4}"#, "node_id"),
    ] {
        let lines = host.body(body);
        assert!(
            lines[0].starts_with(r#"{"src":"n1","dest":"c1","body":{"type":"error","code":12,"#),
            "{}",
            lines[0]
        );
        assert!(lines[0].contains(&format!("the field `{missing}`")), "{}", lines[0]);
        assert_eq!(host.engine.id(), None);
    }
    // The real one still works, and finds what was kept.
    let lines = host.line(INIT);
    assert!(lines[0].contains("init_ok") && lines[1].contains("early"), "{lines:?}");
}

#[test]
fn an_init_without_an_id_is_obeyed_but_not_answered() {
    let mut host = Host::<Recorder>::new();
    assert!(host.body(r#"{"type":"init","node_id":"n1","node_ids":["n1"]}"#).is_empty());
    assert_eq!(host.engine.id(), Some(&NodeId::from("n1")));
}

struct Refuses;

#[maelstrom::node]
impl Refuses {
    #[init]
    fn new(ctx: &Context<Self>) -> Result<Self> {
        Err(Error::temporarily_unavailable(format_args!("{} has no disk", ctx.id())))
    }

    #[rpc]
    fn ping(&self) {}
}

#[test]
fn a_failing_init_handler_is_answered_and_ends_the_node() {
    let mut host = Host::<Refuses>::new();
    let lines = host.line(INIT);
    assert!(lines[0].contains(r#""type":"error","code":11,"text":"n1 has no disk""#), "{}", lines[0]);
    let error = host.engine.outcome().unwrap().as_ref().unwrap_err();
    assert_eq!(error.text(), "the handshake failed: n1 has no disk");
    assert!(host.body(r#"{"type":"ping","msg_id":2}"#).is_empty());
}

#[derive(Default)]
struct PanicsInTimers;

#[maelstrom::node]
impl PanicsInTimers {
    #[every(self.interval())]
    fn tick(&mut self) {}

    fn interval(&self) -> std::time::Duration {
        panic!("no interval")
    }
}

#[test]
fn a_panic_while_the_node_is_made_ends_it_with_error_13() {
    let mut host = Host::<PanicsInTimers>::new();
    let lines = host.line(INIT);
    assert!(
        lines[0].contains(r#""type":"error","code":13,"text":"panicked while handling `init`: no interval""#)
    );
    assert!(host.engine.outcome().unwrap().is_err());
    assert_eq!(host.failures(), ["panicked while handling `init`: no interval"]);
}

#[derive(Default)]
struct ZeroInterval;

#[maelstrom::node]
impl ZeroInterval {
    #[every(std::time::Duration::ZERO)]
    fn tick(&mut self) {}
}

#[test]
fn an_interval_of_zero_is_refused() {
    let mut host = Host::<ZeroInterval>::new();
    assert!(host.line(INIT)[0].contains("the timer `tick` has an interval of zero"));
}
