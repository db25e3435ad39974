//! `timeline.html`: operations as boxes in the columns of their clients, without a script.
//!
//! Its form is that of Jepsen's, which Maelstrom's users know.

use askama::Template;

use super::{Data, Operation};
use crate::Schedule;

/// As many as Jepsen draws.
const MOST: usize = 10_000;
/// Sizes are in rem.
const LEFT: usize = 6;
const COLUMN: usize = 12;
/// In tenths.
const ROW: usize = 15;

#[derive(Template)]
#[template(path = "timeline.html")]
struct Timeline<'d> {
    workload: &'d str,
    verdict: &'d str,
    style: &'static str,
    left_out: usize,
    width: usize,
    height: String,
    columns: Vec<Column>,
    rows: Vec<Row>,
    boxes: Vec<Drawn<'d>>,
}

struct Column {
    left: usize,
    name: String,
}

struct Row {
    top: String,
    name: String,
}

struct Drawn<'d> {
    outcome: &'d str,
    left: usize,
    top: String,
    height: String,
    text: String,
    all: String,
}

impl Data {
    /// The page of operations by process.
    pub fn timeline(&self) -> String {
        let workers = self.concurrency.max(1);
        let schedule = self.schedule();
        let operations = &self.operations[..self.operations.len().min(MOST)];
        let columns = (0..workers).map(|worker| {
            let node =
                u64::try_from(worker).ok().and_then(|worker| schedule.node_name_of(worker)).unwrap_or("?");
            Column { left: LEFT + worker * COLUMN, name: format!("{worker} at {node}") }
        });
        let page = Timeline {
            workload: &self.about.workload,
            verdict: &self.verdict,
            style: include_str!("../../templates/timeline.css"),
            left_out: self.operations.len() - operations.len(),
            width: LEFT + workers * COLUMN,
            height: row(operations.len() + 3),
            columns: columns.collect(),
            rows: operations.iter().zip(1..).map(|(operation, number)| self.row(operation, number)).collect(),
            boxes: operations
                .iter()
                .zip(1..)
                .map(|(operation, number)| self.drawn(operation, number, &schedule))
                .collect(),
        };
        page.render().expect("strings take all")
    }

    /// Who talks to whom.
    fn schedule(&self) -> Schedule {
        Schedule { nodes: self.nodes.clone(), concurrency: self.concurrency, ..Schedule::default() }
    }

    fn row(&self, operation: &Operation, number: usize) -> Row {
        Row { top: row(number), name: seconds(operation.invoked) }
    }

    fn drawn<'d>(&self, operation: &'d Operation, number: usize, schedule: &Schedule) -> Drawn<'d> {
        let begun = |time: i64| self.operations.partition_point(|other| other.invoked <= time);
        let end = operation.completed.map_or(self.operations.len(), begun).min(MOST) + 1;
        let Operation { f, value, .. } = operation;
        let result = operation.result.as_ref().map(|result| format!(" → {result}")).unwrap_or_default();
        let error = operation.error.as_ref().map(|error| format!("\nerror {error}")).unwrap_or_default();
        let until = operation.completed.map_or_else(|| "never completed".to_owned(), seconds);
        let worker = schedule.worker_of(operation.process).unwrap_or(0);
        Drawn {
            outcome: &operation.outcome,
            left: LEFT + worker * COLUMN,
            top: row(number),
            height: row(end.saturating_sub(number).max(1)),
            text: format!("{} {f} {value}{result}", operation.process),
            all: format!(
                "operation {} of process {}: {f} {value}{result}\n{}, {} to {until}{error}",
                operation.index,
                operation.process,
                operation.outcome,
                seconds(operation.invoked),
            ),
        }
    }
}

/// So many rows.
fn row(count: usize) -> String {
    let tenths = count * ROW;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A time in µs.
fn seconds(us: i64) -> String {
    format!("{}.{:04} s", us / 1_000_000, us % 1_000_000 / 100)
}
