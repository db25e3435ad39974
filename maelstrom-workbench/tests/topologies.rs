//! Topologies equal Maelstrom's, the order of neighbours included.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use maelstrom_workbench::{Value, topology::Topology};

#[test]
fn every_topology_is_as_maelstrom_makes_it() {
    let golden: BTreeMap<String, BTreeMap<usize, Value>> =
        serde_json::from_str(include_str!("golden/topologies.json")).unwrap();
    assert_eq!(golden.len(), 6);
    for (name, sizes) in golden {
        let topology: Topology = name.parse().unwrap();
        assert_eq!(sizes.len(), 14, "1 to 13, and 25");
        for (n, expected) in sizes {
            let nodes: Vec<String> = (0..n).map(|k| format!("n{k}")).collect();
            assert_eq!(topology.to_json(&nodes), expected, "{name} of {n}");
        }
    }
}

#[test]
fn an_unknown_topology_is_told_with_those_there_are() {
    let error = "ring".parse::<Topology>().unwrap_err();
    assert_eq!(error, "there is no topology `ring`; there are line, grid, tree, tree2, tree3, tree4, total");
}
