//! Errors that do not become `maelstrom::Error`.

use maelstrom::Context;

struct Full;

struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[init]
    fn new() -> Result<Self, Full> {
        Err(Full)
    }

    #[rpc]
    fn add(&mut self, delta: u64) -> Result<(), Full> {
        self.total = self.total.checked_add(delta).ok_or(Full)?;
        Ok(())
    }

    #[rpc(reply(value))]
    fn read(&self) -> Result<u64, String> {
        Ok(self.total)
    }

    #[message]
    fn gossip(&mut self, total: u64) -> Result<(), Full> {
        self.total = total;
        Ok(())
    }

    #[every(1s)]
    fn spread(&mut self, ctx: &Context<Self>) -> Result<(), Full> {
        ctx.peer("n2").gossip(self.total);
        Err(Full)
    }

    #[shutdown]
    fn close(&mut self) -> Result<(), Full> {
        Err(Full)
    }
}

/// One whose alias of `Result` names the error.
#[derive(Default)]
struct Register {
    value: Option<u64>,
}

type Result<T, E = Full> = std::result::Result<T, E>;

#[maelstrom::node]
impl Register {
    #[rpc(reply(value))]
    fn read(&self) -> Result<u64> {
        self.value.ok_or(Full)
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
