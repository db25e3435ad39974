//! Two `#[fallback]` methods.

use maelstrom::RawMessage;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[fallback]
    fn count(&mut self, _message: &RawMessage<'_>) {
        self.total += 1;
    }

    #[fallback]
    fn ignore(&mut self, _message: &RawMessage<'_>) {}
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
