//! `lin-kv`: one copy.

use std::collections::BTreeMap;

use super::{
    Answer, Service,
    kv::{KNOWN, Request},
    unknown::Unknown,
};
use crate::{Value, random::Stream};

/// The linearizable store: a request acts when it is handled, on the only copy there is.
#[derive(Debug)]
pub(super) struct LinKv {
    values: BTreeMap<Value, Value>,
    unknown: Unknown,
}

impl LinKv {
    /// An empty store. With `compat` it is silent about what it does not know.
    pub(super) fn new(compat: bool) -> Self {
        Self { values: BTreeMap::new(), unknown: Unknown::new("lin-kv", KNOWN, compat) }
    }
}

impl Service for LinKv {
    fn name(&self) -> &'static str {
        "lin-kv"
    }

    fn handle(&mut self, _src: &str, body: &Value, _random: &mut Stream) -> Answer {
        let Some(request) = Request::read(body) else { return self.unknown.answer(body) };
        let effect = request.apply(self.values.get(request.key));
        let reply = effect.outcome.reply();
        if let Some(value) = effect.sets.cloned() {
            self.values.insert(request.key.clone(), value);
        }
        Answer { reply: Some(reply), would: None }
    }
}
