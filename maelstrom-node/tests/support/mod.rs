//! A host for engines that shows the very lines they write.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)] // Each test uses a part of it.

use std::time::Duration;

use maelstrom::{Engine, EngineOptions, Node, Output};

pub struct Host<N: Node> {
    pub engine: Engine<N>,
    pub now: Duration,
    pub output: Output,
}

pub const INIT: &str = r#"{"src":"c0","dest":"n1","body":{"type":"init","node_id":"n1","node_ids":["n1","n2","n3"],"msg_id":1}}"#;

impl<N: Node<Config = ()>> Host<N> {
    /// A node before its handshake.
    pub fn new() -> Self {
        Self::with_seed(0)
    }

    pub fn with_seed(seed: u64) -> Self {
        Self::with_options(EngineOptions::new(seed))
    }

    pub fn with_options(options: EngineOptions) -> Self {
        Self { engine: Engine::new((), options), now: Duration::ZERO, output: Output::default() }
    }

    /// A node that has answered its handshake.
    pub fn ready() -> Self {
        let mut host = Self::new();
        assert_eq!(host.line(INIT), [INIT_OK]);
        host
    }

    /// Hands in a line; returns what was written.
    pub fn line(&mut self, line: impl AsRef<[u8]>) -> Vec<String> {
        self.engine.receive(self.now, line.as_ref());
        self.take()
    }

    /// Hands in a message from `c1` with this body.
    pub fn body(&mut self, body: &str) -> Vec<String> {
        self.line(format!(r#"{{"src":"c1","dest":"n1","body":{body}}}"#))
    }

    /// Moves the clock to `millis`, and lets timers run once.
    pub fn at(&mut self, millis: u64) -> Vec<String> {
        self.now = Duration::from_millis(millis);
        self.engine.advance(self.now);
        self.take()
    }

    pub fn take(&mut self) -> Vec<String> {
        self.engine.take_output(&mut self.output);
        self.output.messages().map(|(_, line)| line.to_owned()).collect()
    }

    /// The texts logged by the last step.
    pub fn logs(&self) -> Vec<&str> {
        self.output.logs.iter().map(|line| line.text.as_str()).collect()
    }

    pub fn failures(&self) -> Vec<String> {
        self.output.failures.iter().map(ToString::to_string).collect()
    }
}

pub const INIT_OK: &str = r#"{"src":"n1","dest":"c0","body":{"type":"init_ok","msg_id":0,"in_reply_to":1}}"#;
