//! What went wrong in clients.
//!
//! Source: Maelstrom 0.2.5, as read and run.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{Checker, Judgement, Options, Verdict};
use crate::{
    Value,
    history::{History, Operation},
};

/// Lists the kinds of exceptions that operations carry, under `exception`, most frequent first. Always valid.
///
/// A kind is the type of the first of `via`, as in the original's histories, or else `class`, or the exception itself
/// if it is a string. An operation with an example stands as its index.
#[derive(Clone, Copy, Debug)]
pub struct Exceptions;

impl Checker for Exceptions {
    fn check(&self, history: &History, _: &Options) -> Judgement {
        let mut by_class: BTreeMap<&str, Vec<&Operation>> = BTreeMap::new();
        for operation in history.operations() {
            if let Some(exception) = operation.further.get("exception").filter(|it| !it.is_null()) {
                by_class.entry(class(exception)).or_default().push(operation);
            }
        }
        let mut classes: Vec<_> = by_class.into_iter().collect();
        classes.sort_by_key(|(_, operations)| Reverse(operations.len()));
        let describe = |(class, operations): (&str, Vec<&Operation>)| {
            Value::object([
                ("count", operations.len().into()),
                ("class", class.into()),
                ("example", operations[0].index.into()),
            ])
        };
        let exceptions =
            (!classes.is_empty()).then(|| ("exceptions", classes.into_iter().map(describe).collect()));
        Judgement::new(Verdict::Valid, exceptions)
    }
}

fn class(exception: &Value) -> &str {
    let first = exception.get("via").and_then(Value::as_list).and_then(<[_]>::first);
    first
        .and_then(|first| first.get("type"))
        .or_else(|| exception.get("class"))
        .unwrap_or(exception)
        .as_str()
        .unwrap_or("unknown")
}
