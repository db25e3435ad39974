//! Workloads: what clients do, and how their replies are read.
//!
//! A [`Workload`] describes one; it can be written for any protocol:
//!
//! ```
//! use maelstrom_workbench::{Value, random::Stream, workload::{Generator, Op, Turn, Workload, fields}};
//!
//! /// Clients shout numbers at nodes, which answer with the number doubled.
//! struct Doubling;
//!
//! impl Workload for Doubling {
//!     fn name(&self) -> &'static str { "doubling" }
//!
//!     fn generator(&self) -> Generator {
//!         Box::new(|random: &mut Stream, _: &Turn| Op::new("double", random.below(100)))
//!     }
//!
//!     fn request(&self, op: &Op) -> String {
//!         format!(r#""type":"double","number":{}"#, op.value)
//!     }
//!
//!     fn response(&self, _op: &Op, reply: &Value) -> Result<Value, String> {
//!         fields(reply, "double_ok", ["number"]).map(|[number]| number.clone())
//!     }
//! }
//! ```

mod course;
mod kafka;
mod lin_kv;
mod standard;
mod txn;

use std::{borrow::Cow, time::Duration};

pub use course::{Finale, Next, Operations, Session};
pub use kafka::Kafka;
pub use lin_kv::LinKv;
pub use standard::{Broadcast, Echo, GCounter, GSet, PnCounter, UniqueIds};
pub use txn::{TxnListAppend, TxnOptions, TxnRwRegister};

use self::course::{Drawn, OneEach};
use crate::{
    Difference, Value,
    checker::{Judgement, Options},
    checker_of,
    history::History,
    network::Latency,
    random::Stream,
    topology::Topology,
};

/// An operation to be done by a client.
#[derive(Clone, Debug, PartialEq)]
pub struct Op {
    /// What it does, as histories name it.
    pub f: Cow<'static, str>,
    /// With what.
    pub value: Value,
    /// Whether it belongs to the final phase, by which checkers judge.
    pub is_final: bool,
}

impl Op {
    /// An operation of the main phase.
    pub fn new(f: &'static str, value: impl Into<Value>) -> Self {
        Self { f: Cow::Borrowed(f), value: value.into(), is_final: false }
    }

    /// Marks an operation of the final phase.
    #[must_use]
    pub fn last(mut self) -> Self {
        self.is_final = true;
        self
    }
}

/// Whose turn it is to do an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The client, from 0. It always asks the node of this number, modulo the number of nodes.
    pub worker: usize,
    /// The process under which it acts now.
    pub process: u64,
    /// How many nodes there are.
    pub nodes: usize,
    /// How many clients there are.
    pub concurrency: usize,
    /// Whether to do exactly what Maelstrom does.
    pub compat: bool,
}

/// Makes the operations of one run for those whose turn it is, drawing from the stream it is given.
pub type Generator = Box<dyn FnMut(&mut Stream, &Turn) -> Op>;

/// What clients do with a cluster.
pub trait Workload {
    /// The name on the command line.
    fn name(&self) -> &'static str;

    /// A new generator, for one run.
    fn generator(&self) -> Generator;

    /// The operations of one run, where they depend on the time or on what came back; else they are the
    /// [`generator`](Self::generator)'s.
    fn operations(&self) -> Box<dyn Operations> {
        Box::new(Drawn(self.generator()))
    }

    /// What a new client begins with, where it remembers something, or operations take several requests. Without one each
    /// operation is one [`request`](Self::request).
    fn session(&self) -> Option<Box<dyn Session>> {
        None
    }

    /// The body of an operation's request: its members as JSON text, without braces and `msg_id`.
    fn request(&self, op: &Op) -> String;

    /// The value of the completed operation, from the body of a reply that is no error. An `Err` says what is wrong
    /// with the reply, which makes the operation's outcome open.
    fn response(&self, op: &Op, reply: &Value) -> Result<Value, String>;

    /// Judges a run. Maelstrom's workloads have their checkers; another one has to bring its own.
    fn check(&self, history: &History, options: &Options) -> Judgement {
        match checker_of(self.name()) {
            Ok(checker) => checker.check(history, options),
            Err(unknown) => Judgement::failed(unknown.to_string()),
        }
    }

    /// A request that every node gets before the first operation, as [`request`](Self::request), and the type of its
    /// reply.
    fn set_up(&self, nodes: &[String], topology: Topology) -> Option<(String, &'static str)> {
        let _ = (nodes, topology);
        None
    }

    /// What each client does when the main phase is over and the cluster has had time to recover.
    fn final_op(&self) -> Option<Op> {
        None
    }

    /// What clients do at the end, if that is more than a [`final_op`](Self::final_op) for each, with what was done before.
    fn finale(&self, history: &History) -> Option<Box<dyn Finale>> {
        let _ = history;
        self.final_op().map(|op| Box::new(OneEach::new(op)) as _)
    }

    /// How long a client waits for a reply.
    fn timeout(&self, latency: &Latency) -> Duration {
        let _ = latency;
        Duration::from_secs(5)
    }

    /// Whether an operation that got no answer can count as not done, since doing it changes nothing.
    fn is_idempotent(&self, f: &str) -> bool {
        let _ = f;
        false
    }

    /// How many clients there are to be where so many are asked for.
    fn clients(&self, nodes: usize, asked: usize) -> usize {
        let _ = nodes;
        asked
    }

    /// What Maelstrom would do otherwise before the first operation, with so many nodes, where so many clients are asked
    /// for and here there are so many.
    fn maelstrom_would(&self, nodes: usize, asked: usize, here: usize) -> Vec<Difference> {
        let _ = (nodes, asked, here);
        Vec::new()
    }

    /// Whether a client goes on after an operation with open outcome; else a new one takes its place.
    fn keeps_client(&self) -> bool {
        false
    }

    /// Whether Maelstrom's client for this workload tells errors apart. If not, there all of them are open outcomes.
    fn tells_errors_apart(&self) -> bool {
        true
    }
}

/// The named members of a reply's body, if it has the right type and exactly these members (besides `in_reply_to` and
/// maybe `msg_id`): what Maelstrom's schemas ask for.
pub fn fields<'r, const N: usize>(
    reply: &'r Value,
    kind: &str,
    names: [&str; N],
) -> Result<[&'r Value; N], String> {
    let Value::Object(body) = reply else { return Err("the body is no object".to_owned()) };
    if body.get("type").and_then(Value::as_str) != Some(kind) {
        return Err(format!("its type is {}, and not \"{kind}\"", body.get("type").unwrap_or(&Value::Null)));
    }
    let extra = body.keys().find(|name| {
        !["type", "in_reply_to", "msg_id"].contains(&name.as_str()) && !names.contains(&name.as_str())
    });
    if let Some(extra) = extra {
        return Err(format!("it has a member `{extra}`, which a {kind} has not"));
    }
    let mut found = [reply; N];
    for (place, name) in found.iter_mut().zip(names) {
        *place = body.get(name).ok_or_else(|| format!("it lacks the member `{name}`"))?;
    }
    Ok(found)
}
