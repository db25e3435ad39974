//! A program that is led in lock step does exactly what its node does in process. This program runs itself as the node.

#![allow(clippy::unwrap_used)]

#[macro_use]
#[path = "../../maelstrom-node/tests/trials/mod.rs"]
mod trials;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    env,
    path::Path,
    time::{Duration, Instant},
};

use libtest_mimic::Arguments;
use maelstrom::{Context, Node, NodeId, rand::seq::IteratorRandom};
use maelstrom_workbench::{
    Run, Simulation,
    checker::{Options, Verdict},
    cluster::ClusterOptions,
    journal::EventKind,
    lockstep,
    nemesis::Nemesis,
    network::{Distribution, Latency, SIMULATED_HOP},
    workload::Broadcast,
};

fn main() {
    match env::var("NODE_UNDER_TEST").as_deref() {
        Ok("relays") => return maelstrom::run::<Relays>().unwrap(),
        Ok(_) => return maelstrom::run::<Gossip>().unwrap(),
        Err(_) => {}
    }
    let trials = trials![
        a_program_in_lock_step_makes_the_same_run_as_its_node_in_process,
        what_a_handler_sends_that_has_waited_is_known_in_lock_step_too,
        a_program_that_ends_makes_the_run_invalid,
        a_program_that_does_not_speak_lock_step_is_a_clear_error,
        a_program_that_is_not_there_is_a_clear_error,
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// Gossips to a random half of its neighbours, and keeps what clients tell it, so that seed, timers, order, clock and
/// disk all show.
struct Gossip {
    seen: BTreeSet<u64>,
    neighbours: Vec<NodeId>,
}

#[maelstrom::node]
impl Gossip {
    #[init]
    fn new(ctx: &Context<Self>) -> maelstrom::Result<Self> {
        let seen = ctx.storage().entries(..)?.into_iter().collect();
        let neighbours = ctx.storage().get("neighbours")?.unwrap_or_default();
        Ok(Gossip { seen, neighbours })
    }

    #[rpc]
    fn topology(
        &mut self,
        ctx: &Context<Self>,
        mut topology: BTreeMap<NodeId, Vec<NodeId>>,
    ) -> maelstrom::Result<()> {
        self.neighbours = topology.remove(ctx.id()).unwrap_or_default();
        ctx.storage().put("neighbours", &self.neighbours)
    }

    #[rpc]
    fn broadcast(&mut self, ctx: &Context<Self>, message: u64) -> maelstrom::Result<()> {
        if env::var("ENDS_AT").is_ok_and(|value| value == message.to_string()) {
            std::process::exit(3);
        }
        maelstrom::log!(ctx, "saw {message}, by its clock at {} ms", ctx.unix_time().as_millis());
        self.seen.insert(message);
        ctx.storage().append(&message)?;
        Ok(())
    }

    #[rpc(reply(messages))]
    fn read(&self) -> &BTreeSet<u64> {
        &self.seen
    }

    #[message]
    fn gossip(&mut self, seen: &[u64]) {
        self.seen.extend(seen);
    }

    #[every(300ms, jitter = 100ms)]
    fn spread(&self, ctx: &Context<Self>) {
        let some = self.neighbours.iter().sample(&mut ctx.rng(), self.neighbours.len().div_ceil(2));
        let seen: Vec<u64> = self.seen.iter().copied().collect();
        ctx.peers(some).gossip(&seen);
    }
}

/// Tells others of a value when it has slept on it, until they answer.
#[derive(Default)]
struct Relays {
    seen: RefCell<BTreeSet<u64>>,
}

#[maelstrom::node]
impl Relays {
    #[rpc]
    fn topology(&self) {}

    #[rpc]
    async fn broadcast(&self, ctx: &Context<Self>, message: u64) {
        self.seen.borrow_mut().insert(message);
        ctx.sleep(Duration::from_millis(20)).await;
        for other in ctx.others() {
            let other = other.clone();
            ctx.spawn(async move |_, ctx| ctx.peer(&other).relay(message).retries(2).await);
        }
    }

    #[rpc]
    fn relay(&self, message: u64) {
        self.seen.borrow_mut().insert(message);
    }

    #[rpc(reply(messages))]
    fn read(&self) -> BTreeSet<u64> {
        self.seen.borrow().clone()
    }
}

/// All that hits nodes themselves, and partitions.
fn nemeses() -> [Nemesis; 4] {
    [Nemesis::partitions(), Nemesis::kills(), Nemesis::pauses(), Nemesis::wrong_clocks()]
        .map(|nemesis| nemesis.interval(Duration::from_secs(2)))
}

fn options(seed: u64) -> ClusterOptions {
    ClusterOptions {
        rate: 20.0,
        time_limit: Duration::from_secs(10),
        latency: Latency {
            mean: Duration::from_millis(50),
            distribution: Distribution::Exponential,
            hop: SIMULATED_HOP,
        },
        nemeses: nemeses().to_vec(),
        seed,
        journal: true,
        ..ClusterOptions::new((0..5).map(|k| format!("n{k}")))
    }
}

/// Leads this program. The variables are for its nodes, so the tests of this file run one after another.
fn lead(node: &str, seed: u64) -> std::io::Result<Run> {
    let program = env::current_exe().unwrap();
    // A shell hands the variable on, which only this crate's `unsafe` could set in this process.
    let script = format!("NODE_UNDER_TEST={node} exec \"$0\"");
    let args = ["-c".to_owned(), script, program.display().to_string()];
    lockstep::simulate(Path::new("/bin/sh"), &args, options(seed), &Broadcast::default(), &Options::default())
}

/// The same for a node of this process.
fn in_process<N: Node<Config = ()> + 'static>() -> Simulation<N> {
    Simulation::new(Broadcast::default())
        .latency(Duration::from_millis(50))
        .distribution(Distribution::Exponential)
        .rate(20.0)
        .time_limit(Duration::from_secs(10))
        .nemeses(nemeses())
        .journal()
}

fn lines(run: &Run) -> Vec<String> {
    run.journal.iter().map(ToString::to_string).collect()
}

fn a_program_in_lock_step_makes_the_same_run_as_its_node_in_process() {
    let simulation = in_process::<Gossip>();
    for seed in 0..3 {
        let (led, in_process) = (lead("gossip", seed).unwrap(), simulation.run_seed(seed));
        assert_eq!(led.verdict(), Verdict::Valid, "{:?}", led.explanations());
        assert_eq!(lines(&led), lines(&in_process));
        assert_eq!(led.logs, in_process.logs);
        assert!(led.logs.iter().any(|log| log.text.starts_with("saw ")));
    }
}

fn what_a_handler_sends_that_has_waited_is_known_in_lock_step_too() {
    let simulation = in_process::<Relays>();
    let (led, in_process) = (lead("relays", 0).unwrap(), simulation.run_seed(0));
    assert_eq!(lines(&led), lines(&in_process));
    let relays = led.journal.iter().filter(|event| event.line.contains(r#""type":"relay","#));
    let sent: Vec<_> = relays.filter(|event| event.kind == EventKind::Send).collect();
    assert!(sent.len() > 100 && sent.iter().all(|event| event.handled.is_some()));
}

fn a_program_that_ends_makes_the_run_invalid() {
    let run = lead("gossip ENDS_AT=7", 0).unwrap();
    assert_eq!(run.verdict(), Verdict::Invalid);
    let text = &run.explanations()[0];
    assert!(text.starts_with('n') && text.contains(" is gone: "), "{text}");
}

fn a_program_that_does_not_speak_lock_step_is_a_clear_error() {
    let start = Instant::now();
    for (program, args) in [("/bin/cat", vec![]), ("/bin/sh", vec!["-c".to_owned(), "exit 0".to_owned()])] {
        let result = lockstep::simulate(
            Path::new(program),
            &args,
            options(0),
            &Broadcast::default(),
            &Options::default(),
        );
        let text = result.unwrap_err().to_string();
        assert!(text.contains("can't be simulated: it does not answer in lockstep"), "{text}");
    }
    assert!(start.elapsed() < Duration::from_secs(60), "neither waits for anything");
}

fn a_program_that_is_not_there_is_a_clear_error() {
    let result = lockstep::simulate(
        Path::new("/no/such/program"),
        &[],
        options(0),
        &Broadcast::default(),
        &Options::default(),
    );
    assert!(result.unwrap_err().to_string().starts_with("/no/such/program can't be started"));
}
