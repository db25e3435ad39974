//! Gossip Glomers 2: ids that no other node ever gives out, without asking any other node.
//!
//! Two ways, both right, and each wrong somewhere else:
//!
//! - **A ULID** is 48 bits of time and 80 random bits. Two are equal only if they were made in the same millisecond
//!   with the same random bits: at a thousand ids per millisecond, all nodes together, the odds of one collision in a
//!   year are about one in a hundred million. It needs a good random generator, and nothing else; a node may restart,
//!   or be cloned with its disk, and its ids stay unique.
//! - **Name and counter**, `n1-17`, is unique for certain, as long as no two nodes have one name and none of them ever
//!   counts from zero again. Maelstrom names its nodes apart and never restarts them here. Where nodes do restart,
//!   the counter has to be stored before an id goes out.
//!
//! Neither waits for anybody, so both stay available when the network is cut in two.
//!
//! Run it as it is for ULIDs, and with the argument `counter` for the second way.

use maelstrom::{Context, Result, Ulid};

#[derive(Default)]
struct UniqueIds;

#[maelstrom::node]
impl UniqueIds {
    /// The context gives what a node can't have by itself: its name, the time, and chance.
    #[rpc(reply(id))]
    fn generate(&self, ctx: &Context<Self>) -> Ulid {
        ctx.ulid()
    }
}

#[derive(Default)]
struct CountedIds {
    count: u64,
}

#[maelstrom::node]
impl CountedIds {
    #[rpc(reply(id))]
    fn generate(&mut self, ctx: &Context<Self>) -> String {
        self.count += 1;
        format!("{}-{}", ctx.id(), self.count)
    }
}

fn main() -> Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("counter") => maelstrom::run::<CountedIds>(),
        _ => maelstrom::run::<UniqueIds>(),
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, time::Duration};

    use maelstrom::{
        Node,
        testing::{TestNode, json},
    };
    use maelstrom_workbench::{Simulation, checker::RequiredAvailability, nemesis::Nemesis, workload};

    use super::*;

    /// The ids that three nodes give out in two rounds.
    fn ids<N: Node<Config = ()>>() -> Vec<String> {
        let mut ids = Vec::new();
        for (seed, id) in ["n1", "n2", "n3"].into_iter().enumerate() {
            let mut node = TestNode::<N>::with_seed((), seed as u64, id, ["n1", "n2", "n3"]);
            for _ in 0..100 {
                let reply = node.request(json!({"type": "generate"})).unwrap();
                ids.push(reply["id"].as_str().unwrap().to_owned());
            }
        }
        ids
    }

    #[test]
    fn ulids_of_several_nodes_are_unique_within_one_millisecond() {
        let ids = ids::<UniqueIds>();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 300);
        assert!(ids.iter().all(|id| id.len() == 26 && id[..10] == ids[0][..10]), "{ids:?}");
    }

    #[test]
    fn counted_ids_of_several_nodes_are_unique() {
        assert_eq!(ids::<CountedIds>().iter().collect::<BTreeSet<_>>().len(), 300);
    }

    #[test]
    fn a_counted_id_is_the_name_and_the_next_number() {
        let kit = TestNode::<CountedIds>::new("n7", ["n7"]);
        let mut node = CountedIds { count: 16 };
        assert_eq!(node.generate(&kit.context("c1")), "n7-17");
        assert_eq!(node.generate(&kit.context("c1")), "n7-18");
    }

    /// Gossip Glomers 2, without waiting for it: every request is answered, partitions or not.
    fn simulate<N: Node<Config = ()>>() {
        Simulation::<N>::new(workload::UniqueIds)
            .nodes(3)
            .rate(1000.0)
            .time_limit(Duration::from_secs(5))
            .nemesis(Nemesis::partitions().interval(Duration::from_secs(2)))
            .availability(RequiredAvailability::Total)
            .seeds(0..5)
            .run()
            .assert_valid();
    }

    #[test]
    fn both_ways_stay_unique_and_available_under_partitions() {
        simulate::<UniqueIds>();
        simulate::<CountedIds>();
    }
}
