//! Partitions: whom they cut off from whom.

use crate::random::Stream;

/// How a partition divides the nodes. The four kinds are Maelstrom's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartitionKind {
    /// One node, from all others.
    One,
    /// Half of the nodes (rounded down), from the rest.
    Majority,
    /// At most a third, from the rest. With up to three nodes that is nobody.
    MinorityThird,
    /// Every node sees a majority, and no two the same one.
    MajoritiesRing,
}

impl PartitionKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::One, Self::Majority, Self::MinorityThird, Self::MajoritiesRing];

    /// The name in histories.
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Majority => "majority",
            Self::MinorityThird => "minority-third",
            Self::MajoritiesRing => "majorities-ring",
        }
    }
}

/// A partition: for each receiver that drops anything, in order, the senders it drops.
pub type Cuts = Vec<(usize, Vec<usize>)>;

/// Chooses whom a partition cuts off.
pub fn cuts(kind: PartitionKind, n: usize, random: &mut Stream) -> Cuts {
    let mut nodes: Vec<usize> = (0..n).collect();
    random.shuffle(&mut nodes);
    match kind {
        PartitionKind::One => split(&nodes, n.min(1)),
        PartitionKind::Majority => split(&nodes, n / 2),
        PartitionKind::MinorityThird => split(&nodes, n.saturating_sub(1) / 3),
        PartitionKind::MajoritiesRing if n <= 5 => exact_ring(&nodes),
        PartitionKind::MajoritiesRing => grown_ring(&nodes, random),
    }
}

/// Cuts in one direction only: one node that is not heard, one that does not hear, or one link.
pub(super) fn one_way(n: usize, random: &mut Stream) -> Cuts {
    let mut nodes: Vec<usize> = (0..n).collect();
    random.shuffle(&mut nodes);
    let [a, others @ ..] = &nodes[..] else { return Cuts::new() };
    let mut others = others.to_vec();
    let kind = random.index(3);
    let Some(b) = others.first().copied() else { return Cuts::new() };
    others.sort_unstable();
    match kind {
        0 => others.into_iter().map(|receiver| (receiver, vec![*a])).collect(),
        1 => vec![(*a, others)],
        _ => vec![(b, vec![*a])],
    }
}

/// The first `count` nodes on one side, the rest on the other.
fn split(nodes: &[usize], count: usize) -> Cuts {
    let (one, other) = nodes.split_at(count);
    let mut cuts = Vec::new();
    if !one.is_empty() && !other.is_empty() {
        for (receivers, senders) in [(one, other), (other, one)] {
            for receiver in receivers {
                let mut senders = senders.to_vec();
                senders.sort_unstable();
                cuts.push((*receiver, senders));
            }
        }
    }
    cuts.sort_unstable();
    cuts
}

/// Up to five nodes in a ring: the one in the middle of each window of a majority hears only that window.
fn exact_ring(nodes: &[usize]) -> Cuts {
    let n = nodes.len();
    let majority = n / 2 + 1;
    let mut cuts = Vec::new();
    for start in 0..n {
        let window: Vec<usize> = (0..majority).map(|k| nodes[(start + k) % n]).collect();
        let receiver = window[majority / 2];
        let senders: Vec<usize> = (0..n).filter(|node| !window.contains(node)).collect();
        if !senders.is_empty() {
            cuts.push((receiver, senders));
        }
    }
    cuts.sort_unstable();
    cuts
}

/// Six nodes or more: connections grow between nodes of least degree, until each has a majority.
fn grown_ring(nodes: &[usize], random: &mut Stream) -> Cuts {
    let n = nodes.len();
    let majority = n / 2 + 1;
    let mut connected = vec![vec![false; n]; n];
    for (k, row) in connected.iter_mut().enumerate() {
        row[k] = true;
    }
    let mut degree = vec![1; n];
    loop {
        let least = *degree.iter().min().expect("there are nodes");
        if least >= majority {
            break;
        }
        let candidates: Vec<usize> = (0..n).filter(|node| degree[*node] == least).collect();
        let a = candidates[random.index(candidates.len())];
        let mut others: Vec<usize> = (0..n).filter(|node| !connected[a][*node]).collect();
        random.shuffle(&mut others);
        let b = others
            .into_iter()
            .min_by_key(|node| degree[*node])
            .expect("a node below a majority lacks somebody");
        connected[a][b] = true;
        connected[b][a] = true;
        degree[a] += 1;
        degree[b] += 1;
    }
    (0..n)
        .map(|receiver| (receiver, (0..n).filter(|sender| !connected[receiver][*sender]).collect::<Vec<_>>()))
        .filter(|(_, senders)| !senders.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Streams;

    fn draw(kind: PartitionKind, n: usize, seed: u64) -> Cuts {
        cuts(kind, n, &mut Streams::new(seed).stream("test"))
    }

    #[test]
    fn one_node_is_cut_off_both_ways() {
        let cuts = draw(PartitionKind::One, 5, 1);
        assert_eq!(cuts.len(), 5);
        let (lonely, senders) = cuts.iter().find(|cut| cut.1.len() == 4).unwrap();
        assert!(!senders.contains(lonely));
        assert!(cuts.iter().filter(|cut| cut.0 != *lonely).all(|cut| cut.1 == [*lonely]));
    }

    #[test]
    fn a_majority_partition_cuts_off_half_rounded_down() {
        let cuts = draw(PartitionKind::Majority, 5, 1);
        assert_eq!(cuts.iter().filter(|cut| cut.1.len() == 3).count(), 2);
        assert_eq!(cuts.iter().filter(|cut| cut.1.len() == 2).count(), 3);
    }

    #[test]
    fn a_third_of_three_nodes_is_nobody() {
        assert!(draw(PartitionKind::MinorityThird, 3, 1).is_empty());
        assert_eq!(draw(PartitionKind::MinorityThird, 4, 1).len(), 4);
    }

    #[test]
    fn small_rings_are_as_maelstrom_makes_them() {
        assert!(draw(PartitionKind::MajoritiesRing, 1, 1).is_empty());
        assert!(draw(PartitionKind::MajoritiesRing, 2, 1).is_empty());
        // Three nodes: a one-way ring.
        let three = draw(PartitionKind::MajoritiesRing, 3, 1);
        assert!(three.len() == 3 && three.iter().all(|cut| cut.1.len() == 1));
        assert!(three.iter().all(|(to, from)| !three.contains(&(from[0], vec![*to]))));
        // Four: each node and its opposite drop each other.
        let four = draw(PartitionKind::MajoritiesRing, 4, 1);
        assert!(four.iter().all(|(to, from)| from.len() == 1 && four.contains(&(from[0], vec![*to]))));
        // Five: each node hears its two neighbours.
        let five = draw(PartitionKind::MajoritiesRing, 5, 1);
        assert!(five.len() == 5 && five.iter().all(|cut| cut.1.len() == 2));
    }

    #[test]
    fn in_large_rings_everybody_sees_a_majority_symmetrically() {
        for n in 6..=25 {
            let cuts = draw(PartitionKind::MajoritiesRing, n, n as u64);
            for (to, from) in &cuts {
                assert!(n - from.len() > n / 2);
                assert!(
                    from.iter().all(|other| cuts.iter().any(|cut| cut.0 == *other && cut.1.contains(to)))
                );
            }
        }
    }
}
