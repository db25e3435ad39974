//! The page with all runs, and what it leads to.

#![allow(clippy::unwrap_used)]

mod place;
mod serving;
mod stored;

use std::{
    fs::{self, File},
    io::{Read, Write},
    net::TcpStream,
    os::unix::fs::symlink,
    process::{Child, Stdio},
    thread,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use maelstrom_workbench::visual::Data;
use miniz_oxide::inflate::decompress_to_vec;
use place::Place;
use rustix::process::{Pid, Signal, kill_process};
use serving::Serving;
use stored::{HISTORY, RESULTS, file, kept};

impl Serving {
    /// Sends the path as it is: what people use to ask would tidy it up. Of this version, answers come in one piece.
    fn get(&self, path: &str) -> (u16, String) {
        self.ask(&format!("GET {path} HTTP/1.0\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address))
    }

    fn ask(&self, request: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
    }
}

#[test]
fn stored_runs_are_listed_with_their_files() {
    let place = kept();
    let evil = RESULTS.replace(r#""simulate": true"#, r#""bin": "<script>alert(1)</script>""#);
    fs::write(file(&place, "results.json"), evil).unwrap();
    let serving = Serving::start(&place);
    let (status, page) = serving.get("/");
    assert_eq!(status, 200);
    assert!(
        page.contains("<td>broadcast<td>20240229T000000.000Z<td class=\"valid\">valid<td>3<td"),
        "{page}"
    );
    assert!(page.contains("concurrency 2, nodes n0 n1"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>alert"), "{page}");
    let link = r#"href="/broadcast/20240229T000000.000Z/history.jsonl""#;
    assert!(page.contains(link) && !page.contains("report.html\""), "{page}");
    let (status, history) = serving.get("/broadcast/20240229T000000.000Z/history.jsonl");
    assert_eq!(status, 200);
    assert!(history.contains("text/plain") && history.ends_with(HISTORY), "{history}");
    assert_eq!(serving.get("/latest/history.jsonl").0, 200);
}

#[test]
fn no_path_leaves_the_store() {
    let place = kept();
    let secret = place.0.join("secret");
    fs::write(&secret, "nobody is to see this").unwrap();
    let run = place.0.join("store/broadcast/20240229T000000.000Z");
    symlink(&secret, run.join("report.html")).unwrap();
    symlink(&place.0, place.0.join("store/outside")).unwrap();
    let serving = Serving::start(&place);
    let absolute = format!("/{}", secret.display());
    for path in [
        "/../secret",
        "/broadcast/../../secret",
        "/%2e%2e/secret",
        "/%2e%2e%2fsecret",
        "/broadcast/%2E%2E/%2e%2e/secret",
        "/broadcast/..%5c..%5csecret",
        "/%252e%252e/secret",
        "/outside/secret",
        "/broadcast/20240229T000000.000Z/report.html",
        "/broadcast",
        &absolute,
    ] {
        let (status, answer) = serving.get(path);
        assert_eq!(status, 404, "{path}: {answer}");
        assert!(!answer.contains("nobody is to see"), "{path}: {answer}");
    }
    assert!(!serving.get("/").1.contains("report.html\""), "a link out of the store is listed");
}

#[test]
fn only_this_machine_is_answered_and_only_read() {
    let place = kept();
    let serving = Serving::start(&place);
    assert!(serving.address.starts_with("127.0.0.1:"), "{}", serving.address);
    let request = "GET / HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n";
    assert_eq!(serving.ask(request).0, 403);
    let request = "DELETE /latest/results.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assert_eq!(serving.ask(request).0, 405);
    assert!(file(&place, "results.json").exists());
}

#[test]
fn clients_that_take_nothing_keep_nobody_else_waiting() {
    let place = kept();
    // More than fits between a server and a client that does not read.
    File::create(file(&place, "big")).unwrap().set_len(1 << 30).unwrap();
    let serving = Serving::start(&place);
    let stuck: Vec<TcpStream> = (0..5)
        .map(|_| {
            let mut stream = TcpStream::connect(&serving.address).unwrap();
            write!(stream, "GET /latest/big HTTP/1.1\r\nHost: {}\r\n\r\n", serving.address).unwrap();
            // With its first byte the answer has begun; it can't end.
            stream.read_exact(&mut [0]).unwrap();
            stream
        })
        .collect();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                assert_eq!(serving.get("/").0, 200);
                assert_eq!(serving.get("/latest/history.jsonl").0, 200);
            });
        }
    });
    drop(stuck);
}

/// A test of the echo node that goes on until it is ended.
fn going(place: &Place) -> Child {
    place.node("$text");
    let args = "test -w echo --bin node --node-count 2 --rate 100 --time-limit 3600";
    place.command(args.split(' ')).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// The data of the latest run's report, as soon as it shows an operation and its messages, and the head of the answer.
fn live(serving: &Serving) -> (Data, String) {
    loop {
        let (status, answer) = serving.get("/echo/latest/report.html");
        let data = (status == 200).then(|| unpack(&answer));
        let is_shown = |data: &Data| {
            data.operations.iter().any(|operation| operation.completed.is_some())
                && data.messages.words.iter().any(|word| word == "echo_ok")
        };
        if let Some(data) = data.filter(is_shown) {
            return (data, answer.split("\r\n\r\n").next().unwrap().to_owned());
        }
        thread::yield_now();
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
fn a_run_that_goes_on_is_listed_and_its_report_shows_what_there_is_so_far() {
    let place = Place::new();
    fs::create_dir(place.0.join("store")).unwrap();
    let serving = Serving::start(&place);
    let mut run = going(&place);
    let (data, head) = live(&serving);
    assert!(head.contains("\r\nRefresh: "), "{head}");
    assert_eq!(data.verdict, "running");
    assert_eq!((data.nodes.len(), data.concurrency, data.about.is_simulated), (2, 2, false));
    // Each request is one of an operation that is there.
    let requests = data.messages.kind.iter().zip(&data.messages.operation);
    let requests = requests.filter(|(kind, _)| data.messages.words[**kind] == "echo");
    assert!(requests.clone().count() > 0);
    for (_, operation) in requests {
        let index = usize::try_from(*operation).unwrap();
        assert!(data.operations.iter().any(|operation| operation.index == index), "{index}");
    }
    let page = serving.get("/").1;
    assert!(page.contains("<td class=\"running\">running<td>"), "{page}");
    assert!(page.contains("rate 100.0") && page.contains("/report.html\""), "{page}");
    let shown = place.run("show");
    assert_eq!(shown.status, 2, "{}", shown.stderr);
    assert!(shown.stdout.contains("the run goes on") && shown.stdout.contains("echo: "), "{}", shown.stdout);
    assert_eq!(place.run("analyze").status, 255);

    kill_process(Pid::from_child(&run), Signal::TERM).unwrap();
    assert!(run.wait().unwrap().success());
    let (status, report) = serving.get("/echo/latest/report.html");
    assert_eq!((status, &*unpack(&report).verdict), (200, "valid"));
    assert!(unpack(&report).operations.len() >= data.operations.len());
    assert!(!report.contains("\r\nRefresh: "));
    assert!(serving.get("/").1.contains("<td class=\"valid\">valid<td>"));
}

#[test]
fn a_run_that_was_broken_off_can_be_looked_at_and_judged() {
    let place = Place::new();
    fs::create_dir(place.0.join("store")).unwrap();
    let serving = Serving::start(&place);
    let mut run = going(&place);
    live(&serving);
    run.kill().unwrap();
    run.wait().unwrap();
    assert!(serving.get("/").1.contains("<td class=\"no results\">no results<td>"));
    let (data, head) = live(&serving);
    assert!(!head.contains("\r\nRefresh: "), "{head}");
    assert!(
        data.verdict == "unknown" && data.explanations[0].contains("broken off"),
        "{:?}",
        data.explanations
    );
    assert!(place.run("show").stdout.contains("the run was broken off"));
    assert!(place.run("explain 0").stdout.contains("c4 -> n0"), "{}", place.run("explain 0").stdout);
    let outcome = place.run("analyze");
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(outcome.stdout.ends_with("valid, as far as it went\n"), "{}", outcome.stdout);
    assert!(place.run("show").stdout.contains("valid (2 nodes, processes, seed "));
}
