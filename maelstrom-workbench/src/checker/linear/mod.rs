//! Stores of keys and values: did every operation take place at one moment between its invocation and its completion?
//!
//! Source: Maelstrom 0.2.5, as read and run, whose checker is Knossos.

mod blame;
mod explain;
mod register;
mod search;

use std::{collections::BTreeMap, thread};

use self::{
    explain::Counterexample,
    register::Register,
    search::{Budget, Outcome, search},
};
use super::{Checker, Divergence, Evidence, Judgement, Options, Stuck, Verdict, words};
use crate::{Quirk, Value, history::History};

/// Judges `lin-kv`: each key is a register that is null at first, and its operations have to be linearizable.
///
/// Operations that failed did not happen; those whose outcome is open may have, at any time after they began. A read of
/// null is right where the value is null; in the original, always.
///
/// Of an invalid key the result's `counterexamples` have `op`, the first completion up to which no order of the
/// operations is legal; `previous-ok`, the last success before it; and `configs`, up to ten states that can be reached
/// with all completions before `op` in place, each with the operations that could come next and why none leads on. The
/// first key to go wrong has `suspects` as well, if there are any: an operation without which there would be an order, or
/// which failed and with which there would be one had it taken effect.
///
/// The search is by Wing and Gong ("Testing and verifying concurrent objects", 1993), with the memory of Lowe
/// ("Testing for linearizability", 2017). Its budget is counted in steps and bytes, so that it ends on every machine in
/// the same place; the verdict of a key that it does not suffice for is unknown.
#[derive(Clone, Copy, Debug)]
pub struct LinKv;

impl Checker for LinKv {
    fn check(&self, history: &History, options: &Options) -> Judgement {
        judge(history, options, Budget::default()).unwrap_or_else(Judgement::failed)
    }
}

/// What came of a key.
struct Judged<'h> {
    key: &'h Value,
    verdict: Verdict,
    /// What the original says, if that is something else.
    original: Option<Verdict>,
    explanation: Option<String>,
    /// Where in the history it went wrong.
    position: usize,
    stuck: Option<Stuck>,
}

fn judge(history: &History, options: &Options, budget: Budget) -> Result<Judgement, String> {
    let registers: Vec<_> = Register::of_keys(history)?.into_iter().collect();
    let budget = budget.split(registers.len());
    let mut keys = in_parallel(&registers, history.len(), |(key, register)| {
        judge_key(history, key, register, options, budget)
    });

    let names = names(keys.iter().map(|key| key.key));
    let verdict = Verdict::all(keys.iter().map(|key| key.verdict));
    // Of the keys that are as bad as any, the first to go wrong; where that is not known, the first.
    let bad = (0..keys.len()).filter(|key| keys[*key].verdict == verdict);
    let worst = bad.min_by_key(|key| keys[*key].position);
    if let Some(worst) = worst {
        let (key, register) = &registers[worst];
        investigate(&mut keys[worst], history, key, register, options, budget);
    }
    let worst = worst.map(|worst| &keys[worst]);
    let others = keys.iter().filter(|key| key.verdict == verdict).count().saturating_sub(1);
    let so = if verdict == Verdict::Invalid { "invalid as well" } else { "undecided as well" };
    let is = if others == 1 { "is" } else { "are" };
    let explanation = worst
        .and_then(|key| key.explanation.clone())
        .map(|text| text + &words::others(others, "key", &format!("{is} {so}")));

    let of_keys = |value: &dyn Fn(&Judged<'_>) -> Option<Value>| {
        Value::object(
            keys.iter().zip(&names).filter_map(|(key, name)| value(key).map(|value| (name.clone(), value))),
        )
    };
    let failures = keys.iter().filter(|key| key.verdict == Verdict::Invalid);
    let mut fields = vec![
        ("failures", failures.map(|key| key.key.clone()).collect()),
        ("keys", of_keys(&|key| Some(key.verdict.into()))),
        (
            "errors",
            of_keys(&|key| {
                key.explanation.clone().filter(|_| key.verdict == Verdict::Unknown).map(Value::from)
            }),
        ),
    ];
    if keys.iter().any(|key| key.stuck.is_some()) {
        fields.push(("counterexamples", of_keys(&|key| key.stuck.as_ref().map(explain::fields))));
    }
    let evidence = worst.and_then(|key| key.stuck.as_ref()).map(|stuck| {
        let suspects = stuck.suspects.iter().map(|suspect| suspect.index);
        let operations = suspects.chain(stuck.previous.filter(|_| stuck.suspects.is_empty()));
        let operations = operations.chain([stuck.index]);
        Evidence { stuck: Some(stuck.clone()), ..Evidence::of(operations) }
    });
    Ok(Judgement::new(verdict, fields)
        .explain(explanation)
        .prove(evidence.unwrap_or_default())
        .diverge(divergence(&keys)))
}

/// The results for all items, in their order: on all cores if there is much to do, as one of them is enough for a run of
/// a test, of which there are many at a time.
fn in_parallel<T: Sync, R: Send>(items: &[T], size: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    const MUCH: usize = 100_000;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    if size < MUCH || cores == 1 {
        return items.iter().map(work).collect();
    }
    thread::scope(|scope| {
        let chunks = items.chunks(items.len().div_ceil(cores).max(1));
        let threads: Vec<_> =
            chunks.map(|chunk| scope.spawn(|| chunk.iter().map(&work).collect::<Vec<_>>())).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a search does not panic")).collect()
    })
}

fn judge_key<'h>(
    history: &'h History,
    key: &'h Value,
    register: &Register<'h>,
    options: &Options,
    budget: Budget,
) -> Judged<'h> {
    let calls = register.calls(options.compat);
    let outcome = search(&calls, budget);
    let counterexample = Counterexample::new(history, key, register, &calls);
    let mut judged = Judged {
        key,
        verdict: Verdict::Valid,
        original: None,
        explanation: None,
        position: usize::MAX,
        stuck: None,
    };
    match &outcome {
        Outcome::Placed => {}
        Outcome::Stuck(frontier) => {
            judged.verdict = Verdict::Invalid;
            judged.position = calls.definite[frontier.base].completed;
            judged.explanation = Some(counterexample.sentence(frontier));
            judged.stuck = Some(counterexample.stuck(frontier));
        }
        Outcome::Undecided { frontier, explored } => {
            judged.verdict = Verdict::Unknown;
            judged.explanation = Some(counterexample.undecided(frontier, *explored));
        }
    }
    if judged.verdict != Verdict::Valid && !options.compat && register.has_null_reads() {
        let original = match search(&register.calls(true), budget) {
            Outcome::Placed => Verdict::Valid,
            Outcome::Stuck(_) => Verdict::Invalid,
            Outcome::Undecided { .. } => Verdict::Unknown,
        };
        judged.original = Some(original).filter(|original| *original != judged.verdict);
    }
    judged
}

/// Looks for what may be wrong with a key that is invalid, and adds it to what is told.
fn investigate(
    judged: &mut Judged<'_>,
    history: &History,
    key: &Value,
    register: &Register<'_>,
    options: &Options,
    budget: Budget,
) {
    let (Some(stuck), Some(text)) = (&mut judged.stuck, &mut judged.explanation) else { return };
    let calls = register.calls(options.compat);
    let base = calls.definite.partition_point(|call| call.completed < judged.position);
    text.push_str(&Counterexample::new(history, key, register, &calls).investigate(stuck, base, budget));
}

/// What the original makes of reads of null.
fn divergence(keys: &[Judged<'_>]) -> Option<Divergence> {
    let others: Vec<_> =
        keys.iter().filter(|key| key.original.is_some()).map(|key| words::value(key.key)).collect();
    if others.is_empty() {
        return None;
    }
    let verdict = Verdict::all(keys.iter().map(|key| key.original.unwrap_or(key.verdict)));
    let keys = if others.len() == 1 { "key" } else { "keys" };
    let text = format!(
        "a read of null is right for it whatever was written, and so it finds nothing wrong with {keys} {}",
        words::list(&others, "and")
    );
    Some(Divergence::new(Quirk::NullReads, verdict, text))
}

/// Names for keys: their JSON, and strings without quotes where that is no other key's name.
fn names<'k>(keys: impl Iterator<Item = &'k Value> + Clone) -> Vec<String> {
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let plain = |key: &Value| key.as_str().map_or_else(|| key.to_string(), str::to_owned);
    keys.clone().for_each(|key| *taken.entry(plain(key)).or_default() += 1);
    keys.map(|key| if taken[&plain(key)] == 1 { plain(key) } else { key.to_string() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Kind, Operation, Process};

    /// Writes of different values whose outcomes are open, and a read of what nobody wrote.
    fn hard(writes: usize) -> History {
        let mut history = History::new();
        let mut push = |process: usize, kind, f: &str, value: Value| {
            let process = Process::Client(process as u64);
            let index = history.len();
            let operation = Operation::new(index, index as u64 * 10_000_000, process, kind, f, value);
            history.push(operation).unwrap();
        };
        let pair = |value: Value| Value::List(vec![0.into(), value]);
        for write in 0..writes {
            let value = vec![write, write + 1];
            push(
                write,
                Kind::Invoke,
                if write == 0 { "write" } else { "cas" },
                pair(if write == 0 { 1.into() } else { value.into() }),
            );
            push(1000 + write, Kind::Invoke, "write", pair(write.into()));
        }
        push(5000, Kind::Invoke, "read", pair(Value::Null));
        push(5000, Kind::Ok, "read", pair("nobody's".into()));
        history
    }

    #[test]
    fn a_search_that_takes_too_long_is_given_up_and_says_how_far_it_came() {
        let judgement =
            judge(&hard(300), &Options::default(), Budget { steps: 10_000, bytes: 1 << 30 }).unwrap();
        assert_eq!(judgement.verdict(), Verdict::Unknown);
        let text = judgement.explanation().unwrap();
        assert!(text.starts_with("key 0 is undecided: "), "{text}");
        assert_eq!(judgement.result()["failures"], Value::List(Vec::new()));
        assert_eq!(judgement.result()["errors"].get("0").and_then(Value::as_str), Some(text));

        let judgement =
            judge(&hard(300), &Options::default(), Budget { steps: u64::MAX, bytes: 50_000 }).unwrap();
        assert_eq!(judgement.verdict(), Verdict::Unknown);
    }

    #[test]
    fn open_operations_that_are_not_needed_do_not_multiply() {
        let judgement = judge(&hard(10), &Options::default(), Budget::default()).unwrap();
        assert_eq!(judgement.verdict(), Verdict::Invalid);
    }

    #[test]
    fn keys_of_one_name_are_told_apart() {
        assert_eq!(names([Value::from(0), "0".into(), "a".into()].iter()), ["0", "\"0\"", "a"]);
    }
}
