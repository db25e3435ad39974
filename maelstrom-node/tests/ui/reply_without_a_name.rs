//! Values without field names, in replies that give them none.

use std::collections::BTreeSet;

use maelstrom::Result;

#[derive(Default)]
struct Counter {
    count: u64,
    seen: BTreeSet<u64>,
}

#[maelstrom::node]
impl Counter {
    #[rpc]
    fn count(&self) -> u64 {
        self.count
    }

    #[rpc]
    fn last(&self) -> Result<Option<String>> {
        Ok(None)
    }

    #[rpc]
    fn seen(&self) -> &BTreeSet<u64> {
        &self.seen
    }

    #[rpc]
    fn both(&self) -> (u64, u64) {
        (self.count, 1)
    }

    #[rpc(reply(count))]
    fn right(&self) -> u64 {
        self.count
    }
}

fn main() -> Result<()> {
    assert_eq!(Counter::default().count(), 0);
    maelstrom::run::<Counter>()
}
