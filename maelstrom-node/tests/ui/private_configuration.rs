//! A public node whose configuration is private.

pub struct Counter {
    total: u64,
}

struct Config {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[init]
    fn new(config: Config) -> Self {
        Counter { total: config.total }
    }

    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        self.total
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run_with::<Counter>(Config { total: 1 })
}
