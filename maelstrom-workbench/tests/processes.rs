//! Nodes as processes: right ones pass, wrong ones are reported, and nothing is left of any.
//!
//! This program runs itself as the nodes, and as a program that hosts nodes.

#![allow(clippy::unwrap_used, clippy::unchecked_time_subtraction)]

#[macro_use]
#[path = "../../maelstrom-node/tests/trials/mod.rs"]
mod trials;
mod process_nodes;
mod saying;

use std::{
    env, fs,
    io::{BufRead, BufReader, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use libtest_mimic::Arguments;
use maelstrom_workbench::{
    Quirk, Value,
    checker::Verdict,
    cluster::{Budget, ClusterOptions},
    history::{Kind, Process},
    journal::EventKind,
    nemesis::{Nemesis, Targets},
    network::{Distribution, Latency},
    process::{Exit, Outcome, Processes},
    random::Stream,
    workload::{Echo, Generator, Op, Turn, Workload},
};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

fn main() {
    let arguments: Vec<String> = env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("--node") => return process_nodes::run(&arguments[2]),
        Some("--host") => return host(),
        _ => {}
    }
    let trials = trials![
        a_right_node_is_valid_and_gone_at_the_end,
        habits_of_other_languages_are_accepted,
        further_members_of_a_reply_make_it_malformed,
        a_wrapper_that_becomes_the_node_is_fine,
        a_wrapper_that_stays_is_fine_and_nothing_of_it_is_left,
        lines_that_are_no_messages_are_told_and_the_node_is_heard_on,
        a_message_to_nowhere_makes_the_run_invalid,
        a_message_in_anothers_name_is_a_warning,
        a_message_in_nobodys_name_makes_the_run_invalid,
        a_late_reply_is_dropped_with_what_maelstrom_would_do,
        a_crash_is_told_with_status_and_last_lines,
        an_exit_with_status_0_is_a_crash_too,
        a_death_by_signal_is_told_with_the_signal,
        the_rest_of_the_run_goes_on_after_a_crash,
        a_node_that_dies_before_its_handshake_ends_the_run_at_once,
        handshakes_must_be_answered_rightly,
        a_node_that_does_not_read_delays_only_itself,
        a_node_that_floods_delays_only_itself,
        what_cannot_be_started_is_an_error_in_clear_words,
        latency_and_partitions_hold_between_processes,
        services_answer_processes,
        killed_processes_start_again_with_what_they_stored,
        paused_processes_say_nothing_and_go_on,
        without_operations_the_time_limit_still_passes,
        a_signal_ends_the_run_and_leaves_no_process,
        a_panic_leaves_no_process,
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Echo with another name for its time-out, and maybe a generator that panics.
struct ShortEcho {
    timeout: Duration,
    panics: bool,
}

impl Workload for ShortEcho {
    fn name(&self) -> &'static str {
        "echo"
    }

    fn generator(&self) -> Generator {
        let panics = self.panics;
        let mut echo = Echo.generator();
        Box::new(move |random: &mut Stream, turn: &Turn| {
            assert!(!panics, "as asked");
            echo(random, turn)
        })
    }

    fn request(&self, op: &Op) -> String {
        Echo.request(op)
    }

    fn response(&self, op: &Op, reply: &Value) -> Result<Value, String> {
        Echo.response(op, reply)
    }

    fn timeout(&self, _latency: &Latency) -> Duration {
        self.timeout
    }
}

/// A third of a second of echoes, as fast as one client a node goes.
fn options(nodes: usize) -> ClusterOptions {
    ClusterOptions {
        rate: 500.0,
        time_limit: ms(300),
        journal: true,
        budget: Budget::NONE,
        ..ClusterOptions::new((0..nodes).map(|node| format!("n{node}")))
    }
}

/// A directory of its own, which is removed in the end.
struct Logs(PathBuf);

impl Logs {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self(env::temp_dir().join(format!("maelstrom-processes-{}-{number}", process::id())))
    }

    fn of(&self, node: &str) -> String {
        fs::read_to_string(self.0.join(format!("{node}.log"))).unwrap()
    }

    /// What nodes and wrappers say of themselves.
    fn processes(&self) -> Vec<Pid> {
        let logs =
            fs::read_dir(&self.0).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
        let logs: Vec<String> = logs.collect();
        logs.iter().flat_map(|log| log.lines()).filter_map(process_in).collect()
    }
}

impl Drop for Logs {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn process_in(line: &str) -> Option<Pid> {
    Pid::from_raw(line.split_once("process ")?.1.trim().parse().ok()?)
}

/// Waits for processes to be gone. What init has not waited for yet is gone as well.
fn assert_gone(processes: &[Pid]) {
    let start = Instant::now();
    for pid in processes {
        while test_kill_process(*pid).is_ok() && !is_zombie(*pid) {
            assert!(start.elapsed() < Duration::from_secs(10), "{pid:?} is still there");
            thread::sleep(ms(1));
        }
    }
}

fn is_zombie(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, state)| state.trim_start().starts_with('Z'))
}

fn script(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/process_nodes").join(name).to_str().unwrap().to_owned()
}

fn node<'w>(behaviour: &str, options: ClusterOptions, workload: &'w dyn Workload) -> Processes<'w> {
    Processes::new(env::current_exe().unwrap(), options, workload).arguments(["--node", behaviour])
}

/// Runs nodes of this program with short time-outs, and sees that nothing is left of them.
fn run(behaviour: &str, options: ClusterOptions) -> Outcome {
    let logs = Logs::new();
    let nodes = options.nodes.len();
    let workload = ShortEcho { timeout: ms(100), panics: false };
    let outcome = node(behaviour, options, &workload).node_logs(&logs.0).run().unwrap();
    let processes = logs.processes();
    assert_eq!(processes.len(), nodes);
    assert_gone(&processes);
    outcome
}

fn problems(outcome: &Outcome) -> Vec<&str> {
    outcome.run.problems.iter().map(|problem| problem.text.as_str()).collect()
}

fn count(outcome: &Outcome, kind: Kind) -> usize {
    outcome.run.history.operations().iter().filter(|operation| operation.kind == kind).count()
}

#[track_caller]
fn assert_valid(outcome: &Outcome) {
    assert_eq!(outcome.run.verdict(), Verdict::Valid, "{:?}", outcome.run.explanations());
    assert!(count(outcome, Kind::Ok) > 5, "{}", count(outcome, Kind::Ok));
}

fn a_right_node_is_valid_and_gone_at_the_end() {
    let logs = Logs::new();
    let start = Instant::now();
    let outcome = node("", options(3), &Echo).node_logs(&logs.0).run().unwrap();
    // Starting, stopping and judging take next to nothing; this leaves room for a busy machine.
    assert!(start.elapsed() < ms(300 + 2_000), "{:?}", start.elapsed());
    assert_valid(&outcome);
    assert!(outcome.crashes.is_empty() && outcome.interrupted.is_none());
    assert!(outcome.run.warnings.is_empty() && outcome.run.maelstrom_would.is_empty());
    assert!(logs.of("n2").starts_with("process "));
    assert_gone(&logs.processes());
}

fn habits_of_other_languages_are_accepted() {
    let outcome = Processes::new("/bin/sh", options(2), &Echo).arguments([script("echo.sh")]).run().unwrap();
    assert_valid(&outcome);
    let line = &outcome.run.journal.iter().find(|event| event.line.contains("echo_ok")).unwrap().line;
    assert!(line.starts_with(r#"{"id":"#) && line.contains(r#","src":"n"#), "{line}");
    assert!(
        line.contains(r#","body":{"echo":"Please echo "#) && line.ends_with(r#""type":"echo_ok"}}"#),
        "{line}"
    );
}

fn further_members_of_a_reply_make_it_malformed() {
    let arguments = [script("echo.sh"), r#","mood":"fine""#.to_owned()];
    let outcome = Processes::new("/bin/sh", options(1), &Echo).arguments(arguments).run().unwrap();
    assert_eq!(count(&outcome, Kind::Ok), 0);
    let operations = outcome.run.history.operations();
    let error = operations.iter().find_map(|operation| operation.error.clone()).unwrap().to_string();
    assert!(error.contains("Malformed RPC response: it has a member `mood`"), "{error}");
}

fn a_wrapper_that_becomes_the_node_is_fine() {
    let own = env::current_exe().unwrap().to_str().unwrap().to_owned();
    let arguments = [script("wrapper_exec.sh"), own, "--node".to_owned(), String::new()];
    let outcome = Processes::new("/bin/sh", options(1), &Echo).arguments(arguments).run().unwrap();
    assert_valid(&outcome);
}

fn a_wrapper_that_stays_is_fine_and_nothing_of_it_is_left() {
    let logs = Logs::new();
    let own = env::current_exe().unwrap().to_str().unwrap().to_owned();
    let arguments = [script("wrapper.sh"), own, "--node".to_owned(), String::new()];
    let processes = Processes::new("/bin/sh", options(2), &Echo).arguments(arguments).node_logs(&logs.0);
    assert_valid(&processes.run().unwrap());
    let processes = logs.processes();
    assert_eq!(processes.len(), 6, "two wrappers, two nodes, and what the wrappers have in the background");
    assert_gone(&processes);
}

fn lines_that_are_no_messages_are_told_and_the_node_is_heard_on() {
    let outcome = run("chats", options(1));
    assert_eq!(outcome.run.verdict(), Verdict::Invalid);
    assert!(count(&outcome, Kind::Ok) > 5);
    let problems = problems(&outcome);
    assert_eq!(
        problems[..3],
        [
            "n0 sent a line that is not well-formed JSON (was it intended for stderr?): got an echo",
            "n0 sent a malformed message, it is empty: ",
            "n0 sent a malformed message, `src` is missing; `from` is none of `src`, `dest`, `body` and `id`: \
             {\"from\":\"n0\",\"dest\":\"c0\"} ",
        ]
    );
    assert_eq!(problems.len(), 10);
    assert!(outcome.run.warnings[0].ends_with(" further wrong lines"), "{:?}", outcome.run.warnings);
}

fn a_message_to_nowhere_makes_the_run_invalid() {
    let outcome = run("sends to nowhere", options(1));
    assert_eq!(outcome.run.verdict(), Verdict::Invalid);
    let expected = r#"n0 sent a message to n99, which does not exist: {"src":"n0","dest":"n99","body":{}}"#;
    // The keys of the test node's JSON are sorted.
    assert_eq!(problems(&outcome)[0], expected);
    assert!(count(&outcome, Kind::Ok) > 5);
}

fn a_message_in_anothers_name_is_a_warning() {
    let outcome = run("forges", options(2));
    assert_valid(&outcome);
    assert_eq!(
        outcome.run.warnings,
        ["n0 sent a message in the name of n1 (Q-06)", "n1 sent a message in the name of n0 (Q-06)"]
    );
}

fn a_message_in_nobodys_name_makes_the_run_invalid() {
    let outcome = run("forges nobody", options(1));
    assert_eq!(outcome.run.verdict(), Verdict::Invalid);
    assert!(problems(&outcome)[0].starts_with("n0 sent a message from n99, which does not exist: {"));
}

fn a_late_reply_is_dropped_with_what_maelstrom_would_do() {
    let outcome = run("late", ClusterOptions { rate: 5.0, ..options(1) });
    assert!(outcome.run.problems.is_empty(), "{:?}", outcome.run.problems);
    let would: Vec<_> = outcome.run.maelstrom_would.iter().map(ToString::to_string).collect();
    assert_eq!(would, ["stop listening to n0 when it answers a client that has given up (Q-05)"]);
}

fn a_crash_is_told_with_status_and_last_lines() {
    let outcome = run("exits 3", options(1));
    assert_eq!(outcome.run.verdict(), Verdict::Invalid);
    let [crash] = &outcome.crashes[..] else { panic!("{:?}", outcome.crashes) };
    assert_eq!((crash.node.as_str(), crash.exit), ("n0", Exit::Status(3)));
    assert_eq!(crash.stdout.len(), 32);
    assert!(crash.stdout[31].contains(r#"{"last":39}"#), "{}", crash.stdout[31]);
    assert_eq!(crash.stderr[1..], ["alas"]);
    let text = crash.to_string();
    assert!(
        text.starts_with("Node n0 crashed with exit status 3. Before crashing, it wrote to STDOUT:\n\n{")
    );
    assert!(text.contains("\n\nAnd to STDERR:\n\nprocess "), "{text}");
    assert!(text.contains("\nalas\n\nFull STDERR logs are available in "), "{text}");
    assert_eq!(problems(&outcome), [text.as_str(), "no node is left, and the run ends"]);
    // What the node has written before still counts.
    assert!(outcome.run.servers.received >= 40, "{:?}", outcome.run.servers);
}

fn an_exit_with_status_0_is_a_crash_too() {
    let outcome = run("exits 0", options(1));
    assert_eq!(outcome.run.verdict(), Verdict::Invalid);
    assert_eq!(outcome.crashes[0].exit, Exit::Status(0));
}

fn a_death_by_signal_is_told_with_the_signal() {
    let outcome = run("aborts", options(1));
    assert!(
        problems(&outcome)[0].starts_with("Node n0 crashed with signal 6 (SIGABRT)"),
        "{:?}",
        problems(&outcome)
    );
}

fn the_rest_of_the_run_goes_on_after_a_crash() {
    let outcome = run("n0 exits", options(2));
    assert_eq!(outcome.run.verdict(), Verdict::Invalid);
    assert_eq!(outcome.crashes.len(), 1);
    assert!(count(&outcome, Kind::Ok) > 5);
    assert!(outcome.run.duration >= ms(300));
    // What was judged is there as well.
    assert_eq!(outcome.run.judgements[0].1.verdict(), Verdict::Valid);
}

fn a_node_that_dies_before_its_handshake_ends_the_run_at_once() {
    let outcome = run("dies at birth", options(1));
    assert!(problems(&outcome)[0].contains("Node n0 crashed with exit status 2"));
    assert!(outcome.run.duration < Duration::from_secs(5));
    assert!(outcome.run.history.is_empty());
}

fn handshakes_must_be_answered_rightly() {
    for behaviour in ["refuses", "misunderstands"] {
        let outcome = run(behaviour, options(1));
        let problems = problems(&outcome);
        assert!(problems[0].starts_with("expected an init_ok from n0, but it answered {"), "{problems:?}");
        assert_eq!(problems.len(), 1);
    }
}

fn a_node_that_does_not_read_delays_only_itself() {
    let workload = ShortEcho { timeout: ms(100), panics: false };
    let outcome = node("deaf", options(2), &workload).input_limit(1 << 20).run().unwrap();
    assert_eq!(
        problems(&outcome),
        ["n0 does not read its input: too much waits for it, and what comes now is dropped"]
    );
    assert!(count(&outcome, Kind::Ok) > 5, "{}", count(&outcome, Kind::Ok));
    assert!(outcome.run.warnings.iter().any(|warning| warning.ends_with("messages for n0 were dropped")));
}

fn a_node_that_floods_delays_only_itself() {
    let options = ClusterOptions { journal: false, time_limit: ms(500), ..options(3) };
    let workload = ShortEcho { timeout: ms(500), panics: false };
    let outcome = node("floods", options, &workload).run().unwrap();
    assert!(outcome.run.problems.is_empty(), "{:?}", outcome.run.problems);
    // The first echo to n0 starts a flood for n1, and is never answered; n2 is to have its turn between.
    let operations = outcome.run.history.operations().iter();
    let of_n2 = operations.filter(|op| op.process == Process::Client(2) && op.kind == Kind::Ok);
    assert!(of_n2.count() >= 3, "{:?}", outcome.run.history);
    assert!(outcome.run.servers.received > 100, "{:?}", outcome.run.servers);
}

fn what_cannot_be_started_is_an_error_in_clear_words() {
    let error = |program: &str| Processes::new(program, options(2), &Echo).run().unwrap_err().to_string();
    let text = error("/no/such/program");
    assert!(text.starts_with("looking for the program /no/such/program: No such file"), "{text}");
    let text = error(&format!("{}/Cargo.toml", env!("CARGO_MANIFEST_DIR")));
    assert!(
        text.contains("starting node n0, ") && text.contains("(is it a file, and executable?)"),
        "{text}"
    );
    let text = error("/tmp");
    assert!(text.contains("(is it a file, and executable?)"), "{text}");
}

fn latency_and_partitions_hold_between_processes() {
    let latency = Latency { mean: ms(20), distribution: Distribution::Constant, hop: Duration::ZERO };
    let options = ClusterOptions {
        latency,
        nemeses: vec![Nemesis::partitions().interval(ms(50))],
        time_limit: ms(600),
        ..options(3)
    };
    let outcome = run("gossips", options);
    assert_valid(&outcome);
    let gossip = || outcome.run.journal.iter().filter(|event| event.line.contains("gossip"));
    let arrived: Vec<_> = gossip().filter(|event| event.kind != EventKind::Send).collect();
    assert!(arrived.iter().any(|event| event.kind == EventKind::Receive));
    assert!(arrived.iter().any(|event| event.kind == EventKind::Partitioned));
    for event in arrived {
        let sent = gossip().find(|sent| sent.kind == EventKind::Send && sent.id == event.id).unwrap();
        assert!(event.time >= sent.time + ms(20), "{sent} {event}");
    }
}

fn services_answer_processes() {
    let outcome = run("asks", options(1));
    assert_valid(&outcome);
    let answers: Vec<&str> = outcome
        .run
        .journal
        .iter()
        .filter(|event| event.kind == EventKind::Receive && event.line.contains(r#""src":"lin-"#))
        .map(|event| event.line.split_once(r#""body":"#).unwrap().1)
        .collect();
    assert_eq!(
        answers[..2],
        [r#"{"type":"write_ok","in_reply_to":1}}"#, r#"{"type":"read_ok","value":[1],"in_reply_to":2}}"#]
    );
    assert!(answers[2].contains(r#""code":10"#) && answers[2].ends_with(r#""in_reply_to":3}}"#));
    assert_eq!(answers[3], r#"{"type":"ts_ok","ts":0,"in_reply_to":null}}"#);
    // Q-10: there, a service does not answer what it does not know.
    assert!(outcome.run.maelstrom_would.iter().any(|would| would.quirk == Quirk::SilentServices));
}

fn killed_processes_start_again_with_what_they_stored() {
    let (logs, data) = (Logs::new(), Logs::new());
    let options = ClusterOptions {
        nemeses: vec![Nemesis::kills().interval(ms(60)).recovery(ms(10)).targets(Targets::All)],
        time_limit: ms(1_000),
        ..options(2)
    };
    let workload = ShortEcho { timeout: ms(100), panics: false };
    let processes = node("stores", options, &workload).node_logs(&logs.0).data(&data.0);
    let outcome = processes.run().unwrap();
    assert_valid(&outcome);
    assert!(outcome.crashes.is_empty() && outcome.run.warnings.is_empty(), "{:?}", outcome.run.warnings);
    let log = fs::read_to_string(logs.0.join("n0.log")).unwrap();
    let lives = log.matches("process ").count();
    assert!(lives > 2, "{log}");
    // Each life has found what those before it have stored, and that is all they have acknowledged.
    let found: Vec<usize> =
        log.lines().filter_map(|line| line.split_once("found ")?.1.parse().ok()).collect();
    assert!(found.is_sorted() && found[0] == 0 && found[found.len() - 1] > 0, "{log}");
    let acknowledged = |node: usize| {
        let ok = outcome.run.history.operations().iter().filter(|operation| operation.kind == Kind::Ok);
        ok.filter(|ok| matches!(ok.process, Process::Client(process) if process % 2 == node as u64)).count()
    };
    let stored = fs::read_to_string(data.0.join("n0/storage.wal")).unwrap().matches("append").count();
    assert!(stored >= acknowledged(0), "{stored} {}", acknowledged(0));
    assert_gone(&logs.processes());
}

fn paused_processes_say_nothing_and_go_on() {
    let options = ClusterOptions {
        nemeses: vec![Nemesis::pauses().interval(ms(100)).targets(Targets::All)],
        time_limit: ms(1_000),
        ..options(2)
    };
    let outcome = run("", options);
    assert_eq!(outcome.run.verdict(), Verdict::Valid, "{:?}", outcome.run.explanations());
    let replies: Vec<Duration> = outcome
        .run
        .journal
        .iter()
        .filter(|event| event.kind == EventKind::Send && event.line.contains("echo_ok"))
        .map(|event| event.time)
        .collect();
    let longest = replies.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
    let steps: Vec<Duration> =
        outcome.run.schedule.steps.iter().filter(|step| step.is_fault()).map(|step| step.time).collect();
    let pause = steps.chunks_exact(2).map(|pair| pair[1] - pair[0]).max().unwrap();
    assert!(longest + ms(20) >= pause, "{longest:?} {pause:?}");
    assert!(count(&outcome, Kind::Ok) > 5);
}

fn without_operations_the_time_limit_still_passes() {
    let outcome = run("", ClusterOptions { rate: 0.0, ..options(1) });
    assert!(outcome.run.problems.is_empty() && outcome.run.history.is_empty());
    assert!((ms(300)..ms(2_300)).contains(&outcome.run.duration), "{:?}", outcome.run.duration);
}

/// What this program does as a host: a run of an hour.
fn host() {
    let options = ClusterOptions { time_limit: Duration::from_secs(3600), ..options(2) };
    let outcome = node("", options, &Echo).echo_stderr().run().unwrap();
    println!("{:?}, {:?}", outcome.interrupted, outcome.run.verdict());
}

fn a_signal_ends_the_run_and_leaves_no_process() {
    for signal in [Signal::INT, Signal::TERM] {
        let mut host = Command::new(env::current_exe().unwrap())
            .arg("--host")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(host.stderr.take().unwrap());
        let processes: Vec<Pid> =
            stderr.lines().take(2).map(|line| process_in(&line.unwrap()).unwrap()).collect();
        kill_process(Pid::from_child(&host), signal).unwrap();
        let mut said = String::new();
        host.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(host.wait().unwrap().success());
        assert!(said.starts_with(&format!("Some({}), ", signal.as_raw())), "{said}");
        assert_gone(&processes);
    }
}

fn a_panic_leaves_no_process() {
    let logs = Logs::new();
    let workload = ShortEcho { timeout: ms(100), panics: true };
    let processes = node("", options(2), &workload).node_logs(&logs.0);
    assert!(catch_unwind(AssertUnwindSafe(|| processes.run())).is_err());
    let processes = logs.processes();
    assert_eq!(processes.len(), 2);
    assert_gone(&processes);
}
