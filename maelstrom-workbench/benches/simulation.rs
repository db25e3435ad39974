//! How fast simulated clusters run: delivered messages per second of real time, on one core.
//!
//! `cargo bench -p maelstrom-workbench --bench simulation`

use std::time::{Duration, Instant};

use maelstrom::Context;
use maelstrom_workbench::{Run, Simulation, workload::Echo};

#[derive(Default)]
struct EchoNode;

#[maelstrom::node]
impl EchoNode {
    #[rpc(reply(echo))]
    fn echo<'m>(&self, echo: &'m str) -> &'m str {
        echo
    }
}

/// Answers, and passes a token on to the next node, which does the same: constant work per message.
#[derive(Default)]
struct Relay {
    tokens: u64,
}

#[maelstrom::node]
impl Relay {
    #[rpc(reply(echo))]
    fn echo<'m>(&mut self, ctx: &Context<Self>, echo: &'m str) -> &'m str {
        self.pass(ctx, 20);
        echo
    }

    #[message]
    fn token(&mut self, ctx: &Context<Self>, hops: u64) {
        self.tokens += 1;
        self.pass(ctx, hops);
    }

    fn pass(&self, ctx: &Context<Self>, hops: u64) {
        if hops > 0 {
            let ids = ctx.node_ids();
            let own = ids.iter().position(|id| id == ctx.id()).unwrap_or(0);
            ctx.peer(&ids[(own + 1) % ids.len()]).token(hops - 1);
        }
    }
}

fn main() {
    println!("| nodes | workload | messages delivered | per second of real time |");
    println!("| ----- | -------- | ------------------ | ----------------------- |");
    for nodes in [5, 50, 500] {
        row(nodes, "echo", || simulate::<EchoNode>(nodes, 40_000.0));
        row(nodes, "relay", || simulate::<Relay>(nodes, 4_000.0));
    }
}

fn simulate<N: maelstrom::Node<Config = ()>>(nodes: usize, rate: f64) -> Run {
    Simulation::<N>::new(Echo)
        .nodes(nodes)
        .clients_per_node(1000 / nodes)
        .latency(Duration::from_millis(10))
        .rate(rate)
        .time_limit(Duration::from_secs(3))
        .run_seed(0)
}

fn row(nodes: usize, workload: &str, run: impl FnOnce() -> Run) {
    let start = Instant::now();
    let run = run();
    let elapsed = start.elapsed();
    let delivered = run.clients.received + run.servers.received;
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let rate = delivered as f64 / elapsed.as_secs_f64();
    println!("| {nodes:5} | {workload:8} | {delivered:18} | {rate:23.0} |");
    assert!(run.problems.is_empty(), "{:?}", run.problems);
}
