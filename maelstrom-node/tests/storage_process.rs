//! What real processes store, on real files: this program runs itself as the node under test.

#![allow(clippy::unwrap_used)]

#[macro_use]
mod trials;
mod process;

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use libtest_mimic::Arguments;
use maelstrom::{
    Context, Result,
    rand::{RngExt, SeedableRng, rngs::ChaCha8Rng},
};
use nix::fcntl::{FcntlArg, fcntl};
use process::{INIT, Running, node, wait};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

fn main() {
    if env::var_os("NODE_UNDER_TEST").is_some() {
        if let Err(error) = maelstrom::run::<Ledger>() {
            eprintln!("Error: {error:?}");
            std::process::exit(1);
        }
        return;
    }
    let trials = trials![
        the_next_process_finds_what_was_stored,
        a_directory_that_is_not_there_is_made,
        a_node_that_stores_nothing_makes_no_file,
        without_a_directory_storage_is_volatile_and_says_so_once,
        a_torn_write_is_cut_off_with_a_line_on_stderr,
        a_damaged_file_exits_with_1_and_a_line_that_names_file_and_offset,
        two_processes_do_not_share_a_directory,
        a_directory_that_can_not_be_made_exits_with_1,
        requests_that_come_together_are_stored_together,
        a_full_disk_exits_with_1_and_what_was_answered_is_stored,
        what_is_stored_at_the_end_of_input_is_there,
        a_simulation_is_told_what_is_written_and_tells_what_is_stored,
        a_simulation_moves_the_wall_clock,
        nothing_acknowledged_is_lost_in_a_thousand_kills,
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// Counts: it stores the numbers from `base` on in its log, and the last one of them in its map.
#[derive(Default)]
struct Ledger {
    last: u64,
}

/// The last number, with something to make it heavy, so that files are soon written anew.
#[derive(Serialize, Deserialize)]
struct Last {
    number: u64,
    padding: String,
}

/// How long the log gets before it is begun again.
const PAGE: u64 = 50;

#[maelstrom::node]
impl Ledger {
    #[init]
    fn new(ctx: &Context<Self>) -> Result<Self> {
        let last: Option<Last> = ctx.storage().get("last")?;
        Ok(Ledger { last: last.map_or(0, |last| last.number) })
    }

    #[rpc(reply(number))]
    fn add(&mut self, ctx: &Context<Self>, number: u64) -> Result<u64> {
        let storage = ctx.storage();
        // Four writes that are right only together.
        if storage.log_len() >= PAGE {
            storage.truncate(0);
        }
        if storage.append(&number)? == 0 {
            storage.put("base", &number)?;
        }
        storage.put("last", &Last { number, padding: "x".repeat(300) })?;
        self.last = number;
        Ok(number)
    }

    #[rpc(reply(last, base, log))]
    fn look(&self, ctx: &Context<Self>) -> Result<(u64, Option<u64>, Vec<u64>)> {
        Ok((self.last, ctx.storage().get("base")?, ctx.storage().entries(..)?))
    }

    #[rpc(reply(unix_s))]
    fn clock(&self, ctx: &Context<Self>) -> u64 {
        ctx.unix_time().as_secs()
    }

    #[shutdown]
    fn end(&mut self, ctx: &Context<Self>) {
        ctx.storage().remove("running");
    }

    #[rpc]
    fn run(&mut self, ctx: &Context<Self>) -> Result<()> {
        ctx.storage().put("running", &true)
    }
}

const LOOK: &str = r#"{"src":"c1","dest":"n1","body":{"type":"look","msg_id":0}}"#;

fn add(number: u64) -> String {
    format!(r#"{{"src":"c1","dest":"n1","body":{{"type":"add","number":{number},"msg_id":{number}}}}}"#)
}

/// A path for the data of a test, with nothing there.
fn data(test: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("storage").join(test);
    let _ = fs::remove_dir_all(&path);
    path
}

fn ledger(data: &Path) -> Command {
    let mut command = node("ledger");
    command.env("MAELSTROM_DATA", data);
    command
}

/// A node that has had its handshake.
fn start(data: &Path) -> Running {
    let mut node = Running::start(&mut ledger(data));
    node.write(INIT);
    assert!(node.line().contains("init_ok"));
    node
}

fn kill(mut node: Running) {
    node.child.kill().unwrap();
    node.child.wait().unwrap();
}

/// Adds a number, and waits for the answer.
fn added(node: &mut Running, number: u64) {
    node.write(&add(number));
    let line = node.line();
    assert!(line.contains(&format!(r#""type":"add_ok","number":{number},"#)), "{line}");
}

fn body(line: &str) -> Value {
    serde_json::from_str::<Value>(line).unwrap()["body"].take()
}

fn look(node: &mut Running) -> Value {
    node.write(LOOK);
    body(&node.line())
}

/// What a node that ends by itself says on stdout and on stderr. It has to end with 1.
fn failure(command: &mut Command) -> (String, String) {
    let mut child = command.spawn().unwrap();
    // It need not read it.
    let _ = writeln!(child.stdin.as_mut().unwrap(), "{INIT}");
    assert_eq!(wait(&mut child).code(), Some(1));
    let (mut stdout, mut stderr) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    (stdout, stderr)
}

fn the_next_process_finds_what_was_stored() {
    let data = data("next");
    let mut node = start(&data);
    for number in 1..=3 {
        added(&mut node, number);
    }
    kill(node);
    let mut node = start(&data);
    let found = look(&mut node);
    assert_eq!((&found["last"], &found["base"], &found["log"]), (&json!(3), &json!(1), &json!([1, 2, 3])));
    assert_eq!(node.finish().2, "", "nothing was torn");
}

fn a_directory_that_is_not_there_is_made() {
    let data = data("made").join("run").join("n1");
    let mut node = start(&data);
    added(&mut node, 1);
    kill(node);
    assert!(data.join("storage.wal").exists());
}

fn a_node_that_stores_nothing_makes_no_file() {
    let data = data("nothing");
    let mut node = start(&data);
    look(&mut node);
    assert!(node.finish().1.success());
    assert_eq!(fs::read_dir(&data).unwrap().count(), 0);
}

fn without_a_directory_storage_is_volatile_and_says_so_once() {
    for volatile in [None, Some("")] {
        let mut command = node("ledger");
        command.env_remove("MAELSTROM_DATA").envs(volatile.map(|path| ("MAELSTROM_DATA", path)));
        let mut node = Running::start(&mut command);
        node.write(INIT);
        node.line();
        assert_eq!(look(&mut node)["last"], 0);
        for number in 1..=3 {
            added(&mut node, number);
        }
        assert_eq!(look(&mut node)["log"], json!([1, 2, 3]));
        let (_, status, stderr) = node.finish();
        assert!(status.success());
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(stderr.contains(" n1 storage is volatile: "), "{stderr}");
    }
}

fn a_torn_write_is_cut_off_with_a_line_on_stderr() {
    let data = data("torn");
    let mut node = start(&data);
    added(&mut node, 1);
    added(&mut node, 2);
    kill(node);
    let file = data.join("storage.wal");
    let whole = fs::metadata(&file).unwrap().len();
    let torn = fs::OpenOptions::new().write(true).open(&file).unwrap();
    torn.set_len(whole - 1).unwrap();
    let mut node = start(&data);
    assert_eq!(look(&mut node)["log"], json!([1]));
    added(&mut node, 2);
    let stderr = node.finish().2;
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    let text = format!(" - {} ended in a write that was not finished: cut off ", file.display());
    assert!(stderr.contains(&text), "{stderr}");
    let mut node = start(&data);
    assert_eq!(look(&mut node)["log"], json!([1, 2]));
}

fn a_damaged_file_exits_with_1_and_a_line_that_names_file_and_offset() {
    let data = data("damaged");
    let mut node = start(&data);
    for number in 1..=3 {
        added(&mut node, number);
    }
    kill(node);
    let file = data.join("storage.wal");
    let mut bytes = fs::read(&file).unwrap();
    let second_line = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    bytes[second_line + 30] ^= 1;
    fs::write(&file, &bytes).unwrap();
    let (stdout, stderr) = failure(&mut ledger(&data));
    assert_eq!(stdout, "");
    assert_eq!(
        stderr,
        format!(
            "Error: crash (13): {} is damaged at byte {second_line}: this batch is not as it was written\n",
            file.display()
        )
    );
    assert_eq!(fs::read(&file).unwrap(), bytes, "it is left as it is");
}

fn two_processes_do_not_share_a_directory() {
    let data = data("shared");
    let first = start(&data);
    let (stdout, stderr) = failure(&mut ledger(&data));
    assert_eq!(stdout, "");
    assert!(
        stderr.contains(&data.display().to_string()) && stderr.contains("another process uses it"),
        "{stderr}"
    );
    kill(first);
    kill(start(&data));
}

fn a_directory_that_can_not_be_made_exits_with_1() {
    let (stdout, stderr) = failure(&mut ledger(Path::new("/dev/null/n1")));
    assert_eq!(stdout, "");
    assert!(stderr.contains("opening /dev/null/n1, which MAELSTROM_DATA names: "), "{stderr}");
    assert_eq!(stderr.lines().next().unwrap().matches("Error").count(), 1, "{stderr}");
}

fn requests_that_come_together_are_stored_together() {
    let data = data("together");
    let mut input = format!("{INIT}\n");
    for number in 1..=100 {
        input.push_str(&add(number));
        input.push('\n');
    }
    assert!(input.len() < 64 << 10, "the node reads it at once");
    fs::create_dir_all(data.parent().unwrap()).unwrap();
    let requests = data.with_extension("jsonl");
    fs::write(&requests, &input).unwrap();
    let node = Running::start(ledger(&data).stdin(fs::File::open(requests).unwrap()));
    let (lines, status, _) = node.finish();
    assert!(status.success());
    assert_eq!(lines.len(), 101);
    let text = fs::read_to_string(data.join("storage.wal")).unwrap();
    assert_eq!(text.lines().count(), 3, "the first line, one batch with all of it, and the seal");
}

fn a_full_disk_exits_with_1_and_what_was_answered_is_stored() {
    let data = data("full");
    // No file may grow beyond some kilobytes, and the signal for that is ignored, so that the write fails.
    let mut command = Command::new("sh");
    command
        .args(["-c", r#"trap "" XFSZ; ulimit -f 16; exec "$0""#])
        .arg(env::current_exe().unwrap())
        .env("NODE_UNDER_TEST", "ledger")
        .env("MAELSTROM_DATA", &data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut node = Running::start(&mut command);
    node.write(INIT);
    node.line();
    let mut answered = 0;
    for number in 1..=1000 {
        // It may have ended already.
        let _ = writeln!(node.child.stdin.as_ref().unwrap(), "{}", add(number));
        match node.lines.recv() {
            Ok(line) => assert_eq!(body(&line)["number"], number),
            Err(_) => break,
        }
        answered = number;
    }
    let (_, status, stderr) = node.finish();
    assert_eq!(status.code(), Some(1));
    let file = data.join("storage.wal");
    assert!(stderr.starts_with(&format!("Error: crash (13): writing {}: ", file.display())), "{stderr}");
    assert!(stderr.contains("File too large"), "{stderr}");
    assert!((1..1000).contains(&answered), "{answered}");
    let mut node = start(&data);
    assert_eq!(look(&mut node)["last"], answered, "the one that was not answered was cut off");
}

fn what_is_stored_at_the_end_of_input_is_there() {
    let data = data("end");
    let mut node = start(&data);
    node.write(r#"{"src":"c1","dest":"n1","body":{"type":"run","msg_id":1}}"#);
    node.line();
    assert!(fs::read_to_string(data.join("storage.wal")).unwrap().contains(r#"["put","running",true]"#));
    assert!(node.finish().1.success());
    assert!(fs::read_to_string(data.join("storage.wal")).unwrap().contains(r#"["remove","running"]"#));
}

/// Leads a node in lock step: a command, and the lines that answer it.
fn lead(node: &mut Running, command: &str) -> Vec<String> {
    node.write(command);
    let mut answers = Vec::new();
    while answers.last().is_none_or(|line: &String| !line.starts_with("ready")) {
        answers.push(node.line());
    }
    answers
}

fn led(data: &Path) -> Running {
    Running::start(ledger(data).env("MAELSTROM_LOCKSTEP", "1"))
}

fn a_simulation_is_told_what_is_written_and_tells_what_is_stored() {
    let data = data("simulated");
    let mut first = led(&data);
    assert_eq!(lead(&mut first, "start 1 0"), ["ready -"]);
    let answers = lead(&mut first, &format!("receive 1 {INIT}"));
    assert_eq!(answers.len(), 2, "nothing is written that was not stored: {answers:?}");
    let answers = lead(&mut first, &format!("receive 2 {}", add(7)));
    let batch = answers[0].strip_prefix("write ").unwrap();
    assert!(batch.starts_with(r#"[["append",7],["put","base",7],["put","last",{"number":7,"#), "{batch}");
    assert!(answers[1].starts_with("send 2 c1 "), "the messages come after the writes: {answers:?}");
    assert_eq!(answers[2], "ready -");
    kill(first);

    let mut second = led(&data);
    assert_eq!(lead(&mut second, &format!("stored {batch}")), ["ready -"]);
    assert_eq!(lead(&mut second, r#"stored [["append",8]]"#), ["ready -"]);
    assert_eq!(lead(&mut second, "start 2 0"), ["ready -"]);
    lead(&mut second, &format!("receive 0 {INIT}"));
    let answers = lead(&mut second, &format!("receive 1 {LOOK}"));
    assert!(answers[0].contains(r#""last":7,"base":7,"log":[7,8]"#), "{answers:?}");
    assert!(!data.exists(), "the simulation is the disk");
    let (_, status, stderr) = second.finish();
    assert!(status.success());
    assert_eq!(stderr, "");
}

fn a_simulation_moves_the_wall_clock() {
    let mut node = led(&data("clock"));
    lead(&mut node, "start 1 5000000000");
    lead(&mut node, &format!("receive 0 {INIT}"));
    let look = r#"{"src":"c1","dest":"n1","body":{"type":"clock","msg_id":1}}"#;
    let answers = lead(&mut node, &format!("receive 2000000000 {look}"));
    assert!(answers[0].contains(r#""unix_s":7"#), "{answers:?}");
    assert_eq!(lead(&mut node, "clock 100000000000"), ["ready -"]);
    let answers = lead(&mut node, &format!("receive 3000000000 {look}"));
    assert!(answers[0].contains(r#""unix_s":103"#), "{answers:?}");
}

/// Half of the rounds, so that two processors are busy.
const ROUNDS: u64 = 500;

fn nothing_acknowledged_is_lost_in_a_thousand_kills() {
    let halves: Vec<_> = (0..2).map(|half| thread::spawn(move || kill_again_and_again(half))).collect();
    let mut numbers = 0;
    for half in halves {
        numbers += half.join().unwrap();
    }
    assert!(numbers > 2 * ROUNDS, "{numbers} numbers are no load");
}

/// Returns how many numbers were stored.
fn kill_again_and_again(half: u64) -> u64 {
    let data = data(&format!("kills-{half}"));
    let mut rng = ChaCha8Rng::seed_from_u64(half);
    let (mut acknowledged, mut sent) = (0, 0);
    for round in 0..ROUNDS {
        let mut child = ledger(&data).stderr(Stdio::inherit()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A short pipe makes short batches: many syncs to be killed in.
        fcntl(&stdin, FcntlArg::F_SETPIPE_SZ(4096)).unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        writeln!(stdin, "{INIT}\n{LOOK}").unwrap();
        lines.next().unwrap();
        let found = body(&lines.next().unwrap());
        let last = found["last"].as_u64().unwrap();
        assert!(
            (acknowledged..=sent).contains(&last),
            "round {round}: {acknowledged} was acknowledged, {sent} sent, and {last} is there"
        );
        let log: Vec<u64> = serde_json::from_value(found["log"].clone()).unwrap();
        let base = found["base"].as_u64().unwrap_or(1);
        assert_eq!(log, (base..=last).collect::<Vec<_>>(), "round {round}: a handler's writes came apart");
        // What was sent and not acknowledged may be there or not; it goes on after what is there.
        let load = thread::spawn(move || flood(stdin, last));
        let wanted = last + rng.random_range(0..60);
        acknowledged = last;
        while acknowledged < wanted {
            acknowledged = body(&lines.next().unwrap())["number"].as_u64().unwrap();
        }
        kill_now(&mut child);
        // What had left before counts as well.
        for line in lines {
            if let Ok(reply) = serde_json::from_str::<Value>(&line) {
                acknowledged = reply["body"]["number"].as_u64().unwrap();
            }
        }
        sent = load.join().unwrap();
    }
    let length = fs::metadata(data.join("storage.wal")).unwrap().len();
    assert!(
        length < 200 << 10 && acknowledged * 300 > 1 << 20,
        "the file was written anew many times: {length}"
    );
    acknowledged
}

/// Sends numbers without waiting, a few at a time, until nobody reads any more. Returns the last one.
fn flood(mut stdin: impl Write, last: u64) -> u64 {
    let mut number = last;
    loop {
        let mut few = String::new();
        for _ in 0..5 {
            number += 1;
            few.push_str(&add(number));
            few.push('\n');
        }
        if stdin.write_all(few.as_bytes()).is_err() {
            return number;
        }
    }
}

fn kill_now(child: &mut Child) {
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(9), "it was killed, and did not end by itself: {status}");
}
