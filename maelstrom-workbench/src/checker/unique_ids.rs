//! Ids: was any given twice?
//!
//! Source: Maelstrom 0.2.5, as read and run.

use std::{cmp::Ordering, collections::HashMap};

use super::{Checker, Divergence, Evidence, Judgement, Options, Verdict, words};
use crate::{
    Quirk, Value,
    history::{History, Kind, Operation},
};

/// Judges `unique-ids`: invalid if two requests were given the same id.
///
/// Ids may be any JSON. The original wants to order them and gives up on those it can't, such as objects, or strings
/// with numbers.
#[derive(Clone, Copy, Debug)]
pub struct UniqueIds;

/// How many of the ids given more than once are listed.
const LISTED: usize = 48;

impl Checker for UniqueIds {
    fn check(&self, history: &History, options: &Options) -> Judgement {
        let generated = |kind| {
            let of_kind = move |operation: &&Operation| operation.kind == kind && operation.f == "generate";
            history.client_operations().map(|(_, operation)| operation).filter(of_kind)
        };
        let mut given: HashMap<&Value, Given<'_>> = HashMap::new();
        let mut acknowledged = 0_usize;
        let mut range = Range::default();
        for operation in generated(Kind::Ok) {
            acknowledged += 1;
            range.extend(&operation.value);
            given.entry(&operation.value).and_modify(|given| given.again(operation)).or_insert(Given {
                count: 1,
                first: operation,
                second: None,
            });
        }
        let mut duplicates: Vec<_> = given.into_iter().filter(|(_, given)| given.count > 1).collect();
        duplicates.sort_unstable_by_key(|&(id, _)| id);
        // The original sorts them too.
        for pair in duplicates.windows(2) {
            range.order.compare(pair[1].0, pair[0].0);
        }

        let clash = range.order.clash.map(|(a, b)| {
            format!("it can't order the ids {} and {} against each other", words::value(a), words::value(b))
        });
        if options.compat
            && let Some(clash) = clash
        {
            return Judgement::failed(clash);
        }
        let verdict = if duplicates.is_empty() { Verdict::Valid } else { Verdict::Invalid };
        let (explanation, evidence) = explain(&duplicates).unzip();
        Judgement::new(
            verdict,
            [
                ("attempted-count", generated(Kind::Invoke).count().into()),
                ("acknowledged-count", acknowledged.into()),
                ("duplicated-count", duplicates.len().into()),
                ("duplicated", list(&duplicates)),
                ("range", [range.least, range.greatest].into_iter().map(Option::<&Value>::cloned).collect()),
            ],
        )
        .explain(explanation)
        .prove(evidence.unwrap_or_default())
        .diverge(clash.map(|clash| Divergence::new(Quirk::IncomparableIds, Verdict::Unknown, clash)))
    }
}

/// Who was given an id.
struct Given<'h> {
    count: usize,
    first: &'h Operation,
    second: Option<&'h Operation>,
}

impl<'h> Given<'h> {
    fn again(&mut self, operation: &'h Operation) {
        self.count += 1;
        self.second.get_or_insert(operation);
    }
}

/// The ids that were given most often with their numbers, in order of the ids.
fn list(duplicates: &[(&Value, Given<'_>)]) -> Value {
    let mut most: Vec<usize> = (0..duplicates.len()).collect();
    // Stable: of those given equally often the greatest remain, as in the original.
    most.sort_by_key(|&id| duplicates[id].1.count);
    most.drain(..most.len().saturating_sub(LISTED));
    most.sort_unstable();
    let pair = |(id, given): &(&Value, Given<'_>)| Value::List(vec![(*id).clone(), given.count.into()]);
    most.into_iter().map(|id| pair(&duplicates[id])).collect()
}

/// Tells of the id that was the first to come again.
fn explain(duplicates: &[(&Value, Given<'_>)]) -> Option<(String, Evidence)> {
    let again = |given: &Given<'_>| given.second.map(|operation| operation.index);
    let (id, given) = duplicates.iter().min_by_key(|(_, given)| again(given))?;
    let evidence = Evidence::of([given.first.index, again(given)?]).about(id);
    let to = |operation: &Operation| format!("{} at {}", operation.process, words::time(operation.time));
    let (id, first, second) = (words::value(id), to(given.first), given.second.map(to)?);
    let times = if given.count > 2 { format!(", {} times in all", given.count) } else { String::new() };
    let others = words::others(duplicates.len() - 1, "id", "came more than once");
    Some((format!("id {id} was given to {first} and again to {second}{times}{others}"), evidence))
}

/// The least and the greatest id.
#[derive(Default)]
struct Range<'h> {
    least: Option<&'h Value>,
    greatest: Option<&'h Value>,
    order: Order<'h>,
}

impl<'h> Range<'h> {
    fn extend(&mut self, id: &'h Value) {
        for (bound, outside) in [(&mut self.least, Ordering::Less), (&mut self.greatest, Ordering::Greater)] {
            // To the original a bound that is null is one not found yet.
            match bound {
                Some(known) if !known.is_null() => {
                    if self.order.compare(id, known) == outside {
                        *bound = Some(id);
                    }
                }
                _ => *bound = Some(id),
            }
        }
    }
}

/// The original's order, extended to all values; keeps the first two that the original can't compare.
#[derive(Default)]
struct Order<'h> {
    clash: Option<(&'h Value, &'h Value)>,
}

impl<'h> Order<'h> {
    fn compare(&mut self, a: &'h Value, b: &'h Value) -> Ordering {
        a.compare_as_clojure(b).unwrap_or_else(|| {
            self.clash.get_or_insert((b, a));
            a.cmp(b)
        })
    }
}
