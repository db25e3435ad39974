//! Counters: can the final reads be the sum of the adds?
//!
//! Source: Maelstrom 0.2.5, as read and run.

use std::collections::BTreeMap;

use super::{
    Checker, Divergence, Evidence, Judgement, Options, Verdict, Warning,
    ranges::{Sums, TooLarge},
    words,
};
use crate::{
    Integer, Quirk, Value,
    history::{History, Kind, Operation},
};

/// Judges `g-counter` and `pn-counter`: invalid if a read of the final phase is no sum of all acknowledged adds and any
/// of the indeterminate ones. An add that failed, or has no completion, counts as not happened.
///
/// If no final read succeeded the verdict is unknown; the original's is valid. Reads before the final phase
/// are not judged; those that are less or more than all adds begun until then could make are warned of.
///
/// Indeterminate adds of very many different sizes have too many sums to list. Then the check is too lenient, and the
/// verdict is unknown where it would be valid.
#[derive(Clone, Copy, Debug)]
pub struct Counter;

impl Checker for Counter {
    fn check(&self, history: &History, options: &Options) -> Judgement {
        judge(history, options).unwrap_or_else(Judgement::failed)
    }
}

fn judge(history: &History, options: &Options) -> Result<Judgement, String> {
    let sums = possible_sums(history)?;
    let finals: Vec<_> = history
        .client_operations()
        .map(|(_, operation)| operation)
        .filter(|operation| operation.kind == Kind::Ok && operation.f == "read" && operation.is_final)
        .collect();
    let mut errors = Vec::new();
    for read in &finals {
        let Some(sum) = read.value.as_integer() else {
            let (process, value) = (read.process, words::value(&read.value));
            return Err(format!("the final read of {process} is {value}, which is not an integer"));
        };
        if !sum.as_i128().is_some_and(|sum| sums.contains(sum)) {
            errors.push((*read, sum));
        }
    }

    let evidence = Evidence::of(errors.first().map(|(read, _)| read.index));
    let (verdict, explanation) = if let Some(&(read, sum)) = errors.first() {
        (Verdict::Invalid, Some(explain(read, sum, &sums, errors.len() - 1)))
    } else if finals.is_empty() && !options.compat {
        (Verdict::Unknown, Some("no final read succeeded".to_owned()))
    } else if !finals.is_empty() && !sums.is_exact() {
        let text = "the indeterminate adds have too many sums to tell whether the final reads are among them";
        (Verdict::Unknown, Some(text.to_owned()))
    } else {
        (Verdict::Valid, None)
    };
    let unread = |condition: bool| condition.then(|| "no final read succeeded".to_owned());
    let range = |&(low, high): &(i128, i128)| Value::from(vec![low, high]);
    let fields = [
        (
            "errors",
            if errors.is_empty() { Value::Null } else { errors.iter().map(|(read, _)| read.index).collect() },
        ),
        ("final-reads", finals.iter().map(|read| read.value.clone()).collect()),
        ("acceptable", sums.ranges().iter().map(range).collect()),
    ];
    Ok(Judgement::new(verdict, fields)
        .explain(explanation)
        .prove(evidence)
        .warn(
            unread(finals.is_empty() && options.compat)
                .map(|text| Warning::new(Quirk::UncheckedCounterReads, text, 1)),
        )
        .warn(early_reads(history))
        .diverge(
            unread(finals.is_empty() && !options.compat)
                .map(|text| Divergence::new(Quirk::UncheckedCounterReads, Verdict::Valid, text)),
        ))
}

/// The acknowledged adds with any of the indeterminate ones.
fn possible_sums(history: &History) -> Result<Sums, String> {
    let mut sum = 0_i128;
    // Equal ones are taken together, those of the same size one after the other.
    let mut maybe: BTreeMap<(u128, bool), usize> = BTreeMap::new();
    for (_, add) in history.client_operations().filter(|(_, operation)| operation.f == "add") {
        if !matches!(add.kind, Kind::Ok | Kind::Info) {
            continue;
        }
        let delta = add.value.as_integer().and_then(Integer::as_i128).ok_or_else(|| {
            format!("{} added {}, which is not an integer of 128 bits", add.process, words::value(&add.value))
        })?;
        if add.kind == Kind::Ok {
            sum = sum.checked_add(delta).ok_or_else(too_large)?;
        } else {
            *maybe.entry((delta.unsigned_abs(), delta < 0)).or_default() += 1;
        }
    }
    let mut sums = Sums::of(sum, Sums::LIMIT);
    for ((size, is_negative), count) in maybe {
        let delta = if is_negative { 0_i128.checked_sub_unsigned(size) } else { size.try_into().ok() };
        delta.ok_or(TooLarge).and_then(|delta| sums.maybe_times(delta, count)).map_err(|_| too_large())?;
    }
    Ok(sums)
}

fn too_large() -> String {
    "the sums of the adds do not fit 128 bits".to_owned()
}

fn explain(read: &Operation, sum: &Integer, sums: &Sums, others: usize) -> String {
    const LISTED: usize = 4;
    let range = |&(low, high): &(i128, i128)| {
        if low == high { low.to_string() } else { format!("{low} to {high}") }
    };
    let possible = if let [(low, high)] = sums.ranges()
        && low == high
    {
        format!("the acknowledged adds make {low}")
    } else if sums.ranges().len() <= LISTED {
        let ranges: Vec<_> = sums.ranges().iter().map(range).collect();
        format!("the adds, with or without the indeterminate ones, make {}", words::list(&ranges, "or"))
    } else {
        let nearest = words::list(&nearest(sum, sums), "and");
        format!("the nearest sums that the adds can make are {nearest}")
    };
    let (process, at) = (read.process, words::time(read.time));
    let others = words::others(others, "final read", "went wrong as well");
    format!("the final read of {process} at {at} is {sum}, but {possible}{others}")
}

/// The greatest sum below and the least one above.
fn nearest(sum: &Integer, sums: &Sums) -> Vec<i128> {
    let above = sums.ranges().partition_point(|&(_, high)| Integer::from(high) < *sum);
    let below = above.checked_sub(1).map(|below| sums.ranges()[below].1);
    below.into_iter().chain(sums.ranges().get(above).map(|&(low, _)| low)).collect()
}

/// Reads outside the final phase that no choice of adds explains.
fn early_reads(history: &History) -> Option<Warning> {
    let (mut low, mut high) = (0_i128, 0_i128);
    let mut first = None;
    let mut count = 0;
    for (position, operation) in history.client_operations() {
        match (operation.f.as_str(), operation.kind) {
            ("add", Kind::Invoke) => {
                let completion =
                    history.other_half(position).map(|completion| &history.operations()[completion]);
                if completion.is_some_and(|completion| completion.kind == Kind::Fail) {
                    continue;
                }
                let delta = operation.value.as_integer().and_then(Integer::as_i128).unwrap_or_default();
                low = low.saturating_add(delta.min(0));
                high = high.saturating_add(delta.max(0));
            }
            ("read", Kind::Ok) if !operation.is_final => {
                let sum = operation.value.as_integer().and_then(Integer::as_i128);
                if !sum.is_some_and(|sum| (low..=high).contains(&sum)) {
                    count += 1;
                    first.get_or_insert((operation, low, high));
                }
            }
            _ => {}
        }
    }
    let (read, low, high) = first?;
    let (process, value, at) = (read.process, words::value(&read.value), words::time(read.time));
    let possible = if low == high { low.to_string() } else { format!("{low} to {high}") };
    let text = format!("{process} read {value} at {at}, but the adds begun by then can only make {possible}");
    Some(Warning::new(Quirk::UncheckedCounterReads, text, count))
}
