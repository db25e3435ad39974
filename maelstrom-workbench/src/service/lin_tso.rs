//! `lin-tso`: timestamps.

use super::{Answer, Service, unknown::Unknown};
use crate::{Value, random::Stream};

/// The linearizable source of timestamps: each is greater by one than the one before.
#[derive(Debug)]
pub(super) struct LinTso {
    next: u64,
    unknown: Unknown,
}

impl LinTso {
    /// One that begins with 0. With `compat` it is silent about what it does not know.
    pub(super) fn new(compat: bool) -> Self {
        Self { next: 0, unknown: Unknown::new("lin-tso", "ts", compat) }
    }
}

impl Service for LinTso {
    fn name(&self) -> &'static str {
        "lin-tso"
    }

    fn handle(&mut self, _src: &str, body: &Value, _random: &mut Stream) -> Answer {
        if body.get("type").and_then(Value::as_str) != Some("ts") {
            return self.unknown.answer(body);
        }
        let ts = self.next;
        self.next += 1;
        Answer { reply: Some(format!(r#""type":"ts_ok","ts":{ts}"#)), would: None }
    }
}
