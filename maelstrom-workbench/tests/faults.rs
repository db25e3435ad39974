//! What can be done to a simulated cluster, and what comes of it: each fault, schedules, and Maelstrom's own network.

#![allow(clippy::unwrap_used, clippy::unchecked_time_subtraction)]

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use maelstrom::{Context, Later, NodeId, Reply};
use maelstrom_workbench::{
    Quirk, Run, Schedule, Scheduled, Simulation, Value,
    checker::Verdict,
    history::{Kind, Operation, Process},
    journal::{self, Cause, Event, EventKind},
    nemesis::{Fault, Nemesis, Targets},
    workload::{Broadcast, Echo, GSet, LinKv, UniqueIds},
};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// Sends all it knows to all others, four times a second.
#[derive(Default)]
struct Gossip {
    seen: BTreeSet<u64>,
}

#[maelstrom::node]
impl Gossip {
    #[rpc]
    fn topology(&mut self) {}

    #[rpc]
    fn broadcast(&mut self, message: u64) {
        self.seen.insert(message);
    }

    #[rpc]
    fn add(&mut self, element: u64) {
        self.seen.insert(element);
    }

    #[rpc(reply(messages))]
    fn read(&self) -> &BTreeSet<u64> {
        &self.seen
    }

    #[message]
    fn gossip(&mut self, seen: &BTreeSet<u64>) {
        self.seen.extend(seen);
    }

    #[every(250ms)]
    fn spread(&self, ctx: &Context<Self>) {
        ctx.peers(ctx.others()).gossip(&self.seen);
    }
}

fn gossip() -> Simulation<Gossip> {
    Simulation::<Gossip>::new(Broadcast::default()).rate(10.0).time_limit(secs(20)).journal()
}

fn nemesis(run: &Run) -> Vec<&Operation> {
    run.history.operations().iter().filter(|operation| operation.process == Process::Nemesis).collect()
}

fn is_gossip(event: &Event) -> bool {
    event.line.contains(r#""type":"gossip""#)
}

/// The times at which something of this kind happened to gossip.
fn times(run: &Run, kind: EventKind) -> Vec<Duration> {
    run.journal
        .iter()
        .filter(|event| event.kind == kind && is_gossip(event))
        .map(|event| event.time)
        .collect()
}

/// When a fault begins and ends, from the beginning of the main phase.
fn windows(schedule: &Schedule) -> Vec<(Duration, Duration)> {
    let times: Vec<Duration> =
        schedule.steps.iter().filter(|step| step.is_fault()).map(|step| step.time).collect();
    let last = secs(1_000);
    times.chunks(2).map(|pair| (pair[0], pair.get(1).copied().unwrap_or(last))).collect()
}

#[test]
fn gossip_survives_every_fault_but_kills() {
    for fault in [
        Nemesis::partitions(),
        Nemesis::one_way_partitions(),
        Nemesis::pauses().targets(Targets::Majority),
        Nemesis::loss().probability(0.5),
        Nemesis::duplication().probability(0.5),
        Nemesis::reordering().probability(0.5),
        Nemesis::slow_links(),
        Nemesis::wrong_clocks().targets(Targets::All),
    ] {
        let report = gossip().latency(ms(10)).nemesis(fault.interval(secs(3))).seeds(0..5).run();
        report.assert_valid();
        assert!(report.runs().iter().all(|run| nemesis(run).len() >= 4), "{fault:?}");
    }
}

#[test]
fn a_killed_node_has_forgotten_everything_and_gets_an_init_only() {
    let run = gossip().nemesis(Nemesis::kills().interval(secs(2))).run_seed(1);
    let to = |event: &Event, name: &str, kind: &str| {
        event.kind == EventKind::Receive
            && event.line.contains(&format!(r#""dest":"{name}""#))
            && event.line.contains(&format!(r#""type":"{kind}""#))
    };
    let Some(Scheduled::Fault(Fault::Kill { nodes })) =
        run.schedule.steps.iter().find(|step| step.is_fault()).map(|step| step.action.clone())
    else {
        panic!("the first fault is a kill");
    };
    let name = format!("n{}", nodes[0]);
    assert!(run.journal.iter().filter(|event| to(event, &name, "init")).count() >= 2);
    assert_eq!(run.journal.iter().filter(|event| to(event, &name, "topology")).count(), 1);
    // What is sent to it while it is dead gets nowhere.
    assert!(!times(&run, EventKind::Gone).is_empty());
    assert!(times(&run, EventKind::Gone).iter().all(|gone| {
        windows(&run.schedule).iter().any(|(from, to)| (*from..*to + secs(1)).contains(gone))
    }));
    let entries: Vec<&str> = nemesis(&run).iter().map(|operation| &*operation.f).collect();
    assert_eq!(entries[..4], ["kill", "kill", "start", "start"]);
    assert_eq!(nemesis(&run)[1].value, Value::List(vec![name.as_str().into()]));
}

#[test]
fn a_set_that_is_told_to_nobody_is_lost_with_its_node() {
    #[derive(Default)]
    struct Alone {
        seen: BTreeSet<u64>,
    }

    #[maelstrom::node]
    impl Alone {
        #[rpc]
        fn add(&mut self, element: u64) {
            self.seen.insert(element);
        }

        #[rpc(reply(value))]
        fn read(&self) -> &BTreeSet<u64> {
            &self.seen
        }
    }

    let simulation = || Simulation::<Alone>::new(GSet).nodes(1).rate(20.0).time_limit(secs(20));
    simulation().seeds(0..5).run().assert_valid();
    let run = simulation().nemesis(Nemesis::kills().interval(secs(4))).run_seed(0);
    assert_eq!(run.verdict(), Verdict::Invalid);
    assert!(run.explanations().join("\n").contains("n0 was killed"), "{:?}", run.explanations());
}

/// A set on disk: alone, and yet nothing that it has acknowledged is lost.
#[derive(Default)]
struct Stored {
    seen: BTreeSet<u64>,
}

#[maelstrom::node]
impl Stored {
    #[init]
    fn new(ctx: &Context<Self>) -> maelstrom::Result<Self> {
        Ok(Stored { seen: ctx.storage().entries(..)?.into_iter().collect() })
    }

    #[rpc]
    fn add(&mut self, ctx: &Context<Self>, element: u64) -> maelstrom::Result<()> {
        self.seen.insert(element);
        ctx.storage().append(&element)?;
        Ok(())
    }

    #[rpc(reply(value))]
    fn read(&self) -> &BTreeSet<u64> {
        &self.seen
    }
}

#[test]
fn what_was_acknowledged_is_on_the_disk_and_maybe_more() {
    let report = Simulation::<Stored>::new(GSet)
        .nodes(1)
        .clients_per_node(200)
        .rate(500.0)
        .time_limit(secs(10))
        .nemesis(Nemesis::kills().interval(ms(300)).recovery(ms(1)))
        .seeds(0..10)
        .run();
    report.assert_valid();
    let mut kept = 0;
    for run in report.runs() {
        let read = run.history.operations().last().unwrap().value.as_list().unwrap();
        let open = run.history.operations().iter().filter(|operation| {
            operation.kind == Kind::Info && operation.f == "add" && operation.process != Process::Nemesis
        });
        kept += open.filter(|operation| read.contains(&operation.value)).count();
    }
    // Of the writes that a kill came upon, some had reached the disk.
    assert!(kept > 0);
}

#[test]
fn a_reply_waits_for_the_disk() {
    let run = Simulation::<Stored>::new(GSet).nodes(1).rate(50.0).time_limit(secs(10)).journal().run_seed(0);
    let mut received = BTreeMap::new();
    let (mut reads, mut adds) = (Vec::new(), Vec::new());
    for event in &run.journal {
        match (event.kind, event.cause) {
            (EventKind::Receive, _) => drop(received.insert(event.id, event.time)),
            (_, Some(Cause::Message(id))) if event.line.contains("add_ok") => {
                adds.push(event.time - received[&id]);
            }
            (_, Some(Cause::Message(id))) if event.line.contains("read_ok") => {
                reads.push(event.time - received[&id]);
            }
            _ => {}
        }
    }
    assert!(adds.iter().all(|took| !took.is_zero()));
    // A read waits only if it comes while the disk is busy.
    assert!(reads.iter().filter(|took| took.is_zero()).count() > reads.len() / 2);
    let mean = adds.iter().sum::<Duration>() / u32::try_from(adds.len()).unwrap();
    assert!((ms(1) / 2..ms(2)).contains(&mean), "{mean:?}");
}

#[test]
fn nodes_are_killed_one_at_a_time_with_time_to_recover_between() {
    let run = gossip().nemesis(Nemesis::kills().interval(ms(300)).recovery(secs(1))).run_seed(3);
    let windows = windows(&run.schedule);
    assert!(windows.len() >= 5);
    assert!(windows.windows(2).all(|pair| pair[0].1 + secs(1) <= pair[1].0), "{windows:?}");
}

#[test]
fn a_paused_node_says_nothing_and_then_catches_up() {
    let run = gossip().nemesis(Nemesis::pauses().targets(Targets::All).interval(secs(3))).run_seed(1);
    let (from, to) = windows(&run.schedule)[0];
    let (from, to) = (from + ms(250), to);
    assert!(to > from + ms(200), "{from:?} {to:?}");
    let sends = times(&run, EventKind::Send);
    assert!(!sends.iter().any(|sent| (from..to).contains(sent)));
    assert!(sends.iter().any(|sent| *sent >= to && *sent < to + ms(300)));
    // Nothing that was sent to it is lost.
    assert!(times(&run, EventKind::Gone).is_empty());
}

#[test]
fn as_many_messages_are_lost_and_doubled_as_asked_for_and_only_while_it_lasts() {
    for (fault, kind) in [(Nemesis::loss(), EventKind::Lost), (Nemesis::duplication(), EventKind::Receive)] {
        let run = gossip().nemesis(fault.probability(0.25).interval(secs(5))).run_seed(1);
        let during = |time: &Duration| {
            windows(&run.schedule).iter().any(|(from, to)| (*from..*to).contains(&time.saturating_sub(ms(5))))
        };
        let mut seen: BTreeMap<u64, u32> = BTreeMap::new();
        let hit: Vec<Duration> = run
            .journal
            .iter()
            .filter(|event| event.kind == kind && is_gossip(event))
            .filter(|event| {
                let count = seen.entry(event.id).or_default();
                *count += 1;
                kind == EventKind::Lost || *count == 2
            })
            .map(|event| event.time)
            .collect();
        let sent = times(&run, EventKind::Send).iter().filter(|time| during(time)).count();
        let share = f64::from(u32::try_from(hit.len()).unwrap()) / f64::from(u32::try_from(sent).unwrap());
        assert!((0.2..0.3).contains(&share), "{kind:?} {share}");
        // Copies come up to 20 ms after the message.
        let outside =
            hit.iter().filter(|time| !during(time) && !during(&time.saturating_sub(ms(30)))).count();
        assert_eq!(outside, 0, "{kind:?}");
    }
}

#[test]
fn messages_are_overtaken_on_a_link_only_when_asked_for() {
    let overtaken = |simulation: Simulation<Gossip>| {
        let run = simulation.run_seed(1);
        let mut last: BTreeMap<String, u64> = BTreeMap::new();
        run.journal
            .iter()
            .filter(|event| event.kind == EventKind::Receive && is_gossip(event))
            .filter(|event| {
                let link = event.line.split("\"body\"").next().unwrap().split_once("\"src\"").unwrap().1;
                let last = last.entry(link.to_owned()).or_default();
                let is_late = event.id < *last;
                *last = event.id.max(*last);
                is_late
            })
            .count()
    };
    // Slow enough a latency that two rounds of gossip are under way at a time.
    assert_eq!(overtaken(gossip().latency(ms(600))), 0);
    assert!(overtaken(gossip().latency(ms(600)).nemesis(Nemesis::reordering())) > 10);
}

#[test]
fn slow_links_delay_messages_between_nodes_and_not_those_of_clients() {
    let run = gossip().latency(ms(10)).nemesis(Nemesis::slow_links()).run_seed(1);
    let (from, to) = windows(&run.schedule)[0];
    let sent: BTreeMap<u64, Duration> = run
        .journal
        .iter()
        .filter(|event| event.kind == EventKind::Send)
        .map(|event| (event.id, event.time))
        .collect();
    let took = |is_slow: bool| {
        let received =
            run.journal.iter().filter(|event| event.kind == EventKind::Receive && is_gossip(event));
        let took = received.map(|event| (sent[&event.id], event.time - sent[&event.id]));
        let took = took.filter(|(sent, _)| (from + ms(10)..to).contains(sent) == is_slow);
        took.map(|(_, took)| took).collect::<Vec<_>>()
    };
    assert!(took(true).iter().all(|took| *took >= ms(100)));
    assert!(took(false).iter().filter(|took| **took < ms(50)).count() > 100);
    let replies = run.journal.iter().filter(|event| event.line.contains("read_ok"));
    let replies = replies.filter(|event| event.kind == EventKind::Receive);
    assert!(replies.map(|event| event.time - sent[&event.id]).all(|took| took < ms(50)));
}

/// Gives out ids from the wall clock, counted within each tick: unique as long as no clock goes back.
#[derive(Default)]
struct Clocked {
    tick: u128,
    count: u32,
}

#[maelstrom::node]
impl Clocked {
    #[rpc(reply(id))]
    fn generate(&mut self, ctx: &Context<Self>) -> String {
        let tick = ctx.unix_time().as_millis() / 100;
        self.count = if tick == self.tick { self.count + 1 } else { 0 };
        self.tick = tick;
        format!("{}-{tick}-{}", ctx.id(), self.count)
    }
}

#[test]
fn ids_from_a_clock_collide_when_it_is_set_back() {
    let simulation =
        || Simulation::<Clocked>::new(UniqueIds).nodes(3).rate(20.0).time_limit(secs(30)).seeds(0..20);
    simulation().run().assert_valid();
    let report = simulation().nemesis(Nemesis::wrong_clocks().interval(secs(1))).run();
    let run = report.first_failure().expect("two ids of one node have the same time");
    assert!(run.explanations()[0].contains(" and again to "), "{:?}", run.explanations());
}

#[test]
fn faults_leave_each_others_draws_as_they_are() {
    let faults = |simulation: Simulation<Gossip>, name: &str| {
        let run = simulation.run_seed(5);
        let steps =
            run.schedule.steps.into_iter().filter(
                |step| matches!(&step.action, Scheduled::Fault(fault) if fault.name().contains(name)),
            );
        steps.collect::<Vec<_>>()
    };
    let alone = faults(gossip().nemesis(Nemesis::partitions()), "partition");
    let together = gossip()
        .nemesis(Nemesis::kills())
        .nemesis(Nemesis::partitions())
        .nemesis(Nemesis::loss().with_services());
    assert!(alone.len() > 1);
    assert_eq!(faults(together, "partition"), alone);
}

#[test]
fn a_schedule_is_replayed_to_the_byte() {
    let simulation = || {
        gossip()
            .clients_per_node(2)
            .nemesis(Nemesis::partitions().interval(secs(3)))
            .nemesis(Nemesis::kills().interval(secs(4)))
            .nemesis(Nemesis::loss().interval(secs(2)))
            .nemesis(Nemesis::pauses().interval(secs(2)))
    };
    for seed in 0..5 {
        let run = simulation().run_seed(seed);
        let saved: Schedule = run.schedule.to_string().parse().unwrap();
        assert_eq!(saved, run.schedule);
        let again = simulation().schedule(saved).run().runs()[0].clone();
        assert_eq!(again.history, run.history);
        let text = |run: &Run| {
            let mut text = Vec::new();
            journal::write(&run.journal, &mut text).unwrap();
            text
        };
        assert!(text(&again) == text(&run), "the journals of seed {seed} differ");
        assert_eq!(again.schedule, run.schedule);
    }
}

#[test]
fn parts_taken_out_of_a_schedule_leave_the_others_at_their_times() {
    let run = gossip().nemesis(Nemesis::partitions().interval(secs(3))).run_seed(0);
    let mut schedule = run.schedule.clone();
    let mut k = 0;
    schedule.steps.retain(|step| {
        k += 1;
        !step.is_fault() && k % 3 != 0
    });
    let again = gossip().schedule(schedule.clone()).run().runs()[0].clone();
    assert_eq!(again.schedule, schedule);
    assert!(nemesis(&again).is_empty());
    assert_eq!(again.verdict(), Verdict::Valid);
}

/// A schedule has the main phase only, and a fault may still be there at its end.
#[test]
fn what_a_schedule_has_begun_is_ended_also_when_the_test_itself_has_no_faults() {
    let mut schedule =
        gossip().nemesis(Nemesis::partitions()).nemesis(Nemesis::pauses()).run_seed(0).schedule;
    schedule
        .steps
        .retain(|step| !matches!(step.action, Scheduled::Fault(Fault::StopPartition | Fault::Resume)));
    let run = gossip().schedule(schedule).run().runs()[0].clone();
    let entries: BTreeSet<&str> = nemesis(&run).iter().map(|operation| &*operation.f).collect();
    assert_eq!(entries, BTreeSet::from(["start-partition", "stop-partition", "pause", "resume"]));
    assert_eq!(run.verdict(), Verdict::Valid);
}

/// Does not have any key.
#[derive(Default)]
struct Empty {}

#[maelstrom::node]
impl Empty {
    #[rpc(reply(value))]
    fn read(&self, key: u64) -> maelstrom::Result<u64> {
        Err(maelstrom::Error::key_does_not_exist(key))
    }

    #[rpc]
    fn write(&self, key: u64) -> maelstrom::Result<()> {
        Err(maelstrom::Error::abort(key))
    }

    #[rpc]
    fn cas(&self, key: u64) -> maelstrom::Result<()> {
        Err(maelstrom::Error::key_does_not_exist(key))
    }
}

#[test]
fn a_schedule_is_replayed_with_as_many_clients_as_there_were() {
    for (compat, clients) in [(false, 6), (true, 3)] {
        let simulation = || {
            let simulation = Simulation::<Empty>::new(LinKv).nodes(3).time_limit(secs(5));
            if compat { simulation.maelstrom_compat() } else { simulation }
        };
        let run = simulation().run_seed(0);
        assert_eq!(run.schedule.concurrency, clients);
        let again = simulation().schedule(run.schedule.clone()).run().runs()[0].clone();
        assert_eq!(again.history, run.history);
        // What Maelstrom would do is a problem in its own right there, and is one again.
        assert_eq!(again.problems, run.problems);
        assert_eq!(run.problems.len(), usize::from(compat));
    }
}

#[test]
#[should_panic(expected = "the schedule is for 5 clients")]
fn a_schedule_for_another_cluster_is_refused() {
    let schedule = gossip().run_seed(0).schedule;
    gossip().nodes(3).schedule(schedule).run();
}

#[test]
fn messages_that_grow_without_end_are_a_storm_by_their_size() {
    #[derive(Default)]
    struct Snowball;

    #[maelstrom::node]
    impl Snowball {
        #[rpc(reply(echo))]
        fn echo(&self, ctx: &Context<Self>, echo: String) -> String {
            ctx.peers(ctx.others()).roll(&echo);
            echo
        }

        #[message]
        fn roll(&self, ctx: &Context<Self>, echo: &str) {
            ctx.peers(ctx.others()).roll(&format!("{echo}{echo}"));
        }
    }

    let run = Simulation::<Snowball>::new(Echo).nodes(2).memory(1 << 20).run_seed(0);
    assert_eq!(run.verdict(), Verdict::Invalid);
    assert!(run.explanations()[0].contains("more than 1048576 bytes"), "{:?}", run.explanations());
    assert!(run.explanations()[0].contains("`roll`"), "{:?}", run.explanations());
}

#[test]
fn a_node_that_lets_time_stand_still_ends_the_run() {
    #[derive(Default)]
    struct Restless {}

    #[maelstrom::node]
    impl Restless {
        #[rpc(reply(echo))]
        async fn echo(&self, ctx: &Context<Self>, echo: String) -> String {
            loop {
                ctx.sleep(Duration::ZERO).await;
                if echo.is_empty() {
                    return echo;
                }
            }
        }
    }

    let run = Simulation::<Restless>::new(Echo).nodes(1).run_seed(0);
    assert_eq!(run.verdict(), Verdict::Invalid);
    assert!(run.explanations()[0].starts_with("time stands still: n0 "), "{:?}", run.explanations());
}

/// Answers its clients six seconds later, when they have given up.
#[derive(Default)]
struct Late {
    waiting: VecDeque<(Reply<String>, String)>,
}

#[maelstrom::node]
impl Late {
    #[rpc(reply(echo))]
    fn echo(&mut self, ctx: &Context<Self>, echo: String) -> Later<String> {
        let (reply, later) = ctx.later();
        if ctx.rng_is_late() {
            self.waiting.push_back((reply, echo));
            ctx.after(secs(6), LateEvent::Answer {});
        } else {
            reply.send(echo);
        }
        later
    }

    #[event]
    fn answer(&mut self) {
        if let Some((reply, echo)) = self.waiting.pop_front() {
            reply.send(echo);
        }
    }
}

/// One request in ten is answered late.
trait Lateness {
    fn rng_is_late(&self) -> bool;
}

impl Lateness for Context<Late> {
    fn rng_is_late(&self) -> bool {
        use maelstrom::rand::RngExt;
        self.rng().random_ratio(1, 10)
    }
}

#[test]
fn a_late_reply_is_accepted_only_where_the_test_says_so() {
    let simulation = || Simulation::<Late>::new(Echo).time_limit(secs(30));
    simulation().allow(Quirk::LateReply).run().assert_valid();
    let report = simulation().run();
    assert_eq!(report.verdict(), Verdict::Valid);
    let refused = std::panic::catch_unwind(|| report.assert_valid()).unwrap_err();
    let text = refused.downcast_ref::<String>().unwrap();
    assert!(
        text.contains("stop listening to") && text.contains("(Q-05); `.allow(…)` accepts that"),
        "{text}"
    );
}

/// Sends a burst to its neighbour, and says when each arrived.
#[derive(Default)]
struct Burst;

#[maelstrom::node]
impl Burst {
    #[rpc]
    fn topology(&mut self) {}

    #[rpc]
    fn broadcast(&mut self, ctx: &Context<Self>, message: u64) {
        let other = NodeId::from(if *ctx.id() == *"n0" { "n1" } else { "n0" });
        ctx.peer(other).gossip(&[message]);
    }

    #[rpc(reply(messages))]
    fn read(&self) -> [u64; 0] {
        []
    }

    #[message]
    fn gossip(&mut self, seen: &[u64]) {
        let _ = seen;
    }
}

#[test]
fn in_maelstrom_a_clients_request_waits_behind_a_message_that_is_awaited() {
    let waits = |compat: bool| {
        let simulation = Simulation::<Burst>::new(Broadcast::default())
            .nodes(2)
            .latency(ms(100))
            .rate(50.0)
            .time_limit(secs(5))
            .journal();
        let simulation = if compat { simulation.maelstrom_compat() } else { simulation };
        let run = simulation.run_seed(0);
        let mut sent: BTreeMap<u64, Duration> = BTreeMap::new();
        let mut longest = Duration::ZERO;
        for event in run.journal.iter().filter(|event| event.line.contains(r#""type":"read""#)) {
            match event.kind {
                EventKind::Send => drop(sent.insert(event.id, event.time)),
                EventKind::Receive => longest = longest.max(event.time - sent[&event.id]),
                _ => {}
            }
        }
        longest
    };
    assert!(waits(false) < ms(20));
    assert!((ms(50)..=ms(101)).contains(&waits(true)), "{:?}", waits(true));
}

#[test]
fn in_maelstrom_a_partition_swallows_what_is_picked_up_and_not_what_arrives() {
    let late_drops = |compat: bool| {
        let simulation = Simulation::<Burst>::new(Broadcast::default())
            .nodes(2)
            .latency(ms(500))
            .rate(50.0)
            .time_limit(secs(20))
            .nemesis(Nemesis::partitions().interval(secs(2)))
            .journal();
        let simulation = if compat { simulation.maelstrom_compat() } else { simulation };
        let run = simulation.run_seed(1);
        let mut sent: BTreeMap<u64, Duration> = BTreeMap::new();
        let mut waited = Vec::new();
        for event in run.journal.iter().filter(|event| is_gossip(event)) {
            match event.kind {
                EventKind::Send => drop(sent.insert(event.id, event.time)),
                EventKind::Partitioned => waited.push(event.time - sent[&event.id]),
                _ => {}
            }
        }
        assert!(!waited.is_empty());
        waited.into_iter().min().unwrap()
    };
    // Here it arrives at the cut, half a second after it was sent; there it does not even set out.
    assert!(late_drops(false) >= ms(500));
    assert!(late_drops(true) < ms(500));
}
