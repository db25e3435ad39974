//! `&mut` parameters.

#[derive(Default)]
struct Counter {
    totals: Vec<u64>,
}

#[maelstrom::node]
impl Counter {
    #[rpc]
    fn add(&mut self, deltas: &mut Vec<u64>) {
        self.totals.append(deltas);
    }

    #[message]
    fn gossip(&mut self, totals: &mut [u64]) {
        totals.sort_unstable();
        self.totals = totals.to_vec();
    }

    #[every(1s)]
    fn spread(&mut self, ctx: &maelstrom::Context<Self>) {
        ctx.peer("n2").gossip(&mut self.totals);
    }
}

fn main() -> maelstrom::Result<()> {
    Counter::default().add(&mut vec![1]);
    maelstrom::run::<Counter>()
}
