//! Who is whose neighbour, as the broadcast workload proposes it.
//!
//! The constructions are Maelstrom's, with the neighbours in its order.

use std::{fmt, str::FromStr};

use crate::Value;

/// A shape of the cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Topology {
    /// Each node has the one before and the one after.
    Line,
    /// A square as even as possible; each node has those beside, above and below.
    #[default]
    Grid,
    /// A tree in which each node has up to this many children: 2, 3 or 4.
    Tree(u8),
    /// Everybody has everybody.
    Total,
}

impl Topology {
    /// All of them, by their names on the command line.
    pub const NAMES: [(&'static str, Self); 7] = [
        ("line", Self::Line),
        ("grid", Self::Grid),
        ("tree", Self::Tree(2)),
        ("tree2", Self::Tree(2)),
        ("tree3", Self::Tree(3)),
        ("tree4", Self::Tree(4)),
        ("total", Self::Total),
    ];

    /// The neighbours of node `k` of `n`, as numbers of nodes.
    pub fn neighbours(self, k: usize, n: usize) -> Vec<usize> {
        match self {
            Self::Line => {
                let before = k.checked_sub(1);
                let after = (k + 1 < n).then_some(k + 1);
                before.into_iter().chain(after).collect()
            }
            Self::Grid => {
                let side = n.isqrt() + usize::from(n.isqrt().pow(2) < n);
                let (row, column) = (k / side, k % side);
                let at = |row: usize, column: usize| {
                    let k = row * side + column;
                    (column < side && k < n).then_some(k)
                };
                [
                    at(row + 1, column),
                    row.checked_sub(1).and_then(|row| at(row, column)),
                    at(row, column + 1),
                    column.checked_sub(1).and_then(|column| at(row, column)),
                ]
                .into_iter()
                .flatten()
                .collect()
            }
            Self::Tree(children) => {
                let b = usize::from(children);
                let parent = k.checked_sub(1).map(|k| k / b);
                parent.into_iter().chain((b * k + 1..=b * k + b).filter(|child| *child < n)).collect()
            }
            Self::Total => (0..n).filter(|other| *other != k).collect(),
        }
    }

    /// The `topology` field of the request: for each node, its neighbours.
    pub fn to_json<S: AsRef<str>>(self, nodes: &[S]) -> Value {
        let n = nodes.len();
        // The original's line of one node is empty, instead of a node without neighbours.
        let count = if self == Self::Line && n < 2 { 0 } else { n };
        let name = |k: usize| nodes[k].as_ref().to_owned();
        Value::object((0..count).map(|k| (name(k), self.neighbours(k, n).into_iter().map(name).collect())))
    }
}

impl fmt::Display for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line => f.write_str("line"),
            Self::Grid => f.write_str("grid"),
            Self::Tree(children) => write!(f, "tree{children}"),
            Self::Total => f.write_str("total"),
        }
    }
}

impl FromStr for Topology {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::NAMES.iter().find(|row| row.0 == name).map(|row| row.1).ok_or_else(|| {
            let names: Vec<&str> = Self::NAMES.iter().map(|row| row.0).collect();
            format!("there is no topology `{name}`; there are {}", names.join(", "))
        })
    }
}
