//! Messages, as they are drawn: counts of all, and those around the focus one by one.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{
    body::{Line, Message},
    focus::Focus,
    link::Clients,
    room::{Kept, Room},
    spread::{Spread, Tracker},
};
use crate::{
    Run,
    journal::{Cause, Event, EventKind},
};

/// As many pairs of nodes, and as many types, are counted; all further ones together.
const MOST_COUNTED: usize = 2_000;
const OTHERS: &str = "(others)";
/// What can become of messages, by number.
pub(super) const ENDS: [&str; 4] = ["received", "lost", "partitioned", "gone"];
/// How long after it was added what stopped a value is looked for, in µs.
pub(super) const WAY: i64 = 5_000_000;
/// Of a message that has not come to any.
const NO_END: u8 = 4;
/// The cause of a message that was not sent for another.
const BY_TIMER: i64 = -1;

/// All messages, counted, and some one by one: lists of the same length, as they are smaller so.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Messages {
    /// How many were sent.
    pub total: u64,
    /// Each type that was sent, the most frequent first.
    pub types: Vec<OfType>,
    /// How many were sent, by sender and receiver; clients are one.
    pub pairs: Vec<(String, String, u64)>,
    /// How many came to what end: `received`, `lost`, `partitioned`, `gone`.
    pub ends: BTreeMap<String, u64>,
    /// What `src`, `dest`, `kind` and `text` are indices of.
    pub words: Vec<String>,
    /// The network's numbers, rising.
    pub id: Vec<u64>,
    /// When it was sent, in µs by the history's clock; before it began, this is negative.
    pub sent: Vec<i64>,
    /// How many µs later its end came, or -1.
    pub took: Vec<i64>,
    /// Which: 0 is received, 1 lost, 2 partitioned, 3 gone, 4 none yet.
    pub end: Vec<u8>,
    /// Who sent it.
    pub src: Vec<usize>,
    /// To whom.
    pub dest: Vec<usize>,
    /// Its type.
    pub kind: Vec<usize>,
    /// The first fields of its body.
    pub text: Vec<usize>,
    /// What its node had got when it sent it: the number of a message, -1 for a timer, -2 if nobody knows. Where the journal
    /// names none, a reply's is its request.
    pub cause: Vec<i64>,
    /// The number of the message that was being handled, if its handler had waited and went on for that cause; or -1.
    pub handled: Vec<i64>,
    /// The number of the request that it answers, if it is neither of them, as when a node had to hear from others first;
    /// or -1.
    pub answers: Vec<i64>,
    /// The index of the operation for which a client sent it, or -1.
    pub operation: Vec<i64>,
}

/// How many messages of a type there were.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfType {
    /// The type.
    pub kind: String,
    /// How many were sent.
    pub sent: u64,
    /// How many of them were sent by timers, or by work that had been put off; 0 where nobody knows.
    pub by_timers: u64,
    /// How many came to what end, in the order of [`Messages::end`]. One that came twice counts twice.
    pub ends: [u64; 4],
}

/// Takes the events of a journal, one after the other, and keeps no more of them than are drawn.
pub(super) struct Collector<'r> {
    clients: Clients<'r>,
    start: i128,
    room: Room,
    /// The operations that show what went wrong, and the numbers of their requests.
    evidence: Vec<usize>,
    requests_of_evidence: HashSet<i64>,
    out: Messages,
    types: HashMap<String, OfType>,
    pairs: HashMap<(String, String), u64>,
    /// Requests and their numbers: an entry for each that is not answered.
    requests: HashMap<(String, String, u64), u64>,
    spread: Option<Tracker>,
}

impl<'r> Collector<'r> {
    pub(super) fn new(run: &'r Run, focus: &Focus) -> Self {
        let spread = Tracker::new(run, focus.operations.last().copied(), focus.evidence.value.as_ref());
        let time = focus.time.map_or(i128::MIN, i128::from);
        // Where a value got lost is told by what came after it had been added, rather than by who missed it.
        let lost = spread.as_ref().and_then(Tracker::lost_added);
        let time = lost.map_or(time, |added| time.min(i128::from(added + WAY) * 1_000));
        Self {
            clients: Clients::new(run),
            start: nanos(run.history_start.as_nanos()),
            room: Room::new(time),
            evidence: focus.operations.clone(),
            requests_of_evidence: HashSet::new(),
            out: Messages::default(),
            types: HashMap::new(),
            pairs: HashMap::new(),
            requests: HashMap::new(),
            spread,
        }
    }

    pub(super) fn take(&mut self, event: &Event) {
        let time = nanos(event.time.as_nanos()) - self.start;
        if event.kind == EventKind::Send {
            return self.sent(event, time);
        }
        let number = end(event.kind);
        let name = ENDS[usize::from(number)];
        *self.out.ends.entry(name.to_owned()).or_default() += 1;
        let sent = self.room.sent(event.id).unwrap_or(time);
        if let Some(line) = Line::read(&event.line) {
            of_type(&mut self.types, &line.type_name()).ends[usize::from(number)] += 1;
            if let Some(spread) = &mut self.spread
                && spread.can_be_told(&line.dest)
            {
                spread.take(event.kind, self::number(event.id), &line, micros(sent), micros(time));
            }
        }
        let Self { room, spread, requests_of_evidence, .. } = self;
        room.end(event.id, (number, time), matters(requests_of_evidence, spread.as_ref()));
    }

    fn sent(&mut self, event: &Event, time: i128) {
        self.out.total += 1;
        let Some(line) = Line::read(&event.line) else { return };
        let message = Message::new(&line);
        let pair = (role(&message.src).to_owned(), role(&message.dest).to_owned());
        *counted(&mut self.pairs, pair, (OTHERS.to_owned(), OTHERS.to_owned())) += 1;
        let [cause, handled, answers] = self.cause(event, &message);
        let of_type = of_type(&mut self.types, &message.kind);
        of_type.sent += 1;
        of_type.by_timers += u64::from(cause == BY_TIMER);
        let is_request = is_client(&message.src);
        let of = u64::try_from(time).ok().filter(|_| is_request);
        let operation = of.and_then(|ns| self.clients.operation(&message.src, &message.dest, ns));
        if operation.is_some_and(|operation| self.evidence.contains(&operation)) {
            self.requests_of_evidence.insert(number(event.id));
        }
        let operation = operation.map_or(-1, number);
        let Self { room, spread, requests_of_evidence, .. } = self;
        let kept = Kept { id: event.id, sent: time, end: None, message, cause, handled, answers, operation };
        room.add(kept, matters(requests_of_evidence, spread.as_ref()));
    }

    /// What it was sent for, what was being handled if that is something else, and the request that it answers if that is
    /// neither.
    fn cause(&mut self, event: &Event, message: &Message) -> [i64; 3] {
        let answered = message.in_reply_to.and_then(|id| {
            let request = (message.dest.clone(), message.src.clone(), id);
            self.requests.remove(&request)
        });
        if let Some(id) = message.msg_id {
            self.requests.insert((message.src.clone(), message.dest.clone(), id), event.id);
        }
        let answered = answered.map_or(-1, number);
        let cause = match event.cause {
            Some(Cause::Message(id)) => number(id),
            Some(Cause::Timer) => BY_TIMER,
            None if answered >= 0 => answered,
            None => -2,
        };
        let handled = event.handled.map_or(-1, number);
        [cause, handled, if answered == cause || answered == handled { -1 } else { answered }]
    }

    pub(super) fn finish(self, run: &Run) -> (Messages, Option<Spread>) {
        let Self { room, mut out, types, pairs, spread, .. } = self;
        out.types = types.into_values().collect();
        out.types.sort_by(|a, b| b.sent.cmp(&a.sent).then_with(|| a.kind.cmp(&b.kind)));
        out.pairs = pairs.into_iter().map(|((src, dest), count)| (src, dest, count)).collect();
        out.pairs.sort();
        let mut words = Words::default();
        for Kept { id, sent, end, message, cause, handled, answers, operation } in room.finish() {
            out.id.push(id);
            out.sent.push(micros(sent));
            out.took.push(end.map_or(-1, |(_, time)| micros(time) - micros(sent)));
            out.end.push(end.map_or(NO_END, |(end, _)| end));
            out.src.push(words.number(message.src));
            out.dest.push(words.number(message.dest));
            out.kind.push(words.number(message.kind));
            out.text.push(words.number(message.text));
            out.cause.push(cause);
            out.handled.push(handled);
            out.answers.push(answers);
            out.operation.push(operation);
        }
        out.words = words.words;
        (out, spread.map(|spread| spread.finish(run)))
    }
}

impl Messages {
    /// How many are kept one by one.
    pub fn len(&self) -> usize {
        self.id.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }

    /// Keeps only the messages of a range.
    pub(super) fn keep(&mut self, range: std::ops::Range<usize>) {
        fn cut<T: Copy>(list: &mut Vec<T>, range: &std::ops::Range<usize>) {
            *list = list[range.clone()].to_vec();
        }
        cut(&mut self.id, &range);
        cut(&mut self.sent, &range);
        cut(&mut self.took, &range);
        cut(&mut self.end, &range);
        cut(&mut self.cause, &range);
        cut(&mut self.handled, &range);
        cut(&mut self.answers, &range);
        cut(&mut self.operation, &range);
        let mut words = Words::default();
        for list in [&mut self.src, &mut self.dest, &mut self.kind, &mut self.text] {
            cut(list, &range);
            for word in list.iter_mut() {
                *word = words.number(self.words[*word].clone());
            }
        }
        self.words = words.words;
    }
}

/// Each word once.
#[derive(Default)]
struct Words {
    words: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Words {
    fn number(&mut self, word: String) -> usize {
        *self.numbers.entry(word).or_insert_with_key(|word| {
            self.words.push(word.clone());
            self.words.len() - 1
        })
    }
}

/// Whether a message is one of those that show what went wrong: of an operation, or of the value that got lost, or sent
/// for such a one.
fn matters(requests: &HashSet<i64>, spread: Option<&Tracker>) -> impl Fn(&Kept) -> bool {
    move |kept| {
        let is_one = |id: i64| requests.contains(&id) || spread.is_some_and(|spread| spread.had_lost(id));
        [number(kept.id), kept.cause, kept.handled, kept.answers].into_iter().any(is_one)
    }
}

/// The number of what became of a message.
pub(super) fn end(kind: EventKind) -> u8 {
    match kind {
        EventKind::Receive => 0,
        EventKind::Lost => 1,
        EventKind::Partitioned => 2,
        EventKind::Gone => 3,
        EventKind::Send => NO_END,
    }
}

/// The counts of a type, or of all others where there are too many.
fn of_type<'t>(types: &'t mut HashMap<String, OfType>, kind: &str) -> &'t mut OfType {
    let is_new = !types.contains_key(kind);
    let kind = if is_new && types.len() >= MOST_COUNTED { OTHERS } else { kind };
    if !types.contains_key(kind) {
        types.insert(kind.to_owned(), OfType { kind: kind.to_owned(), ..OfType::default() });
    }
    types.get_mut(kind).expect("it is there now")
}

/// The count of a key, or of all others where there are too many.
fn counted<K: Eq + std::hash::Hash>(counts: &mut HashMap<K, u64>, key: K, others: K) -> &mut u64 {
    let key = if counts.len() >= MOST_COUNTED && !counts.contains_key(&key) { others } else { key };
    counts.entry(key).or_default()
}

/// A name, where all clients are one.
pub(super) fn role(name: &str) -> &str {
    if is_client(name) { "clients" } else { name }
}

/// The network calls its clients c0, c1, …, and no node may be called so.
fn is_client(name: &str) -> bool {
    name.strip_prefix('c').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn nanos(nanos: u128) -> i128 {
    i128::try_from(nanos).unwrap_or(i128::MAX)
}

fn micros(nanos: i128) -> i64 {
    i64::try_from(nanos.div_euclid(1_000)).unwrap_or(i64::MAX)
}

fn number<T: TryInto<i64>>(number: T) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
