//! Transactions on lists, strictly serializable: all of them take effect one after another, each at a moment between its
//! request and its reply.
//!
//! [`Raft`] does the hard part. Its log is one order of all commands, and a command can be as much as one likes: so
//! here one is a whole transaction, and the state machine executes it in one step. There is nothing to lock, to abort or
//! to detect. A transaction that only reads is not put into the log, as reads are not in `lin-kv`.
//!
//! What it costs is that all pass through one leader. But it sends many in one message: with five nodes 10 ms apart and
//! twenty clients a transaction takes 50 ms, and several hundred a second are no more work than ten. (With all data
//! under one key of the service `lin-kv`, and a `cas` for each transaction, every one of them would be a race that all
//! others lose.)

use std::collections::BTreeMap;

use examples::raft::{Raft, StateMachine};
use maelstrom::Result;
use serde::{Deserialize, Serialize};

/// `{"type": "txn", "txn": [["append", 9, 1], ["r", 9, null]]}`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename = "txn")]
struct Request {
    txn: Vec<MicroOp>,
}

/// The same with what was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "txn_ok")]
struct Reply {
    txn: Vec<MicroOp>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct MicroOp(Kind, u64, Argument);

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    R,
    Append,
}

/// What is appended; what was read, or null if the list does not exist or nobody has read it yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Argument {
    Element(u64),
    List(Option<Vec<u64>>),
}

#[derive(Default)]
struct Lists(BTreeMap<u64, Vec<u64>>);

impl StateMachine for Lists {
    type Command = Request;
    type Answer = Reply;

    fn is_read_only(request: &Request) -> bool {
        request.txn.iter().all(|MicroOp(kind, ..)| *kind == Kind::R)
    }

    fn apply(&mut self, request: &Request) -> Result<Reply> {
        let mut txn = request.txn.clone();
        for MicroOp(_, key, argument) in &mut txn {
            match argument {
                Argument::Element(element) => self.0.entry(*key).or_default().push(*element),
                Argument::List(list) => *list = self.0.get(key).cloned(),
            }
        }
        Ok(Reply { txn })
    }
}

fn main() -> Result<()> {
    maelstrom::run::<Raft<Lists>>()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use maelstrom::testing::{Value, json};
    use maelstrom_workbench::{
        Simulation,
        checker::Verdict,
        history::{Kind, Operation},
        nemesis::{Nemesis, Targets},
        workload::TxnListAppend,
    };

    use super::*;

    fn apply(lists: &mut Lists, txn: Value) -> Value {
        let request = serde_json::from_value(json!({"type": "txn", "txn": txn})).unwrap();
        serde_json::to_value(lists.apply(&request).unwrap()).unwrap()
    }

    #[test]
    fn a_transaction_sees_what_was_there_and_what_it_has_appended_itself() {
        let mut lists = Lists::default();
        let done = apply(&mut lists, json!([["r", 9, null], ["append", 9, 1], ["r", 9, null]]));
        assert_eq!(done, json!({"type": "txn_ok", "txn": [["r", 9, null], ["append", 9, 1], ["r", 9, [1]]]}));
        assert_eq!(apply(&mut lists, json!([["append", 9, 2], ["r", 9, null]]))["txn"][1][2], json!([1, 2]));
    }

    #[test]
    fn only_reads_are_read_only() {
        for (txn, is_read_only) in
            [(json!([["r", 1, null]]), true), (json!([["r", 1, null], ["append", 1, 2]]), false)]
        {
            let request = serde_json::from_value(json!({"type": "txn", "txn": txn})).unwrap();
            assert_eq!(Lists::is_read_only(&request), is_read_only);
        }
    }

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn simulation() -> Simulation<Raft<Lists>> {
        Simulation::new(TxnListAppend::default())
            .nodes(5)
            .clients_per_node(4)
            .latency(Duration::from_millis(10))
            .time_limit(secs(20))
    }

    #[test]
    fn it_is_strictly_serializable_under_each_fault_and_all_together() {
        let all = [
            Nemesis::partitions().interval(secs(4)),
            Nemesis::kills().targets(Targets::All).interval(secs(5)),
            Nemesis::pauses().targets(Targets::Minority).interval(secs(5)),
            Nemesis::loss().interval(secs(3)),
            Nemesis::duplication().interval(secs(3)),
        ];
        let each = all.iter().map(std::slice::from_ref).chain([&all[..]]);
        for nemeses in each {
            simulation().rate(30.0).nemeses(nemeses.iter().copied()).seeds(0..20).run().assert_valid();
        }
    }

    #[test]
    fn hundreds_of_transactions_a_second_are_committed() {
        let run = simulation().rate(300.0).run_seed(0);
        assert_eq!(run.verdict(), Verdict::Valid, "{:#?}", run.explanations());
        let appends = |operation: &&Operation| {
            operation.kind == Kind::Ok && operation.value.to_string().contains("append")
        };
        let committed = run.history.operations().iter().filter(appends).count();
        assert!(committed > 20 * 200, "{committed}");
    }
}
