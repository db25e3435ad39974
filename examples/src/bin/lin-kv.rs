//! A store of keys and values that is linearizable, survives that all its nodes are killed, and goes on while a majority
//! of them can talk to each other.
//!
//! All of it is [`Raft`], in `examples/src/raft`, which is made to be read next to its paper. What is replicated is
//! [`Store`]: a map, with the commands that clients send as an enum, and what each does to the map. A request to any
//! node is executed by the leader, at one place of a log that all nodes share, and that is why it is linearizable: this
//! place is its moment. A read takes no place in the log; the leader makes sure that it still leads, and then answers
//! from its map.
//!
//! **What is on the disk.** Each node's term, vote and log. The map is not: after a kill it is made again from the log.
//!
//! **What a client is told.** Error 20 and 22 are answers of the map: no such key, and a `cas` whose `from` is not there.
//! While there is no leader, a request waits for one. If that takes five seconds, or the leader is lost with what it had
//! taken, the client is told error 0: it may happen or not. It never happens twice.
//!
//! **Without a majority** nothing is answered at all, not even reads. That is what linearizable costs; a store that may
//! answer from the past has no need of it.

use examples::{lin_kv::Store, raft::Raft};
use maelstrom::Result;

fn main() -> Result<()> {
    maelstrom::run::<Raft<Store>>()
}

#[cfg(test)]
mod tests {
    use std::{ops::Range, time::Duration};

    use maelstrom::testing::{TestNode, json};
    use maelstrom_workbench::{
        Simulation,
        nemesis::{Nemesis, Targets},
        workload::LinKv,
    };

    use super::*;

    const fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn kills() -> Nemesis {
        Nemesis::kills().targets(Targets::All).interval(secs(2)).recovery(secs(2))
    }

    fn partitions() -> Nemesis {
        Nemesis::partitions().interval(secs(3))
    }

    fn pauses() -> Nemesis {
        Nemesis::pauses().targets(Targets::Minority).interval(secs(2))
    }

    fn loss() -> Nemesis {
        Nemesis::loss().interval(secs(2))
    }

    fn duplication() -> Nemesis {
        Nemesis::duplication().interval(secs(2))
    }

    fn survives(faults: impl IntoIterator<Item = Nemesis>, seeds: Range<u64>) {
        Simulation::<Raft<Store>>::new(LinKv)
            .clients_per_node(2)
            .latency(Duration::from_millis(10))
            .rate(40.0)
            .time_limit(secs(20))
            .nemeses(faults)
            .seeds(seeds)
            .run()
            .assert_valid();
    }

    #[test]
    fn it_is_linearizable_whatever_is_cut_off() {
        survives([partitions()], 0..40);
        survives([partitions(), Nemesis::one_way_partitions().interval(secs(3))], 0..20);
    }

    #[test]
    fn it_survives_that_all_nodes_are_killed_at_once() {
        survives([kills()], 0..50);
    }

    #[test]
    fn it_survives_that_nodes_stand_still() {
        survives([pauses()], 0..20);
        survives([Nemesis::pauses().targets(Targets::Majority).interval(secs(1))], 0..10);
    }

    #[test]
    fn it_is_linearizable_when_messages_are_lost_doubled_slow_and_out_of_order() {
        survives([loss()], 0..10);
        survives([duplication()], 0..20);
        let reordering = Nemesis::reordering().interval(secs(2));
        let slow_links = Nemesis::slow_links().interval(secs(2));
        survives([loss(), duplication(), reordering, slow_links], 0..30);
    }

    #[test]
    fn it_survives_all_of_that_together() {
        survives([partitions(), kills(), pauses(), loss(), duplication()], 0..100);
    }

    /// Five hundred runs of each mixture: for an optimised build.
    #[test]
    #[ignore = "takes two minutes, with --release"]
    fn it_survives_each_fault_alone_and_all_together_for_long() {
        for fault in [partitions(), kills(), pauses(), loss(), duplication()] {
            survives([fault], 0..500);
        }
        survives([partitions(), kills(), pauses(), loss(), duplication()], 0..500);
    }

    /// With what batching there is to be: several hundred commands a second, a tenth of a second from node to node.
    #[test]
    fn many_commands_share_a_message() {
        let run = Simulation::<Raft<Store>>::new(LinKv)
            .clients_per_node(20)
            .latency(Duration::from_millis(100))
            .rate(300.0)
            .time_limit(secs(10))
            .run_seed(0);
        let messages = run.messages_per_operation().unwrap();
        assert!(messages < 3.0, "{messages} messages between nodes per operation");
    }

    /// A cluster of one needs nobody's vote.
    #[test]
    fn a_node_alone_answers_and_remembers() {
        let mut node = TestNode::<Raft<Store>>::new("n0", ["n0"]);
        let ask = |node: &mut TestNode<Raft<Store>>, request: serde_json::Value| {
            let id = node.start_request("c1", request);
            node.advance(secs(1));
            node.reply(id).unwrap()
        };
        assert!(ask(&mut node, json!({"type": "write", "key": "k", "value": [1]})).is_ok());
        let refused = ask(&mut node, json!({"type": "cas", "key": "k", "from": 1, "to": 2})).unwrap_err();
        assert_eq!(refused.text(), r#"key "k" has the value [1], and not 1"#);
        node.restart();
        let read = ask(&mut node, json!({"type": "read", "key": "k"})).unwrap();
        assert_eq!(read, json!({"type": "read_ok", "value": [1]}));
    }
}
