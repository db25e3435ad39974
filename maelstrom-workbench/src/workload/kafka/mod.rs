//! The workload of logs that are appended to and polled.

mod client;
mod finale;
mod offsets;
mod operations;

use self::{client::Client, finale::FinalPolls, operations::Stream as Main};
use super::{Finale, Generator, Next, Op, Operations, Session, TxnOptions, Workload};
use crate::{Value, history::History};

/// Clients send messages to logs, and poll those that they are assigned to.
///
/// Operations are `send` of `[["send", key, message]]`, which gives the message its offset: `[["send", key, [offset,
/// message]]]`; `poll` of `[["poll"]]`, which returns messages by key, each with its offset, and commits the last offset of
/// each: `[["poll", {key: [[offset, message], …]}]]`; `assign` of `[key, …]`, which lets polls go on where the client was,
/// or else at the committed offset, or else at 0; and `crash`, which puts a new client in the place of one. At the end
/// each client begins anew and polls everything from the beginning.
///
/// Of the options the number of keys counts, and that of writes to each. Messages are 1, 2, 3, … for each key.
///
/// Source: Maelstrom 0.2.5, as read and run. What it has not: an `assign` carries as `committed` what the nodes said, and a
/// `poll` whose outcome is open what it was to commit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kafka(pub TxnOptions);

impl Workload for Kafka {
    fn name(&self) -> &'static str {
        "kafka"
    }

    /// Sends, polls and assigns without what hangs on time and results: no crashes, and nothing of what went unseen.
    fn generator(&self) -> Generator {
        let mut main = Main::new(self.0);
        Box::new(move |random, _| main.operation(random))
    }

    fn operations(&self) -> Box<dyn Operations> {
        Box::new(Main::new(self.0))
    }

    fn session(&self) -> Option<Box<dyn Session>> {
        Some(Box::<Client>::default())
    }

    /// The first request of a new client's operation.
    fn request(&self, op: &Op) -> String {
        Client::default().first_request(op)
    }

    fn response(&self, op: &Op, reply: &Value) -> Result<Value, String> {
        let mut client = Client::default();
        match client.reply(op, reply)? {
            Next::Done(value) => Ok(value),
            Next::Request(_) | Next::Crash => Ok(client.value(op)),
        }
    }

    fn finale(&self, history: &History) -> Option<Box<dyn Finale>> {
        Some(Box::new(FinalPolls::new(history)))
    }

    fn is_idempotent(&self, f: &str) -> bool {
        f == "assign"
    }
}
