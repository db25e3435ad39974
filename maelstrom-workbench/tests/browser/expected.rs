//! What a page has to show, counted from its data.

use std::collections::BTreeSet;

use maelstrom_workbench::visual::{Data, Operation, Spreading};

/// A time that is shown, in µs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    pub(crate) start: f64,
    pub(crate) end: f64,
}

impl Span {
    pub(crate) fn length(self) -> f64 {
        self.end - self.start
    }

    /// Whether it is this one, but for so many µs.
    pub(crate) fn is_near(self, other: Span, tolerance: f64) -> bool {
        (self.start - other.start).abs() <= tolerance && (self.end - other.end).abs() <= tolerance
    }

    fn meets(self, from: i64, to: i64) -> bool {
        us(from) < self.end && us(to) >= self.start
    }
}

/// A time of the data.
#[expect(clippy::cast_precision_loss, reason = "times are far below 2^52 µs")]
pub(crate) fn us(time: i64) -> f64 {
    time as f64
}

/// Which messages pass.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Filter<'f> {
    pub(crate) lane: Option<&'f str>,
    pub(crate) kind: Option<&'f str>,
    pub(crate) only: Option<&'f BTreeSet<usize>>,
}

/// The places of all messages that are on their way in a time and pass.
pub(crate) fn messages(data: &Data, span: Span, filter: Filter<'_>) -> Vec<usize> {
    let messages = &data.messages;
    let passes = |k: &usize| {
        filter.lane.is_none_or(|lane| {
            lane_of(data, messages.src[*k]) == lane || lane_of(data, messages.dest[*k]) == lane
        }) && filter.kind.is_none_or(|kind| messages.words[messages.kind[*k]] == kind)
            && filter.only.is_none_or(|only| only.contains(k))
    };
    (0..messages.len()).filter(|k| span.meets(messages.sent[*k], arrival(data, *k))).filter(passes).collect()
}

/// When a message came to its end.
pub(crate) fn arrival(data: &Data, k: usize) -> i64 {
    let (sent, took) = (data.messages.sent[k], data.messages.took[k]);
    if took < 0 { data.end } else { sent + took }
}

/// The lane of somebody: clients share one.
pub(crate) fn lane_of(data: &Data, word: usize) -> &str {
    let name = data.messages.words[word].as_str();
    let is_client = name.strip_prefix('c').is_some_and(|digits| digits.parse::<u64>().is_ok());
    if is_client && !data.nodes.iter().any(|node| node == name) { "clients" } else { name }
}

/// The lanes from top to bottom: clients, nodes, and who else there is.
pub(crate) fn lanes(data: &Data) -> Vec<String> {
    let mut lanes = vec!["clients".to_owned()];
    lanes.extend(data.nodes.iter().cloned());
    for word in data.messages.src.iter().chain(&data.messages.dest) {
        let lane = lane_of(data, *word);
        if !lanes.iter().any(|known| known == lane) {
            lanes.push(lane.to_owned());
        }
    }
    lanes
}

/// How many operations go on in a time: of one node, if only that is asked for.
pub(crate) fn operations(data: &Data, span: Span, lane: Option<&str>) -> usize {
    let node = lane.and_then(|lane| data.nodes.iter().position(|node| node == lane));
    let goes_on = |operation: &&Operation| {
        node.is_none_or(|node| operation.node == node)
            && span.meets(operation.invoked, operation.completed.unwrap_or(data.end))
    };
    data.operations.iter().filter(goes_on).count()
}

/// How many values were added in a time.
pub(crate) fn values(data: &Data, span: Span) -> usize {
    let values = data.spread.as_ref().map_or(&[][..], |spread| &spread.values);
    values.iter().filter(|value| span.meets(value.added, value.added)).count()
}

/// The requests of an operation, what was sent for them, and for that in turn.
pub(crate) fn caused_by_operation(data: &Data, index: usize) -> BTreeSet<usize> {
    let own = i64::try_from(index).unwrap();
    caused_by(data, (0..data.messages.len()).filter(|k| data.messages.operation[*k] == own))
}

/// Messages, what was sent while they were handled, and for that in turn; for the first ones also what others that waited
/// sent when they came. Whatever the order: until there is nothing more.
pub(crate) fn caused_by(data: &Data, roots: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
    let messages = &data.messages;
    let mut found: BTreeSet<usize> = roots.into_iter().collect();
    let numbers = |places: &BTreeSet<usize>| -> BTreeSet<i64> {
        places.iter().map(|k| i64::try_from(messages.id[*k]).unwrap()).collect()
    };
    let of_roots = numbers(&found);
    loop {
        let ids = numbers(&found);
        let further: Vec<usize> = (0..messages.len())
            .filter(|k| !found.contains(k))
            .filter(|k| {
                let (cause, handled) = (messages.cause[*k], messages.handled[*k]);
                ids.contains(&if handled < 0 { cause } else { handled })
                    || of_roots.contains(&cause)
                    || ids.contains(&messages.answers[*k])
            })
            .collect();
        if further.is_empty() {
            return found;
        }
        found.extend(further);
    }
}

/// The places of messages of which the numbers are known.
pub(crate) fn places(data: &Data, ids: impl IntoIterator<Item = i64>) -> BTreeSet<usize> {
    let place = |id| u64::try_from(id).ok().and_then(|id| data.messages.id.binary_search(&id).ok());
    ids.into_iter().filter_map(place).collect()
}

/// The messages that brought a value to somebody first.
pub(crate) fn brought(data: &Data, value: &Spreading) -> BTreeSet<usize> {
    places(data, value.told.iter().map(|(_, _, id)| *id))
}

/// Those that are followed with an operation: what it caused, and what brought its value, or should have.
pub(crate) fn followed_with(data: &Data, index: usize) -> BTreeSet<usize> {
    let mut all = caused_by_operation(data, index);
    let Some(spread) = &data.spread else { return all };
    let Some(place) = spread.values.iter().position(|value| value.operation == index) else { return all };
    all.extend(brought(data, &spread.values[place]));
    all.extend(places(data, spread.values[place].carried.iter().copied()));
    if let Some(lost) = spread.lost.as_ref().filter(|lost| lost.value == place) {
        all.extend(places(data, lost.stopped.iter().map(|(id, _)| *id)));
    }
    all
}

pub(crate) fn operation(data: &Data, index: usize) -> &Operation {
    data.operations.iter().find(|operation| operation.index == index).unwrap()
}

/// Those of messages that have been sent by timers.
pub(crate) fn by_timers<'k>(data: &Data, places: impl IntoIterator<Item = &'k usize>) -> usize {
    places.into_iter().filter(|k| data.messages.cause[**k] == -1).count()
}

/// Those of messages that did not arrive.
pub(crate) fn stopped<'k>(data: &Data, places: impl IntoIterator<Item = &'k usize>) -> BTreeSet<usize> {
    places.into_iter().copied().filter(|k| (1..=3).contains(&data.messages.end[*k])).collect()
}

/// All messages that had a value.
pub(crate) fn had(data: &Data, value: &Spreading) -> BTreeSet<usize> {
    let carried = places(data, value.carried.iter().copied());
    brought(data, value).union(&carried).copied().collect()
}

/// Of those that had a value, the ones of nodes and services to a node, and what came back from it and arrived.
pub(crate) fn to_and_back(data: &Data, value: &Spreading, node: &str) -> (BTreeSet<usize>, BTreeSet<usize>) {
    let messages = &data.messages;
    let [src, dest] = [&messages.src, &messages.dest].map(|words| move |k: usize| lane_of(data, words[k]));
    let had = had(data, value);
    let to: BTreeSet<usize> =
        had.iter().copied().filter(|k| dest(*k) == node && src(*k) != "clients").collect();
    let ids: BTreeSet<i64> = to.iter().map(|k| i64::try_from(messages.id[*k]).unwrap()).collect();
    let is_back = |k: &usize| {
        let is_of_it = had.contains(k)
            || [&messages.cause, &messages.handled, &messages.answers].iter().any(|of| ids.contains(&of[*k]));
        let is_asked =
            |before: &usize| src(*before) == dest(*k) && arrival(data, *before) <= messages.sent[*k];
        src(*k) == node && is_of_it && messages.end[*k] == 0 && to.iter().any(is_asked)
    };
    let back = (0..messages.len()).filter(is_back).collect();
    (to, back)
}
