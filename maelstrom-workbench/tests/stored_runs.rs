//! Runs that are kept: shown, judged again, explained; and many of them made.

#![allow(clippy::unwrap_used)]

mod place;
mod stored;

use std::fs;

use stored::{HISTORY, JOURNAL, RESULTS, file, kept};

#[test]
fn a_run_is_shown_by_path_by_name_or_as_the_latest() {
    let place = kept();
    for which in ["", "latest", "store/latest", "broadcast/20240229T000000.000Z"] {
        let outcome = place.run(&format!("show {which}"));
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        for expected in [
            "broadcast        valid (2 nodes, simulated, seed 3)",
            "1.0 of 2 operations: ok 2, failed 0",
            "broadcast: 1 ok, 10.0 ms in the median",
            "0.50 between nodes per operation",
            "sent 6, received 2, lost 0, cut off 1,",
            "n1 did not hear n0 from 0.10 s on",
        ] {
            assert!(outcome.stdout.contains(expected), "{expected} in {}", outcome.stdout);
        }
    }
}

#[test]
fn what_is_no_run_is_said_to_be_none() {
    let place = kept();
    for command in ["show", "analyze", "explain"] {
        let outcome = place.run(&format!("{command} broadcast"));
        assert_eq!((outcome.status, &*outcome.stdout), (255, ""));
        assert_eq!(outcome.stderr, "broadcast: there is no such run, neither here nor in store\n");
    }
    fs::write(file(&place, "journal.jsonl"), "{\"time\":0}\n").unwrap();
    let outcome = place.run("show");
    assert_eq!(outcome.status, 255);
    assert!(outcome.stderr.contains("journal.jsonl: line 1: missing field"), "{}", outcome.stderr);
}

#[test]
fn a_line_that_was_cut_off_is_left_out_and_said_to_be_missing() {
    let place = kept();
    let (journal, history) =
        ("the last line of the journal was cut off", "the last line of the history was cut off");
    fs::write(file(&place, "journal.jsonl"), &JOURNAL[..JOURNAL.len() - 30]).unwrap();
    let shown = place.run("show").stdout;
    assert!(shown.contains("sent 5, received 2") && shown.contains(journal), "{shown}");
    assert!(!shown.contains(history), "{shown}");
    let explained = place.run("explain 2").stdout;
    assert!(explained.contains("n0 -> n1") && explained.contains(journal), "{explained}");

    fs::write(file(&place, "history.jsonl"), &HISTORY[..HISTORY.len() - 30]).unwrap();
    assert!(place.run("show").stdout.contains(history));
    let explained = place.run("explain 4").stdout;
    assert!(explained.contains("never: its outcome is not known"), "{explained}");
    // Twice, as it is in the results from then on.
    for _ in 0..2 {
        let outcome = place.run("analyze");
        assert_eq!(outcome.status, 2, "{}", outcome.stderr);
        assert_eq!(outcome.stderr.matches(history).count(), 1, "{}", outcome.stderr);
        assert_eq!(place.run("show").stdout.matches(history).count(), 1);
    }
}

#[test]
fn what_is_cut_off_in_the_middle_is_wrong() {
    let place = kept();
    let cut = |text: &str| text.replacen("\"time\":2", "\n\"time\":2", 1);
    for (name, text, line) in [("journal.jsonl", JOURNAL, 2), ("history.jsonl", HISTORY, 3)] {
        fs::write(file(&place, name), cut(text)).unwrap();
        let outcome = place.run("explain 2");
        assert_eq!(outcome.status, 255);
        assert!(outcome.stderr.contains(&format!("{name}: line {line}: ")), "{}", outcome.stderr);
        fs::write(file(&place, name), text).unwrap();
    }
}

#[test]
fn what_a_run_carries_does_not_reach_the_terminal_as_it_is() {
    let place = kept();
    fs::write(file(&place, "results.json"), RESULTS.replace("\"old\"", r#""\u001b]0;mine\u0007\u009b2J""#))
        .unwrap();
    let outcome = place.run("show");
    assert!(outcome.stdout.contains("]0;mine"), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains(|c: char| c.is_control() && c != '\n'), "{:?}", outcome.stdout);
}

#[test]
fn a_stored_history_is_judged_again_and_the_results_say_so() {
    let place = kept();
    let outcome = place.run("analyze");
    assert_eq!(outcome.status, 1, "{}", outcome.stderr);
    assert!(outcome.stdout.ends_with("invalid now; it was valid\n"), "{}", outcome.stdout);
    assert!(outcome.stderr.contains("value 7, acknowledged to process 0 (at n0)"), "{}", outcome.stderr);
    let results = place.results();
    assert_eq!(results.get("valid?"), Some(&false.into()));
    assert_eq!(results.get("workload").unwrap().get("lost-count"), Some(&1.into()));
    let why = results.get("explanation").unwrap().to_string();
    assert!(why.contains("n1 did not hear n0"), "{why}");
    // What was seen of the network stays; what checkers had said does not.
    assert_eq!(results.get("maelstrom-would").unwrap().to_string(), r#"["stop listening to n1"]"#);
    assert!(results.get("net").is_some() && results.get("options").is_some());

    let outcome = place.run("analyze");
    assert!(outcome.stdout.ends_with("still invalid\n"), "{}", outcome.stdout);
    assert_eq!(place.results(), results);
}

#[test]
fn a_run_is_judged_by_the_options_that_it_was_made_with() {
    let place = kept();
    let history = HISTORY.replace(r#""ok","f":"read","value":[]"#, r#""fail","f":"read","value":null"#)
        + r#"{"index":6,"time":920000000,"process":0,"type":"invoke","f":"read","value":null}
{"index":7,"time":930000000,"process":0,"type":"ok","f":"read","value":[7]}
"#;
    fs::write(file(&place, "history.jsonl"), history).unwrap();
    assert_eq!(place.run("analyze").status, 0);
    let options = RESULTS.replace(r#""options": {"#, r#""options": {"availability": "total", "#);
    fs::write(file(&place, "results.json"), options).unwrap();
    assert_eq!(place.run("analyze").status, 1);
}

#[test]
fn the_story_of_an_operation_has_what_it_caused_and_what_became_of_it() {
    let place = kept();
    for op in ["2", "3", "latest 2", "latest 0.5s", "latest 200ms"] {
        let outcome = place.run(&format!("explain {op}"));
        let text = &outcome.stdout;
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        for expected in [
            "2 of process 0, worker 0, at n0",
            "invoke broadcast 7 at 0.2000 s",
            "ok broadcast 7 at 0.2100 s, after 10.0 ms",
            "n1 did not hear n0 from 0.10 s on",
            "200.0 ms  c4 -> n0",
            "201.0 ms  n0 -> n1  {\"type\":\"gossip\"}  cut off at 202.0 ms",
            "received at 210.0 ms",
        ] {
            assert!(text.contains(expected), "{op}: {expected} in {text}");
        }
        // What timers sent meanwhile stands apart, and is not said to belong to it.
        let (caused, timers) = text.split_once("by timers then").unwrap();
        assert!(timers.lines().next().unwrap().contains("unrelated"), "{text}");
        assert!(!caused.contains("unrelated") && !text.contains("guess"), "{text}");
    }
    let text = place.run("explain latest 1").stdout;
    assert!(
        text.contains("1 of the nemesis") && text.contains("n1 did not hear n0 from 0.10 s on"),
        "{text}"
    );
    assert!(!text.contains("completed"), "{text}");
    assert_eq!(place.run("explain latest 99").stderr, "the history has no operation 99\n");
    assert_eq!(place.run("explain latest 1ms").stderr, "no operation had begun by 1.0 ms\n");
    assert_eq!(place.run("explain latest x").status, 255);
}

#[test]
fn when_a_history_began_is_read_and_guessed_only_where_it_is_not_said() {
    let place = kept();
    // By what requests tell it was 5 ms; this says 4, and so nobody has asked as the operation began.
    let results = RESULTS.replace(r#""seed": 3"#, r#""seed": 3, "history-start": 4000000"#);
    fs::write(file(&place, "results.json"), results).unwrap();
    assert!(place.run("explain 2").stdout.contains("none: it was over before"));
    let results = RESULTS.replace(r#""seed": 3"#, r#""seed": 3, "history-start": 5000000"#);
    fs::write(file(&place, "results.json"), results).unwrap();
    assert!(place.run("explain 2").stdout.contains("200.0 ms  c4 -> n0"));
}

#[test]
fn with_processes_what_a_node_sent_meanwhile_is_a_guess() {
    let place = kept();
    let journal = JOURNAL.replace(r#""cause":4,"#, "").replace(r#""cause":"timer","#, "");
    // The node answers last, so that all that it sends stands in between.
    let (reply, others): (Vec<&str>, Vec<&str>) =
        journal.lines().partition(|line| line.contains("send") && line.contains("broadcast_ok"));
    let reply = reply[0].replace("206000000", "209000000");
    let at = others.iter().position(|line| line.contains("215000000")).unwrap();
    let lines = [&others[..at], &[&*reply], &others[at..]].concat();
    fs::write(file(&place, "journal.jsonl"), lines.join("\n")).unwrap();
    let text = place.run("explain 2").stdout;
    let guesses: Vec<_> = text.lines().filter(|line| line.contains("a guess")).collect();
    assert_eq!(guesses.len(), 2, "{text}");
    assert!(guesses[0].contains("gossip") && guesses[1].contains("unrelated"), "{text}");
}

#[test]
fn the_story_of_an_operation_tells_who_learnt_its_value_and_what_kept_it_from_others() {
    let place = kept();
    let journal = JOURNAL.replace(r#""type":"gossip""#, r#""type":"gossip","message":7"#);
    fs::write(file(&place, "journal.jsonl"), &journal).unwrap();
    let text = place.run("explain 2").stdout;
    let (_, value) = text.split_once("its value").unwrap();
    let lines: Vec<&str> = value.lines().map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "7 came to 1 of 2 nodes, as messages that have this number and reads tell",
            "n0 learnt it at 201.0 ms by broadcast of c4",
            "n1 never learnt it:",
            "gossip of n0, sent at 201.0 ms, was cut off by a partition",
        ]
    );
    // A read adds nothing.
    assert!(!place.run("explain 4").stdout.contains("its value"));

    let gossip = r#"{"id":9,"src":"n0","dest":"n1","body":{"type":"gossip","message":7}}"#;
    let later = [("950", "send", r#""cause":"timer","#), ("955", "recv", "")]
        .map(|(ms, kind, cause)| {
            format!("{{\"time\":{ms}000000,\"type\":\"{kind}\",{cause}\"message\":{gossip}}}\n")
        })
        .concat();
    fs::write(file(&place, "journal.jsonl"), journal + &later).unwrap();
    let text = place.run("explain 2").stdout;
    assert!(text.contains("7 came to 2 of 2 nodes"), "{text}");
    let learnt = "n1 learnt it at 950.0 ms by gossip of n0, which a timer sent, after 1 message to it that did not arrive";
    assert!(text.contains(learnt), "{text}");

    // Without the gossip's text only a read can tell.
    fs::write(file(&place, "journal.jsonl"), JOURNAL).unwrap();
    let text = place.run("explain 2").stdout;
    assert!(text.contains("n1 never learnt it: no message was seen on its way that would have"), "{text}");
    let history = HISTORY.replace(r#""ok","f":"read","value":[]"#, r#""ok","f":"read","value":[7]"#);
    fs::write(file(&place, "history.jsonl"), history).unwrap();
    let text = place.run("explain 2").stdout;
    assert!(
        text.contains("n1 knew it by 910.0 ms, as a read shows; by which message is not known"),
        "{text}"
    );
}

#[test]
fn the_story_of_a_verdict_is_that_of_its_results() {
    let place = kept();
    assert!(place.run("explain").stdout.contains("nothing was found to be wrong"));
    place.run("analyze");
    let outcome = place.run("explain");
    assert_eq!(outcome.status, 1);
    assert!(outcome.stdout.contains("because          value 7, acknowledged to"), "{}", outcome.stdout);
}

const SWEEP: &str =
    "sweep -w echo --bin node --time-limit 1 --rate 10 --latency 0,5 --node-count 1,2 --seeds 0..3";

#[test]
fn a_sweep_has_a_row_for_each_combination_and_a_chart_of_latencies() {
    let place = kept();
    place.node("$text");
    let outcome = place.run(SWEEP);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let rows: Vec<_> = outcome.stdout.lines().filter(|line| line.starts_with("echo ")).collect();
    assert_eq!(rows.len(), 4, "{}", outcome.stdout);
    assert!(rows.iter().all(|row| row.contains("3 of 3") && row.contains("100.0 %")), "{}", outcome.stdout);
    let charts = outcome.stdout.lines().filter(|line| line.starts_with("messages per operation by latency"));
    assert_eq!(charts.count(), 2, "{}", outcome.stdout);
    // Nothing is drawn where there is no terminal.
    assert_eq!(outcome.stderr, "");
}

#[test]
fn the_parts_of_a_sweep_joined_have_the_table_of_the_whole() {
    let place = kept();
    place.node("$text");
    let whole = place.run(&format!("{SWEEP} --output whole"));
    let read = |name: &str| fs::read_to_string(place.0.join(name)).unwrap();
    let mut joined = String::new();
    for part in 1..=3 {
        let outcome = place.run(&format!("{SWEEP} --shard {part}/3 --output part"));
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        assert_eq!(read("part").lines().count(), 4);
        joined += &read("part");
    }
    fs::write(place.0.join("joined"), joined).unwrap();
    assert_eq!(place.run("sweep --table joined").stdout, whole.stdout);
    let sorted = |name: &str| {
        let mut lines: Vec<_> = read(name).lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted("joined"), sorted("whole"));
}

#[test]
fn a_sweep_lists_the_seeds_that_failed_and_how_to_see_them_again() {
    let place = kept();
    place.node("wrong");
    let outcome = place.run("sweep -w echo --bin node --node-count 1 --time-limit 1 --rate 10 --seeds 4..6");
    assert_eq!(outcome.status, 1, "{}", outcome.stderr);
    assert!(outcome.stdout.contains("0 of 2"), "{}", outcome.stdout);
    for seed in [4, 5] {
        assert!(outcome.stdout.contains(&format!("\nseed {seed} is invalid: ")), "{}", outcome.stdout);
        let again = outcome.stdout.lines().find(|line| line.ends_with(&format!("--seed {seed}"))).unwrap();
        let again = again.trim_start().strip_prefix("again: maelstrom-workbench ").unwrap();
        assert_eq!(place.run(again).status, 1, "{again}");
    }
}

#[test]
fn a_sweep_that_can_not_be_made_says_why() {
    let place = kept();
    let outcome = place.run("sweep -w echo --bin nobody --seeds 0..50");
    assert_eq!(outcome.status, 255);
    assert_eq!(
        outcome.stderr,
        "--bin nobody: there is no such program (No such file or directory (os error 2))\n"
    );
    let outcome = place.run("sweep -w echo --bin node --seeds 5 --shard 3/2 --latency 1,x");
    assert_eq!((outcome.status, outcome.stderr.lines().count()), (254, 3), "{}", outcome.stderr);
}
