//! Options that `#[every]` does not have.

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[every(1s, jiter = 50ms)]
    fn count(&mut self) {
        self.total += 1;
    }

    #[every(1s, 50ms)]
    fn reset(&mut self) {
        self.total = 0;
    }

    #[every(1s, jitter)]
    fn double(&mut self) {
        self.total *= 2;
    }

    #[every(1s, jitter = 0ms)]
    fn halve(&mut self) {
        self.total /= 2;
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
