//! Requests that a service does not know.

use super::{Answer, kv};
use crate::{Quirk, Value};

/// How a service answers requests that it does not know.
///
/// Maelstrom's throw an exception, which is logged, and the caller hears nothing. Here the caller gets error 10,
/// which Maelstrom's protocol has for this.
#[derive(Debug)]
pub(super) struct Unknown {
    service: &'static str,
    /// The types it knows, as a list to be read.
    known: &'static str,
    compat: bool,
    /// What to say of Maelstrom. It names the first unknown type and stays so, as a node may make up types without end.
    would: Option<String>,
}

impl Unknown {
    /// Of the service of this name, which knows these types.
    pub(super) fn new(service: &'static str, known: &'static str, compat: bool) -> Self {
        Self { service, known, compat, would: None }
    }

    /// The answer to this request.
    pub(super) fn answer(&mut self, body: &Value) -> Answer {
        if self.compat {
            return Answer::default();
        }
        let (service, known) = (self.service, self.known);
        let kind = match body.get("type") {
            None | Some(Value::Null) => "without a type".to_owned(),
            Some(Value::String(kind)) => format!("of type `{}`", cut(kind)),
            Some(other) => format!("of type `{}`", cut(&other.to_string())),
        };
        let would =
            self.would.get_or_insert_with(|| format!("stay silent about a request {kind} to {service}"));
        let text = format!("{service} does not support requests {kind}; it supports {known}");
        Answer { reply: Some(kv::error(10, text)), would: Some((Quirk::SilentServices, would.clone())) }
    }
}

/// As much of a type as helps to recognise it.
fn cut(kind: &str) -> String {
    const MAX: usize = 40;
    match kind.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", &kind[..end]),
        None => kind.to_owned(),
    }
}
