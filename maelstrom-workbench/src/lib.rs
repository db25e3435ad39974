//! Judges what nodes did: histories of operations, and the checkers that say whether they are right.
//!
//! A [`History`](history::History) is the list of what clients asked and what came back, as Maelstrom records it. A
//! [`Checker`](checker::Checker) reads one and answers with a [`Judgement`](checker::Judgement): the verdict, the
//! figures under Maelstrom's own names, a sentence that says what is wrong, and what Maelstrom would have missed or
//! said otherwise.
//!
//! ```
//! use maelstrom_workbench::{check, checker::{Options, Verdict}, history::History};
//!
//! let history = r#"
//! {"index": 0, "time": 10000000, "process": 0, "type": "invoke", "f": "broadcast", "value": 41}
//! {"index": 1, "time": 20000000, "process": 0, "type": "ok", "f": "broadcast", "value": 41}
//! {"index": 2, "time": 1500000000, "process": 1, "type": "invoke", "f": "read", "value": null}
//! {"index": 3, "time": 1600000000, "process": 1, "type": "ok", "f": "read", "value": []}
//! "#;
//! let history = History::read(history.as_bytes())?;
//! let judgement = check("broadcast", &history, &Options::default())?;
//!
//! assert_eq!(judgement.verdict(), Verdict::Invalid);
//! assert_eq!(
//!     judgement.explanation(),
//!     Some("value 41, acknowledged to process 0 at 20 ms, was missing from the read that process 1 began at 1.50 s")
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod check;
pub mod checker;
pub mod cluster;
pub mod history;
mod host;
pub mod journal;
pub mod lockstep;
pub mod nemesis;
pub mod network;
pub mod process;
mod quantile;
mod quirk;
pub mod random;
mod report;
pub mod results;
mod rpc;
mod schedule;
pub mod service;
pub mod shrink;
mod simulation;
pub mod story;
pub mod topology;
mod value;
pub mod visual;
mod watch;
pub mod workload;

pub use check::{UnknownWorkload, WORKLOADS, check, checker_of};
pub use process::conformance;
pub use quantile::quantile;
pub use quirk::{Difference, Quirk};
pub use report::{Report, Run, explanations, judge};
pub use schedule::{Schedule, Scheduled, Step};
pub use simulation::Simulation;
pub use value::{Integer, ParseIntegerError, Value};
pub use watch::Watch;
