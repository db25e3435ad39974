//! Replies that come later.

mod support;

use maelstrom::{Context, Error, Later, Reply, Result};
use support::Host;

#[derive(Default)]
struct Leader {
    waiting: Vec<Reply<(u64, String)>>,
}

#[maelstrom::node]
impl Leader {
    #[allow(clippy::unnecessary_wraps)] // `Result<Later<T>>` is what is tested.
    #[rpc(reply(index, by))]
    fn append(&mut self, ctx: &Context<Self>, at_once: bool) -> Result<Later<(u64, String)>> {
        let (reply, later) = ctx.later();
        if at_once {
            reply.send((0, ctx.id().to_string()));
        } else {
            self.waiting.push(reply);
        }
        Ok(later)
    }

    #[message]
    fn commit(&mut self, ctx: &Context<Self>, index: u64) {
        for reply in self.waiting.drain(..) {
            reply.send((index, ctx.sender().to_string()));
        }
    }

    #[message]
    fn step_down(&mut self) {
        for reply in self.waiting.drain(..) {
            reply.fail(Error::temporarily_unavailable("not the leader"));
        }
    }

    #[message]
    fn forget(&mut self) {
        self.waiting.clear();
    }
}

#[test]
fn a_later_reply_goes_to_its_request_when_it_is_completed() {
    let mut host = Host::<Leader>::ready();
    assert!(host.body(r#"{"type":"append","at_once":false,"msg_id":5}"#).is_empty());
    assert!(
        host.line(r#"{"src":"c2","dest":"n1","body":{"type":"append","at_once":false,"msg_id":6}}"#)
            .is_empty()
    );
    assert_eq!(
        host.line(r#"{"src":"n2","dest":"n1","body":{"type":"commit","index":9}}"#),
        [
            r#"{"src":"n1","dest":"c1","body":{"type":"append_ok","index":9,"by":"n2","msg_id":1,"in_reply_to":5}}"#,
            r#"{"src":"n1","dest":"c2","body":{"type":"append_ok","index":9,"by":"n2","msg_id":2,"in_reply_to":6}}"#,
        ]
    );
}

#[test]
fn a_later_reply_may_be_completed_before_the_handler_returns() {
    let mut host = Host::<Leader>::ready();
    let lines = host.body(r#"{"type":"append","at_once":true,"msg_id":5}"#);
    assert_eq!(
        lines,
        [
            r#"{"src":"n1","dest":"c1","body":{"type":"append_ok","index":0,"by":"n1","msg_id":1,"in_reply_to":5}}"#
        ]
    );
}

#[test]
fn a_later_reply_may_fail_and_a_dropped_one_is_error_13() {
    let mut host = Host::<Leader>::ready();
    host.body(r#"{"type":"append","at_once":false,"msg_id":5}"#);
    assert!(
        host.body(r#"{"type":"step_down"}"#)[0]
            .contains(r#""code":11,"text":"not the leader","msg_id":1,"in_reply_to":5"#)
    );
    host.body(r#"{"type":"append","at_once":false,"msg_id":6}"#);
    let lines = host.body(r#"{"type":"forget"}"#);
    assert!(
        lines[0].contains(r#""code":13,"text":"the node dropped the request without an answer","#),
        "{}",
        lines[0]
    );
    assert!(lines[0].contains(r#""in_reply_to":6"#));
}

#[test]
fn a_later_reply_to_what_expects_none_is_never_sent() {
    let mut host = Host::<Leader>::ready();
    host.body(r#"{"type":"append","at_once":false}"#);
    assert!(host.body(r#"{"type":"commit","index":1}"#).is_empty());
}
