//! How values came to nodes: what a report knows of it, from messages and reads.

#![allow(clippy::unwrap_used)]

#[path = "shown_runs/mod.rs"]
mod shown_runs;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use maelstrom::{Context, Result};
use maelstrom_workbench::{
    Run, Simulation,
    journal::EventKind,
    nemesis::Nemesis,
    visual::{About, Data, Spread, Spreading},
    workload::{Broadcast, GSet},
};
use serde_json::Value as Json;

use crate::shown_runs::{TellsOnce, losing_run};

/// Tells others now and then all that it has. It counts how often it did, in numbers that look like values.
#[derive(Default)]
struct Gossips {
    seen: BTreeSet<u64>,
    round: u64,
}

#[maelstrom::node]
impl Gossips {
    #[rpc]
    fn add(&mut self, element: u64) {
        self.seen.insert(element);
    }

    #[rpc(reply(value))]
    fn read(&self) -> &BTreeSet<u64> {
        &self.seen
    }

    #[every(100ms)]
    fn gossip(&mut self, ctx: &Context<Self>) {
        ctx.peers(ctx.others()).merge(self.seen.clone(), self.round);
        self.round += 1;
    }

    #[message]
    fn merge(&mut self, seen: BTreeSet<u64>, round: u64) {
        assert!(round < 10_000);
        self.seen.extend(seen);
    }
}

/// Has all in a service, and nothing itself.
#[derive(Default)]
struct Stores;

#[maelstrom::node]
impl Stores {
    #[rpc]
    async fn add(&self, ctx: &Context<Self>, element: u64) -> Result<()> {
        let with = move |all: BTreeSet<u64>| all.into_iter().chain([element]).collect();
        ctx.lin_kv().update("all", BTreeSet::new(), with).await.map(drop)
    }

    #[rpc(reply(value))]
    async fn read(&self, ctx: &Context<Self>) -> Result<BTreeSet<u64>> {
        ctx.lin_kv().read_or("all", BTreeSet::new()).await
    }
}

fn spread(run: &Run, workload: &str) -> Spread {
    Data::new(run, About::new(workload)).spread.unwrap()
}

/// When each node got a message that has a value in it, and by which, in µs by the history's clock. `has` looks into the
/// message's body.
fn received(run: &Run, value: i64, has: impl Fn(&Json, i64) -> bool) -> BTreeMap<String, (i64, i64)> {
    let mut first = BTreeMap::new();
    for event in run.journal.iter().filter(|event| event.kind == EventKind::Receive) {
        let message: Json = serde_json::from_str(&event.line).unwrap();
        if has(&message["body"], value) {
            let time = event.time.saturating_sub(run.history_start).as_micros();
            let told = (i64::try_from(time).unwrap(), i64::try_from(event.id).unwrap());
            first.entry(message["dest"].as_str().unwrap().to_owned()).or_insert(told);
        }
    }
    first
}

/// The same, as a report has it.
fn told(spread: &Spread, value: &Spreading) -> BTreeMap<String, (i64, i64)> {
    value.told.iter().map(|(place, time, id)| (spread.places[*place].clone(), (*time, *id))).collect()
}

fn has_element(list: &Json, value: i64) -> bool {
    list.as_array().is_some_and(|list| list.iter().any(|it| it.as_i64() == Some(value)))
}

#[test]
fn each_node_was_told_by_the_first_message_that_had_the_value() {
    let run = Simulation::<TellsOnce>::new(Broadcast::default())
        .latency(Duration::from_millis(20))
        .rate(20.0)
        .time_limit(Duration::from_secs(5))
        .journal()
        .run_seed(0);
    let spread = spread(&run, "broadcast");
    assert_eq!(spread.values.len(), spread.total);
    assert!(spread.total > 20 && spread.incomplete == 0 && spread.lost.is_none());
    for value in &spread.values {
        let has = |body: &Json, value| body["message"].as_i64() == Some(value);
        assert_eq!(told(&spread, value), received(&run, value.value, has), "{value:?}");
        assert!(value.told.is_sorted_by_key(|(_, time, _)| *time) && value.told.len() == 5);
        assert!(value.told[0].1 >= value.added);
    }
}

/// So that one sees who tried again, and who did not.
#[test]
fn all_messages_that_had_a_value_are_known_whatever_became_of_them() {
    let run = Simulation::<Gossips>::new(GSet)
        .nodes(3)
        .latency(Duration::from_millis(5))
        .rate(10.0)
        .time_limit(Duration::from_secs(3))
        .nemesis(Nemesis::loss().probability(0.5).interval(Duration::from_secs(1)))
        .journal()
        .run_seed(0);
    let spread = spread(&run, "g-set");
    let mut lost = 0;
    for value in &spread.values {
        let ends = run.journal.iter().filter(|event| event.kind != EventKind::Send);
        let carried = ends.filter(|event| {
            let message: Json = serde_json::from_str(&event.line).unwrap();
            let body = &message["body"];
            has_element(&body["seen"], value.value) || body["element"].as_i64() == Some(value.value)
        });
        // There is room for the first 60.
        let carried = carried.take(60).map(|event| (i64::try_from(event.id).unwrap(), event.kind));
        let is_first = |id: i64| value.told.iter().any(|(_, _, first)| *first == id);
        let expected: BTreeMap<i64, EventKind> = carried.filter(|(id, _)| !is_first(*id)).collect();
        assert_eq!(value.carried, expected.keys().copied().collect::<Vec<_>>(), "{value:?}");
        lost += expected.values().filter(|kind| **kind == EventKind::Lost).count();
    }
    assert!(lost > 0);
}

/// The counter has been some value's number long before anybody was told that value.
#[test]
fn a_counter_is_not_taken_for_a_value() {
    let run = Simulation::<Gossips>::new(GSet)
        .nodes(4)
        .latency(Duration::from_millis(5))
        .rate(20.0)
        .time_limit(Duration::from_secs(5))
        .journal()
        .run_seed(0);
    let spread = spread(&run, "g-set");
    let has =
        |body: &Json, value| has_element(&body["seen"], value) || body["element"].as_i64() == Some(value);
    assert!(spread.total > 20);
    for value in &spread.values {
        let mut told = told(&spread, value);
        told.retain(|place, _| place.starts_with('n'));
        let mut received = received(&run, value.value, has);
        received.retain(|place, _| place.starts_with('n'));
        assert_eq!(told, received, "{value:?}");
    }
}

#[test]
fn a_service_is_told_values_and_tells_them() {
    let run = Simulation::<Stores>::new(GSet)
        .nodes(3)
        .rate(10.0)
        .time_limit(Duration::from_secs(5))
        .journal()
        .run_seed(0);
    let spread = spread(&run, "g-set");
    let service = spread.places.iter().position(|place| place == "lin-kv").unwrap();
    for value in &spread.values {
        let places: Vec<usize> = value.told.iter().map(|(place, ..)| *place).collect();
        // First the node that was asked, then the service, then others as they read it.
        assert_eq!(places[1], service, "{value:?}");
        assert!(value.told.len() > 2, "{value:?}");
    }
}

fn losing() -> Run {
    let run = losing_run();
    assert!(run.explanations()[0].contains("was missing from the read"), "{:?}", run.explanations());
    run
}

#[test]
fn a_lost_value_has_the_messages_that_did_not_arrive() {
    let run = losing();
    let data = Data::new(&run, About::new("broadcast"));
    let spread = data.spread.as_ref().unwrap();
    let lost = spread.lost.as_ref().unwrap();
    let value = &spread.values[lost.value];
    assert!(data.explanations[0].starts_with(&format!("value {}, ", value.value)), "{:?}", data.explanations);
    assert_eq!(value.operation, data.evidence[0]);
    let untold: BTreeSet<usize> =
        (0..5).filter(|node| !value.told.iter().any(|(place, ..)| place == node)).collect();
    let stopped: BTreeSet<usize> = lost.stopped.iter().map(|(_, place)| *place).collect();
    assert!(!untold.is_empty() && stopped == untold, "{stopped:?}, {untold:?}");
    for (id, place) in &lost.stopped {
        let k = data.messages.id.iter().position(|own| i64::try_from(*own).ok() == Some(*id)).unwrap();
        assert_eq!(data.messages.words[data.messages.dest[k]], spread.places[*place]);
        assert_eq!(data.messages.end[k], 2, "it was partitioned");
        assert_eq!(data.messages.words[data.messages.text[k]], format!("message: {}", value.value));
    }
}

#[test]
fn the_read_that_shows_it_tells_what_it_lacks() {
    let run = losing();
    let data = Data::new(&run, About::new("broadcast"));
    let [shortfall] = &data.shortfalls[..] else { panic!("{:?}", data.shortfalls) };
    assert_eq!(Some(&shortfall.operation), data.evidence.last());
    let (read, end) = run.history.invocations().find(|(read, _)| read.index == shortfall.operation).unwrap();
    let read_values: BTreeSet<i64> = end
        .unwrap()
        .value
        .as_list()
        .unwrap()
        .iter()
        .map(|value| value.to_string().parse().unwrap())
        .collect();
    let before: BTreeSet<i64> = run
        .history
        .invocations()
        .filter(|(add, end)| add.f == "broadcast" && end.is_some_and(|end| end.index < read.index))
        .map(|(add, _)| add.value.to_string().parse().unwrap())
        .collect();
    let missing: Vec<i64> = before.difference(&read_values).copied().collect();
    assert_eq!((shortfall.acknowledged, shortfall.lacking), (before.len(), missing.len()));
    assert_eq!(shortfall.missing, missing[..missing.len().min(200)]);
    assert!(missing.len() > 10);
    // The checker goes by all reads.
    let spread = data.spread.unwrap();
    assert!(!spread.called_lost.is_empty() && spread.called_lost.iter().all(|lost| before.contains(lost)));
    let stable = spread.total - spread.called_lost.len();
    assert_eq!(data.stable.unwrap().to_string(), stable.to_string());
}

/// Without messages only reads tell what nodes know.
#[test]
fn without_a_journal_reads_show_who_knew_a_value() {
    let mut run = losing();
    run.journal.clear();
    let spread = spread(&run, "broadcast");
    let known: Vec<_> = spread.values.iter().flat_map(|value| &value.told).collect();
    assert!(!known.is_empty() && known.iter().all(|(_, _, id)| *id == -1));
}

#[test]
fn results_have_the_same_figures() {
    let data = Data::new(&losing(), About::new("broadcast"));
    let spread = data.spread.as_ref().unwrap();
    let took =
        |value: &Spreading, count: usize| value.told.get(count - 1).map(|(_, time, _)| time - value.added);
    let mut all: Vec<i64> = spread.values.iter().filter_map(|value| took(value, 5)).collect();
    all.sort_unstable();
    assert_eq!((spread.all[0], spread.all[4]), ((0.0, all[0]), (1.0, *all.last().unwrap())));
    assert_eq!(spread.incomplete, spread.total - all.len());
    let figures: Json = serde_json::from_str(&data.figures().to_string()).unwrap();
    assert_eq!(figures["spread"]["incomplete"], spread.incomplete);
    let greatest = Duration::from_micros(all.last().unwrap().unsigned_abs()).as_secs_f64() * 1e3;
    let in_ms = figures["spread"]["all"]["1"].as_f64().unwrap();
    assert!((greatest - in_ms).abs() < 1e-6, "{in_ms} ms, not {greatest} ms");
    assert_eq!(figures["messages"]["total"], data.messages.total);
    let counts = |name: &str| -> u64 {
        figures["messages"][name].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum()
    };
    assert_eq!(counts("by-end"), data.messages.total);
    assert_eq!(figures["messages"]["by-type"]["tell"]["sent"], data.messages.types[0].sent);
    let (half, reached) = (spread.values.iter().filter_map(|value| took(value, 3)).count(), spread.total);
    let told = ["values", "below-half"].map(|name| figures["spread"][name].as_u64().unwrap());
    assert_eq!(told, [reached, reached - half].map(|count| count as u64));
    assert_eq!(figures["messages"]["by-pair"]["n0"]["n1"], figures["messages"]["by-pair"]["n0"]["n2"]);
    assert_eq!(figures["charts"]["rate-per-s"]["broadcast"].as_object().unwrap().len(), 1);
    assert!(figures["charts"]["latency-ms"]["read"]["0.5"].as_array().unwrap().len() > 5);
}

#[test]
fn a_run_without_values_has_no_spread() {
    #[derive(Default)]
    struct Echoes;
    #[maelstrom::node]
    impl Echoes {
        #[rpc(reply(echo))]
        fn echo(&self, echo: String) -> String {
            echo
        }
    }
    let run = Simulation::<Echoes>::new(maelstrom_workbench::workload::Echo).journal().run_seed(0);
    let data = Data::new(&run, About::new("echo"));
    assert_eq!(data.spread, None);
    assert!(!data.figures().to_string().contains("spread"));
}
