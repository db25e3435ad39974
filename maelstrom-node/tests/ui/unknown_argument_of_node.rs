//! Arguments that `#[node]` does not have.

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node(name = "counter")]
impl Counter {
    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        self.total
    }
}

#[derive(Default)]
struct Echo;

#[maelstrom::node(krate = maelstrom)]
impl Echo {
    #[rpc(reply(echo))]
    fn echo(&self, echo: u64) -> u64 {
        echo
    }
}

#[derive(Default)]
struct Names;

#[maelstrom::node("names")]
impl Names {
    #[rpc]
    fn names(&self) {}
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()?;
    maelstrom::run::<Names>()?;
    maelstrom::run::<Echo>()
}
