//! Faults drawn from the seed: each kind from streams of its own.

use std::time::Duration;

use super::{Fault, FaultKind, INTERVAL, Nemesis, PartitionKind, cuts, partition::one_way};
use crate::{
    network::Disturbance,
    random::{Stream, Streams},
};

/// One nemesis at work.
#[derive(Debug)]
pub(crate) struct Drawn {
    nemesis: Nemesis,
    times: Stream,
    kinds: Stream,
    next: Duration,
    /// Whether the fault is there.
    active: bool,
}

impl Drawn {
    pub(crate) fn new(nemesis: Nemesis, streams: Streams) -> Self {
        let name = nemesis.kind.name();
        Self {
            nemesis,
            times: streams.stream(&format!("nemesis.{name}.times")),
            kinds: streams.stream(&format!("nemesis.{name}.kinds")),
            next: Duration::ZERO,
            active: false,
        }
    }

    /// When the next step is due, from the beginning of the main phase. A kill waits until all nodes are up, which they
    /// are since `all_up`, and have been for a while.
    pub(crate) fn due(&self, all_up: Option<Duration>) -> Option<Duration> {
        if self.nemesis.kind != FaultKind::Kill || self.active {
            return Some(self.next);
        }
        // The first kill comes before anything could need recovery.
        let ready = all_up.map(|since| if since.is_zero() { since } else { since + self.nemesis.recovery });
        ready.map(|ready| ready.max(self.next))
    }

    /// Takes the step that is due at `due`, in a cluster of `n` nodes.
    pub(crate) fn step(&mut self, due: Duration, n: usize) -> Fault {
        self.next = due + self.times.uniform(self.nemesis.interval.unwrap_or(INTERVAL) * 2);
        self.active = !self.active;
        if self.active { self.begin(n) } else { Fault::end_of(self.nemesis.kind) }
    }

    fn begin(&mut self, n: usize) -> Fault {
        let Nemesis { kind, probability, services, .. } = self.nemesis;
        let random = &mut self.kinds;
        match kind {
            FaultKind::Partition => {
                let kind = PartitionKind::ALL[random.index(4)];
                Fault::StartPartition { kind, cuts: cuts(kind, n, random) }
            }
            FaultKind::OneWay => Fault::StartOneWay { cuts: one_way(n, random) },
            FaultKind::Kill => Fault::Kill { nodes: self.targets(n) },
            FaultKind::Pause => Fault::Pause { nodes: self.targets(n) },
            FaultKind::Messages(kind) => Fault::Disturb(Disturbance { kind, probability, services }),
            FaultKind::Clock => {
                let nodes = self.targets(n);
                let ahead_ms = nodes.into_iter().map(|node| (node, jump_ms(&mut self.kinds))).collect();
                Fault::SetClocks { ahead_ms }
            }
        }
    }

    fn targets(&mut self, n: usize) -> Vec<usize> {
        let mut nodes: Vec<usize> = (0..n).collect();
        self.kinds.shuffle(&mut nodes);
        nodes.truncate(self.nemesis.targets.count(n));
        nodes.sort_unstable();
        nodes
    }
}

/// How far a clock jumps: from 4 ms to about four minutes, small jumps as likely as large ones; forth or back. Jepsen's
/// clock nemesis draws from the same range.
fn jump_ms(random: &mut Stream) -> i64 {
    let magnitude = 1_i64 << (2 + random.below(16));
    let within = i64::try_from(random.below(magnitude.unsigned_abs())).expect("it is below a small number");
    if random.coin() { magnitude + within } else { -(magnitude + within) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nemesis::Targets;

    fn drawn(nemesis: Nemesis) -> Drawn {
        Drawn::new(nemesis, Streams::new(1))
    }

    #[test]
    fn steps_alternate_from_the_very_start() {
        let mut partitions = drawn(Nemesis::partitions());
        assert_eq!(partitions.due(None), Some(Duration::ZERO));
        assert!(matches!(partitions.step(Duration::ZERO, 5), Fault::StartPartition { .. }));
        let due = partitions.due(None).unwrap();
        assert!(due > Duration::ZERO && due < Duration::from_secs(20));
        assert_eq!(partitions.step(due, 5), Fault::StopPartition);
        assert!(matches!(partitions.step(due, 5), Fault::StartPartition { .. }));
    }

    #[test]
    fn a_kill_waits_until_all_nodes_have_been_up_for_a_while() {
        let mut kills = drawn(Nemesis::kills().recovery(Duration::from_secs(3)));
        assert_eq!(kills.due(Some(Duration::ZERO)), Some(Duration::ZERO));
        kills.step(Duration::ZERO, 5);
        // A restart waits for nobody.
        assert!(kills.due(None).is_some());
        kills.step(Duration::from_secs(1), 5);
        assert_eq!(kills.due(None), None);
        let late = Duration::from_secs(100);
        assert_eq!(kills.due(Some(late)), Some(late + Duration::from_secs(3)));
    }

    #[test]
    fn as_many_nodes_are_hit_as_asked_for() {
        for (targets, of_five, of_one) in
            [(Targets::One, 1, 1), (Targets::Minority, 2, 0), (Targets::Majority, 3, 1), (Targets::All, 5, 1)]
        {
            for (n, expected) in [(5, of_five), (1, of_one)] {
                let Fault::Kill { nodes } = drawn(Nemesis::kills().targets(targets)).step(Duration::ZERO, n)
                else {
                    panic!("the first step kills");
                };
                assert_eq!(nodes.len(), expected, "{targets} of {n}");
            }
        }
    }

    #[test]
    fn clocks_jump_both_ways_within_minutes() {
        let mut random = Streams::new(1).stream("test");
        let jumps: Vec<i64> = (0..1000).map(|_| jump_ms(&mut random)).collect();
        assert!(jumps.iter().any(|ms| *ms < -60_000) && jumps.iter().any(|ms| *ms > 60_000));
        assert!(jumps.iter().all(|ms| (4..262_144).contains(&ms.abs())));
    }

    #[test]
    fn one_fault_leaves_the_draws_of_another_as_they_are() {
        let steps = |other: bool| {
            let mut kills = drawn(Nemesis::kills());
            if other {
                drawn(Nemesis::pauses()).step(Duration::ZERO, 5);
            }
            (0..6).map(|_| kills.step(Duration::ZERO, 5)).collect::<Vec<_>>()
        };
        assert_eq!(steps(false), steps(true));
    }
}
