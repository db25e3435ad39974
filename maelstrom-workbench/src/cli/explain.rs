//! `explain`: the story of a verdict, or of one operation of a stored run.

mod caused;
mod spread;

use std::{collections::BTreeSet, path::Path, time::Duration};

use clap::Args;
use maelstrom_workbench::{
    Value,
    checker::Verdict,
    history::{Kind, Operation, Process},
    story,
};

use self::caused::{Caused, Journal, Read};
use super::{
    Status,
    closing::Lines,
    show::{heading, ms},
    stored::{Stored, Which},
};

/// What `explain` takes.
#[derive(Debug, Args)]
pub(super) struct Explain {
    #[command(flatten)]
    which: Which,

    /// The operation: an index of the history, such as 17, or a time, such as 2.31s or 410ms, until
    /// which it began; alone, it is of the latest run
    #[arg(value_name = "OP")]
    op: Option<String>,
}

/// Which operation is meant.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Meant {
    /// The one of this index.
    Index(usize),
    /// The last that began until then, in ns.
    Time(u64),
}

pub(super) fn run(explain: &Explain) -> Status {
    Status::of_told(tell(explain))
}

fn tell(explain: &Explain) -> Result<(String, Verdict), String> {
    let Which { run, store } = &explain.which;
    // `explain 17` is of the latest run, unless there is a run of that name.
    let alone = run.to_str().filter(|_| explain.op.is_none()).and_then(meant);
    let (which, meant) = match (alone, &explain.op) {
        (Some(alone), _) if explain.which.folder().is_err() => {
            (Which { run: Path::new("latest").to_owned(), store: store.clone() }, Some(alone))
        }
        (_, Some(op)) => {
            let wrong = || format!("`{op}` is neither an index, such as 17, nor a time, such as 2.31s");
            (Which { run: run.clone(), store: store.clone() }, Some(meant(op).ok_or_else(wrong)?))
        }
        _ => (Which { run: run.clone(), store: store.clone() }, None),
    };
    let stored = which.read()?;
    let text = match meant {
        Some(meant) => operation(&stored, meant)?,
        None => verdict(&stored),
    };
    Ok((text, stored.verdict()))
}

fn meant(text: &str) -> Option<Meant> {
    if let Ok(index) = text.parse() {
        return Some(Meant::Index(index));
    }
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1e-3),
        None => (text.strip_suffix('s')?, 1.0),
    };
    let time = Duration::try_from_secs_f64(number.parse::<f64>().ok()? * unit).ok()?;
    time.as_nanos().try_into().ok().map(Meant::Time)
}

/// Why the verdict is what it is.
fn verdict(stored: &Stored) -> String {
    let mut lines = Lines::default();
    lines.row(&stored.workload(), &heading(stored));
    let why = stored.texts("explanation");
    if let Some(unfinished) = stored.unfinished {
        lines.row("unfinished", unfinished.sentence());
    } else if why.is_empty() {
        lines.row("because", "nothing was found to be wrong");
    } else {
        lines.row("because", &why.join("\n"));
        // Those of the nodes in question stand there already.
        let all = story::faults(&stored.history, &BTreeSet::new(), &story::ALWAYS);
        let others: Vec<_> = all.into_iter().filter(|fault| !why.contains(fault)).collect();
        lines.row("other faults", &others.join("\n"));
    }
    lines.row("odd", &stored.warnings().join("\n"));
    lines.row("Maelstrom would", &stored.texts("maelstrom-would").join("\n"));
    lines.0
}

/// What one operation did and met.
fn operation(stored: &Stored, meant: Meant) -> Result<String, String> {
    let position = find(stored, meant)?;
    let history = &stored.history;
    let invocation = &history.operations()[position];
    let completion = history.other_half(position).map(|other| &history.operations()[other]);
    let Process::Client(process) = invocation.process else { return Ok(step(stored, invocation)) };
    let worker =
        stored.schedule.worker_of(process).map_or_else(|| "?".to_owned(), |worker| worker.to_string());
    let node = stored.schedule.node_name_of(process).unwrap_or("?");
    let mut lines = Lines::default();
    let Operation { index, process, .. } = invocation;
    lines.row("operation", &format!("{index} of {process}, worker {worker}, at {node}"));
    lines.row("invoked", &entry(invocation));
    let outcome = match completion {
        Some(completion) => {
            let took = ms(completion.time.saturating_sub(invocation.time));
            format!("{}, after {took}", entry(completion))
        }
        None => "never: its outcome is not known".to_owned(),
    };
    lines.row("completed", &outcome);
    let last = history.operations().last().map_or(invocation.time, |operation| operation.time);
    let end = completion.map_or(last, |completion| completion.time);
    lines.row("faults", &faults(stored, invocation.time, end));
    lines.row("meanwhile", &meanwhile(stored, position, end));
    match Journal::read(stored)? {
        Read::Nothing => {}
        Read::Unfitting => lines.row("messages", "the journal does not fit the history"),
        Read::Journal(journal) => {
            let Caused { messages, timers } = journal.caused(stored, position, node, end);
            lines.row("messages", &messages);
            lines.row("by timers then", &timers);
            lines.row("its value", &spread::told(stored, invocation, &journal)?);
        }
    }
    Ok(lines.0)
}

/// A step of the nemesis, which has no node and no messages.
fn step(stored: &Stored, operation: &Operation) -> String {
    let mut lines = Lines::default();
    lines.row("operation", &format!("{} of {}", operation.index, operation.process));
    lines.row("done", &entry(operation));
    lines.row("faults", &faults(stored, operation.time, operation.time));
    lines.0
}

fn faults(stored: &Stored, from: u64, to: u64) -> String {
    let faults = story::faults(&stored.history, &BTreeSet::new(), &(from..=to));
    if faults.is_empty() { "none at that time".to_owned() } else { faults.join("\n") }
}

/// The position of the invocation.
fn find(stored: &Stored, meant: Meant) -> Result<usize, String> {
    let history = &stored.history;
    let found = match meant {
        Meant::Index(index) => {
            let position =
                history.operations().binary_search_by_key(&index, |operation| operation.index).ok();
            position.map(|position| match history.operations()[position].kind {
                Kind::Invoke => position,
                _ => history.other_half(position).unwrap_or(position),
            })
        }
        Meant::Time(time) => {
            let mut clients = history.client_operations();
            clients
                .rfind(|(_, operation)| operation.kind == Kind::Invoke && operation.time <= time)
                .map(|(position, _)| position)
        }
    };
    found.ok_or_else(|| match meant {
        Meant::Index(index) => format!("the history has no operation {index}"),
        Meant::Time(time) => format!("no operation had begun by {}", ms(time)),
    })
}

/// Others that were under way at the same time, the first of them.
fn meanwhile(stored: &Stored, position: usize, end: u64) -> String {
    const TOLD: usize = 8;
    let history = &stored.history;
    let begin = history.operations()[position].time;
    let overlaps = |operation: &Operation, completion: Option<&Operation>| {
        operation.index != history.operations()[position].index
            && operation.time <= end
            && completion.is_none_or(|completion| completion.time >= begin)
    };
    let others: Vec<String> = history
        .invocations()
        .filter(|(operation, completion)| overlaps(operation, *completion))
        .map(|(operation, _)| format!("{} ({} of {})", operation.index, operation.f, operation.process))
        .collect();
    let more = others.len().saturating_sub(TOLD);
    let told = others.into_iter().take(TOLD).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{told} and {more} more") } else { told }
}

/// `read null, at 1.500 s (final)`.
fn entry(operation: &Operation) -> String {
    let time = Duration::from_nanos(operation.time).as_secs_f64();
    let error = match &operation.error {
        Some(error) => format!(" ({})", short(error)),
        None => String::new(),
    };
    let last = if operation.is_final { ", in the final phase" } else { "" };
    format!("{} {} {}{error} at {time:.4} s{last}", operation.kind, operation.f, short(&operation.value))
}

/// A value as JSON, cut if it is long.
fn short(value: &Value) -> String {
    const MOST: usize = 200;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

/// The node that the process of an operation talks to.
fn node<'s>(stored: &'s Stored, operation: &Operation) -> Option<&'s str> {
    let Process::Client(process) = operation.process else { return None };
    stored.schedule.node_name_of(process)
}

#[cfg(test)]
mod tests {
    use super::{Meant, meant};

    #[test]
    fn operations_are_meant_by_index_or_time() {
        assert_eq!(meant("17"), Some(Meant::Index(17)));
        assert_eq!(meant("2.5s"), Some(Meant::Time(2_500_000_000)));
        assert_eq!(meant("410ms"), Some(Meant::Time(410_000_000)));
        for text in ["latest", "-1", "-1s", "1e999s", "s", "broadcast/17"] {
            assert_eq!(meant(text), None, "{text}");
        }
    }
}
