//! Nodes with one bad habit each: the battery finds it, and nothing else.
//!
//! This program runs itself as the nodes.

#![allow(clippy::unwrap_used)]

#[macro_use]
#[path = "../../maelstrom-node/tests/trials/mod.rs"]
mod trials;
mod conformance_nodes;
mod saying;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{self, Command},
    thread,
    time::{Duration, Instant},
};

use libtest_mimic::{Arguments, Trial};
use maelstrom_workbench::{
    conformance::{Conformance, Finding, Grade, Report},
    workload::{Broadcast, Echo, Workload},
};
use rustix::process::{Pid, test_kill_process};
use serde_json::value::RawValue;

fn main() {
    let arguments: Vec<String> = env::args().collect();
    if arguments.get(1).is_some_and(|argument| argument == "--node") {
        return conformance_nodes::run(&arguments[2], arguments.get(3).map(String::as_str));
    }
    if arguments.get(1).is_some_and(|argument| argument == "--library") {
        return maelstrom::run::<Ours>().unwrap();
    }
    let mut trials = trials![
        a_right_node_behaves,
        a_node_built_on_maelstrom_behaves,
        without_a_workload_the_handshake_is_tried,
        a_node_for_something_else_is_told_so,
        a_workload_that_sets_up_nodes_is_set_up,
        a_node_that_does_not_come_up_ends_the_trial,
        a_wrapper_that_stays_is_noted_and_nothing_of_it_is_left,
        nothing_is_left_of_any_process,
        the_command_prints_a_line_for_each_behaviour,
        the_command_tells_mistakes,
    ];
    trials.extend(HABITS.iter().map(|(habit, expected)| {
        Trial::test(format!("a node that {habit}"), || {
            finds(habit, expected);
            Ok(())
        })
    }));
    // They wait for most of the time.
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(8);
    libtest_mimic::run(&arguments, trials).exit();
}

/// What a node does, and the behaviours that are not fine then: with a `?` if that is only noted, and words of the
/// detail after a colon.
const HABITS: &[(&str, &[&str])] = &[
    ("wants fields", &[]),
    ("counts", &[]),
    ("asks a service", &[]),
    ("is always n1", &["init-reply: {", r#"own-name: "src":"n1""#]),
    ("speaks first", &["nothing-first?: hello"]),
    ("dies of early messages", &["early-message: it ended with exit status 101; last on stderr: panicked:"]),
    ("does not echo", &["request: nothing within 2 s"]),
    ("answers somebody else", &["reply-dest: the request came from c2"]),
    ("answers with texts", &[r#"in-reply-to: it is "1", and not 1"#]),
    ("forgets in_reply_to", &["in-reply-to: there is none; the request's `msg_id` was 1"]),
    ("has a type that is a number", &["reply-body: its `type` is missing", "reply-fields: its type is 7"]),
    ("has more fields", &["reply-fields: it has a member `mood`"]),
    ("has another type", &["reply-fields: echo_okay"]),
    ("does not know echo", &["reply-fields: is `echo` what it is for?"]),
    ("has codes that are texts", &["reply-fields: no integer `code`"]),
    ("is silent at unknown requests", &["unknown-type: nothing within 2 s"]),
    ("has another code for all", &[r#"unknown-type: "code":13"#]),
    ("dies of unknown requests", &["unknown-type: it ended with exit status 101"]),
    (
        "dies of unknown messages",
        &["unknown-message: it does not go on after it: it ended with exit status 101"],
    ),
    ("answers all", &["unknown-message: it answers what nobody asked"]),
    ("wants fields, or dies", &["missing-fields: it ended with exit status 101"]),
    ("has another code", &["missing-fields?: it answers with another error"]),
    ("dies of replies", &["stray-reply: it does not go on after it"]),
    ("answers replies", &["stray-reply: it answers a reply"]),
    (
        "minds key order",
        &["key-order: nothing within 2 s", "white-space?", "envelope-id", "more-in-envelope?"],
    ),
    ("minds blanks", &["white-space?: nothing within 2 s"]),
    ("minds the envelope", &["envelope-id: nothing within 2 s", "more-in-envelope?"]),
    ("minds all but ids", &["more-in-envelope?: nothing within 2 s"]),
    ("minds bodies", &["more-in-body?: nothing within 2 s"]),
    ("dies of what is no JSON", &["no-json?: it does not go on after it: it ended with exit status 101"]),
    ("dies of blank lines", &["blank-line?: it does not go on after it: it ended with exit status 101"]),
    ("takes 64 KiB", &["long-line: nothing within 2 s"]),
    ("knows ASCII", &[r#"text: comes back as "? ?"#]),
    ("has floats", &["big-integers?: 9007199254740993 comes back as 9007199254740992.0; "]),
    ("has floats for ids", &["big-msg-id?: 9007199254740992"]),
    ("drops some", &["burst: 20 of 200 have no reply, the one with `msg_id` "]),
    ("answers twice", &["burst: 20 have several replies, the one with `msg_id` "]),
    ("has the same msg_id always", &["own-msg-ids?: 1 comes twice"]),
    ("has msg_ids that are texts", &[r#"own-msg-ids: "1" is no integer"#]),
    ("prints", &["stdout: not JSON: starting up"]),
    ("has more in the envelope", &["envelope: `ttl` is none of `src`, `dest`, `body` and `id`"]),
    ("writes to nobody", &["nothing-first?", r#"destinations: "dest":"n99""#]),
    ("stays", &["end-of-input?: it is still there"]),
    ("exits 3 at the end", &["end-of-input?: it ends with exit status 3"]),
];

fn node(habit: &str) -> Conformance<'static> {
    // Longer than a busy machine makes a node wait, and shorter than would hold up the tests.
    Conformance::new(env::current_exe().unwrap())
        .arguments(["--node", habit])
        .workload(&Echo)
        .patience(Duration::from_secs(2))
}

fn not_fine(report: &Report) -> Vec<&Finding> {
    let is_fine = |grade| matches!(grade, Grade::Ok | Grade::Untried);
    report.findings.iter().filter(|finding| !is_fine(finding.grade)).collect()
}

fn finds(habit: &str, expected: &[&str]) {
    let report = node(habit).run().unwrap();
    let found = not_fine(&report);
    let names: Vec<_> = found
        .iter()
        .map(|finding| format!("{}{}", finding.name, if finding.grade == Grade::Note { "?" } else { "" }))
        .collect();
    let expected_names: Vec<_> =
        expected.iter().map(|expected| expected.split(": ").next().unwrap()).collect();
    assert_eq!(names, expected_names, "{found:#?}");
    for (finding, expected) in found.iter().zip(expected) {
        let detail = finding.detail.as_deref().unwrap();
        let words = expected.split_once(": ").map_or("", |(_, words)| words);
        assert!(detail.contains(words), "{}: {detail}", finding.name);
        assert!(finding.to_string().contains("Maelstrom: "), "{finding}");
    }
    assert_eq!(report.conforms(), expected_names.iter().all(|name| name.ends_with('?')));
}

fn a_right_node_behaves() {
    let report = node("").patience(Duration::from_secs(10)).run().unwrap();
    assert!(report.findings.iter().all(|finding| finding.grade == Grade::Ok), "{report:#?}");
    assert!(report.findings.len() >= 30, "{}", report.findings.len());
    report.assert_conforms();
}

/// Echo, and broadcast for one node, as the macro makes them.
#[derive(Default)]
struct Ours {
    seen: Vec<u64>,
}

#[maelstrom::node]
impl Ours {
    #[rpc(reply(echo))]
    fn echo(&self, echo: Box<RawValue>) -> Box<RawValue> {
        echo
    }

    #[rpc]
    fn topology(&mut self) {}

    #[rpc]
    fn broadcast(&mut self, message: u64) {
        self.seen.push(message);
    }

    #[rpc(reply(messages))]
    fn read(&self) -> &[u64] {
        &self.seen
    }
}

fn a_node_built_on_maelstrom_behaves() {
    for workload in [&Echo as &dyn Workload, &Broadcast::default()] {
        let ours = Conformance::new(env::current_exe().unwrap()).arguments(["--library"]);
        let report = ours.workload(workload).patience(Duration::from_secs(10)).run().unwrap();
        assert!(report.findings.iter().all(|finding| finding.grade == Grade::Ok), "{report:#?}");
    }
}

fn without_a_workload_the_handshake_is_tried() {
    let report = Conformance::new(env::current_exe().unwrap()).arguments(["--node", ""]).run().unwrap();
    assert!(report.findings.iter().all(|finding| finding.grade == Grade::Ok), "{report:#?}");
    let has = |name| report.findings.iter().any(|finding| finding.name == name);
    assert!(has("handshake") && has("unknown-type") && has("burst") && !has("request") && !has("text"));
}

fn a_node_for_something_else_is_told_so() {
    let report = node("").workload(&Broadcast::default()).run().unwrap();
    let found = not_fine(&report);
    assert_eq!(found[0].name, "set-up");
    assert!(found[0].detail.as_deref().unwrap().contains(r#""code":10"#), "{:?}", found[0]);
    assert!(!report.conforms());
}

/// A broadcast that does no work before it is set up.
const BROADCAST: &str = r#"
while read -r line; do
    src=${line#*'"src":"'}; src=${src%%'"'*}
    id=${line##*'"msg_id":'}; id=${id%%[!0-9]*}
    case $line in
        *'"type":"init"'*) body='"type":"init_ok"' ;;
        *'"type":"topology"'*) is_set_up=yes body='"type":"topology_ok"' ;;
        *'"type":"broadcast","message"'*) body='"type":"broadcast_ok"' ;;
        *'"type":"read"'*) body='"type":"read_ok","messages":[]' ;;
        *) continue ;;
    esac
    case $is_set_up$body in
        yes*|*init*) echo '{"src":"n3","dest":"'"$src"'","body":{'"$body"',"in_reply_to":'"$id"'}}' ;;
    esac
done
"#;

fn a_workload_that_sets_up_nodes_is_set_up() {
    let workload = Broadcast::default();
    let conformance = Conformance::new("/bin/sh").arguments(["-c", BROADCAST]).workload(&workload);
    let report = conformance.patience(Duration::from_secs(2)).run().unwrap();
    for name in ["set-up", "request", "reply-fields", "envelope-id"] {
        let finding = report.findings.iter().find(|finding| finding.name == name).unwrap();
        assert_eq!(finding.grade, Grade::Ok, "{finding:?}");
    }
}

fn a_node_that_does_not_come_up_ends_the_trial() {
    for (habit, words) in [
        ("is silent", "nothing within 2 s"),
        ("dies at birth", "it ended with exit status 101; last on stderr: panicked: dies at birth"),
        ("refuses", "it answers {"),
        ("answers another init", "its `in_reply_to` is 7"),
    ] {
        let began = Instant::now();
        let report = node(habit).run().unwrap();
        assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
        let found = not_fine(&report);
        assert_eq!(found.iter().map(|finding| finding.name).collect::<Vec<_>>(), ["handshake"]);
        assert!(found[0].detail.as_deref().unwrap().contains(words), "{:?}", found[0]);
        assert!(report.count(Grade::Untried) >= 20);
    }
}

/// A file for the numbers of processes, which is removed in the end.
struct Numbers(PathBuf);

impl Numbers {
    fn new(name: &str) -> Self {
        Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("conformance-{name}-{}", process::id())))
    }

    /// Waits until none of the processes is there any more, and returns how many there were.
    fn assert_gone(&self) -> usize {
        let text = fs::read_to_string(&self.0).unwrap();
        let processes: Vec<Pid> =
            text.lines().map(|line| Pid::from_raw(line.trim().parse().unwrap()).unwrap()).collect();
        let began = Instant::now();
        for pid in &processes {
            while test_kill_process(*pid).is_ok() && !is_zombie(*pid) {
                assert!(began.elapsed() < Duration::from_secs(10), "{pid:?} is still there");
                thread::sleep(Duration::from_millis(1));
            }
        }
        processes.len()
    }
}

impl Drop for Numbers {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// What init has not waited for yet is gone as well.
fn is_zombie(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, state)| state.trim_start().starts_with('Z'))
}

fn a_wrapper_that_stays_is_noted_and_nothing_of_it_is_left() {
    let numbers = Numbers::new("wrapper");
    let (own, file) = (env::current_exe().unwrap(), numbers.0.to_str().unwrap());
    let script = r#"sleep 1000 & echo $! >> "$1"; echo $$ >> "$1"; "$0" --node "" "$1""#;
    let conformance = Conformance::new("/bin/sh").arguments(["-c", script, own.to_str().unwrap(), file]);
    let report = conformance.workload(&Echo).run().unwrap();
    let found = not_fine(&report);
    assert_eq!(found.iter().map(|finding| finding.name).collect::<Vec<_>>(), ["killed"], "{found:#?}");
    assert!(report.conforms());
    assert!(numbers.assert_gone() >= 6);
}

fn nothing_is_left_of_any_process() {
    let numbers = Numbers::new("stays");
    let report = node("stays").arguments([numbers.0.to_str().unwrap()]).run().unwrap();
    assert!(report.conforms());
    assert!(numbers.assert_gone() >= 3);
}

fn command(args: &[&str]) -> process::Output {
    let own = env::current_exe().unwrap();
    let args = args.iter().map(|arg| if *arg == "NODE" { own.to_str().unwrap() } else { arg });
    Command::new(env!("CARGO_BIN_EXE_maelstrom-workbench")).arg("conformance").args(args).output().unwrap()
}

fn the_command_prints_a_line_for_each_behaviour() {
    let output = command(&["--bin", "NODE", "--", "--node", ""]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("ok    handshake        answers `init` with `init_ok`\n"), "{text}");
    assert!(text.contains(" ok, 0 FAIL, 0 note\n"), "{text}");

    let output = command(&["--bin", "NODE", "--patience", "2", "-w", "none", "--", "--node", "is silent"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("FAIL  handshake  "), "{text}");
    assert!(text.contains("\nnote  not tried, as it does not come up: init-reply, "), "{text}");
}

fn the_command_tells_mistakes() {
    let output = command(&["-w", "ecco", "--patience", "-1"]);
    assert_eq!(output.status.code(), Some(254));
    let text = String::from_utf8(output.stderr).unwrap();
    let options: Vec<_> = text.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(options, ["Expected a --bin PATH_TO_BINARY to try", "--workload", "--patience"]);
    let output = command(&["--bin", "no-such-node"]);
    assert_eq!(output.status.code(), Some(255));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("--bin no-such-node: "));
}
