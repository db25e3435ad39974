//! A store of keys and values that is linearizable, and goes on while a majority of its nodes can talk to each other.
//!
use examples::{lin_kv::Store, raft::Raft};
use maelstrom::Result;

fn main() -> Result<()> {
    maelstrom::run::<Raft<Store>>()
}

#[cfg(test)]
mod tests {
    use std::{ops::Range, time::Duration};

    use maelstrom_workbench::{
        Simulation,
        nemesis::{Nemesis, Targets},
        workload::LinKv,
    };

    use super::*;

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn partitions() -> Nemesis {
        Nemesis::partitions().interval(secs(4))
    }

    fn kills() -> Nemesis {
        Nemesis::kills().targets(Targets::All).interval(secs(4))
    }

    fn pauses() -> Nemesis {
        Nemesis::pauses().targets(Targets::Minority).interval(secs(3))
    }

    fn loss() -> Nemesis {
        Nemesis::loss().interval(secs(2))
    }

    fn duplication() -> Nemesis {
        Nemesis::duplication().interval(secs(2))
    }

    /// Each fault alone, and all together.
    fn is_linearizable(faults: impl IntoIterator<Item = Nemesis>, seeds: Range<u64>) {
        let start = std::time::Instant::now();
        let n = seeds.end;
        let report = Simulation::<Raft<Store>>::new(LinKv)
            .clients_per_node(2)
            .latency(Duration::from_millis(10))
            .rate(30.0)
            .time_limit(secs(20))
            .nemeses(faults)
            .seeds(seeds)
            .run();
        let bad: Vec<_> = report
            .runs()
            .iter()
            .filter(|r| r.verdict() != maelstrom_workbench::checker::Verdict::Valid)
            .collect();
        println!("{} bad of {n}, {:?}", bad.len(), start.elapsed());
        for run in bad.iter().take(3) {
            println!("seed {}: {:#?}", run.seed, run.explanations());
        }
        report.assert_valid();
    }
    fn n() -> u64 {
        std::env::var("SEEDS").map_or(20, |s| s.parse().unwrap())
    }
    #[test]
    fn t_none() {
        is_linearizable([], 0..n());
    }
    #[test]
    fn t_part() {
        is_linearizable([partitions()], 0..n());
    }
    #[test]
    fn t_kill() {
        is_linearizable([kills()], 0..n());
    }
    #[test]
    fn t_pause() {
        is_linearizable([pauses()], 0..n());
    }
    #[test]
    fn t_loss() {
        is_linearizable([loss()], 0..n());
    }
    #[test]
    fn t_dup() {
        is_linearizable([duplication()], 0..n());
    }
    #[test]
    fn t_all() {
        is_linearizable([partitions(), kills(), pauses(), loss(), duplication()], 0..n());
    }
}
