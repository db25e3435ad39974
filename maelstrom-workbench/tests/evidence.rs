//! What a judgement's explanation rests on: those operations, values and reasons that it names, and no others.

#![allow(clippy::unwrap_used)]

mod support;

use maelstrom_workbench::{
    Value,
    checker::{Evidence, Suspect, Verdict},
};
use support::judge;

/// What explains an invalid history, with the sentence. Entries have their line's number, from 0.
fn evidence(workload: &str, lines: &str) -> (Evidence, String) {
    let judgement = judge(workload, lines);
    assert_eq!(judgement.verdict(), Verdict::Invalid);
    (judgement.evidence().clone(), judgement.explanation().unwrap().to_owned())
}

#[test]
fn a_lost_value_has_who_added_it_and_who_missed_it() {
    let lines = "
        0 invoke add 1
        0 ok add 1
        1 invoke add 2
        1 ok add 2
        2 invoke read
        2 ok read [1, 2]
        2 invoke read
        2 ok read [2]";
    let (evidence, text) = evidence("g-set", lines);
    assert!(text.starts_with("value 1, acknowledged to process 0 "), "{text}");
    assert_eq!((evidence.operations, evidence.value), (vec![1, 6], Some(1.into())));
}

#[test]
fn a_valid_history_has_nothing_to_prove() {
    let valid = judge("g-set", "0 invoke add 1\n0 ok add 1\n1 invoke read\n1 ok read [1]");
    assert_eq!((valid.verdict(), valid.evidence()), (Verdict::Valid, &Evidence::default()));
}

#[test]
fn an_id_that_came_twice_has_both_who_got_it() {
    let lines = "
        0 invoke generate
        0 ok generate 5
        1 invoke generate
        1 ok generate 6
        2 invoke generate
        2 ok generate 5";
    let (evidence, text) = evidence("unique-ids", lines);
    assert!(text.starts_with("id 5 was given to process 0 "), "{text}");
    assert_eq!((evidence.operations, evidence.value), (vec![1, 5], Some(5.into())));
}

#[test]
fn an_answer_that_is_none_has_its_request() {
    let lines = r#"
        0 invoke echo "a"
        0 ok echo {"type": "echo_ok", "echo": "a"}
        1 invoke echo "b"
        1 ok echo {"type": "echo_ok", "echo": "a"}"#;
    assert_eq!(evidence("echo", lines).0.operations, [2]);
}

#[test]
fn a_sum_that_can_not_be_has_its_read() {
    let lines = "
        0 invoke add 3
        0 ok add 3
        1 invoke read!
        1 ok read! 3
        2 invoke read!
        2 ok read! 4";
    assert_eq!(evidence("g-counter", lines).0.operations, [5]);
}

#[test]
fn a_message_of_a_log_that_got_lost_has_who_sent_it_and_who_saw_a_later_one() {
    let lines = r#"
        0 invoke send [["send", "k", 10]]
        0 ok send [["send", "k", [0, 10]]]
        0 invoke send [["send", "k", 11]]
        0 ok send [["send", "k", [1, 11]]]
        1 invoke poll [["poll"]]
        1 ok poll [["poll", {"k": [[1, 11]]}]]"#;
    let (evidence, text) = evidence("kafka", lines);
    assert!(text.contains("message 10 of key \"k\", acknowledged to process 0"), "{text}");
    assert!(evidence.operations.contains(&1) && evidence.operations.contains(&5), "{evidence:?}");
    assert!(
        !evidence.operations.contains(&3),
        "the sender of the other message has no part in it: {evidence:?}"
    );
    assert_eq!(evidence.value, Some(10.into()));
}

#[test]
fn transactions_in_a_circle_have_their_edges() {
    let lines = r#"
        0 invoke txn [["r", 1, null], ["append", 2, 1]]
        1 invoke txn [["r", 2, null], ["append", 1, 1]]
        0 ok txn [["r", 1, null], ["append", 2, 1]]
        1 ok txn [["r", 2, null], ["append", 1, 1]]
        2 invoke txn [["r", 1, null], ["r", 2, null]]
        2 ok txn [["r", 1, [1]], ["r", 2, [1]]]"#;
    let (evidence, text) = evidence("txn-list-append", lines);
    let cycle = evidence.cycle.unwrap();
    let named: Vec<_> =
        cycle.transactions.iter().map(|it| (it.name.as_str(), it.index, it.process)).collect();
    assert_eq!(named, [("T1", 2, 0), ("T2", 3, 1)]);
    let edges: Vec<_> = cycle.edges.iter().map(|edge| (edge.from, edge.to, edge.kind.as_str())).collect();
    assert_eq!(edges, [(0, 1, "rw"), (1, 0, "rw")]);
    assert!(cycle.edges.iter().all(|edge| text.contains(&edge.why)), "{:?} in {text}", cycle.edges);
    assert_eq!(evidence.operations, [2, 3]);
}

#[test]
fn a_register_that_has_no_order_has_its_last_states_and_why_nothing_leads_on() {
    let lines = "
        0 invoke write [0, 1]
        0 ok write [0, 1]
        2 invoke cas [0, [7, 8]]
        1 invoke read [0, null]
        1 ok read [0, 2]";
    let (evidence, _) = evidence("lin-kv", lines);
    assert_eq!(evidence.operations, [1, 4]);
    let stuck = evidence.stuck.unwrap();
    assert_eq!((stuck.previous, stuck.index), (Some(1), 4));
    let [state] = &stuck.states[..] else { panic!("{stuck:?}") };
    assert_eq!(state.value, Value::from(1));
    let next: Vec<_> = state.next.iter().map(|next| (next.index, next.why.as_str())).collect();
    assert_eq!(next, [(3, "it has read 2, and the value is 1"), (2, "it expects 7, and the value is 1")]);
}

/// The stale read of 3 found room, as somebody may have written 3 again; what has none is a read that is right.
#[test]
fn the_operation_that_is_wrong_is_named_even_if_another_one_found_no_place() {
    let lines = "
        0 invoke write [0, 3]
        0 ok write [0, 3]
        1 invoke cas [0, [3, 1]]
        1 ok cas [0, [3, 1]]
        5 invoke write [0, 3]
        2 invoke read [0, null]
        2 ok read [0, 3]
        3 invoke read [0, null]
        3 ok read [0, 1]";
    let (evidence, text) = evidence("lin-kv", lines);
    assert_eq!(
        text,
        "process 3 read 1 from key 0 between 70 ms and 80 ms, but with all that was acknowledged before, its value could \
         only be 3; there would be an order without the read of 3 by process 2 that ended at 60 ms"
    );
    assert_eq!(evidence.operations, [6, 8]);
    let stuck = evidence.stuck.unwrap();
    assert_eq!(stuck.suspects, [Suspect { index: 6, failed: false }]);
    let order: Vec<_> = stuck.order.iter().map(|placed| (placed.index, placed.value.to_string())).collect();
    let order: Vec<_> = order.iter().map(|(index, value)| (*index, value.as_str())).collect();
    assert_eq!(order, [(0, "3"), (2, "1"), (4, "3"), (5, "3")]);
}

#[test]
fn what_failed_and_took_effect_is_named() {
    let lines = "
        0 invoke write [0, 1]
        0 ok write [0, 1]
        1 invoke write [0, 2]
        1 fail write [0, 2]
        2 invoke read [0, null]
        2 ok read [0, 2]";
    let (evidence, text) = evidence("lin-kv", lines);
    let said = "; there would be an order if it took effect after all: the write of 2 by process 1 that failed at 30 ms";
    assert!(text.ends_with(said), "{text}");
    assert_eq!(evidence.operations, [3, 5]);
    assert_eq!(evidence.stuck.unwrap().suspects, [Suspect { index: 3, failed: true }]);
}
