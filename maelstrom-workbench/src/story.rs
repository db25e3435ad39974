//! Explanations with names: which node a process talked to, and when the network was cut.

use std::time::Duration;

use crate::{
    Value,
    history::{History, Process},
};

/// How many partitions are told.
const TOLD: usize = 4;

/// Puts the node behind every process that a text names: `process 7` becomes `process 7 (at n2)`. A process is a worker,
/// which always talks to the same node; its number tells which.
pub(crate) fn name_nodes(text: &str, nodes: &[String], concurrency: usize) -> String {
    const WORD: &str = "process ";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(WORD) {
        let number = at + WORD.len();
        let end =
            rest[number..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |length| number + length);
        out.push_str(&rest[..end]);
        if let Ok(process) = rest[number..end].parse::<usize>()
            && concurrency > 0
            && !nodes.is_empty()
        {
            out.extend([" (at ", &nodes[process % concurrency % nodes.len()], ")"]);
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// When the network was cut, and between whom; `None` if it never was.
pub(crate) fn partitions(history: &History) -> Option<String> {
    let mut windows: Vec<(String, u64, Option<u64>)> = Vec::new();
    for operation in history.operations().iter().filter(|operation| operation.process == Process::Nemesis) {
        match &*operation.f {
            "start-partition" => {
                if let Some([_, Value::Object(cuts)]) = operation.value.as_list() {
                    windows.push((describe(cuts.iter()), operation.time, None));
                }
            }
            _ => {
                if let Some((_, _, end @ None)) = windows.last_mut() {
                    *end = Some(operation.time);
                }
            }
        }
    }
    // A cut that cuts nobody off is none.
    windows.retain(|(who, _, _)| !who.is_empty());
    let told: Vec<String> = windows
        .iter()
        .take(TOLD)
        .map(|(who, start, end)| match end {
            Some(end) => format!("{who} from {} to {}", seconds(*start), seconds(*end)),
            None => format!("{who} from {} on", seconds(*start)),
        })
        .collect();
    let more = windows.len().saturating_sub(TOLD);
    let more = if more > 0 { format!("; and {more} times more") } else { String::new() };
    (!told.is_empty()).then(|| format!("the network was cut: {}{more}", told.join("; ")))
}

/// Who was cut off from whom: the smaller side, if there are two, else who missed whom.
fn describe<'c>(cuts: impl ExactSizeIterator<Item = (&'c String, &'c Value)>) -> String {
    let cuts: Vec<(&str, Vec<&str>)> = cuts
        .map(|(receiver, senders)| {
            let senders = senders.as_list().unwrap_or_default();
            (receiver.as_str(), senders.iter().filter_map(Value::as_str).collect())
        })
        .collect();
    let mut sides: Vec<(Vec<&str>, &Vec<&str>)> = Vec::new();
    for (receiver, senders) in &cuts {
        match sides.iter_mut().find(|(_, missed)| *missed == senders) {
            Some((side, _)) => side.push(receiver),
            None => sides.push((vec![receiver], senders)),
        }
    }
    match &sides[..] {
        [] => String::new(),
        // Two sides, each missing the other.
        [(a, missed_by_a), (b, missed_by_b)] if a == *missed_by_b && b == *missed_by_a => {
            let side = if b.len() < a.len() { b } else { a };
            format!("{} alone", side.join(" and "))
        }
        _ => {
            let missed: Vec<String> = cuts
                .iter()
                .map(|(receiver, senders)| format!("{receiver} missed {}", senders.join(" and ")))
                .collect();
            missed.join(", ")
        }
    }
}

fn seconds(nanos: u64) -> String {
    format!("{:.2} s", Duration::from_nanos(nanos).as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Kind, Operation};

    fn nodes() -> Vec<String> {
        (0..3).map(|k| format!("n{k}")).collect()
    }

    #[test]
    fn processes_are_named_with_their_nodes() {
        assert_eq!(
            name_nodes("to process 0 at 2 s, read by process 17; a process ", &nodes(), 6),
            "to process 0 (at n0) at 2 s, read by process 17 (at n2); a process "
        );
        assert_eq!(name_nodes("process 4", &nodes(), 3), "process 4 (at n1)");
    }

    fn cut(cuts: &[(&str, &[&str])]) -> Value {
        let cuts = cuts.iter().map(|(receiver, senders)| (*receiver, senders.iter().copied().collect()));
        Value::List(vec!["isolated".into(), Value::object(cuts)])
    }

    fn history(faults: &[(u64, &'static str, Value)]) -> History {
        let mut history = History::new();
        for (time, f, value) in faults {
            let time = time * 1_000_000_000;
            let index = history.len();
            history
                .push(Operation::new(index, time, Process::Nemesis, Kind::Info, *f, value.clone()))
                .unwrap();
        }
        history
    }

    #[test]
    fn partitions_are_told_with_who_was_cut_off_and_when() {
        let history = history(&[
            (1, "start-partition", "one".into()),
            (1, "start-partition", cut(&[("n0", &["n2"]), ("n1", &["n2"]), ("n2", &["n0", "n1"])])),
            (4, "stop-partition", Value::Null),
            (4, "stop-partition", "network-healed".into()),
            (5, "start-partition", cut(&[])),
            (6, "stop-partition", Value::Null),
            (7, "start-partition", cut(&[("n0", &["n1"]), ("n1", &["n2"]), ("n2", &["n0"])])),
        ]);
        assert_eq!(
            partitions(&history).unwrap(),
            "the network was cut: n2 alone from 1.00 s to 4.00 s; n0 missed n1, n1 missed n2, n2 missed n0 from 7.00 s on"
        );
    }

    #[test]
    fn without_partitions_there_is_nothing_to_tell() {
        assert_eq!(partitions(&History::new()), None);
    }
}
