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
    use maelstrom::testing::{Value, json};

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

    #[test]
    fn throughput() {
        use maelstrom_workbench::{Simulation, history::Kind, workload::TxnListAppend};
        let report = Simulation::<Raft<Lists>>::new(TxnListAppend::default())
            .nodes(5)
            .clients_per_node(4)
            .latency(std::time::Duration::from_millis(10))
            .rate(300.0)
            .time_limit(std::time::Duration::from_secs(20))
            .seeds(0..3)
            .run();
        for run in report.runs() {
            let ok = run.history.operations().iter().filter(|op| op.kind == Kind::Ok).count();
            let writes = run
                .history
                .operations()
                .iter()
                .filter(|op| op.kind == Kind::Ok && op.value.to_string().contains("append"))
                .count();
            println!(
                "ok {ok}, writes {writes} of {} {:?} {:?}",
                run.history.len(),
                run.duration,
                run.servers
            );
        }
    }
}
