//! The story of a run that was shrunk.

use std::{collections::BTreeSet, fmt, time::Duration};

use super::Shrunk;
use crate::{
    Run,
    checker::words,
    history::{Kind, Operation},
    story,
};

/// How many operations are told; a run that needs more has them in its history.
const TOLD: usize = 20;

pub(super) fn tell(shrunk: &Shrunk, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (left, all) = (Size::of(&shrunk.run), Size::of(&shrunk.original));
    writeln!(
        f,
        "seed {}, after {} runs: {} of {} nodes, {} of {} clients, {} of {} operations, {} of {} faults are left",
        shrunk.run.seed,
        shrunk.tries,
        left.nodes,
        all.nodes,
        left.clients,
        all.clients,
        left.operations,
        all.operations,
        left.faults,
        all.faults,
    )?;
    let faults = story::faults(&shrunk.run.history, &BTreeSet::new(), &story::ALWAYS);
    for sentence in &faults {
        writeln!(f, "  {sentence}")?;
    }
    let operations: Vec<_> = shrunk.run.history.invocations().collect();
    for (invocation, completion) in operations.iter().take(TOLD) {
        writeln!(f, "  {}", operation(&shrunk.run, invocation, *completion))?;
    }
    if operations.len() > TOLD {
        writeln!(f, "  … and {}", words::count(operations.len() - TOLD, "operation"))?;
    }
    let explanations = shrunk.run.explanations();
    let mut told = explanations.iter().filter(|explanation| !faults.contains(explanation));
    told.try_for_each(|explanation| writeln!(f, "  so {explanation}"))
}

/// What there is of a run.
struct Size {
    nodes: usize,
    clients: usize,
    operations: usize,
    faults: usize,
}

impl Size {
    fn of(run: &Run) -> Self {
        let schedule = &run.schedule;
        Self {
            nodes: schedule.nodes.len(),
            clients: schedule.concurrency,
            operations: run.history.invocations().count(),
            faults: super::steps::faults(schedule).len(),
        }
    }
}

/// `1.20 s  process 2 (at n1): write [0,3] → ok after 20 ms`.
fn operation(run: &Run, invocation: &Operation, completion: Option<&Operation>) -> String {
    let value = |operation: &Operation| {
        if operation.value.is_null() { String::new() } else { format!(" {}", words::value(&operation.value)) }
    };
    let asked = format!("{}{}", invocation.f, value(invocation));
    let answer = match completion {
        None => "no answer until the end".to_owned(),
        Some(completion) => {
            let got = match completion.kind {
                Kind::Ok if completion.value != invocation.value => value(completion),
                Kind::Ok => String::new(),
                _ => completion
                    .error
                    .as_ref()
                    .map(|error| format!(" {}", words::value(error)))
                    .unwrap_or_default(),
            };
            let took = completion.time.saturating_sub(invocation.time);
            format!("{}{got} after {}", completion.kind, words::time(took))
        }
    };
    let who = story::name_nodes(&invocation.process.to_string(), &run.schedule, &mut BTreeSet::new());
    let at = Duration::from_nanos(invocation.time).as_secs_f64();
    format!("{at:.2} s  {who}: {asked} → {answer}")
}
