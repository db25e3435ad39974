//! Logs that are appended to and polled: is every message in its place, for everybody, and does it come out?
//!
//! Source: Maelstrom 0.2.5, as read and run, whose checker is Jepsen's `kafka`.

mod commits;
mod cycles;
mod explain;
mod findings;
mod hashed;
mod lag;
mod logs;
mod operations;
mod order;
mod read;
mod result;
mod values;

use self::{
    explain::Story,
    findings::Findings,
    logs::{Entry, Log},
    operations::Operations,
    result::Writer,
};
use super::{Checker, Divergence, Judgement, Options, Verdict};
use crate::{Quirk, history::History};

/// Judges `kafka`: each key is a log, in which every message that was acknowledged has one offset of its own, that all
/// see, and which every process polls in order and without gaps. What was acknowledged has to be polled by the end.
///
/// The result has an entry for each type of error that was found, with their `count` and some of them as `errs`:
///
/// | type | |
/// | --- | --- |
/// | `inconsistent-offsets` | an offset has several messages |
/// | `duplicate` | a message has several offsets |
/// | `G1a` | a message was polled whose send failed |
/// | `G1c-realtime` | a message was polled before its send began (with `strong-PL-2-cycle-exists`, Elle's quick test) |
/// | `lost-write` | a message was acknowledged, and only later ones were polled |
/// | `unseen` | a message was acknowledged, and never polled (Q-24) |
/// | `int-poll-skip`, `int-nonmonotonic-poll` | a poll leaves messages out; it has them in another order |
/// | `poll-skip`, `nonmonotonic-poll` | a process leaves messages out from one poll to the next; it comes back to some |
/// | `nonmonotonic-send` | of two messages of a process the later one stands before the other |
/// | `empty-transaction-graph` | nothing can be said |
/// | `lost-commit` | the offset that a process had committed, or was told, was not committed any more later |
/// | `phantom` | a message was polled that nobody sent; the original's checker fails there (Q-25) |
///
/// The original does not look at committed offsets; nor are they in its histories, but only in those of the workbench.
///
/// Time is that of sorting each log's messages, and else linear in the size of the history.
#[derive(Clone, Copy, Debug)]
pub struct Kafka;

impl Checker for Kafka {
    fn check(&self, history: &History, options: &Options) -> Judgement {
        match judge(history, options.compat) {
            Ok(judged) if !options.compat && judged.may_differ => {
                let divergence = divergence(history, &judged.judgement);
                judged.judgement.diverge(divergence)
            }
            Ok(judged) => judged.judgement,
            Err(error) => Judgement::failed(error),
        }
    }
}

struct Judged {
    judgement: Judgement,
    /// Whether the original may say something else.
    may_differ: bool,
}

/// Judges as the original does, or without its oddities. The error says why that is not possible.
fn judge(history: &History, compat: bool) -> Result<Judged, String> {
    if history.client_operations().next().is_none() {
        return Err("there are no operations".to_owned());
    }
    let operations = Operations::read(history, compat)?;
    let logs = Log::of_keys(&operations);
    let failure = failure(&operations, &logs);
    if let (true, Some(failure)) = (compat, &failure) {
        return Err(failure.clone());
    }
    let findings = Findings::find(&operations, &logs, compat);
    let ignores_commits = !findings.commits.is_empty();
    let is_valid = findings.counts().is_empty();
    let verdict = if is_valid { Verdict::Valid } else { Verdict::Invalid };
    let fields = Writer { operations: &operations, logs: &logs }.fields(&findings);
    let (explanation, evidence) = Story::new(&operations, &logs).tell(&findings);
    Ok(Judged {
        judgement: Judgement::new(verdict, fields).explain(explanation).prove(evidence),
        may_differ: failure.is_some()
            || operations.has_empty
            || ignores_commits
            || !values::seen_last(&operations).is_empty(),
    })
}

/// Its logs are arrays with a place for each offset; so many, at some bytes each, it may still have.
const DENSE: i64 = 100_000_000;

/// Why the original's checker fails, if it does.
fn failure(operations: &Operations<'_>, logs: &[Log]) -> Option<String> {
    // Its plots look for the polls at the end.
    let last = operations.history.operations().last()?;
    if !["poll", "crash", "assign", "debug-topic-partitions"].contains(&last.f.as_str()) {
        return Some(format!("the last entry is a `{}`, and not one of the final polls", last.f));
    }
    // It knows of no send that was not completed.
    let nobodys =
        |message: &operations::Message<'_>| message.first_reader.is_some() && message.writer.is_none();
    if let Some((place, message)) = operations.messages().find(|(_, message)| nobodys(message)) {
        let (value, key) = (super::words::value(message.value), &operations.keys[place.key].name);
        return Some(format!("message {value} of key {key:?} was polled, and nobody has sent it"));
    }
    for (key, log) in operations.keys.iter().zip(logs) {
        let is_polled = key.messages.iter().map(|message| message.first_poll.is_some());
        if key.first_poll.is_some() && values::last_polled(is_polled, log).is_none() {
            return Some(format!("polls of key {:?} returned empty lists, and never a message", key.name));
        }
        if log.entries.first().is_some_and(|entry| entry.offset < 0) {
            return Some(format!("an offset of key {:?} is negative", key.name));
        }
        if let Some(entry) = log.entries.last().filter(|entry| entry.offset > DENSE) {
            let Entry { offset, .. } = entry;
            return Some(format!(
                "no memory has room for a place for each offset of key {:?} up to {offset}",
                key.name
            ));
        }
    }
    None
}

/// What the original says, if that is something else.
fn divergence(history: &History, ours: &Judgement) -> Option<Divergence> {
    let (verdict, quirk, text) = match judge(history, true) {
        Err(failure) => {
            (Verdict::Unknown, Quirk::FailingKafkaChecker, format!("its checker fails, as {failure}"))
        }
        Ok(original) => {
            let verdict = original.judgement.verdict();
            let (quirk, text) = if verdict == Verdict::Invalid {
                (
                    Quirk::SeenLast,
                    "it counts as unseen what the very last poll shows of a key without acknowledged sends",
                )
            } else if ours.result().contains_key("lost-commit") {
                (Quirk::UncheckedCommits, "it does not look at committed offsets")
            } else {
                let text =
                    "a poll that returns a key with an empty list lets it forget where the process was";
                (Quirk::FailingKafkaChecker, text)
            };
            (verdict, quirk, text.to_owned())
        }
    };
    (verdict != ours.verdict()).then(|| Divergence::new(quirk, verdict, text))
}
