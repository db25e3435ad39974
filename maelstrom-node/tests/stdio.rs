//! The driver, as a real process: this program runs itself as the node under test.

#![allow(clippy::unwrap_used)]

#[macro_use]
mod trials;
mod process;

use std::{
    env,
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, Read, Seek, SeekFrom, Write},
    os::{
        fd::OwnedFd,
        unix::net::{UnixDatagram, UnixStream},
    },
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use libtest_mimic::Arguments;
use maelstrom::{Context, Error, Result, oneshot};
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use process::{INIT, PATIENCE, Running, node, wait};

fn main() {
    if let Ok(node) = env::var("NODE_UNDER_TEST") {
        let result = match node.as_str() {
            "busy" => maelstrom::run_with::<Busy>(Duration::from_millis(5)),
            "refuses" => maelstrom::run::<Refuses>(),
            "ticker" => maelstrom::run::<Ticker>(),
            "waits" => maelstrom::run::<Waits>(),
            _ => maelstrom::run::<Probe>(),
        };
        if let Err(error) = result {
            eprintln!("Error: {error:?}");
            std::process::exit(1);
        }
        return;
    }
    let trials = trials![
        a_lone_request_is_answered_without_waiting_for_another,
        stdout_carries_messages_only_and_logs_have_node_and_time,
        the_end_of_input_runs_shutdown_and_exits_with_0,
        the_end_of_input_ends_a_node_with_timers_and_injectors,
        the_end_of_input_without_init_exits_with_0,
        a_handler_that_waits_is_woken_by_its_reply_and_by_the_clock,
        a_handler_that_waits_is_woken_by_another_thread,
        a_loop_that_asks_again_ends_with_the_input,
        handlers_that_wait_at_the_end_of_input_finish_or_fail,
        a_broken_stdout_exits_with_1_and_no_message,
        a_failed_handshake_exits_with_1_and_a_line_on_stderr,
        there_is_at_most_one_write_per_read,
        stdin_may_be_a_file_without_a_last_line_break,
        stdin_may_be_a_socket,
        stdin_may_be_a_terminal,
        stdin_may_be_dev_null,
        stdin_may_be_closed,
        inherited_descriptors_stay_blocking,
        inherited_non_blocking_descriptors_work,
        timers_run_while_no_input_comes,
        injectors_wake_a_waiting_node,
        a_panic_leaves_the_node_running,
        a_line_of_fifty_megabytes_is_answered,
        more_output_than_a_pipe_holds_is_written_whole,
        logs_are_written_before_a_handler_returns,
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

#[derive(Default)]
struct Probe;

#[maelstrom::node]
impl Probe {
    #[rpc(reply(echo))]
    fn echo<'m>(&self, echo: &'m str) -> &'m str {
        echo
    }

    #[rpc]
    fn speak(&self, ctx: &Context<Self>) {
        maelstrom::log!(ctx, "one {}\nand two", 1);
    }

    #[rpc]
    fn panic(&self) {
        panic!("as asked")
    }

    #[message]
    fn flood(&self, ctx: &Context<Self>, count: u64) {
        for value in 0..count {
            ctx.send("n2", &ProbePayload::Flood { count: value });
        }
    }

    #[message]
    fn hang(&self, ctx: &Context<Self>) {
        maelstrom::log!(ctx, "going to sleep");
        thread::sleep(Duration::from_secs(3600));
    }

    #[shutdown]
    fn bye(&mut self, ctx: &Context<Self>) {
        ctx.send("n2", &ProbePayload::Flood { count: 42 });
        maelstrom::log!(ctx, "bye");
    }
}

/// Never idle: timers, and threads that inject without end.
#[derive(Default)]
struct Busy {
    seen: u64,
}

#[maelstrom::node]
impl Busy {
    #[init]
    fn new(ctx: &Context<Self>, pause: Duration) -> Self {
        for _ in 0..2 {
            let injector = ctx.injector();
            thread::spawn(move || {
                loop {
                    let _ = injector.inject(BusyEvent::Poke);
                    thread::sleep(pause);
                }
            });
        }
        Busy::default()
    }

    #[every(1ms)]
    fn tick(&mut self) {}

    #[event]
    fn poke(&mut self, ctx: &Context<Self>) {
        self.seen += 1;
        if self.seen == 3 {
            ctx.send("n2", &BusyPayload::Poked { times: self.seen });
        }
    }

    #[message]
    fn poked(&mut self, times: u64) {
        self.seen = times;
    }
}

#[derive(Default)]
struct Ticker;

#[maelstrom::node]
impl Ticker {
    #[every(10ms)]
    fn tick(&mut self, ctx: &Context<Self>) {
        ctx.peer("n2").tock();
    }

    #[message]
    fn tock(&mut self) {}
}

struct Refuses;

#[maelstrom::node]
impl Refuses {
    #[init]
    fn new() -> Result<Self> {
        Err(Error::abort("I would rather not"))
    }

    #[rpc]
    fn ping(&self) {}
}

fn echo(id: usize, text: &str) -> String {
    format!(r#"{{"id":{id},"src":"c1","dest":"n1","body":{{"echo":"{text}","type":"echo","msg_id":{id}}}}}"#)
}

/// A file with these lines, open for reading.
fn file(name: &str, content: &str) -> File {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut file = OpenOptions::new().create(true).truncate(true).read(true).write(true).open(path).unwrap();
    file.write_all(content.as_bytes()).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    file
}

fn a_lone_request_is_answered_without_waiting_for_another() {
    let mut node = Running::start(&mut node("probe"));
    node.write(INIT);
    assert!(node.line().contains("init_ok"));
    for id in 1..20 {
        node.write(&echo(id, "alone"));
        assert_eq!(
            node.line(),
            format!(
                r#"{{"src":"n1","dest":"c1","body":{{"type":"echo_ok","echo":"alone","msg_id":{id},"in_reply_to":{id}}}}}"#
            )
        );
    }
}

fn stdout_carries_messages_only_and_logs_have_node_and_time() {
    let mut node = Running::start(&mut node("probe"));
    node.write("not json");
    node.write(INIT);
    node.write(r#"{"src":"c1","dest":"n1","body":{"type":"speak","msg_id":2}}"#);
    let (lines, status, stderr) = node.finish();
    assert!(status.success());
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines.iter().all(|line| line.starts_with(r#"{"src":"n1","dest":""#)));
    let logs: Vec<&str> = stderr.lines().collect();
    assert_eq!(logs.len(), 4, "{stderr}");
    for (log, text) in
        logs.iter().zip(["- ignored a line that is not a message", "n1 one 1", "n1 and two", "n1 bye"])
    {
        let (time, rest) = log.split_once(' ').unwrap();
        assert!(rest.starts_with(text), "{log}");
        // 14:19:56.123456
        assert_eq!(time.len(), 15, "{log}");
        assert!(time.bytes().enumerate().all(|(i, byte)| match i {
            2 | 5 => byte == b':',
            8 => byte == b'.',
            _ => byte.is_ascii_digit(),
        }));
    }
}

fn the_end_of_input_runs_shutdown_and_exits_with_0() {
    let mut node = Running::start(&mut node("probe"));
    node.write(INIT);
    let (lines, status, _) = node.finish();
    assert_eq!(lines[1], r#"{"src":"n1","dest":"n2","body":{"type":"flood","count":42}}"#);
    assert_eq!(status.code(), Some(0));
}

fn the_end_of_input_ends_a_node_with_timers_and_injectors() {
    let mut node = Running::start(&mut node("busy"));
    node.write(INIT);
    assert!(node.line().contains("init_ok"));
    assert!(node.line().contains("poked"));
    assert_eq!(node.finish().1.code(), Some(0));
}

/// Waits for a time, and for another node.
#[derive(Default)]
struct Waits {}

#[maelstrom::node]
impl Waits {
    #[rpc(reply(slept))]
    async fn nap(&self, ctx: &Context<Self>, ms: u64) -> u64 {
        ctx.sleep(Duration::from_millis(ms)).await;
        ms
    }

    #[rpc(reply(computed))]
    async fn compute(&self) -> u64 {
        let (sender, receiver) = oneshot::channel();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            sender.send(42)
        });
        receiver.await.unwrap()
    }

    #[rpc]
    async fn ask_for_ever(&self, ctx: &Context<Self>) {
        while ctx.peer("n2").nap(1).await.is_err() {}
    }

    #[rpc(reply(slept))]
    async fn ask(&self, ctx: &Context<Self>) -> Result<u64> {
        ctx.peer("n2").nap(1).timeout(Duration::from_secs(60)).await
    }
}

fn a_handler_that_waits_is_woken_by_its_reply_and_by_the_clock() {
    let mut node = Running::start(&mut node("waits"));
    node.write(INIT);
    assert!(node.line().contains("init_ok"));
    node.write(r#"{"src":"c1","dest":"n1","body":{"type":"ask","msg_id":1}}"#);
    node.write(r#"{"src":"c1","dest":"n1","body":{"type":"nap","msg_id":2,"ms":20}}"#);
    let call = node.line();
    let id = call.strip_prefix(r#"{"src":"n1","dest":"n2","body":{"type":"nap","ms":1,"msg_id":"#);
    let id: u64 = id.unwrap().strip_suffix("}}").unwrap().parse().unwrap();
    assert!(node.line().ends_with(r#""body":{"type":"nap_ok","slept":20,"msg_id":1,"in_reply_to":2}}"#));
    node.write(&format!(
        r#"{{"src":"n2","dest":"n1","body":{{"type":"nap_ok","slept":1,"in_reply_to":{id}}}}}"#
    ));
    assert!(node.line().ends_with(r#""body":{"type":"ask_ok","slept":1,"msg_id":2,"in_reply_to":1}}"#));
    assert_eq!(node.finish().1.code(), Some(0));
}

fn a_handler_that_waits_is_woken_by_another_thread() {
    let mut node = Running::start(&mut node("waits"));
    node.write(INIT);
    assert!(node.line().contains("init_ok"));
    node.write(r#"{"src":"c1","dest":"n1","body":{"type":"compute","msg_id":1}}"#);
    assert!(node.line().contains(r#""computed":42"#));
    assert_eq!(node.finish().1.code(), Some(0));
}

fn a_loop_that_asks_again_ends_with_the_input() {
    let mut node = Running::start(&mut node("waits"));
    node.write(INIT);
    node.write(r#"{"src":"c1","dest":"n1","body":{"type":"ask_for_ever","msg_id":1}}"#);
    let (_, status, stderr) = node.finish();
    assert_eq!(status.code(), Some(0));
    assert!(stderr.contains("1 handler still waited at the end"), "{stderr}");
}

fn handlers_that_wait_at_the_end_of_input_finish_or_fail() {
    let mut node = Running::start(&mut node("waits"));
    node.write(INIT);
    node.write(r#"{"src":"c1","dest":"n1","body":{"type":"ask","msg_id":1}}"#);
    node.write(r#"{"src":"c1","dest":"n1","body":{"type":"nap","msg_id":2,"ms":50}}"#);
    node.write(r#"{"src":"c1","dest":"n1","body":{"type":"nap","msg_id":3,"ms":3600000}}"#);
    let (lines, status, stderr) = node.finish();
    assert_eq!(status.code(), Some(0));
    assert!(
        lines.iter().any(|line| line.contains("the input has ended, so that no reply can come")),
        "{lines:?}"
    );
    assert!(lines.iter().any(|line| line.contains(r#""slept":50"#)), "{lines:?}");
    assert!(stderr.contains("1 handler still waited at the end"), "{stderr}");
}

fn the_end_of_input_without_init_exits_with_0() {
    let mut node = Running::start(&mut node("busy"));
    node.write(r#"{"src":"c1","dest":"n1","body":{"type":"poked","times":1}}"#);
    let (lines, status, stderr) = node.finish();
    assert!(lines.is_empty());
    assert_eq!(status.code(), Some(0));
    assert!(stderr.contains("ended without a handshake"), "{stderr}");
}

fn a_broken_stdout_exits_with_1_and_no_message() {
    let mut child = node("probe").spawn().unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{INIT}").unwrap();
    assert_eq!(wait(&mut child).code(), Some(1));
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(stderr, "");
    drop(stdin);
}

fn a_failed_handshake_exits_with_1_and_a_line_on_stderr() {
    let mut child = node("refuses").spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{INIT}").unwrap();
    // The input stays open: the node ends by itself.
    assert_eq!(wait(&mut child).code(), Some(1));
    let (mut stdout, mut stderr) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(stdout.contains(r#""type":"error","code":14,"text":"I would rather not""#), "{stdout}");
    assert_eq!(stderr, "Error: abort (14): the handshake failed: I would rather not\n");
    drop(stdin);
}

fn there_is_at_most_one_write_per_read() {
    let mut input = format!("{INIT}\n");
    for id in 1..=20_000 {
        input.push_str(&echo(id, "batch"));
        input.push('\n');
    }
    // A datagram socket keeps the borders of writes.
    let (ours, theirs) = UnixDatagram::pair().unwrap();
    let mut child = node("probe")
        .stdin(file("batches.jsonl", &input))
        .stdout(Stdio::from(OwnedFd::from(theirs)))
        .spawn()
        .unwrap();
    let reader = thread::spawn(move || {
        ours.set_read_timeout(Some(PATIENCE)).unwrap();
        let (mut writes, mut lines) = (0, 0);
        let mut datagram = vec![0; 1 << 20];
        // The handshake, the echoes, and what the node says at its end.
        while lines < 20_002 {
            let n = ours.recv(&mut datagram).unwrap();
            assert_eq!(datagram[n - 1], b'\n', "only whole lines are written");
            writes += 1;
            lines += datagram[..n].split(|byte| *byte == b'\n').skip(1).count();
        }
        writes
    });
    let writes = reader.join().unwrap();
    // One more for the read that finds the end.
    let reads = input.len().div_ceil(64 << 10) + 1;
    assert!(writes <= reads, "{writes} writes for {reads} reads");
    assert!(wait(&mut child).success());
}

fn stdin_may_be_a_file_without_a_last_line_break() {
    let input = format!("{INIT}\n{}", echo(2, "last"));
    let (lines, status, _) = Running::start(node("probe").stdin(file("short.jsonl", &input))).finish();
    assert!(lines[1].contains(r#""echo":"last""#), "{lines:?}");
    assert!(status.success());
}

fn stdin_may_be_a_socket() {
    let (mut ours, theirs) = UnixStream::pair().unwrap();
    let node = Running::start(node("ticker").stdin(Stdio::from(OwnedFd::from(theirs))));
    writeln!(ours, "{INIT}").unwrap();
    assert!(node.line().contains("init_ok"));
    assert!(node.line().contains("tock"));
    drop(ours);
    assert!(node.finish().1.success());
}

fn stdin_may_be_a_terminal() {
    let pty = nix::pty::openpty(None, None).unwrap();
    let node = Running::start(node("ticker").stdin(Stdio::from(pty.slave)));
    let mut terminal = File::from(pty.master);
    writeln!(terminal, "{INIT}").unwrap();
    assert!(node.line().contains("init_ok"));
    assert!(node.line().contains("tock"));
    // Control-D on a line of its own ends the input.
    terminal.write_all(&[4]).unwrap();
    assert!(node.finish().1.success());
}

fn stdin_may_be_dev_null() {
    let (lines, status, _) = Running::start(node("busy").stdin(Stdio::null())).finish();
    assert!(lines.is_empty() && status.success());
}

fn stdin_may_be_closed() {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "exec \"$0\" <&-"])
        .arg(env::current_exe().unwrap())
        .env("NODE_UNDER_TEST", "ticker")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let (lines, status, _) = Running::start(&mut shell).finish();
    assert!(lines.is_empty() && status.success());
}

fn inherited_descriptors_stay_blocking() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let (out_ours, out_theirs) = UnixStream::pair().unwrap();
    let (shared_in, shared_out) = (theirs.try_clone().unwrap(), out_theirs.try_clone().unwrap());
    let mut child = node("busy")
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::from(OwnedFd::from(out_theirs)))
        .spawn()
        .unwrap();
    writeln!(&ours, "{INIT}").unwrap();
    let mut lines = BufReader::new(out_ours).lines();
    assert!(lines.next().unwrap().unwrap().contains("init_ok"));
    assert!(lines.next().unwrap().unwrap().contains("poked"));
    for shared in [&shared_in, &shared_out] {
        let flags = OFlag::from_bits_retain(fcntl(shared, FcntlArg::F_GETFL).unwrap());
        assert!(!flags.contains(OFlag::O_NONBLOCK));
    }
    ours.shutdown(std::net::Shutdown::Both).unwrap();
    assert!(wait(&mut child).success());
}

fn inherited_non_blocking_descriptors_work() {
    let (mut ours, theirs) = UnixStream::pair().unwrap();
    let (out_ours, out_theirs) = UnixStream::pair().unwrap();
    theirs.set_nonblocking(true).unwrap();
    out_theirs.set_nonblocking(true).unwrap();
    let mut child = node("probe")
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::from(OwnedFd::from(out_theirs)))
        .spawn()
        .unwrap();
    writeln!(ours, "{INIT}").unwrap();
    // Far more than a socket holds.
    writeln!(ours, r#"{{"src":"c1","dest":"n1","body":{{"type":"flood","count":50000}}}}"#).unwrap();
    let mut lines = BufReader::new(out_ours).lines();
    assert!(lines.next().unwrap().unwrap().contains("init_ok"));
    thread::sleep(Duration::from_millis(50));
    for count in 0..50_000 {
        assert!(lines.next().unwrap().unwrap().ends_with(&format!(r#""count":{count}}}}}"#)));
    }
    drop(ours);
    assert!(wait(&mut child).success());
}

fn timers_run_while_no_input_comes() {
    let mut node = Running::start(&mut node("ticker"));
    node.write(INIT);
    assert!(node.line().contains("init_ok"));
    for _ in 0..5 {
        assert_eq!(node.line(), r#"{"src":"n1","dest":"n2","body":{"type":"tock"}}"#);
    }
    assert!(node.finish().1.success());
}

fn injectors_wake_a_waiting_node() {
    let mut node = Running::start(&mut node("busy"));
    node.write(INIT);
    assert!(node.line().contains("init_ok"));
    assert_eq!(node.line(), r#"{"src":"n1","dest":"n2","body":{"type":"poked","times":3}}"#);
}

fn a_panic_leaves_the_node_running() {
    let mut node = Running::start(&mut node("probe"));
    node.write(INIT);
    assert!(node.line().contains("init_ok"));
    node.write(r#"{"src":"c1","dest":"n1","body":{"type":"panic","msg_id":2}}"#);
    assert!(
        node.line().contains(
            r#""type":"error","code":13,"text":"panicked while handling `panic` from c1: as asked""#
        )
    );
    node.write(&echo(3, "still here"));
    assert!(node.line().contains("still here"));
    let (_, status, stderr) = node.finish();
    assert!(status.success());
    assert!(stderr.contains("n1 panicked while handling `panic` from c1: as asked"), "{stderr}");
}

fn a_line_of_fifty_megabytes_is_answered() {
    let mut node = Running::start(&mut node("probe"));
    node.write(INIT);
    assert!(node.line().contains("init_ok"));
    let long = "x".repeat(50 << 20);
    node.write(&echo(2, &long));
    assert!(node.line().len() > long.len());
    node.write(&echo(3, "short"));
    assert!(node.line().contains("short"));
}

fn more_output_than_a_pipe_holds_is_written_whole() {
    let mut node = Running::start(&mut node("probe"));
    node.write(INIT);
    assert!(node.line().contains("init_ok"));
    node.write(r#"{"src":"c1","dest":"n1","body":{"type":"flood","count":30000}}"#);
    for count in 0..30_000 {
        assert!(node.line().ends_with(&format!(r#""count":{count}}}}}"#)));
    }
}

fn logs_are_written_before_a_handler_returns() {
    let mut node = Running::start(&mut node("probe"));
    node.write(INIT);
    node.write(r#"{"src":"c1","dest":"n1","body":{"type":"hang"}}"#);
    let mut log = String::new();
    BufReader::new(node.child.stderr.take().unwrap()).read_line(&mut log).unwrap();
    assert!(log.ends_with("n1 going to sleep\n"), "{log}");
    node.child.kill().unwrap();
    node.child.wait().unwrap();
}
