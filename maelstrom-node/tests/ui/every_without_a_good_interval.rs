//! Intervals that are none.

const LIMIT: u64 = 5;

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[every]
    fn nothing(&mut self) {}

    #[every()]
    fn empty(&mut self) {}

    #[every(300)]
    fn no_unit(&mut self) {}

    #[every(0ms)]
    fn zero(&mut self) {}

    #[every(5m)]
    fn unknown_unit(&mut self) {}

    #[every(2h, jitter = 5)]
    fn hours(&mut self) {}

    #[every(0.5s)]
    fn half(&mut self) {}

    #[every(2.5)]
    fn float(&mut self) {}

    #[every(99999999999999999999s)]
    fn too_long(&mut self) {}

    #[every("1s")]
    fn string(&mut self) {}

    #[every(interval = 1s)]
    fn named(&mut self) {}

    #[every(1 s)]
    fn apart(&mut self) {}

    #[every = 1]
    fn assigned(&mut self) {}

    #[every(-1s)]
    fn negative(&mut self) {}

    #[every(LIMIT)]
    fn number(&mut self) {}
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
