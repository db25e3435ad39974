//! `#[node]` on impls that handle nothing.

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {}

#[derive(Default)]
struct Echo;

#[maelstrom::node]
impl Echo {
    fn echo(&self, echo: u64) -> u64 {
        echo
    }
}

fn main() -> maelstrom::Result<()> {
    Echo.echo(Counter::default().total);
    maelstrom::run::<Counter>()?;
    maelstrom::run::<Echo>()
}
