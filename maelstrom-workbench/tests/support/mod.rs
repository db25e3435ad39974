//! Histories in few words.

#![allow(dead_code, clippy::unwrap_used)]

pub(crate) mod golden;

use maelstrom_workbench::{
    Value, check,
    checker::{Judgement, Options},
    history::{History, Kind, Operation, Process},
};

/// Makes a history of lines such as `0 invoke add 5`: process, kind, function, value as JSON (null if there is none).
/// `read!` is a read of the final phase. Operations are 10 ms apart, the first at 0.
pub(crate) fn history(lines: &str) -> History {
    let mut history = History::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut words = line.splitn(4, ' ');
        let mut word = || words.next();
        let process = match word().unwrap() {
            "nemesis" => Process::Nemesis,
            number => Process::Client(number.parse().unwrap()),
        };
        let kind = Kind::from_name(word().unwrap()).unwrap();
        let f = word().unwrap();
        let value = word().map_or(Value::Null, |value| value.parse().unwrap());
        let index = history.len();
        let time = u64::try_from(index).unwrap() * 10_000_000;
        let mut operation = Operation::new(index, time, process, kind, f.trim_end_matches('!'), value);
        operation.is_final = f.ends_with('!');
        history.push(operation).unwrap();
    }
    history
}

/// Judges a history made of such lines.
pub(crate) fn judge(workload: &str, lines: &str) -> Judgement {
    check(workload, &history(lines), &Options::default()).unwrap()
}

/// As Maelstrom does.
pub(crate) fn judge_compat(workload: &str, lines: &str) -> Judgement {
    check(workload, &history(lines), &Options::default().compat(true)).unwrap()
}

pub(crate) fn warnings(judgement: &Judgement) -> Vec<String> {
    judgement.warnings().iter().map(ToString::to_string).collect()
}

pub(crate) fn maelstrom_would(judgement: &Judgement) -> Vec<String> {
    judgement.maelstrom_would().iter().map(ToString::to_string).collect()
}
