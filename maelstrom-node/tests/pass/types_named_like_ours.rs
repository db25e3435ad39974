//! Types of the user's that are called like those of the prelude or of the library.

#![deny(warnings)]
#![allow(dead_code)]

use serde::{Deserialize, Serialize};

type Result<T> = maelstrom::Result<T>;
type Context = maelstrom::Context<Counter>;

#[derive(Default, Deserialize, Serialize)]
struct Option(u64);

#[derive(Default, Deserialize, Serialize)]
struct String(u64);

#[derive(Default, Deserialize, Serialize)]
struct Vec<T>(T);

#[derive(Deserialize, Serialize)]
struct Payload;
struct Node;
struct Serialize_;
struct Some;
trait Default_ {}

#[derive(Default)]
struct Counter {
    total: u64,
}

struct Full;

impl From<Full> for maelstrom::Error {
    fn from(_: Full) -> Self {
        maelstrom::Error::abort("full")
    }
}

#[maelstrom::node]
impl Counter {
    #[rpc(reply(option))]
    fn option(&self, option: Option, strings: &[String]) -> Result<Option> {
        Ok(Option(option.0 + strings.len() as u64))
    }

    #[rpc]
    fn add(&mut self, ctx: &Context, delta: Vec<u64>) -> Result<()> {
        ctx.log("add");
        self.total += delta.0;
        Ok(())
    }

    #[rpc(reply(value))]
    fn read(&self) -> std::result::Result<u64, Full> {
        Ok(self.total)
    }

    #[rpc(reply(value))]
    fn try_read(&self) -> ::std::result::Result<u64, Full> {
        Ok(self.total)
    }

    #[rpc]
    fn explicit(&self, payload: Payload) -> maelstrom::Result<Payload, maelstrom::Error> {
        Ok(payload)
    }

    #[rpc]
    fn payload(&self, payload: Payload) -> Payload {
        payload
    }
}

fn main() -> Result<()> {
    if std::env::args().count() > 100 {
        maelstrom::run::<Counter>()?;
    }
    Ok(())
}
