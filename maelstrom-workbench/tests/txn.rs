//! Transactions: the workloads in simulation, with stores that are nearly right, and what holds for every history.

#![allow(clippy::unwrap_used)]

mod support;

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use maelstrom::{Context, Error, Result};
use maelstrom_workbench::{
    Quirk, Run, Simulation, Value, check,
    checker::{ConsistencyModels, Options, Verdict},
    workload::{TxnListAppend, TxnOptions, TxnRwRegister, Workload},
};
use serde_json::{Value as Json, json};
use support::{history, judge, judge_compat, maelstrom_would, warnings};

type Txn = Vec<(String, u64, Json)>;
type Values = BTreeMap<u64, Json>;

/// How a store is wrong, if at all.
#[derive(Clone, Copy, Default, PartialEq)]
enum Fault {
    #[default]
    None,
    /// Works on a copy, and puts back whole values that others may have changed meanwhile.
    LosesUpdates,
    /// Works on a copy, and looks only whether what it writes has changed meanwhile: snapshot isolation.
    SkewsWrites,
    /// Answers transactions that only read from a copy that is up to 300 ms old.
    ReadsStale,
    /// Answers about another key than it was asked for.
    AnswersBesides,
}

/// A store in one node.
struct Store {
    fault: Fault,
    values: RefCell<Values>,
    copy: RefCell<Values>,
}

#[maelstrom::node]
impl Store {
    #[init]
    fn new(fault: Fault) -> Self {
        Self { fault, values: RefCell::default(), copy: RefCell::default() }
    }

    #[rpc(reply(txn))]
    async fn txn(&self, ctx: &Context<Self>, mut txn: Txn) -> Result<Txn> {
        match self.fault {
            Fault::AnswersBesides => {
                apply(&mut self.values.borrow_mut(), &mut txn);
                txn[0].1 += 1;
            }
            Fault::ReadsStale if txn.iter().all(|(f, ..)| f == "r") => {
                apply(&mut self.copy.borrow_mut(), &mut txn);
            }
            Fault::None | Fault::ReadsStale => apply(&mut self.values.borrow_mut(), &mut txn),
            Fault::LosesUpdates | Fault::SkewsWrites => {
                let before = self.values.borrow().clone();
                let mut after = before.clone();
                apply(&mut after, &mut txn);
                ctx.sleep(Duration::from_millis(20)).await;
                let mut values = self.values.borrow_mut();
                for (_, key, _) in txn.iter().filter(|(f, ..)| f != "r") {
                    if self.fault == Fault::SkewsWrites && values.get(key) != before.get(key) {
                        return Err(Error::txn_conflict("somebody was faster"));
                    }
                }
                for (_, key, _) in txn.iter().filter(|(f, ..)| f != "r") {
                    values.insert(*key, after[key].clone());
                }
            }
        }
        Ok(txn)
    }

    #[every(300ms)]
    fn refresh(&self) {
        self.copy.replace(self.values.borrow().clone());
    }
}

fn apply(values: &mut Values, txn: &mut Txn) {
    for (f, key, value) in txn {
        match f.as_str() {
            "r" => *value = values.get(key).cloned().unwrap_or_default(),
            "append" => {
                values.entry(*key).or_insert_with(|| json!([])).as_array_mut().unwrap().push(value.clone());
            }
            _ => {
                values.insert(*key, value.clone());
            }
        }
    }
}

fn simulation(
    workload: impl Workload + Send + Sync + 'static,
    fault: Fault,
    models: &str,
) -> Simulation<Store> {
    Simulation::<Store>::with_config(workload, move |_| fault)
        .nodes(1)
        .concurrency(10)
        .rate(200.0)
        .time_limit(Duration::from_secs(5))
        .consistency_models(models.parse().unwrap())
}

/// Two keys, which see more writes that meet.
fn few_keys() -> TxnListAppend {
    let mut options = TxnOptions::default();
    options.key_count = 2;
    TxnListAppend(options)
}

/// The first explanation of a run that must be invalid.
fn explanation(run: &Run) -> String {
    assert_eq!(run.verdict(), Verdict::Invalid);
    run.explanations().remove(0)
}

#[test]
fn a_store_that_does_one_transaction_after_the_other_is_valid_under_every_model() {
    let models = "strict-serializable";
    simulation(TxnListAppend::default(), Fault::None, models).seeds(0..5).run().assert_valid();
    simulation(TxnRwRegister::default(), Fault::None, models).seeds(0..5).run().assert_valid();
    simulation(TxnRwRegister::default(), Fault::None, models).maelstrom_compat().run().assert_valid();
}

#[test]
fn a_store_that_loses_updates_is_caught() {
    for workload in [TxnListAppend::default(), few_keys()] {
        let report = simulation(workload, Fault::LosesUpdates, "read-committed").seeds(0..3).run();
        for run in report.runs() {
            let text = explanation(run);
            assert!(text.starts_with("incompatible-order: key ") && text.contains("by appending"), "{text}");
        }
    }
    let report =
        simulation(TxnRwRegister::default(), Fault::LosesUpdates, "repeatable-read").seeds(0..3).run();
    for run in report.runs() {
        let text = explanation(run);
        assert!(text.starts_with("lost-update: process ") && text.contains("(at n0)"), "{text}");
    }
}

#[test]
fn write_skew_is_caught_and_snapshot_isolation_allows_it() {
    let run = |models| simulation(few_keys(), Fault::SkewsWrites, models).seeds(0..3).run();
    run("snapshot-isolation").assert_valid();
    for run in run("serializable").runs() {
        let text = explanation(run);
        assert!(text.starts_with("G2-item: "), "{text}");
        assert!(text.contains("T1 came before T2, as T1 read key "), "{text}");
        assert!(text.contains("next; T2 came before"), "{text}");
    }
}

#[test]
fn reads_of_an_old_copy_are_caught_where_real_time_counts() {
    let run = |models| simulation(TxnListAppend::default(), Fault::ReadsStale, models).seeds(0..3).run();
    run("serializable").assert_valid();
    for run in run("strict-serializable").runs() {
        let text = explanation(run);
        assert!(text.starts_with("G-single-item-realtime: "), "{text}");
        assert!(text.contains(" was over ") && text.contains(" began"), "{text}");
    }
}

#[test]
fn a_reply_about_something_else_is_an_anomaly_that_maelstrom_does_not_see() {
    let report = simulation(TxnRwRegister::default(), Fault::AnswersBesides, "read-uncommitted").run();
    let text = explanation(&report.runs()[0]);
    assert!(text.starts_with("response-mismatch: process "), "{text}");
    assert!(text.contains("as the first operation of its transaction, and was answered [\""), "{text}");
}

#[test]
fn what_nobody_wrote_is_told_as_such() {
    let lists = r#"
        0 invoke txn [["append", 1, 1]]
        0 ok txn [["append", 1, 1]]
        0 invoke txn [["r", 1, null]]
        0 ok txn [["r", 1, [1, 9]]]"#;
    let judgement = judge("txn-list-append", lists);
    assert_eq!(judgement.verdict(), Verdict::Invalid);
    assert_eq!(
        judgement.explanation(),
        Some("phantom-read: process 0 from 20 ms to 30 ms read key 1 with 9, which nobody has appended")
    );
    assert_eq!(
        maelstrom_would(&judgement),
        ["Maelstrom would say unknown: its checker fails (No transaction wrote 1 9) (Q-26)"]
    );
    assert_eq!(judge_compat("txn-list-append", lists).verdict(), Verdict::Unknown);

    let registers = r#"
        0 invoke txn [["w", 1, 1]]
        0 ok txn [["w", 1, 1]]
        0 invoke txn [["r", 1, null]]
        0 ok txn [["r", 1, 1]]
        0 invoke txn [["r", 1, null]]
        0 ok txn [["r", 1, 9]]"#;
    let judgement = judge("txn-rw-register", registers);
    assert_eq!(judgement.result()["anomaly-types"].to_string(), r#"["phantom-read"]"#);
    assert_eq!(
        maelstrom_would(&judgement),
        ["Maelstrom would say valid: it does not ask whether somebody wrote what was read (Q-26)"]
    );
}

#[test]
fn what_a_transaction_contradicts_itself_in_is_seen_after_null_as_well() {
    for (workload, lines) in [
        ("txn-list-append", r#"[["r", 1, null], ["r", 1, [1]]]"#),
        ("txn-rw-register", r#"[["r", 1, null], ["r", 1, 1]]"#),
    ] {
        let write = if workload == "txn-list-append" { "append" } else { "w" };
        let lines = format!(
            "0 invoke txn [[\"{write}\", 1, 1]]\n1 invoke txn [[\"r\", 1, null], [\"r\", 1, null]]\n\
             1 ok txn {lines}\n0 ok txn [[\"{write}\", 1, 1]]"
        );
        let judgement = check(workload, &history(&lines), &Options::default()).unwrap();
        assert_eq!(judgement.verdict(), Verdict::Invalid);
        let text = judgement.explanation().unwrap();
        assert!(
            text.starts_with("internal: process 1 from 10 ms to 20 ms read ")
                && text.contains("had to be null"),
            "{text}"
        );
        let quirks: Vec<_> = judgement.maelstrom_would().iter().map(|would| would.quirk).collect();
        let there = check(workload, &history(&lines), &Options::default().compat(true)).unwrap();
        if there.verdict() == Verdict::Invalid {
            assert_eq!(quirks, []);
        } else {
            assert_eq!(quirks, [Quirk::BlindWithinTransactions]);
        }
    }
}

#[test]
fn keys_and_values_may_be_anything() {
    let judgement = judge(
        "txn-list-append",
        r#"
        0 invoke txn [["append", {"k": [1]}, 1.5], ["append", null, "x"]]
        0 ok txn [["append", {"k": [1]}, 1.5], ["append", null, "x"]]
        1 invoke txn [["append", {"k": [1]}, true], ["append", null, 340282366920938463463374607431768211457]]
        1 ok txn [["append", {"k": [1]}, true], ["append", null, 340282366920938463463374607431768211457]]
        0 invoke txn [["r", {"k": [1]}, null], ["r", null, null]]
        0 ok txn [["r", {"k": [1]}, [1.5, true]], ["r", null, [340282366920938463463374607431768211457, "x"]]]"#,
    );
    assert_eq!(judgement.result()["anomaly-types"].to_string(), r#"["G0"]"#);
}

#[test]
fn what_is_no_transaction_can_not_be_judged() {
    for (lines, error) in [
        ("0 invoke read 5", "operation 0 is no transaction of `r` and `append`: 5"),
        (
            r#"0 invoke txn [["w", 1, 1]]"#,
            r#"operation 0 is no transaction of `r` and `append`: [["w",1,1]]"#,
        ),
        (
            r#"0 invoke txn [["append", 1, 1], ["append", 1, 1]]"#,
            "clients were to append 1 to key 1 more than once, so that its order can't be told",
        ),
    ] {
        let judgement = judge("txn-list-append", lines);
        assert_eq!((judgement.verdict(), judgement.explanation()), (Verdict::Unknown, Some(error)));
    }
}

#[test]
fn a_list_of_models_that_maelstrom_takes_for_one_name_is_told() {
    let lines = r#"
        0 invoke txn [["append", 1, 1]]
        0 ok txn [["append", 1, 1]]
        0 invoke txn [["r", 1, null]]
        0 ok txn [["r", 1, [1]]]"#;
    let models: ConsistencyModels = "read-committed,serializable".parse().unwrap();
    let options = Options::default().consistency_models(models);
    let judgement = check("txn-list-append", &history(lines), &options).unwrap();
    assert_eq!(judgement.verdict(), Verdict::Valid);
    assert_eq!(judgement.maelstrom_would()[0].quirk, Quirk::ListsOfModels);
    let there = check("txn-list-append", &history(lines), &options.compat(true)).unwrap();
    assert_eq!(there.verdict(), Verdict::Unknown);
}

#[test]
fn a_cycle_is_told_with_its_transactions_and_their_reasons() {
    let judgement = judge(
        "txn-list-append",
        r#"
        0 invoke txn [["r", 1, null], ["append", 2, 1]]
        1 invoke txn [["r", 2, null], ["append", 1, 1]]
        0 ok txn [["r", 1, null], ["append", 2, 1]]
        1 ok txn [["r", 2, null], ["append", 1, 1]]
        2 invoke txn [["r", 1, null], ["r", 2, null]]
        2 ok txn [["r", 1, [1]], ["r", 2, [1]]]"#,
    );
    assert_eq!(
        judgement.explanation(),
        Some(
            "G2-item: 2 transactions came before each other in a circle; T1 is that of process 0 from 0 ms to 20 ms and \
             T2 is that of process 1 from 10 ms to 30 ms: T1 came before T2, as T1 read key 1 as null, without the 1 that \
             T2 appended next; T2 came before T1, as T2 read key 2 as null, without the 1 that T1 appended next"
        )
    );
    let cycles = judgement.result()["cycles"].get("G2-item").and_then(Value::as_list).unwrap();
    let ops: Vec<_> = cycles[0]
        .get("txns")
        .and_then(Value::as_list)
        .unwrap()
        .iter()
        .map(|txn| txn.get("op").cloned())
        .collect();
    assert_eq!(ops, [Some(2.into()), Some(3.into())]);
    assert_eq!(judgement.result()["not"].to_string(), r#"["repeatable-read"]"#);
}

#[test]
fn writes_without_an_answer_that_were_read_are_warned_of() {
    let judgement = judge(
        "txn-rw-register",
        r#"
        0 invoke txn [["w", 1, 1], ["w", 2, 1]]
        0 info txn [["w", 1, 1], ["w", 2, 1]]
        1 invoke txn [["r", 1, null], ["r", 2, null]]
        1 ok txn [["r", 1, 1], ["r", 2, null]]
        1 invoke txn [["w", 3, 1]]
        1 ok txn [["w", 3, 1]]"#,
    );
    assert_eq!(judgement.verdict(), Verdict::Valid);
    assert_eq!(
        warnings(&judgement),
        [
            "with writes of transactions without an answer: G-single-item: 2 transactions came before each other in a \
             circle; T1 is that of process 1 from 20 ms to 30 ms and T2 is that of process 0 from 0 ms to 10 ms: T1 came \
             before T2, as T1 read null from key 2, to which T2 wrote 1; T2 came before T1, as T1 read 1 from key 1, which \
             T2 had written"
        ]
    );
}
