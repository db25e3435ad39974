//! Timers, events and injectors, and what happens to all of it when an engine goes.

#![allow(clippy::unwrap_used)]

mod support;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use maelstrom::{Context, Engine, EngineOptions, InjectError, Later, Output, Reply, Timer};
use support::{Host, INIT};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Writes down when its timers ran.
#[derive(Default)]
struct Clock {
    ticks: Vec<u128>,
    panics: bool,
}

#[maelstrom::node]
impl Clock {
    #[every(100ms)]
    fn tick(&mut self, ctx: &Context<Self>) {
        self.ticks.push(ctx.now().as_millis());
        assert!(!self.panics, "the tick went wrong");
    }
}

#[test]
fn the_first_tick_comes_one_interval_after_the_handshake() {
    let mut host = Host::<Clock>::new();
    host.at(250);
    assert_eq!(host.engine.deadline(), None);
    host.line(INIT);
    assert_eq!(host.engine.deadline(), Some(ms(350)));
    host.at(349);
    assert!(host.engine.state().unwrap().ticks.is_empty());
    host.at(350);
    assert_eq!(host.engine.state().unwrap().ticks, [350]);
}

#[test]
fn timers_do_not_drift_when_they_are_served_late() {
    let mut host = Host::<Clock>::ready();
    for now in [103, 207, 350, 400] {
        host.at(now);
    }
    assert_eq!(host.engine.state().unwrap().ticks, [103, 207, 350, 400]);
    assert_eq!(host.engine.deadline(), Some(ms(500)));
}

#[test]
fn timers_do_not_pile_up_while_the_node_is_held_up() {
    let mut host = Host::<Clock>::ready();
    host.at(1234);
    assert_eq!(host.engine.state().unwrap().ticks, [1234]);
    assert_eq!(host.engine.deadline(), Some(ms(1300)));
}

#[test]
fn timers_survive_a_panic() {
    let mut host = Host::<Clock>::ready();
    host.engine.state_mut().unwrap().panics = true;
    host.at(100);
    assert_eq!(host.failures(), ["panicked while handling the event Tick: the tick went wrong"]);
    host.engine.state_mut().unwrap().panics = false;
    host.at(200);
    assert_eq!(host.engine.state().unwrap().ticks, [100, 200]);
}

#[derive(Default)]
struct Jittery {
    ticks: Vec<u128>,
}

#[maelstrom::node]
impl Jittery {
    #[every(100ms, jitter = 50ms)]
    fn tick(&mut self, ctx: &Context<Self>) {
        self.ticks.push(ctx.now().as_micros());
    }
}

fn jittered(seed: u64) -> Vec<u128> {
    let mut host = Host::<Jittery>::with_seed(seed);
    host.line(INIT);
    while host.engine.state().unwrap().ticks.len() < 50 {
        host.now = host.engine.deadline().unwrap();
        host.engine.advance(host.now);
    }
    std::mem::take(&mut host.engine.state_mut().unwrap().ticks)
}

#[test]
fn jitter_is_drawn_from_the_seed_and_does_not_add_up() {
    let ticks = jittered(1);
    assert_eq!(ticks, jittered(1));
    assert_ne!(ticks, jittered(2));
    let delays: Vec<u128> =
        ticks.iter().enumerate().map(|(i, tick)| tick - 100_000 * (i as u128 + 1)).collect();
    assert!(delays.iter().all(|delay| *delay < 50_000), "{delays:?}");
    assert!(delays.iter().max().unwrap() - delays.iter().min().unwrap() > 25_000, "{delays:?}");
}

/// Sets timers by hand.
#[derive(Default)]
struct Election {
    timer: Option<Timer>,
    log: Vec<String>,
}

#[maelstrom::node]
impl Election {
    #[message]
    fn start(&mut self, ctx: &Context<Self>, after_ms: u64, term: u64) {
        self.timer = Some(ctx.after(ms(after_ms), ElectionEvent::Timeout { term }));
    }

    #[message]
    fn heartbeat(&mut self, ctx: &Context<Self>) {
        let reset = self.timer.as_ref().is_some_and(|timer| timer.reset(ms(100)));
        self.log.push(format!("{} reset {reset}", ctx.now().as_millis()));
    }

    #[message]
    fn stop(&mut self) {
        let cancelled = self.timer.as_ref().is_some_and(Timer::cancel);
        self.log.push(format!("cancelled {cancelled}"));
    }

    #[event]
    fn timeout(&mut self, ctx: &Context<Self>, term: u64) {
        self.log.push(format!("{} timeout {term} of {}", ctx.now().as_millis(), ctx.sender()));
    }

    /// Sets itself again without letting time pass.
    #[event]
    fn eager(&mut self, ctx: &Context<Self>) {
        self.log.push("eager".to_owned());
        ctx.after(Duration::ZERO, ElectionEvent::Eager);
    }
}

fn log(host: &mut Host<Election>) -> Vec<String> {
    std::mem::take(&mut host.engine.state_mut().unwrap().log)
}

#[test]
fn a_timer_can_be_reset_and_cancelled_until_it_has_fired() {
    let mut host = Host::<Election>::ready();
    host.body(r#"{"type":"start","after_ms":100,"term":1}"#);
    host.at(90);
    host.body(r#"{"type":"heartbeat"}"#);
    host.at(189);
    assert_eq!(log(&mut host), ["90 reset true"]);
    host.at(190);
    host.body(r#"{"type":"heartbeat"}"#);
    host.body(r#"{"type":"stop"}"#);
    assert_eq!(log(&mut host), ["190 timeout 1 of n1", "190 reset false", "cancelled false"]);

    host.body(r#"{"type":"start","after_ms":100,"term":2}"#);
    assert!(host.engine.state().unwrap().timer.as_ref().unwrap().is_pending());
    host.body(r#"{"type":"stop"}"#);
    assert_eq!(host.engine.deadline(), None);
    host.at(1000);
    assert_eq!(log(&mut host), ["cancelled true"]);
}

#[test]
fn a_timer_too_far_away_to_be_counted_never_comes() {
    let mut host = Host::<Election>::ready();
    host.body(&format!(r#"{{"type":"start","after_ms":{},"term":1}}"#, u64::MAX));
    host.at(1 << 40);
    assert!(log(&mut host).is_empty());
}

#[test]
fn a_timer_that_sets_itself_without_delay_leaves_room_for_input() {
    let mut host = Host::<Election>::ready();
    host.engine.inject(ms(0), ElectionEvent::Eager);
    host.at(0);
    assert_eq!(log(&mut host), ["eager", "eager"]);
    assert_eq!(host.engine.deadline(), Some(ms(0)));
}

#[test]
fn injected_events_are_handled_in_order_at_the_next_step() {
    let woken = Arc::new(AtomicUsize::new(0));
    let waker = Arc::clone(&woken);
    let options = EngineOptions::new(0).waker(move || {
        waker.fetch_add(1, Ordering::Relaxed);
    });
    let mut engine = Engine::<Election>::new((), options);
    assert!(!engine.has_injectors());
    let injector = engine.injector();
    assert!(engine.has_injectors());
    // Before the handshake nobody is there to handle them, but they are not lost.
    std::thread::spawn(move || {
        for term in 1..=3 {
            injector.inject(ElectionEvent::Timeout { term }).unwrap();
        }
    })
    .join()
    .unwrap();
    assert_eq!(woken.load(Ordering::Relaxed), 3);
    engine.advance(ms(1));
    assert_eq!(engine.deadline(), None);
    engine.receive(ms(2), INIT.as_bytes());
    assert_eq!(engine.deadline(), Some(ms(2)));
    engine.advance(ms(3));
    assert_eq!(engine.state().unwrap().log, ["3 timeout 1 of n1", "3 timeout 2 of n1", "3 timeout 3 of n1"]);
    assert!(!engine.has_injectors());
}

#[test]
fn injecting_fails_when_the_queue_is_full_and_when_the_node_has_ended() {
    let mut engine = Engine::<Election>::new((), EngineOptions::new(0));
    let injector = engine.injector();
    for term in 0..65_536 {
        injector.inject(ElectionEvent::Timeout { term }).unwrap();
    }
    assert!(matches!(injector.inject(ElectionEvent::Eager), Err(InjectError::Full(ElectionEvent::Eager))));
    engine.shutdown(ms(1));
    assert!(matches!(injector.inject(ElectionEvent::Eager), Err(InjectError::Closed(ElectionEvent::Eager))));
}

thread_local! {
    static ALIVE: Cell<i32> = const { Cell::new(0) };
    static SHUT_DOWN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Counts how many of it are alive.
struct Counted;

impl Counted {
    fn new() -> Self {
        ALIVE.set(ALIVE.get() + 1);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.set(ALIVE.get() - 1);
    }
}

/// Holds on to everything that an engine can hand out.
struct Hoarder {
    _own: Counted,
    timers: Vec<Timer>,
    replies: Vec<Reply<u64>>,
    contexts: Rc<RefCell<Vec<maelstrom::Injector<HoarderEvent>>>>,
}

#[maelstrom::node]
impl Hoarder {
    #[init]
    fn new() -> Self {
        Hoarder { _own: Counted::new(), timers: Vec::new(), replies: Vec::new(), contexts: Rc::default() }
    }

    #[rpc(reply(value))]
    fn hoard(&mut self, ctx: &Context<Self>) -> Later<u64> {
        let (reply, later) = ctx.later();
        let (inner, _) = ctx.later();
        self.replies.push(reply);
        self.timers.push(ctx.after(ms(1000), HoarderEvent::Hold { counted: Counted::new(), reply: inner }));
        self.contexts.borrow_mut().push(ctx.injector());
        later
    }

    #[event]
    fn hold(&mut self, _counted: Counted, reply: Reply<u64>) {
        self.replies.push(reply);
    }

    #[shutdown]
    fn close(&mut self, ctx: &Context<Self>) {
        SHUT_DOWN.with_borrow_mut(|log| log.push(ctx.id().to_string()));
    }
}

#[test]
fn dropping_an_engine_drops_everything_it_holds() {
    let mut timers = Vec::new();
    let mut injectors = Vec::new();
    for _ in 0..10 {
        let mut host = Host::<Hoarder>::ready();
        host.body(r#"{"type":"hoard","msg_id":1}"#);
        host.engine
            .injector()
            .inject(HoarderEvent::Hold { counted: Counted::new(), reply: reply() })
            .unwrap();
        assert_eq!(ALIVE.get(), 3);
        timers.append(&mut host.engine.state_mut().unwrap().timers);
        injectors.append(&mut host.engine.state_mut().unwrap().contexts.borrow_mut());
        drop(host);
        assert_eq!(ALIVE.get(), 0);
    }
    assert!(timers.iter().all(|timer| !timer.is_pending() && !timer.cancel() && !timer.reset(ms(1))));
}

/// A reply that belongs to no request.
fn reply() -> Reply<u64> {
    let node = maelstrom::testing::TestNode::<Hoarder>::new("n9", ["n9"]);
    node.context("c1").later().0
}

#[test]
fn shutdown_runs_once_and_ends_the_node() {
    let mut host = Host::<Hoarder>::ready();
    host.engine.shutdown(ms(5));
    host.engine.shutdown(ms(6));
    assert_eq!(SHUT_DOWN.take(), ["n1"]);
    assert!(matches!(host.engine.outcome(), Some(Ok(()))));
    assert_eq!(host.engine.deadline(), None);
    assert!(host.body(r#"{"type":"hoard","msg_id":1}"#).is_empty());
}

#[test]
fn without_a_handshake_shutdown_does_nothing_but_say_what_was_lost() {
    let mut host = Host::<Hoarder>::new();
    host.body(r#"{"type":"hoard","msg_id":1}"#);
    host.engine.shutdown(ms(5));
    assert!(host.take().is_empty());
    assert_eq!(
        host.logs(),
        ["the input ended without a handshake; 1 messages that waited for it were dropped"]
    );
    assert!(SHUT_DOWN.take().is_empty());
    assert!(matches!(host.engine.outcome(), Some(Ok(()))));
}

#[test]
fn the_same_input_gives_the_same_output() {
    fn run(seed: u64) -> Vec<u8> {
        let mut engine = Engine::<Jittery>::new((), EngineOptions::new(seed));
        engine.receive(ms(0), INIT.as_bytes());
        let mut output = Output::default();
        engine.take_output(&mut output);
        let mut bytes = output.bytes.clone();
        while let Some(deadline) = engine.deadline().filter(|deadline| *deadline < ms(2000)) {
            engine.advance(deadline);
            bytes.extend_from_slice(format!("{deadline:?}").as_bytes());
        }
        bytes
    }
    assert_eq!(run(3), run(3));
    assert_ne!(run(3), run(4));
}
