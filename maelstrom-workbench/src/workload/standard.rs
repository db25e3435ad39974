//! Maelstrom's workloads without services: echo, unique-ids, broadcast, g-set, and the two counters.

use super::{Generator, Op, Workload, fields};
use crate::{Value, random::Stream, topology::Topology};

/// Clients send texts, and want them back.
#[derive(Clone, Copy, Debug, Default)]
pub struct Echo;

impl Workload for Echo {
    fn name(&self) -> &'static str {
        "echo"
    }

    fn generator(&self) -> Generator {
        Box::new(|random, _| Op::new("echo", format!("Please echo {}", random.below(128))))
    }

    fn request(&self, op: &Op) -> String {
        format!(r#""echo":{},"type":"echo""#, op.value)
    }

    fn response(&self, _op: &Op, reply: &Value) -> Result<Value, String> {
        fields(reply, "echo_ok", ["echo"]).map(|_| reply.clone())
    }
}

/// Clients ask for ids, which must all differ.
#[derive(Clone, Copy, Debug, Default)]
pub struct UniqueIds;

impl Workload for UniqueIds {
    fn name(&self) -> &'static str {
        "unique-ids"
    }

    fn generator(&self) -> Generator {
        Box::new(|_, _| Op::new("generate", Value::Null))
    }

    fn request(&self, _op: &Op) -> String {
        r#""type":"generate""#.to_owned()
    }

    fn response(&self, _op: &Op, reply: &Value) -> Result<Value, String> {
        fields(reply, "generate_ok", ["id"]).map(|[id]| id.clone())
    }

    fn keeps_client(&self) -> bool {
        true
    }
}

/// Clients broadcast the numbers 0, 1, 2, … and read which have arrived; in the end all must be everywhere.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Broadcast {}

impl Workload for Broadcast {
    fn name(&self) -> &'static str {
        "broadcast"
    }

    fn generator(&self) -> Generator {
        add_or_read("broadcast", counted())
    }

    fn request(&self, op: &Op) -> String {
        match &*op.f {
            "read" => r#""type":"read""#.to_owned(),
            _ => format!(r#""type":"broadcast","message":{}"#, op.value),
        }
    }

    fn response(&self, op: &Op, reply: &Value) -> Result<Value, String> {
        match &*op.f {
            "read" => list(reply, "messages"),
            _ => fields(reply, "broadcast_ok", []).map(|[]| op.value.clone()),
        }
    }

    fn set_up(&self, nodes: &[String], topology: Topology) -> Option<(String, &'static str)> {
        let topology = topology.to_json(nodes);
        Some((format!(r#""type":"topology","topology":{topology}"#), "topology_ok"))
    }

    fn final_op(&self) -> Option<Op> {
        Some(Op::new("read", Value::Null).last())
    }

    fn is_idempotent(&self, f: &str) -> bool {
        f == "read"
    }
}

/// Clients add the numbers 0, 1, 2, … to a set that only grows, and read it.
#[derive(Clone, Copy, Debug, Default)]
pub struct GSet;

impl Workload for GSet {
    fn name(&self) -> &'static str {
        "g-set"
    }

    fn generator(&self) -> Generator {
        add_or_read("add", counted())
    }

    fn request(&self, op: &Op) -> String {
        match &*op.f {
            "read" => r#""type":"read""#.to_owned(),
            _ => format!(r#""element":{},"type":"add""#, op.value),
        }
    }

    fn response(&self, op: &Op, reply: &Value) -> Result<Value, String> {
        match &*op.f {
            "read" => list(reply, "value"),
            _ => fields(reply, "add_ok", []).map(|[]| op.value.clone()),
        }
    }

    fn final_op(&self) -> Option<Op> {
        Some(Op::new("read", Value::Null))
    }

    fn tells_errors_apart(&self) -> bool {
        false
    }
}

/// Clients add numbers, negative ones too, to a counter, and read it.
#[derive(Clone, Copy, Debug, Default)]
pub struct PnCounter;

/// As [`PnCounter`], with numbers from 0 to 4 only.
#[derive(Clone, Copy, Debug, Default)]
pub struct GCounter;

/// From −5 to 4.
fn delta(random: &mut Stream) -> Value {
    let delta = i64::try_from(random.below(10)).expect("it is below ten") - 5;
    delta.into()
}

impl Workload for PnCounter {
    fn name(&self) -> &'static str {
        "pn-counter"
    }

    fn generator(&self) -> Generator {
        add_or_read("add", Box::new(delta))
    }

    fn request(&self, op: &Op) -> String {
        match &*op.f {
            "read" => r#""type":"read""#.to_owned(),
            _ => format!(r#""delta":{},"type":"add""#, op.value),
        }
    }

    fn response(&self, op: &Op, reply: &Value) -> Result<Value, String> {
        if op.f != "read" {
            return fields(reply, "add_ok", []).map(|[]| op.value.clone());
        }
        let [value] = fields(reply, "read_ok", ["value"])?;
        if value.as_integer().is_some() {
            Ok(value.clone())
        } else {
            Err(format!("its `value` is {value}, which is no integer"))
        }
    }

    fn final_op(&self) -> Option<Op> {
        Some(Op::new("read", Value::Null).last())
    }

    fn tells_errors_apart(&self) -> bool {
        false
    }
}

impl Workload for GCounter {
    fn name(&self) -> &'static str {
        "g-counter"
    }

    /// The operations of a pn-counter, those that would take away left out.
    fn generator(&self) -> Generator {
        let mut all = PnCounter.generator();
        Box::new(move |random, turn| {
            loop {
                let op = all(random, turn);
                if op.value >= Value::from(0) || op.value.is_null() {
                    return op;
                }
            }
        })
    }

    fn request(&self, op: &Op) -> String {
        PnCounter.request(op)
    }

    fn response(&self, op: &Op, reply: &Value) -> Result<Value, String> {
        PnCounter.response(op, reply)
    }

    fn final_op(&self) -> Option<Op> {
        PnCounter.final_op()
    }

    fn tells_errors_apart(&self) -> bool {
        PnCounter.tells_errors_apart()
    }
}

/// A coin decides between adding the next value and reading.
fn add_or_read(add: &'static str, mut values: Box<dyn FnMut(&mut Stream) -> Value>) -> Generator {
    Box::new(
        move |random, _| {
            if random.coin() { Op::new(add, values(random)) } else { Op::new("read", Value::Null) }
        },
    )
}

/// 0, 1, 2, …
fn counted() -> Box<dyn FnMut(&mut Stream) -> Value> {
    let mut next = 0_u64;
    Box::new(move |_| {
        next += 1;
        (next - 1).into()
    })
}

/// A list under `name` in a `read_ok`. Maelstrom takes null for a list, too.
fn list(reply: &Value, name: &str) -> Result<Value, String> {
    let [list] = fields(reply, "read_ok", [name])?;
    if list.as_list().is_some() || list.is_null() {
        Ok(list.clone())
    } else {
        Err(format!("its `{name}` is no list"))
    }
}
