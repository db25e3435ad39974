//! What waits has bounds: in memory, in what is left behind, and in how long anything else has to wait for it.

#![allow(clippy::unwrap_used)]

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    task::Poll,
    time::Duration,
};

use maelstrom::{
    Context, Engine, EngineOptions, Error, Message, Output, Result, future,
    testing::{TestNode, Value, json},
};

const SECOND: Duration = Duration::from_secs(1);

/// Waits for others in every way that could go on for ever.
#[derive(Default)]
struct Busy {
    /// Held by every handler that waits for a reply.
    alive: Rc<()>,
    /// The requests that were answered, in order.
    answered: RefCell<Vec<u64>>,
    rounds: Cell<u64>,
}

#[maelstrom::node]
impl Busy {
    #[rpc]
    fn ping(&self) {}

    /// Asks a node, and goes on when it answers.
    #[rpc(reply(value))]
    async fn ask(&self, ctx: &Context<Self>, number: u64) -> Result<Value> {
        let _alive = Rc::clone(&self.alive);
        let reply = ctx.rpc("n2", &json!({"type": "what", "number": number})).await;
        self.answered.borrow_mut().push(number);
        reply
    }

    /// Makes so many calls at once.
    #[rpc]
    async fn ask_all(&self, ctx: &Context<Self>, count: u64) -> Result<()> {
        let calls = (0..count).map(|number| ctx.rpc("n2", &json!({"type": "what", "number": number})));
        let _: Vec<Value> = future::try_join_all(calls).await?;
        Ok(())
    }

    /// Sleeps for no time, over and over.
    #[message]
    async fn doze(&self, ctx: &Context<Self>) {
        loop {
            self.rounds.set(self.rounds.get() + 1);
            ctx.sleep(Duration::ZERO).await;
        }
    }

    /// Can always go on.
    #[message]
    async fn spin(&self) {
        loop {
            self.rounds.set(self.rounds.get() + 1);
            give_way().await;
        }
    }

    /// Does one piece of work after another, each a task that the one before begins.
    #[message]
    async fn breed(&self, ctx: &Context<Self>) {
        self.rounds.set(self.rounds.get() + 1);
        give_way().await;
        ctx.spawn(async |node, ctx| {
            node.breed(&ctx).await;
            Ok(())
        });
    }

    #[rpc]
    async fn nap(&self, ctx: &Context<Self>, ms: u64) {
        ctx.sleep(Duration::from_millis(ms)).await;
    }
}

/// Waits, and is woken at once.
async fn give_way() {
    let mut woken = false;
    future::poll_fn(|cx| {
        if std::mem::replace(&mut woken, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn busy() -> TestNode<Busy> {
    TestNode::new("n1", ["n1", "n2"])
}

/// How many handlers wait for a reply.
fn waiting(node: &TestNode<Busy>) -> usize {
    Rc::strong_count(&node.state().alive) - 1
}

fn ask(node: &mut TestNode<Busy>, numbers: std::ops::Range<u64>) -> Vec<Message<Value>> {
    for number in numbers {
        node.send("n2", json!({"type": "ask", "number": number}));
    }
    node.sent()
}

#[test]
fn calls_that_nobody_answers_leave_nothing_behind() {
    let mut node = busy();
    for round in 0..10 {
        ask(&mut node, 0..10_000);
        assert_eq!(waiting(&node), 10_000);
        node.advance(SECOND);
        assert_eq!((waiting(&node), node.deadline()), (0, None), "round {round}");
    }
    assert_eq!(counts(&node), "tasks: 0, calls: 0, sleepers: 0");
}

#[test]
fn calls_that_are_answered_leave_nothing_behind() {
    let mut node = busy();
    for asked in ask(&mut node, 0..10_000).iter().rev() {
        node.answer(asked, json!({"type": "what_ok"}));
    }
    assert_eq!((waiting(&node), node.deadline()), (0, None));
    assert_eq!(counts(&node), "tasks: 0, calls: 0, sleepers: 0");
    // Who was answered first went on first.
    assert!(node.state().answered.borrow().iter().copied().eq((0..10_000).rev()));
}

#[test]
fn a_call_in_flight_is_one_task_one_call_and_one_sleeper() {
    let mut node = busy();
    ask(&mut node, 0..1_000);
    assert_eq!(counts(&node), "tasks: 1000, calls: 1000, sleepers: 1000");
    // However many steps it waits.
    for _ in 0..1_000 {
        node.request(json!({"type": "ping"})).unwrap();
        node.advance(Duration::from_micros(1));
    }
    assert_eq!(counts(&node), "tasks: 1000, calls: 1000, sleepers: 1000");
}

#[test]
fn calls_that_are_dropped_leave_nothing_behind() {
    let mut node = busy();
    let request = node.start_request("c1", json!({"type": "ask_all", "count": 5_000}));
    assert_eq!(counts(&node), "tasks: 1, calls: 5000, sleepers: 5000");
    let first = node.sent().remove(0);
    node.answer_error(&first, &Error::abort("no"));
    assert!(node.reply(request).unwrap().is_err());
    assert_eq!(counts(&node), "tasks: 0, calls: 0, sleepers: 0");
}

#[test]
fn late_replies_to_thousands_of_calls_are_ignored() {
    let mut node = busy();
    let asked = ask(&mut node, 0..10_000);
    node.advance(SECOND);
    node.logs();
    for asked in &asked {
        node.answer(asked, json!({"type": "what_ok"}));
    }
    assert_eq!(node.state().answered.borrow().len(), 10_000);
    assert!(node.sent().is_empty() && node.logs().is_empty());
    assert_eq!(node.deadline(), None);
    assert_eq!(counts(&node), "tasks: 0, calls: 0, sleepers: 0");
}

#[test]
fn a_flood_of_requests_that_wait_does_not_hold_up_a_reply() {
    let mut node = busy();
    let old = ask(&mut node, 0..1).remove(0);
    ask(&mut node, 1..5_000);
    node.answer(&old, json!({"type": "what_ok"}));
    assert_eq!(*node.state().answered.borrow(), [0]);
    assert_eq!(node.sent().len(), 0);
    assert_eq!(waiting(&node), 4_999);
}

#[test]
fn more_tasks_than_a_step_has_turns_go_on_in_the_next_in_order() {
    let mut node = busy();
    ask(&mut node, 0..5_000);
    node.advance(SECOND);
    assert!(node.state().answered.borrow().iter().copied().eq(0..5_000));
}

#[test]
fn a_sleep_of_no_time_lets_all_else_go_first() {
    let mut node = busy();
    let request = node.start_request("c1", json!({"type": "nap", "ms": 0}));
    assert!(node.reply(request).is_none());
    assert_eq!(node.deadline(), Some(Duration::ZERO));
    node.advance(Duration::ZERO);
    assert!(node.reply(request).unwrap().is_ok());
    assert_eq!(node.deadline(), None);
}

#[test]
fn a_task_that_never_rests_does_not_keep_input_or_time_waiting() {
    for endless in ["doze", "spin", "breed"] {
        let (mut engine, mut output) = (Engine::<Busy>::new((), EngineOptions::new(0)), Output::default());
        let at = Duration::from_millis;
        receive(&mut engine, at(0), r#""type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]"#);
        receive(&mut engine, at(0), r#""type":"nap","ms":5,"msg_id":2"#);
        receive(&mut engine, at(0), &format!(r#""type":"{endless}""#));
        engine.take_output(&mut output);
        for ms in 1..=10 {
            let before = engine.state().unwrap().rounds.get();
            assert!(engine.deadline() <= Some(at(ms)) && engine.deadline().is_some(), "{endless}");
            receive(&mut engine, at(ms), &format!(r#""type":"ping","msg_id":{}"#, 100 + ms));
            engine.take_output(&mut output);
            assert_eq!(output.lines.len(), 1, "{endless}: input has its turn");
            engine.advance(at(ms));
            engine.take_output(&mut output);
            assert_eq!(output.lines.len(), usize::from(ms == 5), "{endless}: the nap ends in time");
            assert!(engine.state().unwrap().rounds.get() > before, "{endless} goes on, too");
        }
    }
}

#[test]
#[should_panic(expected = "has a task that never rests")]
fn a_test_whose_time_cant_move_is_told_so() {
    let mut node = busy();
    node.send("c1", json!({"type": "doze"}));
    node.advance(SECOND);
}

fn receive(engine: &mut Engine<Busy>, now: Duration, body: &str) {
    engine.receive(now, format!(r#"{{"src":"c1","dest":"n1","body":{{{body}}}}}"#).as_bytes());
}

/// What the engine says is under way.
fn counts(node: &TestNode<Busy>) -> String {
    let shown = format!("{node:?}");
    let from = shown.find("tasks: ").unwrap();
    let to = from + shown[from..].find(", outcome").unwrap();
    shown[from..to].to_owned()
}
