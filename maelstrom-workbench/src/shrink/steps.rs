//! Schedules with parts taken out.

use std::time::Duration;

use crate::{
    Schedule, Scheduled, Step,
    nemesis::{Cuts, Fault},
};

/// A wait that is shorter than this is left as it is.
const SHORT: Duration = Duration::from_millis(10);

/// The steps of a fault from its beginning to its end, by their numbers.
pub(super) type Window = Vec<usize>;

/// The faults of a schedule, each with its end.
pub(super) fn faults(schedule: &Schedule) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::new();
    for (number, step) in schedule.steps.iter().enumerate() {
        let Scheduled::Fault(fault) = &step.action else { continue };
        let begun = windows.iter_mut().rev().find(|window| {
            matches!(&schedule.steps[window[0]].action, Scheduled::Fault(begun) if begun.kind() == fault.kind())
        });
        match begun {
            Some(window) if *fault == Fault::end_of(fault.kind()) => window.push(number),
            _ => windows.push(vec![number]),
        }
    }
    windows
}

/// The schedule with all its operations and only these faults.
pub(super) fn with_faults(schedule: &Schedule, windows: &[Window]) -> Schedule {
    only(schedule, |number, step| !step.is_fault() || windows.iter().any(|window| window.contains(&number)))
}

/// The operations of a schedule.
pub(super) fn operations(schedule: &Schedule) -> Vec<Step> {
    schedule.steps.iter().filter(|step| !step.is_fault()).cloned().collect()
}

/// The schedule with all its faults and only these operations.
pub(super) fn with_operations(schedule: &Schedule, operations: &[Step]) -> Schedule {
    let faults = schedule.steps.iter().filter(|step| step.is_fault());
    let mut steps: Vec<Step> = faults.chain(operations).cloned().collect();
    steps.sort_by_key(|step| step.time);
    Schedule { steps, ..schedule.clone() }
}

fn only(schedule: &Schedule, is_kept: impl Fn(usize, &Step) -> bool) -> Schedule {
    let steps = schedule.steps.iter().enumerate().filter(|(number, step)| is_kept(*number, step));
    let steps = steps.map(|(_, step)| step.clone()).collect();
    Schedule { steps, ..schedule.clone() }
}

/// The schedule with these nodes only, and what is done at them.
pub(super) fn with_nodes(schedule: &Schedule, kept: &[usize], concurrency: usize) -> Schedule {
    let nodes = schedule.nodes.len();
    let number = |node: usize| kept.iter().position(|kept| *kept == node);
    let step = |step: &Step| {
        let action = match &step.action {
            Scheduled::Op { worker, op } => {
                let worker = worker / nodes * kept.len() + number(worker % nodes)?;
                (worker < concurrency).then(|| Scheduled::Op { worker, op: op.clone() })?
            }
            Scheduled::Fault(fault) => Scheduled::Fault(fault_on(fault, number)),
        };
        Some(Step { time: step.time, action })
    };
    let steps = schedule.steps.iter().filter_map(step).collect();
    let nodes = kept.iter().map(|node| schedule.nodes[*node].clone()).collect();
    Schedule { seed: schedule.seed, nodes, concurrency, steps }
}

/// The schedule with fewer clients.
pub(super) fn with_clients(schedule: &Schedule, concurrency: usize) -> Schedule {
    let mut fewer = Schedule { concurrency, ..schedule.clone() };
    for step in &mut fewer.steps {
        if let Scheduled::Op { worker, .. } = &mut step.action {
            *worker %= concurrency;
        }
    }
    fewer
}

/// The schedule with a fault that hits one node less, if there is one to spare.
pub(super) fn with_fault_on_fewer(schedule: &Schedule, step: usize) -> Option<Schedule> {
    let Scheduled::Fault(fault) = &schedule.steps.get(step)?.action else { return None };
    let last = match fault {
        Fault::Kill { nodes } | Fault::Pause { nodes } if nodes.len() > 1 => *nodes.last()?,
        Fault::SetClocks { ahead_ms } if ahead_ms.len() > 1 => ahead_ms.last()?.0,
        _ => return None,
    };
    let fewer = fault_on(fault, |node| (node != last).then_some(node));
    let mut schedule = schedule.clone();
    schedule.steps[step].action = Scheduled::Fault(fewer);
    Some(schedule)
}

/// The fault for those nodes that have a new number, with these.
fn fault_on(fault: &Fault, number: impl Fn(usize) -> Option<usize>) -> Fault {
    let nodes = |nodes: &[usize]| nodes.iter().filter_map(|node| number(*node)).collect::<Vec<_>>();
    let cuts = |cuts: &Cuts| {
        let cuts = cuts.iter().filter_map(|(receiver, senders)| Some((number(*receiver)?, nodes(senders))));
        cuts.filter(|(_, senders)| !senders.is_empty()).collect::<Cuts>()
    };
    match fault {
        Fault::StartPartition { kind, cuts: all } => Fault::StartPartition { kind: *kind, cuts: cuts(all) },
        Fault::StartOneWay { cuts: all } => Fault::StartOneWay { cuts: cuts(all) },
        Fault::Kill { nodes: all } => Fault::Kill { nodes: nodes(all) },
        Fault::Pause { nodes: all } => Fault::Pause { nodes: nodes(all) },
        Fault::SetClocks { ahead_ms } => Fault::SetClocks {
            ahead_ms: ahead_ms.iter().filter_map(|(node, ms)| Some((number(*node)?, *ms))).collect(),
        },
        other => other.clone(),
    }
}

/// The schedule with half the wait before a step, if that is worth it: it and all after it come earlier.
pub(super) fn with_shorter_wait(schedule: &Schedule, step: usize) -> Option<Schedule> {
    let time = schedule.steps.get(step)?.time;
    let before = step.checked_sub(1).map_or(Duration::ZERO, |before| schedule.steps[before].time);
    let wait = time.checked_sub(before)?;
    if wait < SHORT {
        return None;
    }
    let less = if wait < 10 * SHORT { wait } else { wait / 2 };
    let mut schedule = schedule.clone();
    for later in &mut schedule.steps[step..] {
        later.time -= less;
    }
    Some(schedule)
}
