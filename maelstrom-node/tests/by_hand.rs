//! A node without the macro.

mod support;

include!("by_hand/node.rs");

#[test]
fn a_node_written_by_hand_runs_on_the_same_engine() {
    let mut host = support::Host::<Echo>::ready();
    assert_eq!(
        host.body(r#"{"echo":"hi","type":"echo","msg_id":2}"#),
        [
            r#"{"src":"n1","dest":"c1","body":{"type":"echo_ok","echo":"hi","count":1,"msg_id":1,"in_reply_to":2}}"#
        ]
    );
    assert!(host.body(r#"{"type":"nope","msg_id":3}"#)[0].contains(r#""code":10"#));
    assert!(
        host.body(r#"{"type":"echo","msg_id":4}"#)[0]
            .contains(r#""code":12,"text":"`echo`: missing field `echo`""#)
    );
}

#[test]
fn a_node_takes_about_forty_lines() {
    let code = include_str!("by_hand/node.rs").lines().filter(|line| !line.trim().is_empty());
    assert!(code.count() <= 45);
}
