//! The messages that an operation caused, out of the journal.

use std::collections::{BTreeMap, BTreeSet};

use maelstrom_workbench::{
    Value,
    history::{Kind, Operation},
    journal::{CUT_OFF, Cause, EventKind},
};

use super::{
    super::{
        journal::{self, Found, Line},
        show::ms,
        stored::Stored,
    },
    node, short,
};

/// How many messages are told of.
const TOLD: usize = 60;
/// Of so many of the first operations the journal's time is learned.
const LEARNED: usize = 64;

/// The messages of an operation, one a line, with what became of each. Nothing without a journal.
///
/// In simulations these are the messages that were sent while handling one of them; what timers send is not among them.
/// With processes nobody knows: request and reply are told, and, as a guess, what their node sent in between.
pub(super) fn messages(stored: &Stored, position: usize, node: &str, end: u64) -> Result<String, String> {
    let mut journal = Vec::new();
    let found = journal::each(&stored.folder, |line| journal.push(line))?;
    if found == Found::Nothing {
        return Ok(String::new());
    }
    let Some(offset) = stored.history_start().or_else(|| learned_offset(stored, &journal)) else {
        return Ok("the journal does not fit the history".to_owned());
    };
    let invocation = &stored.history.operations()[position];
    let (from, to) = (invocation.time.saturating_add(offset), end.saturating_add(offset));
    let Some(client) = client(stored, position, node, &journal, from) else {
        return Ok("none: it was over before a request was sent".to_owned());
    };
    let exchange = exchange(&journal, &client, from, to);
    let knows_causes = journal.iter().any(|line| line.cause.is_some());
    let (caused, guessed) = if knows_causes {
        (transitive(&journal, exchange), BTreeSet::new())
    } else {
        let guessed = between(&journal, &exchange, node);
        (exchange, guessed)
    };
    let mut told = told(&journal, &caused, &guessed, offset);
    if found == Found::CutOff {
        told.extend(["\n", CUT_OFF]);
    }
    Ok(told)
}

/// By how much the journal's clock, which begins with the handshakes, is ahead of the history's: by what most of the
/// first requests are. Runs of older versions, and of Maelstrom, do not say it.
fn learned_offset(stored: &Stored, journal: &[Line]) -> Option<u64> {
    // Handshakes and set-up have clients of their own, which come first.
    let others = 2 * stored.schedule.nodes.len();
    let requests: Vec<&Line> = journal
        .iter()
        .filter(|line| line.kind == EventKind::Send && line.message.kind() != "init")
        .filter(|line| number(&line.message.src).is_some_and(|number| number >= others))
        .take(LEARNED)
        .collect();
    let mut seen: BTreeMap<u64, usize> = BTreeMap::new();
    for (invocation, _) in stored.history.invocations().take(LEARNED) {
        let node = node(stored, invocation);
        for request in requests.iter().filter(|request| Some(&*request.message.dest) == node) {
            if let Some(ahead) = request.time.checked_sub(invocation.time) {
                *seen.entry(ahead).or_default() += 1;
            }
        }
    }
    // Of equals the least: handshakes are short.
    seen.into_iter().max_by_key(|(ahead, count)| (*count, std::cmp::Reverse(*ahead))).map(|(ahead, _)| ahead)
}

/// The number of a client: 17 of `c17`.
fn number(name: &str) -> Option<usize> {
    name.strip_prefix('c')?.parse().ok()
}

/// The client of the operation: who sent to the node as it began. If several operations began at once at that node,
/// their requests have the same order.
fn client(stored: &Stored, position: usize, node_of: &str, journal: &[Line], from: u64) -> Option<String> {
    let operations = stored.history.operations();
    let is_like = |operation: &&Operation| {
        operation.kind == Kind::Invoke
            && operation.time == operations[position].time
            && node(stored, operation) == Some(node_of)
    };
    let before = operations[..position].iter().filter(is_like).count();
    let is_request = |line: &&Line| {
        line.kind == EventKind::Send
            && line.time == from
            && line.message.dest == node_of
            && line.message.kind() != "init"
            && number(&line.message.src).is_some()
    };
    journal.iter().filter(is_request).nth(before).map(|line| line.message.src.clone())
}

/// The numbers of what a client sent in that time, and of the replies.
fn exchange(journal: &[Line], client: &str, from: u64, to: u64) -> BTreeSet<u64> {
    let sends = || journal.iter().filter(|line| line.kind == EventKind::Send);
    let requests = sends().filter(|line| line.message.src == client && (from..=to).contains(&line.time));
    let msg_ids: Vec<&Value> = requests.clone().filter_map(|line| line.message.body.get("msg_id")).collect();
    let is_reply = |line: &&Line| {
        let to = line.message.body.get("in_reply_to");
        line.message.dest == client && to.is_some_and(|id| msg_ids.contains(&id))
    };
    requests.chain(sends().filter(is_reply)).map(|line| line.id).collect()
}

/// With all that was sent while one of them was handled. The journal has causes before what they cause.
fn transitive(journal: &[Line], mut caused: BTreeSet<u64>) -> BTreeSet<u64> {
    for line in journal.iter().filter(|line| line.kind == EventKind::Send) {
        if let Some(Cause::Message(cause)) = line.cause
            && caused.contains(&cause)
        {
            caused.insert(line.id);
        }
    }
    caused
}

/// What the node sent between its first message of an exchange and its last.
fn between(journal: &[Line], exchange: &BTreeSet<u64>, node: &str) -> BTreeSet<u64> {
    let is_there = |line: &&Line| match line.kind {
        EventKind::Receive => line.message.dest == node,
        EventKind::Send => line.message.src == node,
        _ => false,
    };
    let mut times = journal.iter().filter(|line| exchange.contains(&line.id)).filter(is_there);
    let Some(first) = times.next().map(|line| line.time) else { return BTreeSet::new() };
    let last = times.next_back().map_or(first, |line| line.time);
    let sends = journal.iter().filter(|line| {
        line.kind == EventKind::Send && line.message.src == node && (first..=last).contains(&line.time)
    });
    sends.map(|line| line.id).filter(|id| !exchange.contains(id)).collect()
}

/// A line for each message: when, from whom to whom, what, and what became of it.
fn told(journal: &[Line], caused: &BTreeSet<u64>, guessed: &BTreeSet<u64>, offset: u64) -> String {
    let mut fates: BTreeMap<u64, Vec<String>> = BTreeMap::new();
    for line in journal {
        let time = line.time.saturating_sub(offset);
        let fate = match line.kind {
            EventKind::Receive => format!("received at {}", ms(time)),
            EventKind::Lost => "lost".to_owned(),
            EventKind::Partitioned => format!("cut off at {}", ms(time)),
            EventKind::Gone => format!("its receiver had gone at {}", ms(time)),
            EventKind::Send => continue,
        };
        fates.entry(line.id).or_default().push(fate);
    }
    let is_told = |line: &&Line| {
        line.kind == EventKind::Send && (caused.contains(&line.id) || guessed.contains(&line.id))
    };
    let mut lines: Vec<String> = journal
        .iter()
        .filter(is_told)
        .map(|Line { time, id, message, .. }| {
            let fate = fates.get(id).map_or_else(|| "still under way".to_owned(), |fate| fate.join(", "));
            let guess = if guessed.contains(id) { "a guess: " } else { "" };
            format!(
                "{guess}{:>10}  {} -> {}  {}  {fate}",
                ms(time.saturating_sub(offset)),
                message.src,
                message.dest,
                short(&message.body)
            )
        })
        .collect();
    let more = lines.len().saturating_sub(TOLD);
    lines.truncate(TOLD);
    lines.extend((more > 0).then(|| format!("… and {more} more, in journal.jsonl")));
    lines.join("\n")
}
