//! A small history for each outcome, with what is said of it.

mod support;

use maelstrom_workbench::{
    Value, check,
    checker::{Judgement, Options, Verdict::*},
};
use support::{history, judge, judge_compat, maelstrom_would, warnings};

fn result(judgement: &Judgement) -> String {
    Value::Object(judgement.result().clone()).to_string()
}

#[test]
fn a_value_that_was_acknowledged_and_never_seen_is_lost() {
    let judgement = judge(
        "broadcast",
        "0 invoke broadcast 41
         0 ok broadcast 41
         0 invoke broadcast 42
         0 ok broadcast 42
         1 invoke read
         1 ok read []",
    );
    assert_eq!(judgement.verdict(), Invalid);
    assert_eq!(
        judgement.explanation(),
        Some(
            "value 41, acknowledged to process 0 at 10 ms, was missing from the read that process 1 began at 40 ms; \
             1 other value got lost as well"
        )
    );
}

#[test]
fn a_value_that_was_seen_and_then_not_is_lost_even_if_nobody_knows_whether_it_was_added() {
    let judgement = judge(
        "g-set",
        "0 invoke add \"x\"
         0 info add \"x\"
         1 invoke read
         1 ok read [\"x\"]
         2 invoke read
         2 ok read null",
    );
    assert_eq!(judgement.verdict(), Invalid);
    assert_eq!(
        judgement.explanation(),
        Some(
            "value \"x\", read by process 1 at 30 ms, was missing from the read that process 2 began at 40 ms"
        )
    );
}

#[test]
fn a_value_that_is_seen_late_is_stale_and_valid() {
    let judgement = judge(
        "g-set",
        "0 invoke add 1
         0 ok add 1
         1 invoke read
         1 ok read []
         1 invoke read
         1 ok read [1]",
    );
    assert_eq!(judgement.verdict(), Valid);
    assert_eq!(judgement.explanation(), None);
    assert_eq!(judgement.result()["stale"], vec![1].into());
    assert_eq!(
        judgement.result()["worst-stale"].to_string(),
        r#"[{"element":1,"known":1,"last-absent":2,"lost-latency":null,"outcome":"stable","stable-latency":10}]"#
    );
}

#[test]
fn a_set_of_which_nothing_is_known_is_neither_right_nor_wrong() {
    let nothing = judge("g-set", "");
    assert_eq!((nothing.verdict(), nothing.explanation()), (Unknown, Some("no value was added")));
    let unread = judge("g-set", "0 invoke add 1\n0 ok add 1");
    assert_eq!((unread.verdict(), unread.explanation()), (Unknown, Some("1 value added, but none was read")));
    let odd = judge("g-set", "0 invoke read\n0 ok read \"abc\"");
    assert_eq!(
        (odd.verdict(), odd.explanation()),
        (Unknown, Some("process 0 read \"abc\", which is not a list"))
    );
    assert_eq!(result(&odd), r#"{"error":"process 0 read \"abc\", which is not a list","valid?":"unknown"}"#);
}

#[test]
fn odd_reads_of_sets_are_warned_of() {
    let judgement = judge(
        "broadcast",
        "2 invoke read
         2 ok read [0]
         0 invoke broadcast 0
         0 ok broadcast 0
         0 invoke broadcast 1
         0 fail broadcast 1
         1 invoke read
         1 ok read [0, 1, 7, 7, 0, 0]
         1 invoke read
         1 ok read [8, 0, 0, 1]
         nemesis info start-partition",
    );
    assert_eq!(judgement.verdict(), Valid);
    assert_eq!(
        warnings(&judgement),
        [
            "value 0 stands 3 times in what was read by process 1 at 70 ms (the first of 2)",
            "value 0, which nobody had added yet, was read by process 2 at 10 ms (the first of 3)",
            "value 1, whose add failed, was read by process 1 at 70 ms",
        ]
    );
}

#[test]
fn an_add_that_failed_and_was_tried_again_is_no_failed_add() {
    let lines = "0 invoke add 0
                 0 fail add 0
                 0 invoke add 0
                 1 invoke read
                 1 ok read [0]";
    assert_eq!(warnings(&judge("g-set", lines)), [""; 0]);
}

#[test]
fn an_id_that_came_twice_is_told_with_who_got_it() {
    let judgement = judge(
        "unique-ids",
        "0 invoke generate
         1 invoke generate
         0 ok generate [\"n1\", 7]
         1 ok generate [\"n1\", 7]
         2 invoke generate
         2 ok generate [\"n1\", 7]
         3 invoke generate
         3 info generate",
    );
    assert_eq!(judgement.verdict(), Invalid);
    assert_eq!(
        judgement.explanation(),
        Some("id [\"n1\",7] was given to process 0 at 20 ms and again to process 1 at 30 ms, 3 times in all")
    );
    assert_eq!(
        result(&judgement),
        concat!(
            r#"{"acknowledged-count":3,"attempted-count":4,"duplicated":[[["n1",7],3]],"duplicated-count":1,"#,
            r#""range":[["n1",7],["n1",7]],"valid?":false}"#
        )
    );
}

#[test]
fn ids_of_128_bits_are_told_apart() {
    let lines = |last: &str| {
        format!(
            "0 invoke generate\n0 ok generate 340282366920938463463374607431768211456
             0 invoke generate\n0 ok generate {last}"
        )
    };
    assert_eq!(judge("unique-ids", &lines("340282366920938463463374607431768211457")).verdict(), Valid);
    assert_eq!(judge("unique-ids", &lines("340282366920938463463374607431768211456")).verdict(), Invalid);
    assert_eq!(judge("unique-ids", &lines("3.402823669209384634634e38")).verdict(), Valid);
}

#[test]
fn ids_that_maelstrom_can_not_order_are_judged_and_it_is_said() {
    let lines = "0 invoke generate
                 0 ok generate {\"a\": 1}
                 0 invoke generate
                 0 ok generate 1";
    let judgement = judge("unique-ids", lines);
    assert_eq!(judgement.verdict(), Valid);
    assert_eq!(judgement.result()["range"].to_string(), r#"[1,{"a":1}]"#);
    assert_eq!(
        maelstrom_would(&judgement),
        [r#"Maelstrom would say unknown: it can't order the ids {"a":1} and 1 against each other (Q-20)"#]
    );
    let compat = judge_compat("unique-ids", lines);
    assert_eq!(compat.verdict(), Unknown);
    assert_eq!(maelstrom_would(&compat), [""; 0]);
}

#[test]
fn echoes_have_to_be_equal_and_not_just_alike() {
    let lines = |sent: &str, echo: &str| {
        format!("0 invoke echo {sent}\n0 ok echo {{\"type\": \"echo_ok\", \"echo\": {echo}}}")
    };
    for (sent, echo) in
        [("1", "1"), ("{\"a\": [1], \"b\": 2}", "{\"b\": 2, \"a\": [1]}"), ("0.0", "-0.0"), ("-0", "0")]
    {
        assert_eq!(judge("echo", &lines(sent, echo)).verdict(), Valid, "{sent} {echo}");
    }
    let wrong = judge("echo", &lines("1", "1.0"));
    assert_eq!(
        (wrong.verdict(), wrong.explanation()),
        (Invalid, Some("process 0 sent 1 at 0 ms and got 1.0 back"))
    );
}

#[test]
fn an_echo_that_is_refused_is_wrong_and_one_that_is_not_answered_is_not() {
    let judgement = judge(
        "echo",
        "0 invoke echo \"a\"
         0 fail echo \"a\"
         1 invoke echo \"b\"
         1 ok echo {\"type\": \"echo_ok\"}
         2 invoke echo \"c\"
         2 info echo \"c\"
         3 invoke echo \"d\"",
    );
    assert_eq!(judgement.verdict(), Invalid);
    assert_eq!(
        judgement.explanation(),
        Some("process 0 sent \"a\" at 0 ms and was refused; 1 other request went wrong as well")
    );
    assert_eq!(judgement.result()["errors"].as_list().map(<[_]>::len), Some(2));
}

#[test]
fn a_final_read_has_to_be_a_sum_of_the_adds() {
    let lines = |sum: &str| {
        format!(
            "0 invoke add 3
             0 ok add 3
             1 invoke add 5
             1 info add 5
             2 invoke add 100
             2 fail add 100
             0 invoke read!
             0 ok read! {sum}"
        )
    };
    for sum in ["3", "8"] {
        assert_eq!(judge("pn-counter", &lines(sum)).verdict(), Valid);
    }
    let wrong = judge("pn-counter", &lines("5"));
    assert_eq!(wrong.verdict(), Invalid);
    assert_eq!(
        wrong.explanation(),
        Some(
            "the final read of process 0 at 70 ms is 5, but the adds, with or without the indeterminate ones, make 3 or 8"
        )
    );
    assert_eq!(
        result(&wrong),
        r#"{"acceptable":[[3,3],[8,8]],"errors":[7],"final-reads":[5],"valid?":false}"#
    );
    let odd = judge("pn-counter", &lines("8.0"));
    assert_eq!(odd.explanation(), Some("the final read of process 0 is 8.0, which is not an integer"));
}

#[test]
fn acknowledged_adds_alone_make_one_sum() {
    let judgement = judge(
        "g-counter",
        "0 invoke add 1
         0 ok add 1
         0 invoke read!
         0 ok read! 0
         1 invoke read!
         1 ok read! 36893488147419103232",
    );
    assert_eq!(
        judgement.explanation(),
        Some(
            "the final read of process 0 at 30 ms is 0, but the acknowledged adds make 1; \
             1 other final read went wrong as well"
        )
    );
}

#[test]
fn of_many_sums_the_nearest_are_told() {
    let add = |power| format!("{power} invoke add {0}\n{power} info add {0}\n", 10_i32.pow(power));
    let adds: Vec<_> = (0..6).map(add).collect();
    let lines = adds.concat() + "9 invoke read!\n9 ok read! 105";
    assert_eq!(
        judge("g-counter", &lines).explanation(),
        Some(
            "the final read of process 9 at 130 ms is 105, but the nearest sums that the adds can make are 101 and 110"
        )
    );
}

#[test]
fn of_too_many_sums_a_wrong_one_is_found_and_a_right_one_is_not_vouched_for() {
    let judge = |sum: i64| {
        let add = |power| format!("{power} invoke add {0}\n{power} info add {0}\n", 3_i64.pow(power));
        let adds: Vec<_> = (0..39).map(add).collect();
        judge("g-counter", &format!("{}99 invoke read!\n99 ok read! {sum}", adds.concat()))
    };
    assert_eq!(judge(-1).verdict(), Invalid);
    assert_eq!(judge(3_i64.pow(39)).verdict(), Invalid);
    assert_eq!(judge(3_i64.pow(38) + 1).verdict(), Unknown);
    assert_eq!(
        judge(0).explanation(),
        Some("the indeterminate adds have too many sums to tell whether the final reads are among them")
    );
}

#[test]
fn a_counter_without_final_reads_is_unknown_where_maelstrom_calls_it_valid() {
    let lines = "0 invoke add 1
                 0 ok add 1
                 0 invoke read!
                 0 info read!";
    let judgement = judge("g-counter", lines);
    assert_eq!((judgement.verdict(), judgement.explanation()), (Unknown, Some("no final read succeeded")));
    assert_eq!(maelstrom_would(&judgement), ["Maelstrom would say valid: no final read succeeded (Q-21)"]);

    let compat = judge_compat("g-counter", lines);
    assert_eq!(compat.verdict(), Valid);
    assert_eq!(warnings(&compat), ["no final read succeeded"]);
}

#[test]
fn early_reads_beyond_every_sum_are_warned_of() {
    let judgement = judge(
        "pn-counter",
        "0 invoke add -2
         1 invoke read
         1 ok read -2
         1 invoke read
         1 ok read 1
         0 fail add -2
         0 invoke add 4
         1 invoke read
         1 ok read 5
         1 invoke read!
         1 ok read! 0",
    );
    assert_eq!(judgement.verdict(), Valid);
    assert_eq!(
        warnings(&judgement),
        ["process 1 read -2 at 20 ms, but the adds begun by then can only make 0 (the first of 3)"]
    );
}

#[test]
fn a_function_that_never_succeeded_is_named() {
    let judgement = judge(
        "stats",
        "0 invoke read
         0 ok read 1
         0 invoke cas
         0 fail cas
         0 invoke cas
         0 info cas
         3 invoke crash
         3 info crash
         4 invoke write
         nemesis info start-partition",
    );
    assert_eq!(judgement.verdict(), Invalid);
    assert_eq!(judgement.explanation(), Some("no `cas` succeeded: 1 failed, 1 indeterminate"));
    assert_eq!(judgement.result()["count"], 4.into());
    assert_eq!(
        judgement.result()["by-f"].get("crash").unwrap().to_string(),
        r#"{"count":1,"fail-count":0,"info-count":1,"ok-count":0,"valid?":false}"#
    );
    assert_eq!(judge("stats", "").verdict(), Valid);
}

#[test]
fn nine_of_ten_are_nine_tenths() {
    let lines = "0 invoke echo\n0 ok echo\n".repeat(9) + "0 invoke echo\n0 fail echo";
    let judge = |required: &str, compat| {
        let options = Options::default().availability(Some(required.parse().unwrap())).compat(compat);
        check("availability", &history(&lines), &options).unwrap()
    };
    let ours = judge("0.9", false);
    assert_eq!(result(&ours), r#"{"ok-fraction":0.9,"valid?":true}"#);
    assert_eq!(
        maelstrom_would(&ours),
        ["Maelstrom would say invalid: as a 32-bit number, 9 of 10 is 0.8999999761581421 (availability-f32)"]
    );
    assert_eq!(judge("0.9", true).verdict(), Invalid);
    assert_eq!(
        judge("0.95", false).explanation(),
        Some("9 of 10 operations succeeded, a fraction of 0.9; 0.95 had to")
    );
    assert_eq!(
        judge("total", false).explanation(),
        Some("9 of 10 operations succeeded, a fraction of 0.9; all had to")
    );
}

#[test]
fn exceptions_are_counted_by_class_and_valid() {
    let mut history =
        history("0 invoke read\n0 info read\n1 invoke read\n1 info read\n2 invoke read\n2 info read");
    assert_eq!(result(&check("exceptions", &history, &Options::default()).unwrap()), r#"{"valid?":true}"#);
    let exceptions = [r#"{"via": [{"type": "E1"}]}"#, r#""E2""#, r#"{"class": "E2"}"#];
    for (number, exception) in exceptions.iter().enumerate() {
        let mut operation = history.operations()[1].clone();
        operation.index = 10 + number;
        operation.process = maelstrom_workbench::history::Process::Nemesis;
        operation.further.insert("exception".to_owned(), exception.parse().unwrap());
        history.push(operation).unwrap();
    }
    assert_eq!(
        check("exceptions", &history, &Options::default()).unwrap().result()["exceptions"].to_string(),
        r#"[{"class":"E2","count":2,"example":11},{"class":"E1","count":1,"example":10}]"#
    );
}

#[test]
fn an_unknown_workload_is_answered_with_the_known_ones() {
    let error = check("brodcast", &history(""), &Options::default()).unwrap_err().to_string();
    assert_eq!(
        error,
        "no workload `brodcast` can be judged; there are broadcast, echo, g-counter, g-set, kafka, lin-kv, \
         pn-counter, txn-list-append, txn-rw-register, unique-ids, availability, exceptions, stats"
    );
}
