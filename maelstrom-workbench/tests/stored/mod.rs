//! A run in the store of a place.

#![allow(dead_code, clippy::unwrap_used)]

use std::{fs, os::unix::fs::symlink, path::PathBuf};

use crate::place::Place;

/// One value is acknowledged by n0, cut off from n1, and missing from what n1 reads.
pub(crate) const HISTORY: &str = r#"{"index":0,"time":100000000,"process":"nemesis","type":"info","f":"start-partition","value":"one"}
{"index":1,"time":100000000,"process":"nemesis","type":"info","f":"start-partition","value":["isolated",{"n1":["n0"]}]}
{"index":2,"time":200000000,"process":0,"type":"invoke","f":"broadcast","value":7}
{"index":3,"time":210000000,"process":0,"type":"ok","f":"broadcast","value":7}
{"index":4,"time":900000000,"process":1,"type":"invoke","f":"read","value":null}
{"index":5,"time":910000000,"process":1,"type":"ok","f":"read","value":[]}
"#;

pub(crate) const RESULTS: &str = r#"{"valid?": true, "seed": 3, "explanation": [], "problems": [], "warnings": ["old"],
 "maelstrom-would": ["stop listening to n1", "say valid: that was long ago"],
 "stats": {"ok-count": 2, "fail-count": 0, "info-count": 0}, "availability": {"ok-fraction": 1.0},
 "workload": {"valid?": true}, "net": {"servers": {"msgs-per-op": 0.5}, "all": {"msgs-per-op": 2.5}},
 "options": {"workload": "broadcast", "nodes": ["n0", "n1"], "concurrency": 2, "simulate": true}}"#;

/// The journal's clock is 5 ms ahead.
pub(crate) const JOURNAL: &str = r#"{"time":0,"type":"send","message":{"id":0,"src":"c0","dest":"n0","body":{"type":"init"}}}
{"time":205000000,"type":"send","message":{"id":4,"src":"c4","dest":"n0","body":{"type":"broadcast","message":7,"msg_id":1}}}
{"time":206000000,"type":"recv","message":{"id":4,"src":"c4","dest":"n0","body":{"type":"broadcast","message":7,"msg_id":1}}}
{"time":206000000,"type":"send","cause":4,"message":{"id":5,"src":"n0","dest":"n1","body":{"type":"gossip"}}}
{"time":206000000,"type":"send","cause":4,"message":{"id":6,"src":"n0","dest":"c4","body":{"type":"broadcast_ok","in_reply_to":1}}}
{"time":207000000,"type":"partitioned","message":{"id":5,"src":"n0","dest":"n1","body":{"type":"gossip"}}}
{"time":208000000,"type":"send","cause":"timer","message":{"id":7,"src":"n0","dest":"n1","body":{"type":"unrelated"}}}
{"time":215000000,"type":"recv","message":{"id":6,"src":"n0","dest":"c4","body":{"type":"broadcast_ok","in_reply_to":1}}}
{"time":905000000,"type":"send","message":{"id":8,"src":"c5","dest":"n1","body":{"type":"read","msg_id":1}}}
"#;

/// A place with that run in its store.
pub(crate) fn kept() -> Place {
    let place = Place::new();
    let run = place.0.join("store/broadcast/20240229T000000.000Z");
    fs::create_dir_all(&run).unwrap();
    for (name, text) in [("history.jsonl", HISTORY), ("results.json", RESULTS), ("journal.jsonl", JOURNAL)] {
        fs::write(run.join(name), text).unwrap();
    }
    symlink("broadcast/20240229T000000.000Z", place.0.join("store/latest")).unwrap();
    place
}

/// A file of the latest run.
pub(crate) fn file(place: &Place, name: &str) -> PathBuf {
    place.0.join("store/latest").join(name)
}
