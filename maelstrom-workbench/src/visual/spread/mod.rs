//! How values came to nodes: which message told each node first, and which did not arrive.
//!
//! Nobody knows what is in a node's mind. But where clients add integers and read lists of them, messages that bring a
//! value have it in them, at a path such as `gossip.seen[]`. So every path is watched. One at which there is ever a number
//! that nobody had added yet, or that its sender had not been told itself, carries something else, such as a counter, and
//! does not count. What was shown by a read without any message that would explain it counts as known from then on.

mod scan;

use std::{
    collections::{HashMap, HashSet},
    io::{self, BufRead},
};

use serde::{Deserialize, Serialize};

use self::scan::{Paths, ROOT, integers};
use super::{body::Line, focus::Focus, messages::Collector, micros};
use crate::{
    Run, Value,
    checker::Evidence,
    history::{Kind, Process},
    journal::{self, EventKind},
    quantile::{self, quantile},
};

/// As many are followed at most: values times nodes.
const MOST_TOLD: usize = 400_000;
/// As many values are.
pub(super) const MOST_VALUES: usize = 20_000;
/// As many paths are taken for those of values.
const MOST_CARRIERS: usize = 32;
/// As many messages are kept that did not bring the value that got lost.
const MOST_ATTEMPTS: usize = 5_000;
/// As many messages are kept that had a value and were not the first to bring it: of each, and in all.
const MOST_CARRIED: (usize, usize) = (60, 100_000);
/// They can be told values, and tell them.
const SERVICES: [&str; 4] = ["lin-kv", "seq-kv", "lww-kv", "lin-tso"];
/// The quantiles of how long values took.
const PERCENTS: [usize; 5] = [0, 50, 95, 99, 100];
const NEVER: i64 = i64::MAX;
/// Not told by a message.
const BY_READ: i64 = -1;

/// How values came to nodes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Who can be told: the nodes, in order, and Maelstrom's services.
    pub places: Vec<String>,
    /// The values that clients added, in order.
    pub values: Vec<Spreading>,
    /// How many were added in all.
    pub total: usize,
    /// How many µs it took until half of the nodes had them, by quantile.
    pub half: Vec<(f64, i64)>,
    /// Until all of them had.
    pub all: Vec<(f64, i64)>,
    /// Of how many the figures tell.
    pub followed: usize,
    /// How many of those never came to half of the nodes.
    pub below_half: usize,
    /// How many never came to some node.
    pub incomplete: usize,
    /// Which ones the checker calls lost: it looks at the last reads only.
    pub called_lost: Vec<i64>,
    /// The value that got lost, or that was asked for, and what stopped it.
    pub lost: Option<Trail>,
}

impl Spread {
    /// How the value spread that an operation added, given by the index of its invocation: as if this one had got lost,
    /// with what stopped it. Nothing if it is no value that can be followed.
    pub fn of_operation(run: &Run, index: usize, journal: impl BufRead) -> io::Result<Option<Self>> {
        let mut invocations = run.history.invocations().map(|(invocation, _)| invocation);
        let Some(invocation) = invocations.find(|invocation| invocation.index == index) else {
            return Ok(None);
        };
        let evidence = Evidence::of([index]).about(&invocation.value);
        let focus = Focus { time: Some(invocation.time), operations: vec![index], evidence };
        let mut collector = Collector::new(run, &focus);
        journal::read(journal, |event| {
            collector.take(&event);
            Ok(())
        })?;
        let (_, spread) = collector.finish(run);
        Ok(spread.filter(|spread| spread.lost.is_some() && invocation.f != "read"))
    }
}

/// How one value came to nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spreading {
    /// The value.
    pub value: i64,
    /// The index of the operation that added it.
    pub operation: usize,
    /// When it was added, in µs by the history's clock.
    pub added: i64,
    /// Who was told when, in the order of time: the number of the place, the time in µs, and the number of the message, or
    /// -1 where only a read shows it.
    pub told: Vec<(usize, i64, i64)>,
    /// The numbers of further messages that had it, whatever became of them, such as repetitions: the first ones, as long as
    /// there is room.
    pub carried: Vec<i64>,
    /// Whether there was no room for some.
    pub has_more: bool,
}

/// What became of the value that got lost, or that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trail {
    /// Its place among the values.
    pub value: usize,
    /// The messages that would have told a node, and did not arrive: their numbers, and that of the place.
    pub stopped: Vec<(i64, usize)>,
}

/// Follows values through a journal.
#[derive(Debug)]
pub(super) struct Tracker {
    places: Vec<String>,
    by_name: HashMap<String, usize>,
    domain: Domain,
    values: Vec<Added>,
    total: usize,
    paths: Paths,
    carriers: Vec<Carrier>,
    tables: usize,
    /// When each place was told each value, by whatever path.
    told: Vec<i64>,
    /// The place of the lost value.
    lost: Option<usize>,
    /// The messages that seem to have it.
    had_lost: HashSet<i64>,
    attempts: Vec<Attempt>,
    /// For each value the messages that had it, with the path.
    carried: Vec<Vec<(u32, i64)>>,
    carried_in_all: usize,
    /// For each value whether there was no room for one.
    has_more: Vec<bool>,
    found: Vec<(u32, i64)>,
}

#[derive(Clone, Copy, Debug)]
struct Added {
    value: i64,
    operation: usize,
    time: i64,
}

/// What is known of a path.
#[derive(Clone, Debug)]
enum Carrier {
    Unseen,
    /// When it told each place each value first, and by which message.
    Values(Vec<(i64, i64)>),
    SomethingElse,
}

/// What a number in a message means.
#[derive(Clone, Copy, Debug)]
enum Meaning {
    /// The value of this place.
    Value(usize),
    /// A value that isn't followed, or a number that is no value where no values are.
    Unfollowed,
    /// What no value can be: the number was not added by then, or its sender had not been told.
    SomethingElse,
}

#[derive(Clone, Copy, Debug)]
struct Attempt {
    path: u32,
    id: i64,
    time: i64,
    place: usize,
}

impl Tracker {
    /// Of a run whose clients add integers and read lists; of others there is nothing to follow.
    pub(super) fn new(run: &Run, focus: Option<usize>, lost: Option<&Value>) -> Option<Self> {
        let reads =
            |kind: Kind, f: &str, value: &Value| kind == Kind::Ok && f == "read" && value.as_list().is_some();
        let entries = run.history.operations();
        entries.iter().find(|entry| reads(entry.kind, &entry.f, &entry.value))?;
        let invocations = run.history.invocations().map(|(invocation, _)| invocation);
        let added: Vec<Added> = invocations
            .filter(|invocation| invocation.f != "read")
            .filter_map(|invocation| {
                let value = invocation.value.as_i64()?;
                Some(Added { value, operation: invocation.index, time: micros(invocation.time) })
            })
            .collect();
        if added.is_empty() {
            return None;
        }
        let mut places = run.schedule.nodes.clone();
        places.extend(SERVICES.map(str::to_owned));
        let most = (MOST_TOLD / places.len()).min(MOST_VALUES);
        let at = focus.map_or(0, |focus| added.partition_point(|added| added.operation < focus));
        let start = at.saturating_sub(most / 4 * 3).min(added.len().saturating_sub(most));
        let domain = Domain::new(&added, start..added.len().min(start + most));
        let values: Vec<Added> = added.iter().skip(start).take(most).copied().collect();
        let lost = lost.and_then(Value::as_i64);
        Some(Self {
            by_name: places.iter().cloned().zip(0..).collect(),
            paths: Paths::new(&run.schedule.nodes),
            told: vec![NEVER; values.len() * places.len()],
            lost: lost.and_then(|lost| domain.get(lost)).and_then(|(_, place)| place),
            places,
            domain,
            carried: vec![Vec::new(); values.len()],
            carried_in_all: 0,
            has_more: vec![false; values.len()],
            values,
            total: added.len(),
            carriers: Vec::new(),
            tables: 0,
            had_lost: HashSet::new(),
            attempts: Vec::new(),
            found: Vec::new(),
        })
    }

    /// Whether a message's end is worth to be [taken](Self::take): services and nodes can be told.
    pub(super) fn can_be_told(&self, dest: &str) -> bool {
        self.by_name.contains_key(dest)
    }

    /// When the lost value was added, in µs by the history's clock.
    pub(super) fn lost_added(&self) -> Option<i64> {
        self.lost.map(|value| self.values[value].time)
    }

    /// Whether a message that has ended seems to have had the lost value.
    pub(super) fn had_lost(&self, id: i64) -> bool {
        self.had_lost.contains(&id)
    }

    /// Takes what became of a message. Times are in µs by the history's clock.
    pub(super) fn take(&mut self, kind: EventKind, id: i64, line: &Line<'_>, sent: i64, time: i64) {
        let Some(&place) = self.by_name.get(&*line.dest) else { return };
        let mut found = std::mem::take(&mut self.found);
        found.clear();
        let Some(of_type) = self.paths.child(ROOT, line.kind()) else { return };
        for (name, text) in line.fields() {
            if let Some(path) = self.paths.child(of_type, name) {
                integers(text, path, &mut self.paths, &mut |path, number| found.push((path, number)));
            }
        }
        self.carriers.resize(self.paths.len(), Carrier::Unseen);
        let from = self.by_name.get(&*line.src).copied();
        for &(path, number) in &found {
            let meaning = self.value_at(path, number, from, sent);
            if let Meaning::Value(value) = meaning {
                self.carry(path, value, id);
                if Some(value) == self.lost && self.had_lost.len() < MOST_ATTEMPTS {
                    self.had_lost.insert(id);
                }
            }
            match meaning {
                Meaning::Value(value) if kind == EventKind::Receive => {
                    self.tell(path, value, place, (time, id));
                }
                Meaning::Value(value) if Some(value) == self.lost && self.attempts.len() < MOST_ATTEMPTS => {
                    self.attempts.push(Attempt { path, id, time, place });
                }
                Meaning::Value(_) | Meaning::Unfollowed => {}
                Meaning::SomethingElse => self.carriers[path as usize] = Carrier::SomethingElse,
            }
        }
        self.found = found;
    }

    /// What a number means that a message has at a path.
    fn value_at(&self, path: u32, number: i64, from: Option<usize>, sent: i64) -> Meaning {
        if matches!(self.carriers[path as usize], Carrier::SomethingElse) {
            return Meaning::Unfollowed;
        }
        let Some((added, value)) = self.domain.get(number) else { return Meaning::SomethingElse };
        if added > sent {
            return Meaning::SomethingElse;
        }
        match (from, value) {
            (Some(from), Some(value)) if self.told[self.entry(value, from)] > sent => Meaning::SomethingElse,
            (_, Some(value)) => Meaning::Value(value),
            (_, None) => Meaning::Unfollowed,
        }
    }

    fn entry(&self, value: usize, place: usize) -> usize {
        value * self.places.len() + place
    }

    fn carry(&mut self, path: u32, value: usize, id: i64) {
        let (of_each, in_all) = MOST_CARRIED;
        let carried = &mut self.carried[value];
        if carried.len() < of_each && self.carried_in_all < in_all {
            carried.push((path, id));
            self.carried_in_all += 1;
        } else {
            self.has_more[value] = true;
        }
    }

    fn tell(&mut self, path: u32, value: usize, place: usize, by: (i64, i64)) {
        let (entry, size) = (self.entry(value, place), self.told.len());
        let carrier = &mut self.carriers[path as usize];
        if matches!(carrier, Carrier::Unseen) {
            self.tables += 1;
            *carrier = if self.tables > MOST_CARRIERS {
                Carrier::SomethingElse
            } else {
                Carrier::Values(vec![(NEVER, BY_READ); size])
            };
        }
        if let Carrier::Values(first) = carrier {
            first[entry] = first[entry].min(by);
            self.told[entry] = self.told[entry].min(by.0);
        }
    }

    /// What all paths tell that carry values, with what reads show.
    pub(super) fn finish(self, run: &Run) -> Spread {
        let mut first = vec![(NEVER, BY_READ); self.told.len()];
        for carrier in &self.carriers {
            let Carrier::Values(table) = carrier else { continue };
            for (first, told) in first.iter_mut().zip(table) {
                *first = (*first).min(*told);
            }
        }
        self.add_reads(run, &mut first);
        let spreading = |(value, added): (usize, &Added)| {
            let row = &first[self.entry(value, 0)..self.entry(value + 1, 0)];
            let mut told: Vec<(usize, i64, i64)> = row
                .iter()
                .enumerate()
                .filter(|(_, (time, _))| *time != NEVER)
                .map(|(place, (time, id))| (place, *time, *id))
                .collect();
            told.sort_by_key(|(place, time, _)| (*time, *place));
            let is_first = |id: &i64| told.iter().any(|(_, _, first)| first == id);
            let carried = self.carried[value].iter().filter(|(path, _)| self.has_values(*path));
            let mut carried: Vec<i64> = carried.map(|(_, id)| *id).filter(|id| !is_first(id)).collect();
            carried.sort_unstable();
            carried.dedup();
            Spreading {
                value: added.value,
                operation: added.operation,
                added: added.time,
                told,
                carried,
                has_more: self.has_more[value],
            }
        };
        let lost = self.lost.map(|value| {
            let would_have_told = |attempt: &&Attempt| {
                self.has_values(attempt.path) && first[self.entry(value, attempt.place)].0 > attempt.time
            };
            let stopped = self.attempts.iter().filter(would_have_told);
            let mut stopped: Vec<_> = stopped.map(|attempt| (attempt.id, attempt.place)).collect();
            stopped.dedup();
            Trail { value, stopped }
        });
        let values: Vec<Spreading> = self.values.iter().enumerate().map(spreading).collect();
        let nodes = run.schedule.nodes.len();
        let [half, all] = [nodes.div_ceil(2), nodes].map(|count| until(&values, nodes, count));
        let below = |count| values.iter().filter(|value| told_nodes(value, nodes).count() < count).count();
        let (below_half, incomplete) = (below(nodes.div_ceil(2)), below(nodes));
        Spread {
            half,
            all,
            followed: values.len(),
            below_half,
            incomplete,
            called_lost: Vec::new(),
            lost,
            values,
            total: self.total,
            places: self.places,
        }
    }

    /// A path of which no message ever arrived, as in a run that was shrunk, has values as well.
    fn has_values(&self, path: u32) -> bool {
        !matches!(self.carriers[path as usize], Carrier::SomethingElse)
    }

    /// A read tells what its node has known by then.
    fn add_reads(&self, run: &Run, first: &mut [(i64, i64)]) {
        for read in run.history.operations() {
            let Process::Client(process) = read.process else { continue };
            let (Kind::Ok, "read", Some(list)) = (read.kind, &*read.f, read.value.as_list()) else {
                continue;
            };
            let Some(node) = run.schedule.node_of(process) else { continue };
            let time = micros(read.time);
            for element in list {
                let number = element.as_i64();
                if let Some((added, Some(value))) = number.and_then(|number| self.domain.get(number))
                    && added <= time
                {
                    let entry = self.entry(value, node);
                    first[entry] = first[entry].min((time, BY_READ));
                }
            }
        }
    }
}

/// When each of the nodes was told, in order; services know values, too, but they are no nodes.
fn told_nodes(value: &Spreading, nodes: usize) -> impl Iterator<Item = i64> {
    value.told.iter().filter(move |(place, ..)| *place < nodes).map(|(_, time, _)| *time)
}

/// How long values took until so many nodes had them, by quantile, of those that came so far.
fn until(values: &[Spreading], nodes: usize, count: usize) -> Vec<(f64, i64)> {
    let Some(before) = count.checked_sub(1) else { return Vec::new() };
    let took = values.iter().filter_map(|value| {
        let time = told_nodes(value, nodes).nth(before)?;
        Some(u64::try_from(time - value.added).unwrap_or(0))
    });
    let mut took: Vec<u64> = took.collect();
    took.sort_unstable();
    let at = |percent| {
        Some((quantile::part(percent), i64::try_from(quantile(&took, percent)?).unwrap_or(i64::MAX)))
    };
    PERCENTS.into_iter().filter_map(at).collect()
}

/// The values that clients added: when, and which place they have among those that are followed.
#[derive(Debug)]
enum Domain {
    /// By value, as Maelstrom's are the numbers from 0 up.
    Dense(Vec<Option<(i64, Option<usize>)>>),
    Sparse(HashMap<i64, (i64, Option<usize>)>),
}

impl Domain {
    fn new(added: &[Added], followed: std::ops::Range<usize>) -> Self {
        let entries = added
            .iter()
            .enumerate()
            .map(|(k, added)| (added.value, (added.time, followed.contains(&k).then(|| k - followed.start))));
        let mut sparse = HashMap::new();
        for (value, entry) in entries {
            // The first counts of those that were added twice.
            sparse.entry(value).or_insert(entry);
        }
        let greatest = sparse.keys().copied().max().unwrap_or_default();
        let is_dense = sparse.keys().all(|value| *value >= 0);
        match usize::try_from(greatest) {
            Ok(greatest) if is_dense && greatest < 8 * added.len() + 1024 => {
                let mut dense = vec![None; greatest + 1];
                for (value, entry) in sparse {
                    dense[usize::try_from(value).expect("none is below 0")] = Some(entry);
                }
                Self::Dense(dense)
            }
            _ => Self::Sparse(sparse),
        }
    }

    fn get(&self, value: i64) -> Option<(i64, Option<usize>)> {
        match self {
            Self::Dense(dense) => dense.get(usize::try_from(value).ok()?).copied().flatten(),
            Self::Sparse(sparse) => sparse.get(&value).copied(),
        }
    }
}
