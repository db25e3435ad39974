//! Nodes as real processes. A test program that has them runs itself as the node under test.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // Each test uses a part of it.

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// How long to wait for what should come at once, before the test fails instead of hanging.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub const INIT: &str = r#"{"id":0,"src":"c0","dest":"n1","body":{"type":"init","node_id":"n1","node_ids":["n1","n2"],"msg_id":1}}"#;

pub fn node(name: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.env("NODE_UNDER_TEST", name).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A running node, its lines as they come.
pub struct Running {
    pub child: Child,
    pub lines: mpsc::Receiver<String>,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let (sender, lines) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(stdout).lines() {
                    if sender.send(line.unwrap()).is_err() {
                        break;
                    }
                }
            });
        }
        Self { child, lines }
    }

    pub fn write(&mut self, line: &str) {
        let stdin = self.child.stdin.as_mut().unwrap();
        writeln!(stdin, "{line}").unwrap();
    }

    pub fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line comes")
    }

    /// Ends the input; returns the rest of the lines, the status, and what was on stderr.
    pub fn finish(mut self) -> (Vec<String>, ExitStatus, String) {
        drop(self.child.stdin.take());
        let status = wait(&mut self.child);
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        (self.lines.iter().collect(), status, stderr)
    }
}

pub fn wait(child: &mut Child) -> ExitStatus {
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if std::time::Instant::now() > deadline {
            child.kill().unwrap();
            panic!("the node does not end");
        }
        thread::sleep(Duration::from_millis(2));
    }
}
