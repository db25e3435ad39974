//! Values of every shape: arrays, tuples, boxes, JSON, raw text, nested generics.

#![deny(warnings)]
#![allow(dead_code)]

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use maelstrom::{Context, Error, Result};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, value::RawValue};

#[derive(Default)]
struct Store {
    id: [u8; 16],
    seen: BTreeSet<u64>,
    kept: Option<Box<RawValue>>,
    logs: BTreeMap<String, Vec<Value>>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(bound = "T: Serialize + DeserializeOwned")]
struct Envelope<T> {
    term: u64,
    body: T,
}

#[derive(Serialize, Deserialize)]
struct Op<'a> {
    #[serde(borrow)]
    key: Cow<'a, str>,
    n: u64,
}

type Batch<T> = Vec<Envelope<T>>;
type Key<'a> = Cow<'a, str>;

enum Failure {
    Busy,
}

impl From<Failure> for Error {
    fn from(_: Failure) -> Self {
        Error::temporarily_unavailable("busy")
    }
}

mod named {
    pub type Result<T, E = super::Failure> = std::result::Result<T, E>;
}

const WIDTH: usize = 4;

#[maelstrom::node]
impl Store {
    const LEN: usize = 16;

    #[rpc(reply(id))]
    fn id(&self) -> [u8; Self::LEN] {
        self.id
    }

    #[rpc]
    fn set_id(&mut self, id: &[u8; 16], grid: [[u64; WIDTH]; WIDTH + 1]) {
        self.id = *id;
        self.id[0] = grid[0][0] as u8;
    }

    #[rpc(reply(seen))]
    fn seen(&self) -> Result<&BTreeSet<u64>, Failure> {
        Ok(&self.seen)
    }

    #[rpc(reply(first, all))]
    fn first(&self) -> named::Result<(Option<&u64>, &BTreeSet<u64>)> {
        Ok((self.seen.first(), &self.seen))
    }

    #[rpc(reply(last))]
    fn last(&self) -> std::result::Result<Option<&u64>, Failure> {
        Ok(self.seen.last())
    }

    #[rpc]
    fn touch(&self) -> std::io::Result<()> {
        Ok(())
    }

    #[rpc(reply(echo))]
    fn echo<'a>(&self, echo: Option<&'a RawValue>, all: Vec<&RawValue>) -> Option<&'a RawValue> {
        echo.filter(|_| all.is_empty())
    }

    #[rpc(reply(kept))]
    fn kept(&self) -> Option<&RawValue> {
        self.kept.as_deref()
    }

    #[message]
    fn keep(&mut self, value: Option<&RawValue>, or: &RawValue) {
        self.kept = Some(value.unwrap_or(or).to_owned());
    }

    #[rpc(reply(txn))]
    fn txn(&mut self, txn: Vec<(String, u64, Option<u64>)>) -> Vec<(String, u64, Option<u64>)> {
        txn
    }

    #[rpc(reply(msgs))]
    fn poll(&self, offsets: HashMap<String, usize>) -> HashMap<&str, Vec<(usize, &Value)>> {
        let from = |key: &str| *offsets.get(key).unwrap_or(&0);
        let log = |(key, log): (&'_ String, &'_ Vec<Value>)| (key.len() + log.len(), from(key));
        let _ = self.logs.iter().map(log).count();
        HashMap::new()
    }

    #[rpc(reply(boxes))]
    fn boxes(&self, numbers: Box<[u64]>, text: Box<str>, lent: &[Box<str>], whole: &Vec<u64>) -> Box<[u64]> {
        let _ = (text, lent, whole);
        numbers
    }

    #[rpc(reply(pair,))]
    fn pair(&self, pair: (u8, (u8,)), nothing: ()) -> ((u8, (u8,)), ()) {
        (pair, nothing)
    }

    #[rpc]
    fn json(&self, value: &Value) -> Value {
        value.clone()
    }

    #[rpc]
    fn map(&self) -> Option<Map<String, Value>> {
        None
    }

    #[rpc]
    fn logs(&self) -> &BTreeMap<String, Vec<Value>> {
        &self.logs
    }

    #[rpc(reply(key))]
    fn keys<'a>(&self, key: Key<'a>, more: Vec<Cow<'_, str>>, ops: Vec<Op<'a>>) -> Vec<Cow<'a, str>> {
        let _ = more;
        ops.into_iter().map(|op| op.key).chain([key]).collect()
    }

    #[message]
    fn op(&mut self, op: Op<'_>, ops: &[Op<'_>], one: &Op<'_>) {
        self.seen.extend(ops.iter().chain([one, &op]).map(|op| op.n));
    }

    #[message]
    fn nested(
        &mut self,
        deep: Envelope<Envelope<Option<Vec<u64>>>>,
        batch: Batch<u8>,
        lent: &Batch<(u8, u8)>,
    ) {
        self.seen.insert(deep.term + batch.len() as u64 + lent.len() as u64);
    }

    #[rpc]
    fn envelope(&self, envelope: &Envelope<u64>) -> Envelope<u64> {
        envelope.clone()
    }

    #[every(1s)]
    fn spread(&self, ctx: &Context<Self>) -> named::Result<()> {
        let op = |n| Op { key: "key".into(), n };
        ctx.peers(ctx.others()).op(op(1), &[op(2)], &op(3));
        Err(Failure::Busy)
    }
}

fn main() -> Result<()> {
    if std::env::args().count() > 100 {
        maelstrom::run::<Store>()?;
    }
    Ok(())
}
