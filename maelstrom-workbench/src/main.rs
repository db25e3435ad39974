//! Tests nodes for Maelstrom from the command line. `cli` says what there is.

#![forbid(unsafe_code)]

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run(std::env::args_os())
}
