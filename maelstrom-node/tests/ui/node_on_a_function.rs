//! `#[node]` on what is no impl block.

#[maelstrom::node]
fn echo(echo: u64) -> u64 {
    echo
}

#[maelstrom::node]
mod counter {
    pub(crate) struct Counter;
}

#[maelstrom::node]
trait Read {
    fn read(&self) -> u64;
}

impl Read for counter::Counter {
    fn read(&self) -> u64 {
        echo(1)
    }
}

fn main() {
    counter::Counter.read();
}
