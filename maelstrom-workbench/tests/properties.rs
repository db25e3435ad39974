//! What holds for every history.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use maelstrom_workbench::{
    Value, check,
    checker::{Judgement, Options, Verdict},
    history::{History, Kind, Operation, Process},
};
use proptest::{prelude::*, sample::Index};

/// What the next process does: begins an add or a read, or completes what it has begun.
#[derive(Clone, Debug)]
struct Step {
    process: u64,
    adds: bool,
    element: u8,
    kind: Kind,
    /// Which elements a read returns.
    read: Vec<u8>,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let kind = prop_oneof![6 => Just(Kind::Ok), 1 => Just(Kind::Fail), 1 => Just(Kind::Info)];
    let step = (0_u64..4, any::<bool>(), 0_u8..8, kind, prop::collection::vec(0_u8..9, 0..8));
    let step =
        step.prop_map(|(process, adds, element, kind, read)| Step { process, adds, element, kind, read });
    prop::collection::vec(step, 0..80)
}

/// A history of `steps`, with processes and elements under the names given.
fn set_history(steps: &[Step], process: impl Fn(u64) -> u64, element: impl Fn(u8) -> Value) -> History {
    let mut history = History::new();
    let mut open: HashMap<u64, (&str, Value)> = HashMap::new();
    let mut infos: HashMap<u64, u64> = HashMap::new();
    for (time, step) in (0_u64..).zip(steps) {
        let number = process(step.process + 4 * infos.get(&step.process).unwrap_or(&0));
        let (kind, f, value) = match open.remove(&step.process) {
            None => {
                let (f, value) =
                    if step.adds { ("add", element(step.element)) } else { ("read", Value::Null) };
                open.insert(step.process, (f, value.clone()));
                (Kind::Invoke, f, value)
            }
            Some(("read", _)) if step.kind == Kind::Ok => {
                (Kind::Ok, "read", step.read.iter().map(|&read| element(read)).collect())
            }
            Some((f, value)) => {
                if step.kind == Kind::Info {
                    *infos.entry(step.process).or_default() += 1;
                }
                (step.kind, f, value)
            }
        };
        let time = time * 700_000;
        history.push(Operation::new(history.len(), time, Process::Client(number), kind, f, value)).unwrap();
    }
    history
}

/// The outcome of each element, worked out read by read and element by element, as the specification words it.
fn outcomes(history: &History) -> BTreeMap<Value, (&'static str, u64)> {
    type Position = Option<usize>;
    let mut elements: BTreeMap<Value, [Position; 3]> = BTreeMap::new();
    for (position, operation) in history.client_operations() {
        match (operation.f.as_str(), operation.kind) {
            ("add", Kind::Invoke) => {
                elements.insert(operation.value.clone(), [None; 3]);
            }
            ("add", Kind::Ok) => {
                let [known, ..] = elements.get_mut(&operation.value).unwrap();
                *known = known.or(Some(position));
            }
            ("read", Kind::Ok) => {
                let invoked = history.other_half(position);
                let read: BTreeSet<_> = operation.value.as_list().unwrap().iter().collect();
                for (element, [known, present, absent]) in &mut elements {
                    if read.contains(element) {
                        *known = known.or(Some(position));
                        *present = (*present).max(invoked);
                    } else {
                        *absent = (*absent).max(invoked);
                    }
                }
            }
            _ => {}
        }
    }
    let time = |position: usize| history.operations()[position].time;
    let latency = |last: Position, known: Position| {
        last.map_or(0, |last| time(last) + 1).saturating_sub(known.map_or(0, time)) / 1_000_000
    };
    let outcome = |[known, present, absent]: [Position; 3]| {
        if present.is_some() && absent < present {
            ("stable", latency(absent, known))
        } else if known.is_some() && absent.is_some() && present < absent && known < absent {
            ("lost", latency(present, known))
        } else {
            ("never-read", 0)
        }
    };
    elements.into_iter().map(|(element, positions)| (element, outcome(positions))).collect()
}

fn judged(workload: &str, history: &History) -> Judgement {
    check(workload, history, &Options::default()).unwrap()
}

fn of_outcome(outcomes: &BTreeMap<Value, (&'static str, u64)>, which: impl Fn(&str, u64) -> bool) -> Value {
    outcomes
        .iter()
        .filter(|(_, (name, latency))| which(name, *latency))
        .map(|(element, _)| element.clone())
        .collect()
}

proptest! {
    #[test]
    fn the_set_checker_finds_what_the_plain_reckoning_finds(steps in steps()) {
        let history = set_history(&steps, |process| process, Value::from_element);
        let (outcomes, judgement) = (outcomes(&history), judged("g-set", &history));
        let result = judgement.result();
        prop_assert_eq!(&result["lost"], &of_outcome(&outcomes, |name, _| name == "lost"));
        prop_assert_eq!(&result["never-read"], &of_outcome(&outcomes, |name, _| name == "never-read"));
        prop_assert_eq!(&result["stale"], &of_outcome(&outcomes, |name, latency| name == "stable" && latency > 0));
        for (name, field) in [("stable", "stable-latencies"), ("lost", "lost-latencies")] {
            let max = outcomes.values().filter(|(found, _)| *found == name).map(|(_, latency)| *latency).max();
            prop_assert_eq!(result.get(field).and_then(|it| it.get("1")).cloned(), max.map(Value::from));
        }
    }

    #[test]
    fn names_of_processes_and_elements_do_not_matter_to_a_set(steps in steps(), shift in 0_u64..1000) {
        let element = |element: u8| Value::List(vec![format!("e{element}").into(), Value::Null]);
        let plain = judged("g-set", &set_history(&steps, |process| process, Value::from_element));
        let renamed = judged("g-set", &set_history(&steps, |process| shift + 7 * process, element));
        prop_assert_eq!(plain.verdict(), renamed.verdict());
        for field in ["attempt-count", "stable-count", "lost-count", "never-read-count", "stale-count"] {
            prop_assert_eq!(&plain.result()[field], &renamed.result()[field]);
        }
        for field in ["stable-latencies", "lost-latencies"] {
            prop_assert_eq!(plain.result().get(field), renamed.result().get(field));
        }
        prop_assert_eq!(plain.warnings().len(), renamed.warnings().len());
    }

    #[test]
    fn a_right_sequential_run_is_valid(
        adds in prop::collection::vec((0_u64..3, -5_i64..5, any::<bool>()), 1..40),
    ) {
        let (mut set, mut counter, mut ids, mut echo) =
            (History::new(), History::new(), History::new(), History::new());
        let mut elements = Vec::new();
        let mut sum = 0;
        let done = |history: &mut History, process, f: &str, asked: Value, got: Value| {
            for (kind, value) in [(Kind::Invoke, asked), (Kind::Ok, got)] {
                let index = history.len();
                let mut operation = Operation::new(index, index as u64, Process::Client(process), kind, f, value);
                operation.is_final = f == "read";
                history.push(operation).unwrap();
            }
        };
        for (number, &(process, delta, reads)) in adds.iter().enumerate() {
            done(&mut set, process, "add", number.into(), number.into());
            done(&mut counter, process, "add", delta.into(), delta.into());
            done(&mut ids, process, "generate", Value::Null, number.into());
            done(&mut echo, process, "echo", delta.into(), Value::object([("echo", delta.into())]));
            elements.push(number);
            sum += delta;
            if reads {
                done(&mut set, process, "read", Value::Null, elements.clone().into());
            }
        }
        done(&mut set, 0, "read", Value::Null, elements.into());
        done(&mut counter, 0, "read", Value::Null, sum.into());
        for (workload, history) in [("g-set", set), ("pn-counter", counter), ("unique-ids", ids), ("echo", echo)] {
            for judgement in [judged(workload, &history), judged("stats", &history), judged("availability", &history)] {
                prop_assert_eq!(judgement.verdict(), Verdict::Valid);
                prop_assert_eq!(judgement.warnings(), []);
                prop_assert_eq!(judgement.maelstrom_would(), []);
            }
        }
    }

    #[test]
    fn one_more_indeterminate_add_never_makes_a_counter_wrong(
        adds in prop::collection::vec((-50_i64..50, any::<bool>()), 0..8),
        chosen in any::<u8>(), off in -1_i64..2, extra in -50_i64..50, at in any::<Index>(),
    ) {
        // The final read is a sum that can be made, or one beside it.
        let is_in = |number: usize, is_ok: bool| is_ok || chosen >> number & 1 == 1;
        let sum: i64 =
            adds.iter().enumerate().filter(|(number, (_, is_ok))| is_in(*number, *is_ok)).map(|(_, (delta, _))| delta).sum();
        let counter = |adds: &[(i64, bool)]| {
            let mut lines: Vec<String> = Vec::new();
            for (process, (delta, is_ok)) in adds.iter().enumerate() {
                lines.push(format!("{process} invoke add {delta}"));
                lines.push(format!("{process} {} add {delta}", if *is_ok { "ok" } else { "info" }));
            }
            lines.push(format!("99 invoke read!\n99 ok read! {}", sum + off));
            judged("pn-counter", &support::history(&lines.join("\n"))).verdict()
        };
        let before = counter(&adds);
        prop_assert!(off != 0 || before == Verdict::Valid);
        let mut more = adds.clone();
        more.insert(at.index(adds.len() + 1), (extra, false));
        prop_assert!(counter(&more) <= before);
    }
}

/// Elements as numbers.
trait FromElement {
    fn from_element(element: u8) -> Self;
}

impl FromElement for Value {
    fn from_element(element: u8) -> Self {
        u32::from(element).into()
    }
}
