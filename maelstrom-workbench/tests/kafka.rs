//! Logs: what holds for every history of them, what is told of each mistake, and nodes in a simulation, right and wrong.

#![allow(clippy::unwrap_used)]

mod kafka_nodes;
mod support;

use std::{collections::BTreeMap, time::Duration};

use kafka_nodes::{Logs, Mistake};
use maelstrom_workbench::{
    Run, Schedule, Simulation, Value, check,
    checker::{Judgement, Options, Verdict},
    cluster::FINALE,
    history::{History, Kind, Operation, Process},
    workload::Kafka,
};
use proptest::prelude::*;
use support::{history, judge, judge_compat, maelstrom_would};

/// What somebody does next.
#[derive(Clone, Debug)]
enum Step {
    Send { key: u8 },
    Poll,
    Assign { keys: Vec<u8> },
    Crash,
}

fn step() -> impl Strategy<Value = (u64, Step)> {
    let step = prop_oneof![
        4 => (0_u8..4).prop_map(|key| Step::Send { key }),
        4 => Just(Step::Poll),
        2 => prop::collection::vec(0_u8..4, 0..4).prop_map(|keys| Step::Assign { keys }),
        1 => Just(Step::Crash),
    ];
    (0_u64..4, step)
}

/// A list or an object of JSON values.
fn json(text: &str) -> Value {
    text.parse().unwrap()
}

/// Puts a history together, an operation after the other.
#[derive(Default)]
struct Recorder(History);

impl Recorder {
    fn done(&mut self, process: u64, f: &str, asked: Value, kind: Kind, got: Value) {
        for (kind, value) in [(Kind::Invoke, asked), (kind, got)] {
            let index = self.0.len();
            let time = index as u64 * 1_000_000;
            self.0.push(Operation::new(index, time, Process::Client(process), kind, f, value)).unwrap();
        }
    }
}

/// What clients of right logs do and see, who act one at a time; at the end all is polled.
fn right_history(steps: &[(u64, Step)]) -> History {
    let mut recorder = Recorder::default();
    let mut logs: BTreeMap<u8, u64> = BTreeMap::new();
    let mut clients: BTreeMap<u64, BTreeMap<u8, u64>> = BTreeMap::new();
    let mut crashes = 0;
    let all = Step::Assign { keys: (0..4).collect() };
    let end = [(99, all), (99, Step::Poll)];
    for (client, step) in steps.iter().chain(&end) {
        let process = client + 100 * crashes;
        let next = clients.entry(process).or_default();
        match step {
            Step::Send { key } => {
                let length = logs.entry(*key).or_default();
                let (asked, got) = (
                    format!(r#"[["send","{key}",{length}]]"#),
                    format!(r#"[["send","{key}",[{length},{length}]]]"#),
                );
                *length += 1;
                recorder.done(process, "send", json(&asked), Kind::Ok, json(&got));
            }
            Step::Poll => {
                let mut polled = BTreeMap::new();
                for (key, next) in next {
                    let length = logs.get(key).copied().unwrap_or_default();
                    let pairs: Vec<Vec<u64>> = (*next..length).map(|offset| vec![offset, offset]).collect();
                    if !pairs.is_empty() {
                        polled.insert(key.to_string(), Value::from(pairs));
                    }
                    *next = length;
                }
                let got = Value::List(vec![Value::List(vec!["poll".into(), Value::Object(polled)])]);
                recorder.done(process, "poll", json(r#"[["poll"]]"#), Kind::Ok, got);
            }
            Step::Assign { keys } => {
                let before = std::mem::take(next);
                *next = keys.iter().map(|key| (*key, before.get(key).copied().unwrap_or(0))).collect();
                let value: Value = keys.iter().map(ToString::to_string).collect();
                recorder.done(process, "assign", value.clone(), Kind::Ok, value);
            }
            Step::Crash => {
                recorder.done(process, "crash", Value::Null, Kind::Info, Value::Null);
                crashes += 1;
            }
        }
    }
    recorder.0
}

/// A send or a poll of anything: who, the key, and offsets with messages.
#[derive(Clone, Debug)]
struct Any {
    client: u64,
    sends: bool,
    key: u8,
    pairs: Vec<(u8, u8)>,
    kind: Kind,
}

fn anything() -> impl Strategy<Value = Vec<Any>> {
    let kind = prop_oneof![8 => Just(Kind::Ok), 1 => Just(Kind::Fail), 1 => Just(Kind::Info)];
    let pairs = prop::collection::vec((0_u8..6, 0_u8..6), 1..4);
    let one = (0_u64..3, any::<bool>(), 0_u8..3, pairs, kind);
    let one = one.prop_map(|(client, sends, key, pairs, kind)| Any { client, sends, key, pairs, kind });
    prop::collection::vec(one, 1..40)
}

/// A history of these, with processes, keys and messages under the names given.
fn any_history(
    steps: &[Any],
    process: impl Fn(u64) -> u64,
    key: impl Fn(u8) -> String,
    message: impl Fn(u8) -> Value,
) -> History {
    let mut recorder = Recorder::default();
    let mut infos = 0;
    for Any { client, sends, key: k, pairs, kind } in steps {
        let process = process(client + 3 * infos);
        infos += u64::from(*kind == Kind::Info);
        let (k, pair) = (Value::from(key(*k)), |(offset, m): &(u8, u8)| {
            Value::List(vec![u32::from(*offset).into(), message(*m)])
        });
        if *sends {
            let send = |value| Value::List(vec![Value::List(vec!["send".into(), k.clone(), value])]);
            let got = if *kind == Kind::Ok { pair(&pairs[0]) } else { message(pairs[0].1) };
            recorder.done(process, "send", send(message(pairs[0].1)), *kind, send(got));
        } else {
            let asked = json(r#"[["poll"]]"#);
            let polled = Value::object([(k.as_str().unwrap(), pairs.iter().map(pair).collect())]);
            let got = Value::List(vec![Value::List(vec!["poll".into(), polled])]);
            let got = if *kind == Kind::Ok { got } else { asked.clone() };
            recorder.done(process, "poll", asked, *kind, got);
        }
    }
    recorder.0
}

/// What clients do who act at the same time: each begins an operation, or ends the one that it has begun.
fn overlapping_history(steps: &[Any]) -> History {
    let mut history = History::new();
    let mut open: BTreeMap<u64, (u64, Any)> = BTreeMap::new();
    let mut infos: BTreeMap<u64, u64> = BTreeMap::new();
    // Messages are sent once, and polled at any time.
    let mut sent = 0_u8;
    for step in steps {
        let (process, ends) = match open.remove(&step.client) {
            Some(begun) => (begun.0, Some(begun.1)),
            None => (step.client + 3 * infos.get(&step.client).copied().unwrap_or_default(), None),
        };
        let mut begun = ends.clone().unwrap_or_else(|| step.clone());
        if ends.is_none() && begun.sends {
            begun.pairs = vec![(sent, sent)];
            sent += 1;
        }
        let kind = if ends.is_some() { step.kind } else { Kind::Invoke };
        let pair = |(offset, _): &(u8, u8)| vec![u32::from(*offset); 2];
        let op = match (begun.sends, kind) {
            (true, Kind::Ok) => Value::List(vec!["send".into(), "k".into(), pair(&begun.pairs[0]).into()]),
            (true, _) => Value::List(vec!["send".into(), "k".into(), u32::from(begun.pairs[0].0).into()]),
            (false, Kind::Ok) => {
                let polled = step.pairs.iter().map(pair).collect();
                Value::List(vec!["poll".into(), Value::object([("k", polled)])])
            }
            (false, _) => Value::List(vec!["poll".into()]),
        };
        let f = if begun.sends { "send" } else { "poll" };
        let (index, value) = (history.len(), Value::List(vec![op]));
        history.push(Operation::new(index, 0, Process::Client(process), kind, f, value)).unwrap();
        if ends.is_none() {
            open.insert(step.client, (process, begun));
        }
        *infos.entry(step.client).or_default() += u64::from(kind == Kind::Info);
    }
    history
}

/// How many components there are of operations that come before each other, worked out edge by edge: the send of a
/// message comes before every poll of it, and a success before all that begins after it.
fn components(history: &History) -> usize {
    let operations = history.operations();
    let value = |at: usize| operations[at].value.as_list().unwrap()[0].as_list().unwrap();
    let reads = |at: usize, message: &Value| {
        let polled = value(at).get(1).and_then(|polled| polled.get("k")?.as_list()).unwrap_or_default();
        operations[at].f == "poll" && polled.iter().any(|pair| pair.as_list().unwrap()[1] == *message)
    };
    let message = |at: usize| {
        let sent = value(at).get(2).filter(|_| operations[at].f == "send")?;
        Some(sent.as_list().map_or(sent, |pair| &pair[1]))
    };
    let ends: Vec<usize> =
        (0..operations.len()).filter(|at| matches!(operations[*at].kind, Kind::Ok | Kind::Info)).collect();
    let before = |a: usize, b: usize| {
        operations[a].kind == Kind::Ok && a < history.other_half(b).unwrap()
            || message(a).is_some_and(|message| reads(b, message))
    };
    let mut reach: Vec<Vec<bool>> =
        ends.iter().map(|a| ends.iter().map(|b| a != b && before(*a, *b)).collect()).collect();
    for via in 0..ends.len() {
        for a in 0..ends.len() {
            for b in 0..ends.len() {
                reach[a][b] |= reach[a][via] && reach[via][b];
            }
        }
    }
    // Of each component the first operation counts.
    let is_first = |a: &usize| reach[*a][*a] && !(0..*a).any(|b| reach[*a][b] && reach[b][*a]);
    (0..ends.len()).filter(is_first).count()
}

/// How many errors of each type there are.
fn counts(judgement: &Judgement) -> BTreeMap<&str, Value> {
    let result = judgement.result().iter();
    result.filter_map(|(name, value)| Some((name.as_str(), value.get("count")?.clone()))).collect()
}

proptest! {
    #[test]
    fn what_right_logs_do_is_valid(steps in prop::collection::vec(step(), 1..80)) {
        let history = right_history(&steps);
        let ours = check("kafka", &history, &Options::default()).unwrap();
        // Where nobody sends, nothing is known.
        let expected = if steps.iter().any(|(_, step)| matches!(step, Step::Send { .. })) { Verdict::Valid } else { ours.verdict() };
        prop_assert_eq!(ours.verdict(), expected, "{:?}", ours.explanation());
        let compat = check("kafka", &history, &Options::default().compat(true)).unwrap();
        prop_assert_eq!(compat.verdict(), ours.verdict());
        prop_assert_eq!(ours.maelstrom_would(), []);
    }

    #[test]
    fn a_send_with_open_outcome_makes_nothing_invalid(steps in prop::collection::vec(step(), 1..80)) {
        let right = right_history(&steps);
        let mut recorder = Recorder::default();
        recorder.done(9999, "send", json(r#"[["send","0",-1]]"#), Kind::Info, json(r#"[["send","0",-1]]"#));
        for operation in right.operations() {
            let index = operation.index + 2;
            recorder.0.push(Operation { index, ..operation.clone() }).unwrap();
        }
        let [before, after] = [&right, &recorder.0]
            .map(|history| check("kafka", history, &Options::default()).unwrap());
        prop_assert_eq!(after.verdict().max(before.verdict()), before.verdict());
    }

    #[test]
    fn cycles_are_those_that_are_found_edge_by_edge(steps in anything()) {
        let history = overlapping_history(&steps);
        let judgement = check("kafka", &history, &Options::default()).unwrap();
        let found = counts(&judgement).remove("G1c-realtime").unwrap_or(0.into());
        prop_assert_eq!(found, Value::from(components(&history)));
    }

    #[test]
    fn names_make_no_difference(steps in anything()) {
        let plain = any_history(&steps, |p| p, |k| k.to_string(), |m| u32::from(m).into());
        let named = any_history(
            &steps,
            |p| 7 + 5 * p,
            |k| format!("key {}", 9 - k),
            |m| Value::object([("m", (100 - u32::from(m)).into())]),
        );
        let [plain, named] = [plain, named].map(|it| check("kafka", &it, &Options::default()).unwrap());
        prop_assert_eq!(plain.verdict(), named.verdict());
        // Which of several messages at an offset is compared with others hangs on their hashes.
        let hangs = |name: &str| name.contains("poll") || name == "nonmonotonic-send";
        let [plain, named] = [counts(&plain), counts(&named)].map(|mut counts| {
            let shares = counts.contains_key("inconsistent-offsets");
            counts.retain(|name, _| !shares || !hangs(name));
            counts
        });
        prop_assert_eq!(plain, named);
    }

    #[test]
    fn what_passes_here_passes_there_or_it_is_said_why_not(steps in anything()) {
        let history = any_history(&steps, |p| p, |k| k.to_string(), |m| u32::from(m).into());
        let ours = check("kafka", &history, &Options::default()).unwrap();
        let theirs = check("kafka", &history, &Options::default().compat(true)).unwrap();
        let said: Vec<_> = ours.maelstrom_would().iter().map(|divergence| divergence.verdict).collect();
        let expected = if ours.verdict() == theirs.verdict() { vec![] } else { vec![theirs.verdict()] };
        prop_assert_eq!(said, expected);
    }
}

fn simulation(mistake: Mistake) -> Simulation<Logs> {
    Simulation::<Logs>::with_config(Kafka::default(), move |_| mistake)
        .nodes(2)
        .clients_per_node(2)
        .latency(Duration::from_millis(5))
        .rate(100.0)
        .time_limit(Duration::from_secs(20))
}

/// The first run that is not valid, with what is said of its history.
fn caught(simulation: &Simulation<Logs>) -> (Run, String) {
    let report = simulation.run();
    let run = report.first_failure().expect("the mistake shows").clone();
    assert_eq!(run.verdict(), Verdict::Invalid);
    let text = run.explanations().first().unwrap().clone();
    // The seed alone brings it back.
    let again = simulation.run_seed(run.seed);
    assert_eq!(again.explanations()[0], text);
    (run, text)
}

#[test]
fn right_logs_are_valid() {
    simulation(Mistake::None).seeds(0..4).run().assert_valid();
}

#[test]
fn a_run_is_replayed_to_the_byte() {
    let run = simulation(Mistake::None).run_seed(3);
    let saved: Schedule = run.schedule.to_string().parse().unwrap();
    let again = simulation(Mistake::None).seeds(3..4).schedule(saved).run().runs()[0].clone();
    assert_eq!(again.history, run.history);
}

#[test]
fn messages_that_are_never_polled_are_waited_for_and_missed() {
    let (run, text) = caught(&simulation(Mistake::HidesTheLast));
    assert!(text.starts_with("message ") && text.contains(", was in no poll up to the end, at "), "{text}");
    let last = run.history.operations().iter().filter(|operation| operation.is_final);
    let times: Vec<u64> = last.filter(|operation| operation.kind == Kind::Invoke).map(|it| it.time).collect();
    let took = Duration::from_nanos(times.last().unwrap() - times[0]);
    assert!(took < FINALE && took + Duration::from_secs(1) > FINALE, "{took:?}");
    // Each of the four clients polls about every 200 ms.
    assert!((150..250).contains(&times.len()), "{}", times.len());
}

#[test]
fn a_leader_change_that_loses_acknowledged_messages_is_caught() {
    let (run, text) = caught(&simulation(Mistake::ForgetsWhatIsNotCopied).seeds(0..5));
    let is_told = |word: &str| run.judgements[0].1.result().contains_key(word);
    assert!(is_told("lost-write") && is_told("inconsistent-offsets"), "{text}");
    // The same offset was given twice, before and after a change.
    assert!(
        text.starts_with("offset ") && text.contains(" (at n0) ") && text.contains(" (at n1) "),
        "{text}"
    );
}

#[test]
fn committed_offsets_that_go_back_are_caught() {
    let (run, text) = caught(&simulation(Mistake::TellsOldCommits).seeds(0..5));
    assert!(text.contains(" had committed offset ") && text.contains("nobody else had committed"), "{text}");
    let would = maelstrom_would(&run.judgements[0].1);
    assert_eq!(
        would,
        ["Maelstrom would say valid: it does not look at committed offsets (kafka-commits)"],
        "seed {}",
        run.seed
    );
    // Each of them could also be somebody else's.
    let judged = |lines: &str| {
        let mut operations = history(lines).operations().to_vec();
        let assign = operations.len() - 1;
        operations[assign].further.insert("committed".to_owned(), json(r#"{"k":0}"#));
        let mut history = History::new();
        for operation in operations {
            history.push(operation).unwrap();
        }
        check("kafka", &history, &Options::default()).unwrap().verdict()
    };
    let sent = r#"
        0 invoke send [["send","k","a"]]
        0 ok send [["send","k",[0,"a"]]]
        0 invoke send [["send","k","b"]]
        0 ok send [["send","k",[1,"b"]]]
    "#;
    let alone = r#"
        1 invoke poll [["poll"]]
        1 ok poll [["poll",{"k":[[0,"a"],[1,"b"]]}]]
        1 invoke assign ["k"]
        1 ok assign ["k"]
    "#;
    let meanwhile = r#"
        2 invoke poll [["poll"]]
        1 invoke poll [["poll"]]
        1 ok poll [["poll",{"k":[[0,"a"],[1,"b"]]}]]
        2 ok poll [["poll",{"k":[[0,"a"]]}]]
        1 invoke assign ["k"]
        1 ok assign ["k"]
    "#;
    assert_eq!(judged(&format!("{sent}{alone}")), Verdict::Invalid);
    assert_eq!(judged(&format!("{sent}{meanwhile}")), Verdict::Valid);
}

/// Sends of these offsets to key k by process 0, acknowledged, of messages that are ten times the offset.
fn sends(offsets: std::ops::Range<u32>) -> String {
    let send = |offset: u32| {
        let message = 10 * offset;
        format!(
            "0 invoke send [[\"send\",\"k\",{message}]]\n0 ok send [[\"send\",\"k\",[{offset},{message}]]]\n"
        )
    };
    offsets.map(send).collect()
}

/// A poll by that process.
fn poll(process: u32, messages: &str) -> String {
    format!("{process} invoke poll [[\"poll\"]]\n{process} ok poll [[\"poll\",{messages}]]\n")
}

/// The types of errors, and what is said.
fn told(lines: &[String]) -> (Vec<String>, String) {
    let judgement = judge("kafka", &lines.concat());
    let types = judgement.result()["error-types"].as_list().unwrap();
    let types = types.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    (types, judgement.explanation().unwrap_or_default().to_owned())
}

#[test]
fn messages_in_wrong_places_are_told_with_who_saw_them() {
    let open = "2 invoke send [[\"send\",\"k\",11]]\n2 info send [[\"send\",\"k\",11]]\n".to_owned();
    let (types, text) = told(&[open, sends(0..2), poll(1, r#"{"k":[[0,0],[1,10],[1,11]]}"#)]);
    assert_eq!(types, ["inconsistent-offsets"]);
    let expected = "offset 1 of key \"k\" has message 11, as process 1 polled it at 70 ms and message 10, as process 0 \
                    was told at 50 ms";
    assert_eq!(text, expected);

    let (types, text) = told(&[sends(0..2), poll(1, r#"{"k":[[0,0],[1,10],[2,0]]}"#)]);
    assert_eq!(types, ["duplicate", "int-nonmonotonic-poll", "nonmonotonic-send"]);
    let expected = "message 0 of key \"k\" was sent once, and stands at offset 0, as process 0 was told at 10 ms and at \
                    offset 2, as process 1 polled it at 50 ms; besides, 1 int-nonmonotonic-poll and 1 nonmonotonic-send";
    assert_eq!(text, expected);
}

#[test]
fn messages_that_should_not_be_there_are_told_with_their_senders() {
    let failed = "2 invoke send [[\"send\",\"k\",5]]\n2 fail send [[\"send\",\"k\",5]]\n".to_owned();
    let (types, text) = told(&[failed, poll(1, r#"{"k":[[0,5]]}"#)]);
    assert_eq!(types, ["G1a"]);
    assert_eq!(
        text,
        "message 5 of key \"k\", refused to process 2 at 10 ms, was polled all the same by process 1 at 30 ms"
    );

    let (types, text) = told(&[poll(1, r#"{"k":[[0,0]]}"#), sends(0..1), poll(2, "{}")]);
    assert_eq!(types, ["G1c-realtime", "strong-PL-2-cycle-exists"]);
    assert_eq!(
        text,
        "message 0 of key \"k\", which process 0 at 20 ms only began to send, had been polled by process 1 at 10 ms"
    );

    let lines = [sends(0..1), poll(1, r#"{"k":[[0,0],[1,99]]}"#)];
    let (types, text) = told(&lines);
    assert_eq!(types, ["phantom"]);
    assert_eq!(text, "message 99 of key \"k\", which nobody sent, was polled by process 1 at 30 ms");
    assert_eq!(judge_compat("kafka", &lines.concat()).verdict(), Verdict::Unknown);
    assert_eq!(
        maelstrom_would(&judge("kafka", &lines.concat())),
        [
            "Maelstrom would say unknown: its checker fails, as message 99 of key \"k\" was polled, and nobody has \
          sent it (Q-25)"
        ]
    );
}

#[test]
fn offsets_may_be_any_but_maelstrom_does_not_take_all() {
    for (offset, why) in [
        ("-1", "an offset of key \"k\" is negative"),
        ("1700000000000", "no memory has room for a place for each offset of key \"k\" up to 1700000000000"),
    ] {
        let send = r#"0 invoke send [["send","k",1]]"#;
        let lines = format!("{send}\n0 ok send [[\"send\",\"k\",[{offset},1]]]\n");
        let lines = lines + &poll(1, &format!(r#"{{"k":[[{offset},1]]}}"#));
        assert_eq!(judge("kafka", &lines).verdict(), Verdict::Valid);
        let expected = format!("Maelstrom would say unknown: its checker fails, as {why} (Q-25)");
        assert_eq!(maelstrom_would(&judge("kafka", &lines)), [expected]);
        assert_eq!(judge_compat("kafka", &lines).verdict(), Verdict::Unknown);
    }
}

#[test]
fn messages_that_do_not_come_out_are_told_with_who_sent_them() {
    let (types, text) = told(&[sends(0..3), poll(1, r#"{"k":[[0,0],[2,20]]}"#)]);
    assert_eq!(types, ["int-poll-skip", "lost-write", "unseen"]);
    let expected = "message 10 of key \"k\", acknowledged to process 0 at 30 ms with offset 1, was never polled, though \
                    message 20 (offset 2), which stands behind it, was, by process 1 at 70 ms; besides, 1 int-poll-skip \
                    and 1 unseen";
    assert_eq!(text, expected);

    let (types, text) = told(&[sends(0..3), poll(1, r#"{"k":[[0,0],[1,10]]}"#)]);
    assert_eq!(types, ["unseen"]);
    let expected = "message 20 of key \"k\", acknowledged to process 0 at 50 ms with offset 2, was in no poll up to the \
                    end, at 70 ms";
    assert_eq!(text, expected);
}

#[test]
fn polls_and_sends_out_of_order_are_told_with_the_one_before() {
    let all = poll(2, r#"{"k":[[0,0],[1,10],[2,20]]}"#);
    let (types, text) =
        told(&[sends(0..3), all.clone(), poll(1, r#"{"k":[[1,10]]}"#), poll(1, r#"{"k":[[1,10]]}"#)]);
    assert_eq!(types, ["nonmonotonic-poll"]);
    let expected = "after a poll of key \"k\" by process 1 at 90 ms had ended with message 10 (offset 1), its next one, \
                    at 110 ms, began with message 10 (offset 1)";
    assert_eq!(text, expected);

    let (types, text) =
        told(&[sends(0..3), all.clone(), poll(1, r#"{"k":[[0,0]]}"#), poll(1, r#"{"k":[[2,20]]}"#)]);
    assert_eq!(types, ["poll-skip"]);
    let expected = "after a poll of key \"k\" by process 1 at 90 ms had ended with message 0 (offset 0), its next one, at \
                    110 ms, began with message 20 (offset 2), without message 10 (offset 1)";
    assert_eq!(text, expected);

    // What an assign leaves out is forgotten; what it keeps is not.
    let assign = |keys: &str| format!("1 invoke assign {keys}\n1 ok assign {keys}\n");
    let jump = |keys: &str| {
        let polls = [poll(1, r#"{"k":[[0,0]]}"#), assign(keys), poll(1, r#"{"k":[[2,20]]}"#)];
        told(&[sends(0..3), all.clone(), polls.concat()]).0
    };
    assert_eq!(jump("[\"j\"]"), [""; 0]);
    assert_eq!(jump("[\"j\",\"k\"]"), ["poll-skip"]);

    let (types, text) = told(&[sends(1..2), sends(0..1), poll(1, r#"{"k":[[0,0],[1,10]]}"#)]);
    assert_eq!(types, ["nonmonotonic-send"]);
    let expected = "after process 0 at 10 ms had sent message 10 (offset 1) to key \"k\", it sent, by 30 ms, message 0 \
                    (offset 0), which stands before it";
    assert_eq!(text, expected);
}
