//! The program, as people use it: arguments, exit statuses, and the files it leaves behind.

#![allow(clippy::unwrap_used)]

mod place;

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
};

use maelstrom_workbench::{Integer, Value};
use place::{NODE, Place};
use rustix::process::{Pid, Signal, kill_process};

/// A member as JSON, to look for words in it.
fn text_of(results: &Value, name: &str) -> String {
    results.get(name).unwrap().to_string()
}

#[test]
fn without_a_command_it_says_what_there_is() {
    for args in ["", "tset"] {
        let outcome = Place::new().run(args);
        assert_eq!(outcome.status, 254);
        assert!(outcome.stderr.contains("Usage: ") && outcome.stderr.contains("demo"), "{}", outcome.stderr);
    }
    assert_eq!(Place::new().run("--help").status, 0);
}

#[test]
fn every_mistake_has_a_line() {
    let outcome = Place::new().run(
        "test -w ecco --rate -1 --latency 1.5 --concurrency n3 --nemesis earthquake --topology ring --node-count 0 \
         --availability 2 --time-limit 0 --latency-dist normal --nemesis-interval 0 --consistency-models a,b",
    );
    assert_eq!(outcome.status, 254);
    let mut options: Vec<_> = outcome.stderr.lines().map(|line| line.split(':').next().unwrap()).collect();
    options.sort_unstable();
    assert_eq!(
        options,
        [
            "--availability",
            "--concurrency",
            "--consistency-models",
            "--latency",
            "--latency-dist",
            "--nemesis",
            "--nemesis-interval",
            "--node-count",
            "--rate",
            "--time-limit",
            "--topology",
            "--workload",
            "Expected a --bin PATH_TO_BINARY to test",
        ]
    );
}

#[test]
fn an_unknown_option_is_told_in_one_line() {
    let outcome = Place::new().run("test --workloads echo");
    assert_eq!(outcome.status, 254);
    assert_eq!(
        outcome.stderr,
        "unexpected argument '--workloads' found: a similar argument exists: '--workload'\n"
    );
}

#[test]
fn a_program_that_is_not_there_is_no_bad_argument() {
    let outcome = Place::new().run("test -w echo --bin node");
    assert_eq!(outcome.status, 255);
    assert!(outcome.stderr.starts_with("--bin node: there is no such program"), "{}", outcome.stderr);
}

#[test]
fn list_fits_on_a_screen() {
    let outcome = Place::new().run("list");
    assert_eq!(outcome.status, 0);
    assert!(outcome.stdout.lines().count() <= 34, "{}", outcome.stdout);
    assert!(outcome.stdout.lines().all(|line| line.len() <= 80), "{}", outcome.stdout);
    for name in ["unique-ids", "partition", "tree4", "exponential", "stats"] {
        assert!(outcome.stdout.contains(name), "{name}");
    }
}

#[test]
fn check_gives_maelstroms_results_for_recorded_histories() {
    let place = Place::new();
    for file in ["set-full", "unique-ids", "echo", "counters", "stats-availability"] {
        let path = format!("{}/tests/golden/{file}.jsonl", env!("CARGO_MANIFEST_DIR"));
        for case in fs::read_to_string(path).unwrap().lines().step_by(20) {
            let case: Value = case.parse().unwrap();
            let field = |name: &str| case.get(name).unwrap();
            let lines: Vec<_> = field("history").as_list().unwrap().iter().map(ToString::to_string).collect();
            fs::write(place.0.join("history"), lines.join("\n")).unwrap();
            let availability = match field("options").get("availability") {
                Some(Value::String(total)) => format!("--availability {total}"),
                Some(number) => format!("--availability {number}"),
                None => String::new(),
            };
            let workload = field("workload").as_str().unwrap();
            let outcome =
                place.run(&format!("check -w {workload} --maelstrom-compat {availability} history"));
            let result: Value = outcome.stdout.parse().unwrap();
            let (name, expected) = (field("name"), field("expected"));
            let status = match expected.get("valid?").unwrap() {
                Value::Bool(true) => 0,
                Value::Bool(false) => 1,
                _ => 2,
            };
            assert_eq!(outcome.status, status, "{name}");
            // Of a checker that threw the verdict counts. Echo's errors come in no order.
            if expected.get("error").is_none() && workload != "echo" {
                assert_eq!(result, *expected, "{name}");
            }
        }
    }
}

#[test]
fn check_reads_standard_input_and_says_where_it_makes_no_sense() {
    let place = Place::new();
    let invocation = r#"{"index": 0, "time": 0, "process": 0, "type": "invoke", "f": "echo", "value": "a"}"#;
    let outcome = place.run_with("check -w echo -", &format!("{invocation}\n"));
    assert_eq!((outcome.status, outcome.stdout.parse::<Value>().unwrap().get("valid?").cloned()), {
        (0, Some(true.into()))
    });
    let of_jepsen = "{:index 0, :time 0, :process 0, :type :invoke, :f :echo, :value \"a\"}\n";
    assert_eq!(place.run_with("check -w echo -", of_jepsen).stdout, outcome.stdout);
    let outcome = place.run_with("check -w echo -", &format!("{invocation}\nnonsense\n"));
    assert_eq!(outcome.status, 255);
    assert!(outcome.stderr.starts_with("-: line 2: not JSON"), "{}", outcome.stderr);
    assert_eq!(place.run("check -w nothing -").status, 254);
}

#[test]
fn a_simulated_test_leaves_its_results_behind() {
    let place = Place::new();
    place.node("$text");
    let args = "test -w echo --bin node --node-count 2 --time-limit 2 --rate 10 --simulate --seed 7";
    let outcome = place.run(args);
    assert_eq!(outcome.status, 0, "{}{}", outcome.stdout, outcome.stderr);
    assert!(outcome.stdout.ends_with("\nEverything looks good! ヽ(‘ー`)ノ\n"), "{}", outcome.stdout);
    let elsewhere = "maelstrom test -w echo --bin node --node-count 2 --time-limit 2 --rate 10\n";
    assert!(outcome.stdout.contains(elsewhere), "{}", outcome.stdout);

    let results = place.results();
    let at = |path: &[&str]| path.iter().fold(&results, |value, name| value.get(name).unwrap()).clone();
    assert_eq!(at(&["valid?"]), true.into());
    assert_eq!(at(&["seed"]), 7.into());
    let operations = at(&["stats", "ok-count"]);
    assert_eq!(at(&["availability", "ok-fraction"]), 1.0.into());
    assert_eq!(at(&["workload", "valid?"]), true.into());
    assert_eq!(at(&["exceptions", "valid?"]), true.into());
    assert_eq!(at(&["net", "servers", "msg-count"]), 0.into());
    let history = place.read("store/echo/latest/history.jsonl");
    assert_eq!(Value::from(history.lines().count() / 2), operations);
    let journal = place.read("store/latest/journal.jsonl");
    let sends = journal.lines().filter(|line| line.contains(r#""type":"send""#)).count();
    assert_eq!(at(&["net", "all", "send-count"]), sends.into());
    assert_eq!(at(&["net", "all", "msg-count"]), sends.into());
    // The first request leaves as the first operation begins, by another clock.
    let time =
        |line: &str| line.parse::<Value>().unwrap().get("time").unwrap().as_integer().unwrap().as_i64();
    let first = journal.lines().find(|line| line.contains(r#""type":"echo""#)).and_then(time);
    let begun = at(&["history-start"]).as_integer().and_then(Integer::as_i64);
    assert_eq!(history.lines().next().and_then(time).zip(begun).map(|(time, begun)| time + begun), first);

    // The same seed gives the same run, which is kept beside the first.
    assert_eq!(place.run(args).status, 0);
    assert_eq!(place.read("store/latest/journal.jsonl"), journal);
    let folders = fs::read_dir(place.0.join("store/echo"))
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_type().unwrap().is_dir());
    assert_eq!(folders.count(), 2);
}

#[test]
fn a_failing_run_is_shrunk_to_a_story_that_can_be_had_again() {
    let place = Place::new();
    place.node("always this");
    let outcome = place.run(
        "shrink -w echo --bin node --node-count 3 --time-limit 5 --rate 20 --seed 3 --nemesis partition",
    );
    assert_eq!(outcome.status, 1, "{}", outcome.stderr);
    let story: Vec<&str> = outcome.stdout.lines().collect();
    assert!(
        story[0].starts_with("seed 3, after ") && story[0].contains(": 1 of 3 nodes, 1 of 3 clients, 1 of ")
    );
    assert!(story[1].starts_with("  0.00 s  process 0 (at n"), "{}", outcome.stdout);
    let report = story.iter().find_map(|line| line.strip_prefix("report   ")).unwrap();
    assert!(fs::read_to_string(place.0.join(report)).unwrap().contains("<canvas"));
    let again = story.iter().find_map(|line| line.strip_prefix("again    maelstrom-workbench ")).unwrap();
    let outcome = place.run(again);
    assert_eq!(outcome.status, 1, "{}", outcome.stderr);
    assert!(outcome.stdout.contains("1 node, simulated, seed 3"), "{}", outcome.stdout);

    place.node("$text");
    let outcome = place.run("shrink -w echo --bin node --time-limit 2 --test-count 2 --seed 5");
    assert_eq!((outcome.status, outcome.stdout.lines().count()), (0, 2));
}

#[test]
fn what_simulated_nodes_log_is_shown_in_the_end_by_their_clock() {
    let place = Place::new();
    let logs = r#"case $line in receive*) echo 'log "got a message"' ;; esac; echo 'ready -'"#;
    place.program(&NODE.replace("ECHO", "$text").replace("echo 'ready -'", logs));
    let args = "test -w echo --bin node --node-count 2 --time-limit 1 --rate 10 --simulate --seed 7";
    let outcome = place.run(&format!("{args} --log-stderr"));
    assert_eq!(outcome.status, 0, "{}{}", outcome.stdout, outcome.stderr);
    let mut lines = outcome.stderr.lines();
    let heading = lines.next().unwrap();
    let lines: Vec<&str> = lines.collect();
    let expected =
        format!("what nodes logged, by the clock of the simulation (the last {} lines):", lines.len());
    assert_eq!(heading, expected);
    assert!(lines.len() > 4 && lines.is_sorted(), "{lines:?}");
    assert!(lines[0].starts_with("00:00:00.") && lines[0].ends_with(" got a message"), "{}", lines[0]);
    assert!(!place.run(args).stderr.contains("got a message"));
    assert!(place.read("store/latest/node-logs/n1.log").contains("got a message"));
}

#[test]
fn a_wrong_node_is_invalid_and_its_run_can_be_had_again() {
    let place = Place::new();
    place.node("something else");
    let outcome =
        place.run("test -w echo --bin node --node-count 1 --time-limit 1 --simulate --test-count 3");
    assert_eq!(outcome.status, 1, "{}{}", outcome.stdout, outcome.stderr);
    assert!(outcome.stdout.ends_with("\nAnalysis invalid! (ﾉಥ益ಥ）ﾉ ┻━┻\n"), "{}", outcome.stdout);
    // The first failure ends it.
    assert!(outcome.stdout.contains("test 1 of 3") && !outcome.stdout.contains("test 2 of 3"));
    let again = outcome.stdout.lines().find_map(|line| line.strip_prefix("again ")).unwrap();
    let again = again.trim().strip_prefix("maelstrom-workbench ").unwrap();
    let journal = place.read("store/latest/journal.jsonl");
    let report = outcome.stdout.lines().find_map(|line| line.strip_prefix("report ")).unwrap();
    assert!(place.read(report.trim()).starts_with("<!doctype html>"), "{report}");
    assert_eq!(place.run(again).status, 1);
    assert_eq!(place.read("store/latest/journal.jsonl"), journal);
}

#[test]
fn processes_are_tested_by_the_wall_clock() {
    let place = Place::new();
    place.node("$text");
    let outcome =
        place.run("test -w echo --bin ./node --node-count 1 --time-limit 1 --rate 20 --log-net-send");
    assert_eq!(outcome.status, 0, "{}{}", outcome.stdout, outcome.stderr);
    assert!(outcome.stderr.contains(r#"send {"id":0,"src":"c0","dest":"n0""#), "{}", outcome.stderr);
    assert!(place.0.join("store/latest/node-logs/n0.log").is_file());
}

#[test]
fn a_node_that_does_not_come_up_ends_it_with_255() {
    let place = Place::new();
    let outcome = place.run("test -w echo --bin /bin/true --node-count 1 --time-limit 1");
    assert_eq!(outcome.status, 255, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("Node n0 crashed with exit status 0"), "{}", outcome.stdout);
    let results = place.results();
    assert_eq!(results.get("valid?"), Some(&false.into()));
    assert!(text_of(&results, "problems").contains("Node n0 crashed with exit status 0"));
}

#[test]
fn a_program_that_never_answers_init_did_not_come_up() {
    let place = Place::new();
    place.program("#!/bin/sh\nwhile read -r line; do echo 'ready -'; done\n");
    let outcome = place.run("test -w echo --bin node --node-count 1 --time-limit 60 --simulate");
    assert_eq!(outcome.status, 255, "{}", outcome.stdout);
    assert!(outcome.stdout.contains("did not come up"), "{}", outcome.stdout);
    let said = "expected node n0 to respond to an init message, but it did not within 10 s";
    assert!(outcome.stdout.contains(said) && text_of(&place.results(), "problems").contains(said));
}

#[test]
fn what_can_not_be_run_leaves_a_folder_that_says_so() {
    let place = Place::new();
    place.program("#!/no/such/interpreter\n");
    for (args, said) in [
        ("--bin node", "starting node n0"),
        ("--bin node --simulate", "can't be started"),
        ("--bin /bin/true --simulate", "can't be simulated"),
    ] {
        let outcome = place.run(&format!("test -w echo --node-count 1 --time-limit 1 --seed 7 {args}"));
        assert_eq!(outcome.status, 255, "{}", outcome.stdout);
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
        let results = place.results();
        assert_eq!(results.get("valid?"), Some(&"unknown".into()));
        assert!(
            text_of(&results, "problems").contains(said) && text_of(&results, "explanation").contains(said)
        );
        assert_eq!(results.get("seed"), Some(&7.into()));
        assert_eq!(results.get("options").unwrap().get("workload"), Some(&"echo".into()));
        assert_eq!(place.read("store/latest/history.jsonl") + &place.read("store/latest/journal.jsonl"), "");
    }
}

#[test]
fn the_results_of_an_interrupted_test_say_so() {
    let place = Place::new();
    place.node("$text");
    let mut child = Command::new(env!("CARGO_BIN_EXE_maelstrom-workbench"))
        .args("test -w echo --bin node --node-count 1 --rate 100 --time-limit 3600 --log-net-recv".split(' '))
        .current_dir(&place.0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let seen = stderr.by_ref().lines().find(|line| line.as_ref().unwrap().contains("echo_ok"));
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    std::io::copy(&mut stderr, &mut std::io::sink()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(seen.is_some());
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains("\ninterrupted      by signal 15 (SIGTERM); what there was"), "{stdout}");
    assert_eq!(place.results().get("interrupted"), Some(&"SIGTERM".into()));
    assert!(place.read("store/latest/journal.jsonl").contains("echo_ok"));
}
