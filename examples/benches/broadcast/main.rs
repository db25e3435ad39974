//! What broadcast costs, how fast it is, and what it loses: the two examples with several settings.
//!
//! `cargo bench -p examples --bench broadcast`
//!
//! The delay of a value counts from its client's request to the last node that learns it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use maelstrom::Node;
use maelstrom_workbench::{
    Run, Simulation, Value, journal::EventKind, nemesis::Nemesis, topology::Topology, workload,
};
use serde_json::Value as Json;

#[allow(dead_code, unused_imports, reason = "its `main` and its tests are not called")]
#[path = "../../src/bin/broadcast.rs"]
mod broadcast;
#[allow(dead_code, unused_imports, reason = "its `main` and its tests are not called")]
#[path = "../../src/bin/broadcast-fast.rs"]
mod broadcast_fast;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// How often each is run under faults.
const SEEDS: u64 = 20;

fn main() {
    println!(
        "25 nodes, latency 100 ms, rate 100, 20 s; losses: 5 nodes, rate 20, {SEEDS} runs for each fault"
    );
    println!("(partitions; loss and duplication; kill of one node at a time; all of them)\n");
    println!("| | messages/op | median ms | maximum ms | values lost under faults |");
    println!("| --- | --- | --- | --- | --- |");
    for name in ["grid", "tree4", "total"] {
        let topology: Topology = name.parse().expect("it is one");
        row(&format!("broadcast, {name}"), || {
            Simulation::<broadcast::Broadcast>::new(workload::Broadcast::default()).topology(topology)
        });
    }
    for collect in [100, 200, 280, 400] {
        row(&format!("broadcast-fast, every {collect} ms"), || {
            Simulation::<broadcast_fast::Broadcast>::with_config(workload::Broadcast::default(), move |_| {
                ms(collect)
            })
        });
    }
}

fn row<N: Node>(what: &str, simulation: impl Fn() -> Simulation<N>) {
    let big = simulation().nodes(25).latency(ms(100)).rate(100.0).time_limit(ms(20_000)).journal();
    let run = big.run_seed(0);
    let delays = delays(&run);
    let (median, maximum) = (delays[delays.len() / 2], delays[delays.len() - 1]);
    let lost: Vec<String> = faults().iter().map(|faults| lost(simulation(), faults).to_string()).collect();
    println!(
        "| {what} | {:.2} | {} | {} | {} |",
        run.messages_per_operation().expect("there are operations"),
        median.as_millis(),
        maximum.as_millis(),
        lost.join(", ")
    );
}

fn faults() -> [Vec<Nemesis>; 4] {
    let partitions = Nemesis::partitions();
    let (loss, duplication) = (Nemesis::loss(), Nemesis::duplication());
    let kills = Nemesis::kills().interval(ms(5_000));
    [vec![partitions], vec![loss, duplication], vec![kills], vec![partitions, loss, duplication, kills]]
}

/// How many values that were acknowledged are missing in the end, over all seeds.
fn lost<N: Node>(simulation: Simulation<N>, faults: &[Nemesis]) -> u64 {
    let simulation = simulation.nodes(5).latency(ms(100)).rate(20.0).time_limit(ms(20_000)).seeds(0..SEEDS);
    let report = simulation.nemeses(faults.iter().copied()).run();
    let lost = |run: &Run| {
        let workload = run.judgements.iter().find(|(name, _)| name == "workload")?;
        let count = workload.1.result().get("lost-count").and_then(Value::as_integer)?;
        count.as_i64().and_then(|count| u64::try_from(count).ok())
    };
    report.runs().iter().map(|run| lost(run).expect("the checker counts them")).sum()
}

/// For each value, how long it took until all nodes had it; in order.
fn delays(run: &Run) -> Vec<Duration> {
    let (mut begun, mut known) = (BTreeMap::new(), BTreeMap::<u64, BTreeMap<String, Duration>>::new());
    for event in &run.journal {
        let message: Json = serde_json::from_str(&event.line).expect("the journal has messages");
        let (body, dest) = (&message["body"], message["dest"].as_str().unwrap_or_default());
        let is_request = body["type"] == "broadcast";
        let values: BTreeSet<u64> = if is_request {
            body["message"].as_u64().into_iter().collect()
        } else {
            let lists = ["values", "news", "overlap"].iter().filter_map(|name| body[name].as_array());
            lists.flatten().filter_map(Json::as_u64).collect()
        };
        match event.kind {
            EventKind::Send if is_request => begun.extend(values.iter().map(|value| (*value, event.time))),
            EventKind::Receive => {
                for value in values {
                    known.entry(value).or_default().entry(dest.to_owned()).or_insert(event.time);
                }
            }
            _ => {}
        }
    }
    let mut delays: Vec<Duration> = begun
        .iter()
        .map(|(value, begun)| {
            let known = &known[value];
            assert_eq!(known.len(), 25, "value {value} is everywhere");
            known.values().max().expect("somebody has it").saturating_sub(*begun)
        })
        .collect();
    delays.sort_unstable();
    delays
}
