//! Replies that can be written, but not read by those who await them.

use maelstrom::{Context, Result};
use serde::Serialize;

#[derive(Default)]
struct Store {
    name: String,
}

#[derive(Serialize)]
struct Status {
    term: u64,
}

#[derive(Serialize)]
struct View<'a> {
    name: &'a str,
}

#[maelstrom::node]
impl Store {
    #[rpc]
    fn status(&self) -> Status {
        Status { term: 1 }
    }

    #[rpc(reply(status, name))]
    fn both(&self) -> (Status, &str) {
        (Status { term: 1 }, &self.name)
    }

    #[rpc(reply(view))]
    fn view(&self) -> View<'_> {
        View { name: &self.name }
    }

    #[every(1s)]
    async fn ask(&self, ctx: &Context<Self>) -> Result<()> {
        ctx.peer("n2").status().await?;
        ctx.peer("n2").both().await?;
        ctx.peer("n2").view().await?;
        Ok(())
    }
}

fn main() -> Result<()> {
    maelstrom::run::<Store>()
}
