//! What a node stores: what it reads back, what its host is told to write, and what its next life finds.

#![allow(clippy::unwrap_used)]

mod support;

use std::{cell::RefCell, collections::BTreeMap};

use maelstrom::{
    Context, EngineOptions, Error, Result,
    storage::{Batch, Image, Storage},
    testing::{TestNode, json},
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use support::{Host, INIT, INIT_OK};

/// A node that does with its storage what it is told.
struct Keeper {
    /// What `#[init]` found.
    found: Option<u64>,
    log: Vec<String>,
}

#[maelstrom::node]
impl Keeper {
    #[init]
    fn new(ctx: &Context<Self>) -> Result<Self> {
        Ok(Keeper { found: ctx.storage().get("total")?, log: ctx.storage().entries(..)? })
    }

    #[rpc(reply(total))]
    fn add(&mut self, ctx: &Context<Self>, delta: u64) -> Result<u64> {
        let total = ctx.storage().get::<u64>("total")?.unwrap_or_default() + delta;
        ctx.storage().put("total", &total)?;
        Ok(total)
    }

    #[rpc]
    fn note(&mut self, ctx: &Context<Self>, text: &str) -> Result<()> {
        ctx.storage().append(text).map(drop)
    }

    #[rpc]
    fn put_and_fail(&mut self, ctx: &Context<Self>) -> Result<()> {
        ctx.storage().put("total", &1)?;
        Err(Error::abort("as asked"))
    }

    #[rpc]
    fn put_and_panic(&mut self, ctx: &Context<Self>) {
        ctx.storage().put("total", &1).unwrap();
        ctx.peer("n2").told("that it is 1");
        panic!("as asked")
    }

    #[rpc]
    fn only_read(&self, ctx: &Context<Self>) -> Result<()> {
        ctx.storage().get::<u64>("total").map(drop)
    }

    #[message]
    fn told(&mut self, text: &str) {
        self.log.push(text.to_owned());
    }

    #[shutdown]
    fn end(&mut self, ctx: &Context<Self>) -> Result<()> {
        ctx.storage().append("the end").map(drop)
    }
}

fn keeper() -> TestNode<Keeper> {
    TestNode::new("n1", ["n1", "n2"])
}

/// What the node has written since the last call, as one line.
fn written(node: &mut TestNode<Keeper>) -> String {
    node.writes().into_iter().collect::<Batch>().to_string()
}

// The map.

#[test]
fn a_value_that_was_put_is_got() {
    let node = keeper();
    let storage = node.storage();
    assert_eq!(storage.get::<u64>("term").unwrap(), None);
    storage.put("term", &3).unwrap();
    assert_eq!(storage.get::<u64>("term").unwrap(), Some(3));
    storage.put("term", &4).unwrap();
    assert_eq!(storage.get::<u64>("term").unwrap(), Some(4));
}

#[test]
fn a_stored_null_is_not_an_absent_key() {
    let node = keeper();
    node.storage().put("vote", &None::<u64>).unwrap();
    assert_eq!(node.storage().get::<Option<u64>>("vote").unwrap(), Some(None));
    assert!(node.storage().contains("vote"));
}

#[test]
fn keys_are_any_strings_and_listed_in_order() {
    let node = keeper();
    let keys = ["", "\n", " ", "\"quoted\"", "a", "ключ", "🦀"];
    for (i, key) in keys.iter().rev().enumerate() {
        node.storage().put(key, &i).unwrap();
    }
    assert_eq!(node.storage().keys(), keys);
    for (i, key) in keys.iter().rev().enumerate() {
        assert_eq!(node.storage().get::<usize>(key).unwrap(), Some(i));
    }
}

#[test]
fn a_removed_key_is_gone() {
    let node = keeper();
    node.storage().put("term", &3).unwrap();
    assert!(node.storage().remove("term"));
    assert!(!node.storage().remove("term"));
    assert_eq!(node.storage().get::<u64>("term").unwrap(), None);
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Unit,
    Tuple(u8, String),
    Fields { map: BTreeMap<u64, Option<bool>>, wide: u128, small: f64 },
}

#[test]
fn values_of_every_shape_read_back_as_they_were() {
    let node = keeper();
    let shapes = vec![
        Shape::Unit,
        Shape::Tuple(7, "line\nbreak \u{2028} \"quotes\" 🦀".to_owned()),
        Shape::Fields { map: [(1, None), (2, Some(true))].into(), wide: u128::MAX, small: 0.1 + 0.2 },
    ];
    node.storage().put("shapes", &shapes).unwrap();
    assert_eq!(node.storage().get::<Vec<Shape>>("shapes").unwrap().unwrap(), shapes);
}

#[test]
fn a_value_of_many_megabytes_reads_back() {
    let mut node = keeper();
    let long = "long ".repeat(2 << 20);
    node.storage().put("long", &long).unwrap();
    node.restart();
    assert_eq!(node.storage().get::<String>("long").unwrap().unwrap(), long);
}

#[test]
fn a_raw_value_with_line_breaks_is_stored_on_one_line() {
    let mut node = keeper();
    let raw: Box<serde_json::value::RawValue> = serde_json::from_str("{\n\"a\":\r\n1}").unwrap();
    node.storage().put("raw", &raw).unwrap();
    let written = written(&mut node);
    assert!(!written.contains('\n'), "{written}");
    assert_eq!(node.storage().get::<serde_json::Value>("raw").unwrap().unwrap(), json!({"a": 1}));
}

#[test]
fn a_value_that_is_no_json_is_an_error_and_nothing_is_written() {
    let mut node = keeper();
    node.storage().put("pairs", &1).unwrap();
    written(&mut node);
    let pairs: BTreeMap<(u8, u8), u8> = [((1, 2), 3)].into();
    let error = node.storage().put("pairs", &pairs).unwrap_err();
    assert_eq!(
        error.to_string(),
        "crash (13): storing a value as \"pairs\": JSON failed: key must be a string"
    );
    let error = node.storage().append(&pairs).unwrap_err();
    assert_eq!(
        error.to_string(),
        "crash (13): storing an entry of the log: JSON failed: key must be a string"
    );
    assert_eq!(written(&mut node), "[]");
    assert_eq!(node.storage().get::<u8>("pairs").unwrap(), Some(1));
    assert_eq!(node.storage().log_len(), 0);
}

#[test]
fn reading_as_another_type_is_an_error_that_names_the_key() {
    let node = keeper();
    node.storage().put("term", "three").unwrap();
    let error = node.storage().get::<u64>("term").unwrap_err();
    assert!(
        error.text().starts_with("reading what is stored as \"term\": JSON failed: invalid type"),
        "{error}"
    );
    node.storage().append("three").unwrap();
    for error in [node.storage().entry::<u64>(0).map(drop), node.storage().entries::<u64>(..).map(drop)] {
        let error = error.unwrap_err();
        assert!(error.text().starts_with("reading entry 0 of the stored log: JSON failed"), "{error}");
    }
}

#[test]
fn what_is_nested_up_to_127_levels_reads_back() {
    let node = keeper();
    for (levels, readable) in [(127, true), (128, false)] {
        let nested: Box<serde_json::value::RawValue> =
            serde_json::from_str(&format!("{}{}", "[".repeat(levels), "]".repeat(levels))).unwrap();
        node.storage().put("nested", &nested).unwrap();
        assert_eq!(node.storage().get::<serde_json::Value>("nested").is_ok(), readable, "{levels}");
    }
}

thread_local! {
    static NODE: RefCell<Option<TestNode<Keeper>>> = const { RefCell::new(None) };
}

/// Uses the storage while it is being written and read.
struct Meddler;

fn meddle() {
    NODE.with_borrow(|node| node.as_ref().unwrap().storage().append("meddled").unwrap());
}

impl Serialize for Meddler {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        meddle();
        serializer.serialize_unit()
    }
}

impl<'de> Deserialize<'de> for Meddler {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        meddle();
        <()>::deserialize(deserializer).map(|()| Meddler)
    }
}

#[test]
fn a_value_may_use_the_storage_while_it_is_written_and_read() {
    NODE.set(Some(keeper()));
    NODE.with_borrow(|node| {
        let storage = node.as_ref().unwrap().storage();
        storage.put("meddler", &Meddler).unwrap();
        storage.get::<Meddler>("meddler").unwrap().unwrap();
        assert_eq!(storage.append(&Meddler).unwrap(), 3);
        assert_eq!(storage.log_len(), 4);
    });
}

// The log.

#[test]
fn entries_have_indices_from_zero() {
    let node = keeper();
    for (index, text) in ["a", "b", "c"].into_iter().enumerate() {
        assert_eq!(node.storage().append(text).unwrap(), index as u64);
    }
    assert_eq!(node.storage().log_len(), 3);
    assert_eq!(node.storage().entry::<String>(1).unwrap().unwrap(), "b");
    assert_eq!(node.storage().entry::<String>(3).unwrap(), None);
    assert_eq!(node.storage().entry::<String>(u64::MAX).unwrap(), None);
}

#[test]
fn a_range_gives_the_entries_that_are_there() {
    let node = keeper();
    for entry in 0..5 {
        node.storage().append(&entry).unwrap();
    }
    let storage = node.storage();
    assert_eq!(storage.entries::<u64>(..).unwrap(), [0, 1, 2, 3, 4]);
    assert_eq!(storage.entries::<u64>(3..).unwrap(), [3, 4]);
    assert_eq!(storage.entries::<u64>(1..3).unwrap(), [1, 2]);
    assert_eq!(storage.entries::<u64>(1..=3).unwrap(), [1, 2, 3]);
    assert_eq!(storage.entries::<u64>(4..100).unwrap(), [4]);
    assert_eq!(storage.entries::<u64>(..=u64::MAX).unwrap().len(), 5);
    assert!(storage.entries::<u64>(5..).unwrap().is_empty());
    assert!(storage.entries::<u64>(9..).unwrap().is_empty());
    #[allow(clippy::reversed_empty_ranges)]
    let reversed = storage.entries::<u64>(3..1).unwrap();
    assert!(reversed.is_empty());
}

#[test]
fn truncating_keeps_the_first_entries_and_the_next_one_follows_them() {
    let node = keeper();
    for text in ["a", "b", "c"] {
        node.storage().append(text).unwrap();
    }
    node.storage().truncate(1);
    assert_eq!(node.storage().append("d").unwrap(), 1);
    assert_eq!(node.storage().entries::<String>(..).unwrap(), ["a", "d"]);
}

// What the host is told to write.

#[test]
fn a_handlers_writes_come_with_its_messages() {
    let mut host = Host::<Keeper>::ready();
    let sent = host.body(r#"{"type":"add","delta":5,"msg_id":2}"#);
    assert!(sent[0].contains(r#""type":"add_ok","total":5"#), "{sent:?}");
    assert_eq!(host.output.writes.to_string(), r#"[["put","total",5]]"#);
}

#[test]
fn the_writes_of_several_steps_are_one_batch_in_order() {
    let mut host = Host::<Keeper>::ready();
    for body in
        [r#"{"type":"add","delta":5}"#, r#"{"type":"note","text":"a"}"#, r#"{"type":"add","delta":2}"#]
    {
        let line = format!(r#"{{"src":"c1","dest":"n1","body":{body}}}"#);
        host.engine.receive(host.now, line.as_bytes());
    }
    host.take();
    assert_eq!(host.output.writes.to_string(), r#"[["put","total",5],["append","a"],["put","total",7]]"#);
    host.take();
    assert!(host.output.writes.is_empty());
}

#[test]
fn a_node_that_only_reads_writes_nothing() {
    let mut host = Host::<Keeper>::ready();
    host.body(r#"{"type":"only_read","msg_id":2}"#);
    assert!(host.output.writes.is_empty());
}

#[test]
fn what_changes_nothing_writes_nothing() {
    let mut node = keeper();
    node.storage().put("term", &3).unwrap();
    node.storage().append("a").unwrap();
    assert_eq!(written(&mut node), r#"[["put","term",3],["append","a"]]"#);
    node.storage().put("term", &3).unwrap();
    node.storage().remove("vote");
    node.storage().truncate(1);
    node.storage().truncate(7);
    assert_eq!(written(&mut node), "[]");
}

#[test]
fn what_was_written_before_an_error_stays() {
    let mut node = keeper();
    node.request(json!({"type": "put_and_fail"})).unwrap_err();
    assert_eq!(written(&mut node), r#"[["put","total",1]]"#);
    assert_eq!(node.storage().get::<u64>("total").unwrap(), Some(1));
}

#[test]
fn what_was_written_before_a_panic_stays_as_what_was_sent_does() {
    let mut node = keeper().allow_failures();
    node.request(json!({"type": "put_and_panic"})).unwrap_err();
    assert_eq!(node.failures().len(), 1);
    assert_eq!(node.sent()[0].body.payload["text"], "that it is 1");
    assert_eq!(written(&mut node), r#"[["put","total",1]]"#);
    node.restart();
    assert_eq!(node.state().found, Some(1));
}

#[test]
fn the_end_of_input_may_store_something() {
    let mut node = keeper();
    node.shutdown().unwrap();
    node.restart();
    assert_eq!(node.state().log, ["the end"]);
}

// The next life.

#[test]
fn init_finds_what_the_host_restored() {
    let mut image = Image::default();
    image.apply(&r#"[["put","total",40],["append","a"],["append","b"]]"#.parse().unwrap());
    let mut host = Host::<Keeper>::with_options(EngineOptions::new(0).stored(image));
    assert_eq!(host.line(INIT), [INIT_OK]);
    assert!(host.output.writes.is_empty(), "what is restored is not written again");
    assert_eq!(host.engine.state().unwrap().found, Some(40));
    assert_eq!(host.engine.state().unwrap().log, ["a", "b"]);
    assert!(host.body(r#"{"type":"add","delta":2,"msg_id":2}"#)[0].contains(r#""total":42"#));
}

#[test]
fn a_restarted_node_has_its_storage_and_nothing_else() {
    let mut node = keeper();
    node.request(json!({"type": "add", "delta": 5})).unwrap();
    node.request(json!({"type": "note", "text": "stored"})).unwrap();
    node.send("n2", json!({"type": "told", "text": "not stored"}));
    assert_eq!(node.state().log, ["not stored"]);
    node.restart();
    assert_eq!(node.state().found, Some(5));
    assert_eq!(node.state().log, ["stored"]);
    assert_eq!(node.context("n2").node_ids(), ["n1", "n2"]);
    assert_eq!(node.request(json!({"type": "add", "delta": 1})).unwrap()["total"], 6);
}

#[test]
fn a_restarted_node_draws_other_ids() {
    let mut node = keeper();
    let before = node.context("c1").ulid();
    node.restart();
    assert_ne!(node.context("c1").ulid(), before);
}

#[test]
fn the_wall_clock_goes_on_over_a_restart_and_time_begins_anew() {
    let mut node = keeper();
    node.advance(std::time::Duration::from_secs(5));
    let unix_time = node.context("c1").unix_time();
    node.restart();
    assert_eq!(node.now(), std::time::Duration::ZERO);
    assert_eq!(node.context("c1").unix_time(), unix_time);
}

// Records as text.

#[test]
fn text_that_is_no_batch_is_refused() {
    for text in [
        "",
        "{}",
        "[[]]",
        r#"[["put","key"]]"#,
        r#"[["put",1,2]]"#,
        r#"[["truncate",-1]]"#,
        r#"[["truncate","1"]]"#,
        r#"[["drop","key"]]"#,
        r#"[["append",1]"#,
        r#"[["append",1]] "x""#,
    ] {
        assert!(text.parse::<Batch>().is_err(), "{text}");
    }
}

/// One operation on a storage.
#[derive(Clone, Debug)]
enum Operation {
    Put(String, serde_json::Value),
    Remove(String),
    Append(serde_json::Value),
    Truncate(u64),
    /// The batch ends, and the node is restarted from what its host has.
    Restart,
}

fn operation() -> impl Strategy<Value = Operation> {
    let value = prop_oneof![
        Just(serde_json::Value::Null),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<String>().prop_map(serde_json::Value::from),
        prop::collection::btree_map(
            any::<String>(),
            any::<f64>().prop_filter("finite", |f| f.is_finite()),
            0..3
        )
        .prop_map(|map| json!(map)),
    ];
    prop_oneof![
        4 => ("[a-c]|.*", value.clone()).prop_map(|(key, value)| Operation::Put(key, value)),
        2 => "[a-c]".prop_map(Operation::Remove),
        4 => value.prop_map(Operation::Append),
        1 => (0..8_u64).prop_map(Operation::Truncate),
        1 => Just(Operation::Restart),
    ]
}

/// Makes an operation, on a storage and on its model.
fn operate(
    storage: Storage<'_>,
    (map, log): (&mut BTreeMap<String, serde_json::Value>, &mut Vec<serde_json::Value>),
    operation: Operation,
) {
    match operation {
        Operation::Put(key, value) => {
            storage.put(&key, &value).unwrap();
            map.insert(key, value);
        }
        Operation::Remove(key) => assert_eq!(storage.remove(&key), map.remove(&key).is_some()),
        Operation::Append(value) => {
            assert_eq!(storage.append(&value).unwrap(), log.len() as u64);
            log.push(value);
        }
        Operation::Truncate(len) => {
            storage.truncate(len);
            log.truncate(usize::try_from(len).unwrap());
        }
        Operation::Restart => {}
    }
}

/// Takes no part in what is tested of its storage.
#[derive(Default)]
struct Blank;

#[maelstrom::node]
impl Blank {
    #[rpc]
    fn ping(&self) {}
}

proptest! {
    #[test]
    fn a_storage_is_a_map_and_a_vector_over_any_number_of_lives(
        operations in prop::collection::vec(operation(), 0..60),
    ) {
        let (mut map, mut log) = (BTreeMap::new(), Vec::new());
        let mut host = Host::<Blank>::ready();
        let mut durable = Image::default();
        for operation in operations {
            if matches!(operation, Operation::Restart) {
                host.take();
                // As text, so that records read back as they were written.
                durable.apply(&host.output.writes.to_string().parse().unwrap());
                let restored: Batch = durable.to_batch().to_string().parse().unwrap();
                let mut image = Image::default();
                image.apply(&restored);
                prop_assert_eq!(&image, &durable);
                host = Host::with_options(EngineOptions::new(0).stored(image));
            }
            operate(host.engine.storage(), (&mut map, &mut log), operation);
            let storage = host.engine.storage();
            prop_assert_eq!(storage.keys(), map.keys().cloned().collect::<Vec<_>>());
            for (key, value) in &map {
                prop_assert_eq!(&storage.get::<serde_json::Value>(key).unwrap().unwrap(), value);
            }
            prop_assert_eq!(storage.log_len(), log.len() as u64);
            prop_assert_eq!(&storage.entries::<serde_json::Value>(..).unwrap(), &log);
        }
    }
}
