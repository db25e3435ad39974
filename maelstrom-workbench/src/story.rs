//! Explanations with names: which node a process talked to, and what faults it met.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
    time::Duration,
};

use crate::{
    Schedule, Value,
    checker::words,
    history::{History, Kind, Operation, Process},
    journal::EventKind,
};

/// All of a run.
pub const ALWAYS: RangeInclusive<u64> = 0..=u64::MAX;
/// How many times are told of each fault.
const TOLD: usize = 4;
/// Of more nodes it is told how many they are.
const NAMED: usize = 8;
const WERE_LOST: &str = "were lost";

/// Puts the node behind every process that a text names: `process 7` becomes `process 7 (at n2)`. The schedule knows which
/// it is. The nodes are added to `mentioned`.
pub fn name_nodes(text: &str, schedule: &Schedule, mentioned: &mut BTreeSet<String>) -> String {
    const WORD: &str = "process ";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(WORD) {
        let number = at + WORD.len();
        let end =
            rest[number..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |length| number + length);
        out.push_str(&rest[..end]);
        let process = rest[number..end].parse().ok();
        if let Some(node) = process.and_then(|process| schedule.node_name_of(process)) {
            out.extend([" (at ", node, ")"]);
            mentioned.insert(node.to_owned());
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// What the nemesis did to these nodes and to all, of what lasted at a time in the span, in ns: a sentence for each, in the
/// order of their beginnings. Without nodes it is told of all.
pub fn faults(history: &History, nodes: &BTreeSet<String>, span: &RangeInclusive<u64>) -> Vec<String> {
    told(history, nodes, |start, end| start <= *span.end() && end.is_none_or(|end| end >= *span.start()))
}

/// As well, of what was over before a time in ns.
pub fn faults_before(history: &History, nodes: &BTreeSet<String>, time: u64) -> Vec<String> {
    told(history, nodes, |_, end| end.is_some_and(|end| end < time))
}

fn told(
    history: &History,
    nodes: &BTreeSet<String>,
    is_in_time: impl Fn(u64, Option<u64>) -> bool,
) -> Vec<String> {
    let is_told = |what: &What| {
        let node = match what {
            What::CutOff { node, .. }
            | What::Killed { node }
            | What::Paused { node }
            | What::Clock { node, .. } => node,
            What::Apart { .. } | What::Messages(_) => return true,
        };
        nodes.is_empty() || nodes.contains(node)
    };
    let mut windows = Windows::of(history);
    for times in windows.0.values_mut() {
        times.retain(|(start, end)| is_in_time(*start, *end));
    }
    windows.0.retain(|what, times| is_told(what) && !times.is_empty());
    windows.told()
}

/// What nodes of a minority acknowledged while a partition kept them from a majority, up to a time in ns, if it lasted then:
/// a sentence for each partition. Who has to agree with a majority can't do that.
pub fn minorities(history: &History, schedule: &Schedule, until: u64) -> Vec<String> {
    let windows = Windows::of(history).0;
    let told = windows.into_iter().flat_map(|(what, times)| {
        let minority = match what {
            What::Apart { fewer, .. } if 2 * fewer.len() < schedule.nodes.len() => fewer,
            _ => Vec::new(),
        };
        times.into_iter().filter_map(move |(start, end)| {
            let end = end.unwrap_or(u64::MAX).min(until);
            let lasts = start <= end && end == until;
            let done =
                if lasts { acknowledged(history, schedule, &minority, start..=end) } else { Vec::new() };
            done.iter().any(|(_, ok, _)| *ok > 0).then(|| {
                let each: Vec<_> = done.iter().map(|(f, ok, all)| format!("{ok} of {all} {f}")).collect();
                format!(
                    "{} acknowledged {} operations between {} and {}, apart from a majority",
                    words::list(&minority, "and"),
                    words::list(&each, "and"),
                    seconds(start),
                    seconds(end)
                )
            })
        })
    });
    told.collect()
}

/// Of each function how many operations nodes acknowledged in a time, and how many they were asked.
fn acknowledged<'h>(
    history: &'h History,
    schedule: &Schedule,
    nodes: &[String],
    time: RangeInclusive<u64>,
) -> Vec<(&'h str, usize, usize)> {
    let is_there = |operation: &Operation| match operation.process {
        Process::Client(process) => {
            schedule.node_name_of(process).is_some_and(|node| nodes.iter().any(|name| name == node))
        }
        Process::Nemesis => false,
    };
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (invocation, completion) in history.invocations() {
        if is_there(invocation) && time.contains(&invocation.time) {
            let is_ok = completion.is_some_and(|it| it.kind == Kind::Ok && time.contains(&it.time));
            let (ok, all) = counts.entry(&invocation.f).or_default();
            (*ok, *all) = (*ok + usize::from(is_ok), *all + 1);
        }
    }
    let mut counts: Vec<_> = counts.into_iter().map(|(f, (ok, all))| (f, ok, all)).collect();
    counts.sort_by_key(|(_, ok, _)| std::cmp::Reverse(*ok));
    counts
}

/// What the nemesis did, in the order of beginnings.
pub(crate) fn windows(history: &History) -> Vec<Window> {
    let named = |(what, windows): (What, Vec<(u64, Option<u64>)>)| {
        let name = what.sentence("").trim_end().trim_end_matches(", and down").to_owned();
        let stops = what.stops();
        windows.into_iter().map(move |(start, end)| Window {
            what: name.clone(),
            start,
            end,
            stops: stops.clone(),
        })
    };
    let mut windows: Vec<_> = Windows::of(history).0.into_iter().flat_map(named).collect();
    windows.sort_by_key(|window| window.start);
    windows
}

/// How long a fault lasted, in ns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// What it was, with whom it met.
    pub(crate) what: String,
    pub(crate) start: u64,
    /// Nothing if nothing ended it.
    pub(crate) end: Option<u64>,
    /// Whose messages it keeps from arriving, if it does.
    pub(crate) stops: Option<Stops>,
}

/// Messages that a fault keeps from arriving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stops {
    /// What then becomes of them.
    pub(crate) end: EventKind,
    /// From whom, to whom; nobody's name stands for everybody.
    pub(crate) links: Vec<(Vec<String>, Vec<String>)>,
}

/// Something that lasts for a while.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// Nodes of two groups, which did not hear each other.
    Apart {
        fewer: Vec<String>,
        others: Vec<String>,
    },
    /// A node that did not hear some others.
    CutOff {
        node: String,
        from: Vec<String>,
    },
    Killed {
        node: String,
    },
    Paused {
        node: String,
    },
    Clock {
        node: String,
        ahead_ms: String,
    },
    /// `were lost`, ….
    Messages(&'static str),
}

impl What {
    /// Two groups, if that is what nodes and those that they did not hear come to.
    fn apart(cuts: &BTreeMap<String, Vec<String>>) -> Option<Self> {
        let set = |names: &[String]| names.iter().cloned().collect::<BTreeSet<_>>();
        let others = set(cuts.values().next()?);
        let (there, here): (BTreeSet<String>, BTreeSet<String>) =
            cuts.keys().cloned().partition(|node| others.contains(node));
        let is_clean = there == others
            && cuts
                .iter()
                .all(|(node, from)| set(from) == *if there.contains(node) { &here } else { &there });
        let (fewer, others) = if there.len() < here.len() { (there, here) } else { (here, there) };
        let list = |names: BTreeSet<String>| {
            let mut names: Vec<String> = names.into_iter().collect();
            // n2 comes before n10.
            names.sort_by_key(String::len);
            names
        };
        is_clean.then(|| Self::Apart { fewer: list(fewer), others: list(others) })
    }

    fn stops(&self) -> Option<Stops> {
        let (end, links) = match self {
            Self::Apart { fewer, others } => {
                let (here, there) = (fewer.clone(), others.clone());
                (EventKind::Partitioned, vec![(here.clone(), there.clone()), (there, here)])
            }
            Self::CutOff { node, from } => (EventKind::Partitioned, vec![(from.clone(), vec![node.clone()])]),
            Self::Killed { node } => (EventKind::Gone, vec![(Vec::new(), vec![node.clone()])]),
            Self::Messages(WERE_LOST) => (EventKind::Lost, vec![(Vec::new(), Vec::new())]),
            Self::Paused { .. } | Self::Clock { .. } | Self::Messages(_) => return None,
        };
        Some(Stops { end, links })
    }

    fn sentence(&self, times: &str) -> String {
        match self {
            Self::Apart { fewer, others } if others.len() > NAMED => format!(
                "a partition kept {} apart from the {} others {times}",
                words::list(fewer, "and"),
                others.len()
            ),
            Self::Apart { fewer, others } => format!(
                "a partition kept {} apart from {} {times}",
                words::list(fewer, "and"),
                words::list(others, "and")
            ),
            Self::CutOff { node, from } if from.len() > NAMED => {
                format!("{node} did not hear {} others {times}", from.len())
            }
            Self::CutOff { node, from } => {
                format!("{node} did not hear {} {times}", words::list(from, "and"))
            }
            Self::Killed { node } => format!("{node} was killed, and down {times}"),
            Self::Paused { node } => format!("{node} stood still {times}"),
            Self::Clock { node, ahead_ms } => format!("the clock of {node} was {ahead_ms} ms ahead {times}"),
            Self::Messages(what) => format!("messages {what} {times}"),
        }
    }
}

/// When everything lasted: from, and to.
#[derive(Debug, Default)]
struct Windows(BTreeMap<What, Vec<(u64, Option<u64>)>>);

impl Windows {
    fn of(history: &History) -> Self {
        let mut windows = Self::default();
        let entries = history.operations().iter().filter(|operation| operation.process == Process::Nemesis);
        // Two entries each; the second has what came of it.
        for operation in entries.skip(1).step_by(2) {
            windows.note(operation);
        }
        windows
    }

    fn note(&mut self, operation: &Operation) {
        let (time, value) = (operation.time, &operation.value);
        let names =
            || value.as_list().unwrap_or_default().iter().filter_map(Value::as_str).map(str::to_owned);
        match &*operation.f {
            "start-partition" | "start-one-way" => {
                let Some([_, Value::Object(cuts)]) = value.as_list() else { return };
                let senders = |senders: &Value| {
                    let names = senders.as_list().unwrap_or_default().iter().filter_map(Value::as_str);
                    names.map(str::to_owned).collect::<Vec<_>>()
                };
                // A schedule that was written by hand may cut a node off from nobody.
                let cuts = cuts.iter().map(|(node, from)| (node.clone(), senders(from)));
                let cuts: BTreeMap<String, Vec<String>> = cuts.filter(|(_, from)| !from.is_empty()).collect();
                if let Some(apart) = What::apart(&cuts) {
                    return self.begin(apart, time);
                }
                for (node, from) in cuts {
                    self.begin(What::CutOff { node, from }, time);
                }
            }
            "stop-partition" | "stop-one-way" => {
                self.end(time, |what| matches!(what, What::Apart { .. } | What::CutOff { .. }));
            }
            "kill" => names().for_each(|node| self.begin(What::Killed { node }, time)),
            "start" => self.end(time, |what| matches!(what, What::Killed { .. })),
            "pause" => names().for_each(|node| self.begin(What::Paused { node }, time)),
            "resume" => self.end(time, |what| matches!(what, What::Paused { .. })),
            "start-clock" => {
                let Value::Object(clocks) = value else { return };
                for (node, ahead_ms) in clocks {
                    self.begin(What::Clock { node: node.clone(), ahead_ms: ahead_ms.to_string() }, time);
                }
            }
            "stop-clock" => self.end(time, |what| matches!(what, What::Clock { .. })),
            other => {
                let (is_start, name) = match other.split_once('-') {
                    Some(("start", name)) => (true, name),
                    Some((_, name)) => (false, name),
                    None => return,
                };
                let what = What::Messages(match name {
                    "loss" => WERE_LOST,
                    "duplicate" => "came twice",
                    "reorder" => "were overtaken",
                    "slow" => "were slow",
                    _ => return,
                });
                if is_start {
                    self.begin(what, time);
                } else {
                    self.end(time, |known| *known == what);
                }
            }
        }
    }

    fn begin(&mut self, what: What, time: u64) {
        self.0.entry(what).or_default().push((time, None));
    }

    fn end(&mut self, time: u64, is_over: impl Fn(&What) -> bool) {
        for (_, windows) in self.0.iter_mut().filter(|(what, _)| is_over(what)) {
            if let Some((_, end @ None)) = windows.last_mut() {
                *end = Some(time);
            }
        }
    }

    /// A sentence for each, in the order of beginnings, with the times in words: `from 2.20 s to 9.80 s and from 12.00 s on`.
    fn told(self) -> Vec<String> {
        let mut windows: Vec<_> = self.0.into_iter().collect();
        windows.sort_by_key(|(_, times)| times.first().map(|(start, _)| *start));
        let sentence = |(what, times): &(What, Vec<(u64, Option<u64>)>)| {
            let mut told: Vec<String> = times
                .iter()
                .take(TOLD)
                .map(|(start, end)| match end {
                    Some(end) => format!("from {} to {}", seconds(*start), seconds(*end)),
                    None => format!("from {} on", seconds(*start)),
                })
                .collect();
            if times.len() > TOLD {
                told.push(format!("{} times more", times.len() - TOLD));
            }
            what.sentence(&words::list(&told, "and"))
        };
        windows.iter().map(sentence).collect()
    }
}

fn seconds(nanos: u64) -> String {
    format!("{:.2} s", Duration::from_nanos(nanos).as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Kind;

    #[test]
    fn processes_are_named_with_their_nodes() {
        let nodes: Vec<String> = (0..3).map(|k| format!("n{k}")).collect();
        let schedule = Schedule { nodes, concurrency: 6, ..Schedule::default() };
        let mut mentioned = BTreeSet::new();
        assert_eq!(
            name_nodes("to process 0 at 2 s, read by process 17; a process ", &schedule, &mut mentioned),
            "to process 0 (at n0) at 2 s, read by process 17 (at n2); a process "
        );
        assert_eq!(mentioned.into_iter().collect::<Vec<_>>(), ["n0", "n2"]);
    }

    fn history(faults: &[(u64, &'static str, &str)]) -> History {
        let mut history = History::new();
        for (time, f, value) in faults {
            for value in ["null", value] {
                let (index, value) = (history.len(), value.parse().unwrap());
                let time = time * 1_000_000_000;
                history.push(Operation::new(index, time, Process::Nemesis, Kind::Info, *f, value)).unwrap();
            }
        }
        history
    }

    fn told(nodes: &[&str], faults_of: &[(u64, &'static str, &str)]) -> Vec<String> {
        faults(&history(faults_of), &nodes.iter().map(|node| (*node).to_owned()).collect(), &ALWAYS)
    }

    #[test]
    fn faults_of_a_time_are_those_that_lasted_into_it() {
        let history = history(&[
            (1, "kill", r#"["n1"]"#),
            (2, "start", r#"["n1"]"#),
            (4, "start-loss", "null"),
            (5, "stop-loss", "null"),
            (6, "pause", r#"["n2"]"#),
        ]);
        let told = |from: u64, to: u64| {
            faults(&history, &BTreeSet::new(), &(from * 1_000_000_000..=to * 1_000_000_000)).len()
        };
        assert_eq!(
            [told(0, 0), told(1, 1), told(2, 3), told(3, 3), told(0, 4), told(6, 9)],
            [0, 1, 1, 0, 2, 1]
        );
    }

    #[test]
    fn it_is_told_who_was_apart_and_when() {
        let partition = r#"["isolated", {"n0": ["n2"], "n1": ["n2"], "n2": ["n0", "n1"]}]"#;
        let faults = [
            (1, "start-partition", partition),
            (4, "stop-partition", r#""network-healed""#),
            (5, "start-partition", r#"["isolated", {}]"#),
            (6, "stop-partition", r#""network-healed""#),
            (7, "start-partition", partition),
        ];
        for nodes in [&["n2"][..], &[], &["n3"]] {
            assert_eq!(
                told(nodes, &faults),
                ["a partition kept n2 apart from n0 and n1 from 1.00 s to 4.00 s and from 7.00 s on"]
            );
        }
    }

    /// As in a ring, where every node hears a majority, or where only one direction is cut.
    #[test]
    fn where_there_are_no_two_groups_it_is_told_whom_each_node_did_not_hear() {
        let ring = r#"["ring", {"n0": ["n1"], "n1": ["n0", "n2"], "n2": ["n1"]}]"#;
        let one_way = r#"["one link", {"n2": ["n0"]}]"#;
        let faults =
            [(1, "start-partition", ring), (4, "stop-partition", "null"), (5, "start-one-way", one_way)];
        assert_eq!(
            told(&[], &faults),
            [
                "a partition kept n1 apart from n0 and n2 from 1.00 s to 4.00 s",
                "n2 did not hear n0 from 5.00 s on"
            ]
        );
        let ring = r#"["ring", {"n0": ["n1"], "n1": ["n2"], "n2": ["n0"]}]"#;
        assert_eq!(told(&["n1"], &[(1, "start-partition", ring)]), ["n1 did not hear n2 from 1.00 s on"]);
    }

    #[test]
    fn many_nodes_are_counted_rather_than_named() {
        let names =
            |nodes: std::ops::Range<usize>| nodes.map(|k| format!("\"n{k}\"")).collect::<Vec<_>>().join(", ");
        let of_all: Vec<String> = (1..12).map(|k| format!("\"n{k}\": [\"n0\"]")).collect();
        let partition = format!(r#"["isolated", {{"n0": [{}], {}}}]"#, names(1..12), of_all.join(", "));
        let one_way = format!(r#"["one link", {{"n0": [{}]}}]"#, names(1..12));
        let faults = [
            (1, "start-partition", partition.as_str()),
            (2, "stop-partition", "null"),
            (3, "start-one-way", one_way.as_str()),
        ];
        assert_eq!(
            told(&[], &faults),
            [
                "a partition kept n0 apart from the 11 others from 1.00 s to 2.00 s",
                "n0 did not hear 11 others from 3.00 s on"
            ]
        );
    }

    #[test]
    fn what_a_minority_acknowledged_is_counted_if_its_partition_lasted() {
        let faults = [
            (1, "start-partition", r#"["isolated", {"n0": ["n2"], "n1": ["n2"], "n2": ["n0", "n1"]}]"#),
            (9, "stop-partition", "null"),
        ];
        let mut history = history(&faults);
        let nodes: Vec<String> = (0..3).map(|k| format!("n{k}")).collect();
        let schedule = Schedule { nodes, concurrency: 3, ..Schedule::default() };
        // One before, one meanwhile at a node of the majority, two meanwhile at the other, one that took too long, and
        // one that failed.
        for (process, start, end, f, outcome) in [
            (2, 0, 1, "read", Kind::Ok),
            (1, 2, 3, "read", Kind::Ok),
            (2, 2, 3, "read", Kind::Ok),
            (2, 3, 4, "write", Kind::Fail),
            (2, 4, 5, "read", Kind::Ok),
            (2, 6, 8, "read", Kind::Ok),
        ] {
            for (time, kind) in [(start, Kind::Invoke), (end, outcome)] {
                let (index, process) = (history.len(), Process::Client(process));
                let time = time * 1_000_000_000;
                history.push(Operation::new(index, time, process, kind, f, Value::Null)).unwrap();
            }
        }
        let told = |until: u64| minorities(&history, &schedule, until * 1_000_000_000);
        assert_eq!(
            told(7),
            [
                "n2 acknowledged 2 of 3 read and 0 of 1 write operations between 1.00 s and 7.00 s, apart from a majority"
            ]
        );
        assert_eq!(told(10), [""; 0], "the partition was over");
    }

    #[test]
    fn every_other_fault_is_told() {
        let faults = [
            (1, "kill", r#"["n1"]"#),
            (2, "start", r#"["n1"]"#),
            (3, "pause", r#"["n0", "n1"]"#),
            (4, "resume", r#"["n0", "n1"]"#),
            (5, "start-loss", r#"{"probability": 0.2, "services": false}"#),
            (6, "stop-loss", "null"),
            (7, "start-clock", r#"{"n1": -300}"#),
        ];
        assert_eq!(
            told(&["n1"], &faults),
            [
                "n1 was killed, and down from 1.00 s to 2.00 s",
                "n1 stood still from 3.00 s to 4.00 s",
                "messages were lost from 5.00 s to 6.00 s",
                "the clock of n1 was -300 ms ahead from 7.00 s on",
            ]
        );
    }

    #[test]
    fn many_windows_are_counted() {
        let faults: Vec<_> =
            (0..12).map(|k| (k, if k % 2 == 0 { "start-slow" } else { "stop-slow" }, "null")).collect();
        let told = told(&[], &faults);
        assert!(told[0].ends_with("from 6.00 s to 7.00 s and 2 times more"), "{told:?}");
    }
}
