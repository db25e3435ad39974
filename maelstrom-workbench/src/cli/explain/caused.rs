//! The messages that an operation caused, out of the journal.

use std::collections::{BTreeMap, BTreeSet, HashMap};

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

/// All messages of a run.
pub(super) struct Journal {
    lines: Vec<Line>,
    /// The places of each message's lines.
    by_id: HashMap<u64, Vec<usize>>,
    is_cut_off: bool,
    /// When the history's clock began, in ns by its own.
    pub(super) offset: u64,
}

/// The messages of an operation, in words.
pub(super) struct Caused {
    /// Those that were sent while handling one of them, from its request on.
    pub(super) messages: String,
    /// What those nodes sent by their timers meanwhile.
    pub(super) timers: String,
}

/// What there is to read.
pub(super) enum Read {
    Nothing,
    /// When the history began is neither said nor to be learned.
    Unfitting,
    Journal(Journal),
}

impl Journal {
    pub(super) fn read(stored: &Stored) -> Result<Read, String> {
        let (mut lines, mut by_id) = (Vec::new(), HashMap::<u64, Vec<usize>>::new());
        let found = journal::each(&stored.folder, |line| {
            by_id.entry(line.id).or_default().push(lines.len());
            lines.push(line);
        })?;
        if found == Found::Nothing {
            return Ok(Read::Nothing);
        }
        Ok(match stored.history_start().or_else(|| learned_offset(stored, &lines)) {
            Some(offset) => Read::Journal(Self { lines, by_id, is_cut_off: found == Found::CutOff, offset }),
            None => Read::Unfitting,
        })
    }

    /// Whether it says why messages were sent.
    fn knows_causes(&self) -> bool {
        self.lines.iter().any(|line| line.cause.is_some())
    }

    /// By the history's clock, in words.
    pub(super) fn at(&self, line: &Line) -> String {
        ms(line.time.saturating_sub(self.offset))
    }

    /// What is there of a message: its sending, and what became of it.
    pub(super) fn of(&self, id: u64) -> impl Iterator<Item = &Line> {
        self.by_id.get(&id).into_iter().flatten().map(|at| &self.lines[*at])
    }

    /// The messages of an operation, one a line, with what became of each.
    ///
    /// In simulations these are the messages that were sent while handling one of them, and, apart, what timers sent.
    /// With processes nobody knows: request and reply are told, and, as a guess, what their node sent in between.
    pub(super) fn caused(&self, stored: &Stored, position: usize, node: &str, end: u64) -> Caused {
        let journal = &self.lines;
        let invocation = &stored.history.operations()[position];
        let (from, to) = (invocation.time.saturating_add(self.offset), end.saturating_add(self.offset));
        let Some(client) = client(stored, position, node, journal, from) else {
            let messages = "none: it was over before a request was sent".to_owned();
            return Caused { messages, timers: String::new() };
        };
        let exchange = exchange(journal, &client, from, to);
        let (caused, guessed, timers) = if self.knows_causes() {
            let caused = transitive(journal, exchange);
            let timers = by_timers(journal, &caused, to);
            (caused, BTreeSet::new(), timers)
        } else {
            let guessed = between(journal, &exchange, node);
            (exchange, guessed, BTreeSet::new())
        };
        let mut messages = self.told(&caused, &guessed);
        if self.is_cut_off {
            messages.extend(["\n", CUT_OFF]);
        }
        Caused { messages, timers: self.told(&timers, &BTreeSet::new()) }
    }

    /// A line for each message: when, from whom to whom, what, and what became of it.
    fn told(&self, caused: &BTreeSet<u64>, guessed: &BTreeSet<u64>) -> String {
        let is_told = |line: &&Line| {
            line.kind == EventKind::Send && (caused.contains(&line.id) || guessed.contains(&line.id))
        };
        let mut lines: Vec<String> = self
            .lines
            .iter()
            .filter(is_told)
            .map(|line| {
                let Line { id, message, .. } = line;
                let fates: Vec<String> = self.of(*id).filter_map(|line| self.fate(line)).collect();
                let fate = if fates.is_empty() { "still under way".to_owned() } else { fates.join(", ") };
                let guess = if guessed.contains(id) { "a guess: " } else { "" };
                format!(
                    "{guess}{:>10}  {} -> {}  {}  {fate}",
                    self.at(line),
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

    /// What became of a message, if the line says it.
    fn fate(&self, line: &Line) -> Option<String> {
        let at = self.at(line);
        match line.kind {
            EventKind::Receive => Some(format!("received at {at}")),
            EventKind::Lost => Some("lost".to_owned()),
            EventKind::Partitioned => Some(format!("cut off at {at}")),
            EventKind::Gone => Some(format!("its receiver had gone at {at}")),
            EventKind::Send => None,
        }
    }
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
        let cause = match line.cause {
            Some(Cause::Message(id)) => Some(id),
            Some(Cause::Timer) | None => None,
        };
        if line.handled.or(cause).is_some_and(|id| caused.contains(&id)) {
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

/// What was sent by timers of nodes that had received one of these messages.
fn by_timers(journal: &[Line], caused: &BTreeSet<u64>, to: u64) -> BTreeSet<u64> {
    let mut since: BTreeMap<&str, u64> = BTreeMap::new();
    for line in journal.iter().filter(|line| line.kind == EventKind::Receive && caused.contains(&line.id)) {
        since.entry(&line.message.dest).or_insert(line.time);
    }
    let is_meant = |line: &&Line| {
        line.kind == EventKind::Send
            && line.cause == Some(Cause::Timer)
            && line.time <= to
            && since.get(&*line.message.src).is_some_and(|since| *since <= line.time)
            && !caused.contains(&line.id)
    };
    journal.iter().filter(is_meant).map(|line| line.id).collect()
}
