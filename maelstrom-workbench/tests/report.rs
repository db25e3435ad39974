//! The report of a run: what is in it, and that it stays a report whatever nodes write.

#![allow(clippy::unwrap_used)]

#[path = "shown_runs/mod.rs"]
mod shown_runs;

use std::{collections::BTreeSet, fs, panic::catch_unwind, path::Path, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use maelstrom::{Context, Later, Node, Reply};
use maelstrom_workbench::{
    Run, Simulation,
    checker::Verdict,
    journal::{self, Cause, EventKind},
    nemesis::Nemesis,
    visual::{About, Data, MOST_BYTES, Messages, Operation, Window},
    workload::{Broadcast, Echo},
};
use miniz_oxide::inflate::decompress_to_vec;
use serde_json::Value as Json;

/// Tells its neighbours at once and once, so that what a partition swallows is lost.
#[derive(Default)]
struct Forgetful {
    seen: BTreeSet<u64>,
}

#[maelstrom::node]
impl Forgetful {
    #[rpc]
    fn topology(&mut self) {}

    #[rpc]
    fn broadcast(&mut self, ctx: &Context<Self>, message: u64) {
        self.seen.insert(message);
        ctx.peers(ctx.others()).gossip(message);
    }

    #[rpc(reply(messages))]
    fn read(&self) -> &BTreeSet<u64> {
        &self.seen
    }

    #[message]
    fn gossip(&mut self, message: u64) {
        self.seen.insert(message);
    }
}

fn failing() -> Run {
    let run = Simulation::<Forgetful>::new(Broadcast::default())
        .latency(Duration::from_millis(20))
        .rate(50.0)
        .time_limit(Duration::from_secs(20))
        .nemesis(Nemesis::partitions().interval(Duration::from_secs(3)))
        .journal()
        .run_seed(1);
    assert_eq!(run.verdict(), Verdict::Invalid);
    run
}

#[test]
fn every_message_is_in_the_data_with_its_end() {
    let run = failing();
    let messages = Data::new(&run, About::new("broadcast")).messages;
    let count = |kind| run.journal.iter().filter(|event| event.kind == kind).count();
    assert_eq!(messages.len(), count(EventKind::Send));
    assert!(count(EventKind::Partitioned) > 0);
    for (number, kind) in [(0, EventKind::Receive), (2, EventKind::Partitioned)] {
        assert_eq!(messages.end.iter().filter(|end| i32::from(**end) == number).count(), count(kind));
    }
    assert_eq!(messages.ends["partitioned"], count(EventKind::Partitioned) as u64);
    let by_type: u64 = messages.types.iter().map(|of| of.sent).sum();
    let by_pair: u64 = messages.pairs.iter().map(|(.., count)| count).sum();
    assert_eq!((by_type, by_pair), (messages.total, messages.total));
}

/// So that one sees who repeats what, and of which type what got lost is.
#[test]
fn each_type_is_counted_with_what_became_of_it_and_who_sent_it() {
    let run = Simulation::<Agrees>::new(Echo)
        .nodes(3)
        .latency(Duration::from_millis(20))
        .rate(10.0)
        .time_limit(Duration::from_secs(5))
        .nemesis(Nemesis::partitions().interval(Duration::from_secs(1)))
        .journal()
        .run_seed(0);
    let data = Data::new(&run, About::new("echo"));
    let figures: Json = serde_json::from_str(&data.figures().to_string()).unwrap();
    for of in &data.messages.types {
        let events = |kind, is_timer: bool| {
            let events = run.journal.iter().filter(|event| event.kind == kind);
            let own = events.filter(|event| {
                let message: Json = serde_json::from_str(&event.line).unwrap();
                message["body"]["type"] == of.kind.as_str()
            });
            own.filter(|event| !is_timer || event.cause == Some(Cause::Timer)).count() as u64
        };
        let ends = [EventKind::Receive, EventKind::Lost, EventKind::Partitioned, EventKind::Gone];
        assert_eq!(of.ends, ends.map(|kind| events(kind, false)), "{of:?}");
        assert_eq!((of.sent, of.by_timers), (events(EventKind::Send, false), events(EventKind::Send, true)));
        let figures = &figures["messages"]["by-type"][&of.kind];
        assert_eq!((&figures["sent"], &figures["by-timers"]), (&of.sent.into(), &of.by_timers.into()));
        assert_eq!(figures["partitioned"].as_u64().unwrap_or(0), of.ends[2]);
    }
    let find = |kind: &str| data.messages.types.iter().find(|of| of.kind == kind).unwrap();
    let (ask, agree) = (find("ask"), find("agree"));
    assert!(ask.by_timers == ask.sent && ask.ends[2] > 0, "{ask:?}");
    assert!(agree.by_timers == 0 && agree.sent == ask.ends[0] && agree.ends[2] > 0, "{agree:?}");
    // Of processes nobody knows.
    let processes = Data { about: About { is_simulated: false, ..About::default() }, ..data };
    assert!(!processes.figures().to_string().contains("by-timers"));
}

#[test]
fn every_request_belongs_to_its_operation_and_what_it_caused_to_it() {
    let run = failing();
    let data = Data::new(&run, About::new("broadcast"));
    let messages = &data.messages;
    for operation in &data.operations {
        let own = i64::try_from(operation.index).unwrap();
        let requests: Vec<usize> = (0..messages.len()).filter(|k| messages.operation[*k] == own).collect();
        let [request] = requests[..] else { panic!("{operation:?} has the requests {requests:?}") };
        assert_eq!(messages.sent[request], operation.invoked);
        assert_eq!(messages.words[messages.kind[request]], operation.f);
        assert_eq!(messages.words[messages.dest[request]], data.nodes[operation.node]);
        if operation.f == "broadcast" {
            let id = i64::try_from(messages.id[request]).unwrap();
            // One to each other node, and the answer.
            assert_eq!(messages.cause.iter().filter(|cause| **cause == id).count(), 5);
        }
    }
}

#[test]
fn an_invalid_run_has_the_operation_that_shows_it_in_its_focus() {
    let run = failing();
    let data = Data::new(&run, About::new("broadcast"));
    let [written, read] = data.evidence[..] else { panic!("{:?} of {:?}", data.evidence, data.explanations) };
    let find = |index| data.operations.iter().find(|operation| operation.index == index).unwrap();
    let (written, read) = (find(written), find(read));
    assert_eq!((written.f.as_str(), read.f.as_str()), ("broadcast", "read"));
    let said = format!("value {}, acknowledged to process {} ", written.value, written.process);
    assert!(data.explanations[0].contains(&said), "{:?} for {written:?}", data.explanations);
    let said = format!("missing from the read that process {} ", read.process);
    assert!(data.explanations[0].contains(&said), "{:?} for {read:?}", data.explanations);
    // The explanation tells hundredths of a second.
    assert!(data.focus.unwrap().abs_diff(read.invoked) <= 5_000, "{read:?}");
}

#[test]
fn without_known_causes_a_reply_is_caused_by_its_request() {
    let mut run = failing();
    let known = Data::new(&run, About::new("broadcast")).messages;
    run.journal.iter_mut().for_each(|event| event.cause = None);
    let guessed = Data::new(&run, About::new("broadcast")).messages;
    let mut replies = 0;
    for k in 0..known.len() {
        if known.words[known.kind[k]].ends_with("_ok") {
            replies += 1;
            assert_eq!(guessed.cause[k], known.cause[k]);
        } else {
            assert_eq!(guessed.cause[k], -2);
        }
    }
    assert!(replies > 100);
}

/// Answers when it has slept.
#[derive(Default)]
struct Slow;

#[maelstrom::node]
impl Slow {
    #[rpc(reply(echo))]
    async fn echo(&self, ctx: &Context<Self>, echo: String) -> String {
        ctx.sleep(Duration::from_millis(10)).await;
        echo
    }
}

/// Answers when others have agreed, whom it asks now and then.
#[derive(Default)]
struct Agrees {
    waiting: Vec<(Reply<String>, String)>,
}

#[maelstrom::node]
impl Agrees {
    #[rpc(reply(echo))]
    fn echo(&mut self, ctx: &Context<Self>, echo: String) -> Later<String> {
        let (reply, later) = ctx.later();
        self.waiting.push((reply, echo));
        later
    }

    #[every(20ms)]
    fn again(&self, ctx: &Context<Self>) {
        ctx.peers(ctx.others()).ask();
    }

    #[message]
    fn ask(&self, ctx: &Context<Self>) {
        ctx.peer(ctx.sender()).agree();
    }

    #[message]
    fn agree(&mut self) {
        for (reply, echo) in self.waiting.drain(..) {
            reply.send(echo);
        }
    }
}

#[test]
fn an_answer_belongs_to_its_request_whatever_came_in_between() {
    fn messages<N: Node<Config = ()> + 'static>() -> Messages {
        let simulation = Simulation::<N>::new(Echo).nodes(2).rate(10.0).time_limit(Duration::from_secs(3));
        Data::new(&simulation.journal().run_seed(0), About::new("echo")).messages
    }
    let answers = |messages: &Messages, of: &[i64]| {
        let requests = (0..messages.len()).filter(|k| messages.operation[*k] >= 0);
        let mut count = 0;
        for request in requests {
            let id = i64::try_from(messages.id[request]).unwrap();
            let answer = of.iter().position(|own| *own == id).unwrap();
            assert_eq!(messages.dest[answer], messages.src[request]);
            count += 1;
        }
        assert!(count > 10);
    };
    let slow = messages::<Slow>();
    answers(&slow, &slow.handled);
    let agrees = messages::<Agrees>();
    answers(&agrees, &agrees.answers);
    for k in (0..agrees.len()).filter(|k| agrees.answers[*k] >= 0) {
        let cause = agrees.id.iter().position(|id| i64::try_from(*id).ok() == Some(agrees.cause[k])).unwrap();
        assert_eq!(agrees.words[agrees.kind[cause]], "agree");
    }
}

/// However often it asks again, and whoever else has its turn meanwhile.
#[test]
fn what_a_handler_sends_belongs_to_its_operation_whatever_it_waits_for() {
    let data = shown_runs::retrying();
    let messages = &data.messages;
    let word = |words: &[usize], k: usize| messages.words[words[k]].as_str();
    let (mut repeated, mut timers) = (0, 0);
    for operation in &data.operations {
        let own = i64::try_from(operation.index).unwrap();
        let request = messages.operation.iter().position(|operation| *operation == own).unwrap();
        let id = i64::try_from(messages.id[request]).unwrap();
        let of =
            |k: &usize| messages.cause[*k] == id && messages.handled[*k] < 0 || messages.handled[*k] == id;
        let sent: Vec<usize> = (0..messages.len()).filter(of).collect();
        let value = operation.value.as_str();
        let is_own = |k: &usize| {
            let (kind, text) = (word(&messages.kind, *k), word(&messages.text, *k));
            let is_now = messages.sent[*k] >= operation.invoked
                && messages.sent[*k] <= operation.completed.unwrap_or(data.end);
            is_now
                && text.contains(value)
                && (kind == "write" || kind == "echo_ok")
                && word(&messages.src, *k) == word(&messages.dest, request)
        };
        // Nobody else sends the same meanwhile.
        let expected: Vec<usize> = (0..messages.len()).filter(is_own).collect();
        assert_eq!(sent, expected, "{operation:?}");
        repeated += sent.len().saturating_sub(2);
        timers += sent.iter().filter(|k| messages.cause[**k] == -1).count();
    }
    assert!(repeated > 5 && timers > 5, "{repeated} asked again, {timers} by timers");
}

#[test]
fn a_journal_reads_back_as_it_was() {
    let run = failing();
    assert!(run.journal.iter().any(|event| matches!(event.cause, Some(Cause::Message(_)))));
    for event in &run.journal {
        assert_eq!(event.to_string().parse::<maelstrom_workbench::journal::Event>().unwrap(), *event);
    }
}

#[test]
fn a_journal_that_was_cut_off_is_drawn_as_far_as_it_goes_and_the_report_says_so() {
    let run = failing();
    let mut text = Vec::new();
    journal::write(&run.journal, &mut text).unwrap();
    let about = || About::new("broadcast");
    assert_eq!(Data::read(&run, about(), text.as_slice()).unwrap(), Data::new(&run, about()));
    let data = Data::read(&run, about(), &text[..text.len() - 3]).unwrap();
    assert!(
        data.left_out.iter().any(|sentence| sentence.contains("journal was cut off")),
        "{:?}",
        data.left_out
    );
    let rest = Data::of_events(&run, about(), &run.journal[..run.journal.len() - 1]);
    assert_eq!(data.messages, rest.messages);
    text[10] = b'\n';
    let error = Data::read(&run, about(), text.as_slice()).unwrap_err();
    assert!(error.to_string().starts_with("line 1: "), "{error}");
}

#[test]
fn faults_last_from_their_beginning_to_their_end() {
    let data = Data::new(&failing(), About::new("broadcast"));
    assert!(data.faults.iter().any(|fault| fault.what.starts_with("a partition kept ")), "{:?}", data.faults);
    assert!(data.faults.iter().all(|fault| fault.end.is_none_or(|end| end > fault.start)));
}

/// Whatever keeps messages from arriving, it is told of it which ones.
#[test]
fn what_did_not_arrive_was_stopped_by_a_fault_that_is_known() {
    let faults = [
        (Nemesis::partitions(), 2),
        (Nemesis::one_way_partitions(), 2),
        (Nemesis::kills(), 3),
        (Nemesis::loss().probability(0.5), 1),
    ];
    for (nemesis, end) in faults {
        let run = Simulation::<Forgetful>::new(Broadcast::default())
            .latency(Duration::from_millis(20))
            .rate(50.0)
            .time_limit(Duration::from_secs(10))
            .nemesis(nemesis.interval(Duration::from_secs(1)))
            .journal()
            .run_seed(0);
        let data = Data::new(&run, About::new("broadcast"));
        let messages = &data.messages;
        let mut known = 0;
        for k in (0..messages.len()).filter(|k| (1..=3).contains(&messages.end[*k])) {
            let (from, to) = (&messages.words[messages.src[k]], &messages.words[messages.dest[k]]);
            let has = |names: &[String], name: &String| names.is_empty() || names.contains(name);
            let is_cause = |fault: &&Window| {
                let (sent, at) = (messages.sent[k], messages.sent[k] + messages.took[k]);
                let lasts = fault.start <= at && fault.end.is_none_or(|end| end >= sent);
                lasts
                    && fault.stops.as_ref().is_some_and(|stops| {
                        stops.end == messages.end[k]
                            && stops.links.iter().any(|(src, dest)| has(src, from) && has(dest, to))
                    })
            };
            assert!(
                data.faults.iter().any(|fault| is_cause(&fault)),
                "{from} → {to} at {}",
                messages.sent[k]
            );
            assert_eq!(messages.end[k], end);
            known += 1;
        }
        assert!(known > 20, "{known} of end {end}");
        // And nothing arrives that is said to be stopped.
        for k in (0..messages.len()).filter(|k| messages.end[*k] == 0 && end == 2) {
            let (from, to) = (&messages.words[messages.src[k]], &messages.words[messages.dest[k]]);
            let at = messages.sent[k] + messages.took[k];
            let stopped = data.faults.iter().any(|fault| {
                let links = &fault.stops.as_ref().unwrap().links;
                fault.start < at
                    && fault.end.is_none_or(|end| at < end)
                    && links.iter().any(|(src, dest)| src.contains(from) && dest.contains(to))
            });
            assert!(!stopped, "{from} → {to} at {at}");
        }
    }
}

/// The data that a page holds.
fn unpack(page: &str) -> Data {
    let (_, rest) = page.split_once("<script id=\"data\" type=\"application/octet-stream\">").unwrap();
    let (data, _) = rest.split_once("</script>").unwrap();
    let json = decompress_to_vec(&STANDARD.decode(data).unwrap()).unwrap();
    serde_json::from_slice(&json).unwrap()
}

#[test]
fn a_page_holds_its_data() {
    let data = Data::new(&failing(), About::new("broadcast"));
    let page = data.clone().page();
    assert_eq!(unpack(&page), data);
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
}

/// Answers whatever it likes.
struct Hostile {
    text: String,
}

#[maelstrom::node]
impl Hostile {
    #[init]
    fn new(text: String) -> Self {
        Self { text }
    }

    #[rpc(reply(echo))]
    fn echo(&self, ctx: &Context<Self>, echo: &str) -> String {
        ctx.peers(ctx.others()).tell(&self.text);
        format!("{echo}{}", self.text)
    }

    #[message]
    fn tell(&self, text: &str) {
        assert!(text.len() <= self.text.len() + 1);
    }
}

fn page_of_hostile(text: &str) -> (Data, String) {
    let text = text.to_owned();
    let run = Simulation::<Hostile>::with_config(Echo, move |_| text.clone())
        .rate(10.0)
        .time_limit(Duration::from_secs(2))
        .journal()
        .run_seed(0);
    let about = About { again: Some("--node '</script><b>'".to_owned()), ..About::new("<i>\"echo\"&") };
    let data = Data::new(&run, about);
    (data.clone(), data.page())
}

#[test]
fn what_nodes_write_is_never_part_of_the_page() {
    let text = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u{0}\u{1b}\u{2028}\u{feff}-->";
    let (data, page) = page_of_hostile(text);
    assert!(data.messages.words.iter().any(|word| word.contains("onerror=alert(2)")));
    assert!(data.operations.iter().any(|operation| format!("{operation:?}").contains("onerror=alert(2)")));
    assert_eq!(unpack(&page), data);
    assert!(!page.contains("alert(") && !page.contains("<b>") && !page.contains("<i>"), "it is in the page");
    assert_eq!(page.matches("</script>").count(), 2);
    for (name, drawing) in data.svgs().unwrap() {
        assert!(!drawing.contains("<script") && !drawing.contains("<img"), "{name}");
        assert!(!drawing.chars().any(|c| c.is_control() && c != '\n'), "{name}");
    }
    assert!(!page.chars().any(|c| c.is_control() && c != '\n'));
}

#[test]
fn the_timeline_has_every_operation_and_shows_what_nodes_write_as_text() {
    let (data, _) = page_of_hostile("</title><script>alert(1)</script><img src=x onerror=alert(2)>");
    let page = data.timeline();
    assert_eq!(page.matches("class=\"op ").count(), data.operations.len());
    assert!(page.contains("&#60;script&#62;alert(1)") || page.contains("&lt;script&gt;alert(1)"), "{page}");
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("<i>"));
    let clients =
        (0..data.concurrency).map(|worker| format!("{worker} at {}", data.nodes[worker % data.nodes.len()]));
    assert!(clients.into_iter().all(|name| page.contains(&name)));
}

#[test]
fn values_of_a_megabyte_are_cut() {
    let (data, page) = page_of_hostile(&"é".repeat(500_000));
    assert!(data.messages.words.iter().all(|word| word.len() < 500));
    assert!(data.explanations.iter().all(|text| text.len() <= 4_003));
    assert!(page.len() < 200_000, "{} bytes", page.len());
}

#[test]
fn what_is_too_much_is_left_out_and_that_is_said() {
    let mut data = Data::new(&failing(), About::new("broadcast"));
    // Texts that do not compress, as a node with random ids would write them.
    let mut state = 1_u64;
    let operation = data.operations[0].clone();
    data.operations = (0..20_000)
        .map(|index| {
            let random = (0..25).map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                format!("{:016x}", state ^ (state >> 29))
            });
            let value = random.collect();
            Operation { index, invoked: i64::try_from(index).unwrap() * 1_000, value, ..operation.clone() }
        })
        .collect();
    data.focus = Some(10_000_000);
    data.spread = None;
    let page = data.page();
    assert!(page.len() <= MOST_BYTES, "{} bytes", page.len());
    let left = unpack(&page);
    assert!((1_000..20_000).contains(&left.operations.len()));
    let times = left.operations.iter().map(|operation| operation.invoked);
    assert!(times.clone().min() < Some(10_000_000) && times.max() > Some(10_000_000));
    let said = format!("{} operations and {} messages", left.operations.len(), left.messages.len());
    assert!(left.left_out.iter().any(|text| text.contains(&said)), "{:?}", left.left_out);
}

#[test]
fn a_failing_test_leaves_a_report_with_messages_and_says_where() {
    let report = Simulation::<Forgetful>::new(Broadcast::default())
        .rate(50.0)
        .nemesis(Nemesis::loss().probability(0.5))
        .seeds(3..5)
        .run();
    let said = *catch_unwind(|| report.assert_valid()).unwrap_err().downcast::<String>().unwrap();
    let path = said.lines().find_map(|line| line.strip_prefix("  report: ")).expect(&said);
    assert!(path.contains("a_failing_test_leaves") && path.ends_with("-seed-3.html"), "{path}");
    assert!(Path::new(path).starts_with(env!("CARGO_TARGET_TMPDIR")), "{path}");
    let data = unpack(&fs::read_to_string(path).unwrap());
    fs::remove_file(path).unwrap();
    assert_eq!((data.seed.as_str(), data.verdict.as_str()), ("3", "invalid"));
    assert!(data.messages.ends["lost"] > 0);
    let again = data.about.again.unwrap();
    assert!(said.contains(again.split(" at ").next().unwrap()), "{again}: {said}");
}

#[test]
fn drawings_show_every_function_and_what_was_lost() {
    let run = Simulation::<Forgetful>::new(Broadcast::default())
        .rate(10.0)
        .time_limit(Duration::from_secs(10))
        .nemesis(Nemesis::loss().probability(0.5).interval(Duration::from_secs(1)))
        .journal()
        .run_seed(0);
    let data = Data::new(&run, About::new("broadcast"));
    let [(_, messages), (_, latency), (_, rate)] = data.svgs().unwrap();
    assert_eq!(messages.matches("<polygon").count(), data.messages.len());
    let lost = messages.matches("gossip lost ").count();
    assert!(lost > 0 && lost as u64 == data.messages.ends["lost"], "{lost} of {:?}", data.messages.ends);
    assert!(latency.contains("broadcast 0.99") && latency.contains("read 0.5"));
    assert!(rate.contains("broadcast ok") && rate.contains("read ok"));
}
