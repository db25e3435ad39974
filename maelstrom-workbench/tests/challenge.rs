//! Challenges, as people attempt them: the marks, the line that says it all, and the exit status.
//!
//! This program runs itself as the node: a broadcast that is fast or slow, as its arguments say.

#![allow(clippy::unwrap_used)]

#[macro_use]
#[path = "../../maelstrom-node/tests/trials/mod.rs"]
mod trials;

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use libtest_mimic::Arguments;
use maelstrom::Context;
use maelstrom_workbench::Value;

fn main() {
    if env::var_os("NODE_UNDER_TEST").is_some() {
        return maelstrom::run::<Gossip>().unwrap();
    }
    let trials = trials![
        all_challenges_fit_on_a_screen,
        a_challenge_that_is_not_there_is_told_with_those_that_are,
        mistakes_are_told_before_anything_runs,
        a_program_that_is_not_there_is_told,
        a_passed_challenge_is_a_line_to_paste,
        two_tests_are_one_challenge,
        a_missed_mark_says_how_far,
        a_wrong_node_misses_and_does_not_end_the_attempt,
        figures_are_kept_with_the_run,
        a_service_that_is_to_be_used_is_counted,
        a_node_that_does_not_start_ends_the_attempt,
        processes_are_the_default,
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// Tells all others at once, and again from time to time. With the argument `slow` only from time to time, with
/// `forgetful` only once, with `mute` it does not come up.
#[derive(Default)]
struct Gossip {
    seen: BTreeSet<u64>,
}

fn is(word: &str) -> bool {
    env::args().any(|argument| argument == word)
}

#[maelstrom::node]
impl Gossip {
    #[init]
    fn init(_ctx: &Context<Self>) -> maelstrom::Result<Self, maelstrom::Error> {
        if is("mute") {
            return Err(maelstrom::Error::new(maelstrom::ErrorCode::TemporarilyUnavailable, "not today"));
        }
        Ok(Self::default())
    }

    #[rpc]
    fn topology(&mut self) {}

    #[rpc]
    fn broadcast(&mut self, ctx: &Context<Self>, message: u64) {
        self.seen.insert(message);
        if !is("slow") {
            ctx.peers(ctx.others()).gossip(&[message]);
        }
    }

    #[rpc(reply(messages))]
    fn read(&self) -> &BTreeSet<u64> {
        &self.seen
    }

    #[rpc(reply(echo))]
    fn echo(&self, echo: String) -> String {
        echo
    }

    #[message]
    fn gossip(&mut self, seen: &[u64]) {
        self.seen.extend(seen);
    }

    #[every(1s)]
    fn spread(&self, ctx: &Context<Self>) {
        if !is("forgetful") {
            let seen: Vec<u64> = self.seen.iter().copied().collect();
            ctx.peers(ctx.others()).gossip(&seen);
        }
    }
}

struct Outcome {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Outcome {
    fn last_line(&self) -> &str {
        self.stdout.lines().last().unwrap()
    }

    /// The rows with the marks.
    fn marks(&self) -> Vec<&str> {
        let labels = ["met ", "MISSED ", "open ", "        "];
        let rows = self.stdout.rsplit("\n\n").nth(1).unwrap().lines();
        rows.filter(|row| labels.iter().any(|label| row.starts_with(label))).collect()
    }
}

/// A folder of its own for a test, and the program run in it.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("challenge-{}-{count}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Runs the program with these arguments, separated by blanks; `NODE` is this program.
    fn run(&self, args: &str) -> Outcome {
        let node = env::current_exe().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_maelstrom-workbench"))
            .arg("challenge")
            .args(
                args.split_whitespace()
                    .map(|word| if word == "NODE" { node.to_str().unwrap() } else { word }),
            )
            .current_dir(&self.0)
            .env("NODE_UNDER_TEST", "")
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Outcome {
            status: output.status.code().unwrap(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn all_challenges_fit_on_a_screen() {
    let outcome = Place::new().run("");
    assert_eq!(outcome.status, 0);
    assert!(outcome.stdout.lines().count() <= 34, "{}", outcome.stdout);
    assert!(outcome.stdout.lines().all(|line| line.chars().count() <= 80), "{}", outcome.stdout);
    for name in ["1 ", "2 ", "3a", "3b", "3c", "3d", "3e", "4 ", "5a", "5b", "5c", "6a", "6b", "6c"] {
        assert!(outcome.stdout.lines().any(|line| line.starts_with(name)), "{name}");
    }
}

fn a_challenge_that_is_not_there_is_told_with_those_that_are() {
    let outcome = Place::new().run("7 --bin NODE");
    assert_eq!(outcome.status, 254);
    assert!(
        outcome.stderr.starts_with("there is no challenge `7`; there are 1, 2, 3a,"),
        "{}",
        outcome.stderr
    );
}

fn mistakes_are_told_before_anything_runs() {
    let place = Place::new();
    let outcome = place.run("3d --seed x");
    assert_eq!(outcome.status, 254);
    assert_eq!(
        outcome.stderr,
        "Expected a --bin PATH_TO_BINARY to test\n--seed: `x` is no whole number from 0 up\n"
    );
    assert_eq!(place.run("3d --bin NODE --simulate --processes").status, 254);
    assert!(!place.0.join("store").exists());
}

fn a_program_that_is_not_there_is_told() {
    let outcome = Place::new().run("1 --bin no-such-node");
    assert_eq!(outcome.status, 255);
    assert!(outcome.stderr.contains("there is no such program"), "{}", outcome.stderr);
}

fn a_passed_challenge_is_a_line_to_paste() {
    let outcome = Place::new().run("3b --bin NODE --simulate --seed 1");
    assert_eq!(outcome.status, 0, "{}", outcome.stdout);
    let marks = outcome.marks();
    assert_eq!(marks[0], "met     correct");
    assert!(
        marks[1].starts_with("met     maximum latency   ") && marks[1].ends_with(" ms (below 5000)"),
        "{marks:?}"
    );
    let line = outcome.last_line();
    assert!(line.starts_with("3b: passed · 5 nodes, 20 s at rate 10 · correct · maximum "), "{line}");
    let command = "maelstrom test -w broadcast --bin ";
    assert_eq!(outcome.stdout.matches(command).count(), 1, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("\nresults          store/broadcast/"));
    // As in the list: what is not asked of a name is its case.
    assert_eq!(Place::new().run("3B --bin NODE --simulate --seed 1").last_line(), line);
}

fn two_tests_are_one_challenge() {
    let outcome = Place::new().run("3d --bin NODE --simulate --seed 1");
    assert_eq!(outcome.status, 0, "{}", outcome.stdout);
    let begins =
        ["correct", "messages ", "median latency ", "maximum latency ", "correct under partitions (3c)"];
    for (mark, about) in outcome.marks().iter().zip(begins) {
        assert!(mark.starts_with(&format!("met     {about}")), "{mark}");
    }
    assert!(outcome.stdout.contains("--node-count 25 --time-limit 20 --rate 100 --latency 100\n"));
    assert!(outcome.stdout.contains("--node-count 5 --time-limit 20 --rate 10 --nemesis partition\n"));
    let line = outcome.last_line();
    assert!(
        line.starts_with("3d: passed · 25 nodes, 20 s at rate 100, latency 100 ms · correct · "),
        "{line}"
    );
    assert!(
        line.contains(" messages/op (below 30) · median ")
            && line.ends_with(" · correct under partitions (3c)")
    );
}

fn a_missed_mark_says_how_far() {
    let outcome = Place::new().run("3d --bin NODE --simulate --seed 1 -- slow");
    assert_eq!(outcome.status, 1, "{}", outcome.stdout);
    let line = outcome.last_line();
    assert!(line.starts_with("3d: missed · ") && line.contains(" · MISSED: median "), "{line}");
    let missed = outcome.marks()[2];
    let number = |text: &str| text.trim().parse::<i64>().unwrap();
    let (value, rest) =
        missed.strip_prefix("MISSED  median latency").unwrap().split_once(" ms (below 400): ").unwrap();
    assert_eq!(number(value) - 400, number(rest.strip_suffix(" ms too long").unwrap()));
}

fn a_wrong_node_misses_and_does_not_end_the_attempt() {
    let outcome = Place::new().run("3d --bin NODE --simulate --seed 1 -- forgetful");
    assert_eq!(outcome.status, 1, "{}", outcome.stdout);
    let marks = outcome.marks();
    assert!(marks[..4].iter().all(|mark| mark.starts_with("met ")), "{marks:?}");
    assert!(
        marks[4].starts_with("MISSED  correct under partitions (3c) ")
            && marks[4].contains(" was missing from"),
        "{marks:?}"
    );
    assert!(
        outcome.last_line().ends_with(" · MISSED: correct under partitions (3c)"),
        "{}",
        outcome.last_line()
    );
    assert!(outcome.stdout.contains("\nagain            maelstrom-workbench test -w broadcast"));
}

fn figures_are_kept_with_the_run() {
    let place = Place::new();
    let outcome = place.run("3b --bin NODE --simulate --seed 1 --store kept");
    let kept = fs::read_to_string(place.0.join("kept/latest/challenge.json")).unwrap();
    let kept: Value = kept.parse().unwrap();
    assert_eq!(kept.get("challenge"), Some(&"3b".into()));
    assert_eq!((kept.get("simulate"), kept.get("valid?")), (Some(&true.into()), Some(&true.into())));
    let Some(Value::Float(maximum)) = kept.get("maximum-latency-ms") else { panic!("{kept}") };
    assert!(outcome.last_line().contains(&format!("maximum {maximum:.0} ms")), "{}", outcome.last_line());
}

fn a_service_that_is_to_be_used_is_counted() {
    // It knows no `add`, and asks nobody.
    let outcome = Place::new().run("4 --bin NODE --simulate --seed 1");
    assert_eq!(outcome.status, 1);
    let told = "        seq-kv            no requests, though the challenge is to be built on seq-kv";
    assert_eq!(outcome.marks()[1], told);
    assert!(outcome.last_line().ends_with(" · without seq-kv"), "{}", outcome.last_line());
}

fn a_node_that_does_not_start_ends_the_attempt() {
    let outcome = Place::new().run("3d --bin NODE --simulate --seed 1 -- mute");
    assert_eq!(outcome.status, 255, "{}", outcome.stdout);
    let marks = outcome.marks();
    assert!(
        marks[0].starts_with("MISSED  correct ") && marks[1].starts_with("open    correct under partitions")
    );
    assert!(outcome.last_line().starts_with("3d: failed · "), "{}", outcome.last_line());
}

fn processes_are_the_default() {
    let began = std::time::Instant::now();
    let outcome = Place::new().run("1 --bin NODE");
    assert!(began.elapsed() >= Duration::from_secs(9), "{:?}", began.elapsed());
    assert_eq!(outcome.status, 0, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("valid (1 node, processes, seed "), "{}", outcome.stdout);
    assert_eq!(outcome.last_line(), "1: passed · 1 node, 10 s at rate 5 · correct");
}
