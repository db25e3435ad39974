//! The program's `serve`, running.

#![allow(clippy::unwrap_used)]

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
};

use crate::place::Place;

/// A program that serves, until it is dropped.
pub(crate) struct Serving {
    child: Child,
    /// `127.0.0.1:…`.
    pub(crate) address: String,
}

impl Serving {
    pub(crate) fn start(place: &Place) -> Self {
        let mut child = place.command(["serve", "--port", "0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.strip_prefix("http://").unwrap().split('/').next().unwrap().to_owned();
        Self { child, address }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
