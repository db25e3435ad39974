//! Handlers that wait: they interleave, time out, are cancelled, and leave nothing behind.

// A handler may be `async` because others are.
#![allow(clippy::unwrap_used, clippy::unused_async)]

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    time::Duration,
};

use maelstrom::{
    Context, Engine, EngineOptions, Error, ErrorCode, Message, NodeId, Output, OutputLine, Result, future,
    oneshot,
    testing::{RequestId, TestNode, Value, json},
};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Asks others in every way there is.
#[derive(Default)]
struct Asking {
    log: RefCell<Vec<String>>,
    gates: RefCell<BTreeMap<u64, oneshot::Sender<String>>>,
    ticks: Cell<u64>,
    /// Counts what is dropped with a handler.
    alive: Rc<Cell<u64>>,
}

/// Lives as long as the handler that has it.
struct Guard(Rc<Cell<u64>>);

impl Guard {
    fn new(alive: &Rc<Cell<u64>>) -> Self {
        alive.set(alive.get() + 1);
        Self(Rc::clone(alive))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

#[maelstrom::node]
impl Asking {
    #[rpc(reply(values, count))]
    fn get(&self, key: &str) -> (BTreeSet<u64>, u64) {
        let _ = key;
        (BTreeSet::new(), 0)
    }

    /// Never waits.
    #[rpc(reply(echo))]
    async fn echo(&self, echo: String) -> String {
        echo
    }

    #[rpc(reply(count))]
    async fn count(&self, ctx: &Context<Self>, node: NodeId) -> Result<u64> {
        let _guard = Guard::new(&self.alive);
        let (values, count) = ctx.peer(node).get("k").await?;
        assert!(count != 13, "I do not like {count}");
        Ok(count + values.len() as u64)
    }

    #[rpc(reply(text))]
    async fn patient(&self, ctx: &Context<Self>, timeout_ms: u64, retries: u32) -> Result<String> {
        let call = ctx.peer("n2").echo("x".to_owned());
        call.timeout(ms(timeout_ms)).retries(retries).await
    }

    #[rpc(reply(text))]
    async fn limited(&self, ctx: &Context<Self>, deadline_ms: u64) -> Result<String> {
        ctx.peer("n2").echo("x".to_owned()).timeout(ms(100)).retries(1_000).deadline(ms(deadline_ms)).await
    }

    /// Two calls one after the other, under one deadline.
    #[rpc(reply(text))]
    async fn chain(&self, ctx: &Context<Self>) -> Result<String> {
        ctx.within(ms(150), async {
            let _guard = Guard::new(&self.alive);
            let one = ctx.peer("n2").echo("one".to_owned()).await?;
            let two = ctx.peer("n3").echo("two".to_owned()).await?;
            Ok(one + &two)
        })
        .await
    }

    #[rpc(reply(texts))]
    async fn all(&self, ctx: &Context<Self>) -> Result<Vec<String>> {
        future::try_join_all(ctx.others().map(|other| ctx.peer(other).echo(other.to_string()))).await
    }

    /// The first answer counts.
    #[rpc(reply(text))]
    async fn any(&self, ctx: &Context<Self>) -> Result<String> {
        let calls = ctx.others().map(|other| ctx.peer(other).echo(other.to_string()));
        Ok(future::select_ok(calls).await?.0)
    }

    #[rpc(reply(text))]
    async fn wait_for(&self, id: u64) -> Result<String> {
        let (sender, receiver) = oneshot::channel();
        self.gates.borrow_mut().insert(id, sender);
        receiver.await.map_err(|_| Error::abort("nobody opened the gate"))
    }

    #[rpc]
    fn open(&self, id: u64, text: String) {
        if let Some(gate) = self.gates.borrow_mut().remove(&id) {
            let _ = gate.send(text);
        }
    }

    #[rpc]
    async fn nap(&self, ctx: &Context<Self>, ms: u64) {
        self.log.borrow_mut().push(format!("{ms} begins"));
        ctx.sleep(Duration::from_millis(ms)).await;
        self.log.borrow_mut().push(format!("{ms} ends at {}", ctx.now().as_millis()));
    }

    #[rpc]
    async fn task(&self, ctx: &Context<Self>, ms: u64) {
        ctx.spawn(async move |node, ctx| {
            let _guard = Guard::new(&node.alive);
            ctx.sleep(Duration::from_millis(ms)).await;
            node.log.borrow_mut().push("task".to_owned());
            assert!(ms != 13, "an unlucky task");
            if ms == 14 { Err(Error::abort("a failing task")) } else { Ok(()) }
        });
    }

    #[message]
    async fn gossip(&self, ctx: &Context<Self>, text: String) -> Result<()> {
        let answer = ctx.peer(ctx.sender()).echo(text).await?;
        self.log.borrow_mut().push(answer);
        Ok(())
    }

    #[every(100ms)]
    async fn tick(&self, ctx: &Context<Self>) {
        ctx.sleep(ms(250)).await;
        self.ticks.set(self.ticks.get() + 1);
    }
}

fn asking() -> TestNode<Asking> {
    TestNode::new("n1", ["n1", "n2", "n3"])
}

fn start(node: &mut TestNode<Asking>, payload: Value) -> RequestId {
    node.start_request("c1", payload)
}

/// What was sent to other nodes, the answers to clients left out.
fn calls(node: &mut TestNode<Asking>) -> Vec<Message<Value>> {
    node.sent().into_iter().filter(|message| message.body.in_reply_to.is_none()).collect()
}

#[test]
fn a_handler_that_never_waits_answers_at_once() {
    let reply = asking().request(json!({"type": "echo", "echo": "hi"})).unwrap();
    assert_eq!(reply, json!({"type": "echo_ok", "echo": "hi"}));
}

#[test]
fn a_call_gives_what_the_handler_returns() {
    let mut node = asking();
    let request = start(&mut node, json!({"type": "count", "node": "n2"}));
    let [call] = &calls(&mut node)[..] else { panic!("one call") };
    assert_eq!((call.dest.as_str(), &call.body.payload), ("n2", &json!({"type": "get", "key": "k"})));
    assert!(node.reply(request).is_none());
    node.answer(call, json!({"type": "get_ok", "values": [7, 8], "count": 3}));
    assert_eq!(node.reply(request).unwrap().unwrap(), json!({"type": "count_ok", "count": 5}));
    assert_eq!(node.state().alive.get(), 0);
}

#[test]
fn a_second_request_overtakes_one_that_waits() {
    let mut node = asking();
    let first = start(&mut node, json!({"type": "count", "node": "n2"}));
    let second = start(&mut node, json!({"type": "count", "node": "n3"}));
    let calls = calls(&mut node);
    node.answer(&calls[1], json!({"type": "get_ok", "values": [], "count": 2}));
    assert_eq!(node.reply(second).unwrap().unwrap()["count"], 2);
    assert!(node.reply(first).is_none());
    node.answer(&calls[0], json!({"type": "get_ok", "values": [], "count": 1}));
    assert_eq!(node.reply(first).unwrap().unwrap()["count"], 1);
}

#[test]
fn an_error_reply_carries_code_text_and_further_fields() {
    let mut node = asking();
    let request = start(&mut node, json!({"type": "count", "node": "n2"}));
    let call = calls(&mut node).remove(0);
    node.answer_error(&call, &Error::custom(1_234, "no way").with("hint", json!({"a": [1]})));
    let error = node.reply(request).unwrap().unwrap_err();
    assert_eq!((error.code(), error.text()), (ErrorCode::Other(1_234), "no way"));
    assert_eq!(error.fields()["hint"], json!({"a": [1]}));
}

#[test]
fn the_code_of_an_error_is_found_through_what_wraps_it() {
    #[derive(Debug)]
    struct Wrapped(Error);

    impl std::fmt::Display for Wrapped {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "while counting")
        }
    }

    impl std::error::Error for Wrapped {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    let wrapped = Wrapped(Error::key_does_not_exist("k"));
    assert_eq!(Error::find(&wrapped).unwrap().code(), ErrorCode::KeyDoesNotExist);
}

#[test]
fn a_reply_of_another_type_or_shape_is_an_error_that_says_so() {
    for (answer, expected) in [
        (
            json!({"type": "echo_ok", "values": [], "count": 1}),
            "the answer of n2 can't be read: `echo_ok` instead of `get_ok`",
        ),
        (json!({"type": "get_ok", "count": 1}), "`get_ok`: the field `values` is missing"),
        (json!({"type": "get_ok", "values": 3, "count": 1}), "`get_ok`: the field `values`: "),
    ] {
        let mut node = asking();
        let request = start(&mut node, json!({"type": "count", "node": "n2"}));
        let call = calls(&mut node).remove(0);
        node.answer(&call, answer);
        let error = node.reply(request).unwrap().unwrap_err();
        // The request was served, so what it has done is open.
        assert!(error.text().contains(expected) && !error.is_definite(), "{error}");
    }
}

#[test]
fn without_an_answer_a_call_fails_after_a_second_and_late_or_double_answers_are_ignored() {
    let mut node = asking();
    let request = start(&mut node, json!({"type": "count", "node": "n2"}));
    let call = calls(&mut node).remove(0);
    node.advance(ms(999));
    assert!(node.reply(request).is_none());
    node.advance(ms(1));
    let error = node.reply(request).unwrap().unwrap_err();
    assert_eq!((error.code(), error.text()), (ErrorCode::Timeout, "n2 did not answer within 1s"));
    assert_eq!(node.state().alive.get(), 0);
    for _ in 0..2 {
        node.answer(&call, json!({"type": "get_ok", "values": [], "count": 3}));
    }
    assert!(calls(&mut node).is_empty() && node.logs().is_empty());
    assert_eq!(node.request(json!({"type": "echo", "echo": "on"})).unwrap()["echo"], "on");
}

#[test]
fn nobody_answers_for_another_or_for_an_earlier_life() {
    let mut node = asking();
    let request = start(&mut node, json!({"type": "count", "node": "n2"}));
    let call = calls(&mut node).remove(0);
    let answer = json!({"type": "get_ok", "values": [], "count": 3});
    let mut others = call.clone();
    others.dest = "n3".into();
    node.answer(&others, answer.clone());
    assert!(node.reply(request).is_none());
    node.restart();
    let request = start(&mut node, json!({"type": "count", "node": "n2"}));
    node.answer(&call, answer.clone());
    assert!(node.reply(request).is_none());
    let call = calls(&mut node).remove(0);
    node.answer(&call, answer);
    assert!(node.reply(request).unwrap().is_ok());
}

#[test]
fn a_time_out_per_call_and_tries_with_growing_pauses() {
    let mut node = asking();
    let request = start(&mut node, json!({"type": "patient", "timeout_ms": 100, "retries": 3}));
    let mut sent = Vec::new();
    for at in 0..3_000 {
        sent.extend(calls(&mut node).iter().map(|_| at));
        if node.reply(request).is_some() {
            break;
        }
        node.advance(ms(1));
    }
    assert_eq!(sent.len(), 4, "{sent:?}");
    // A try takes 100 ms; the pauses are 50, 100 and 200 ms on average, with a jitter of half of that.
    let pauses: Vec<i32> = sent.windows(2).map(|pair| pair[1] - pair[0] - 100).collect();
    for (pause, mean) in pauses.iter().zip([50, 100, 200]) {
        assert!((mean / 2..=mean * 3 / 2 + 1).contains(pause), "{pauses:?}");
    }
}

#[test]
fn each_try_has_an_id_of_its_own_and_any_later_one_may_be_answered() {
    let mut node = asking();
    let request = start(&mut node, json!({"type": "patient", "timeout_ms": 100, "retries": 1}));
    let first = calls(&mut node).remove(0);
    node.advance(ms(180));
    let second = calls(&mut node).remove(0);
    assert_ne!(first.body.msg_id, second.body.msg_id);
    node.answer(&first, json!({"type": "echo_ok", "echo": "late"}));
    assert!(node.reply(request).is_none());
    node.answer(&second, json!({"type": "echo_ok", "echo": "in time"}));
    assert_eq!(node.reply(request).unwrap().unwrap()["text"], "in time");
}

#[test]
fn only_errors_that_pass_are_tried_again() {
    for (error, tries) in [(Error::temporarily_unavailable("later"), 2), (Error::abort("never"), 1)] {
        let mut node = asking();
        let request = start(&mut node, json!({"type": "patient", "timeout_ms": 100, "retries": 1}));
        let mut made = 0;
        while node.reply(request).is_none() {
            for call in calls(&mut node) {
                made += 1;
                node.answer_error(&call, &error);
            }
            node.advance(ms(1));
        }
        assert_eq!(made, tries, "{error}");
    }
}

#[test]
fn a_deadline_holds_over_all_tries_and_over_a_chain_of_calls() {
    let mut node = asking();
    let request = start(&mut node, json!({"type": "limited", "deadline_ms": 750}));
    node.advance(ms(749));
    assert!(node.reply(request).is_none());
    node.advance(ms(1));
    let error = node.reply(request).unwrap().unwrap_err();
    assert_eq!((error.code(), error.text()), (ErrorCode::Timeout, "n2 did not answer within 750ms"));

    let mut node = asking();
    let request = start(&mut node, json!({"type": "chain"}));
    node.advance(ms(100));
    let one = calls(&mut node).remove(0);
    node.answer(&one, json!({"type": "echo_ok", "echo": "1"}));
    assert_eq!((calls(&mut node).len(), node.state().alive.get()), (1, 1));
    node.advance(ms(50));
    let error = node.reply(request).unwrap().unwrap_err();
    assert_eq!((error.code(), error.text()), (ErrorCode::Timeout, "it was not done within 150ms"));
    assert_eq!(node.state().alive.get(), 0);
}

#[test]
fn several_calls_are_joined_or_raced() {
    let mut node = asking();
    let request = start(&mut node, json!({"type": "all"}));
    let sent = calls(&mut node);
    assert_eq!(sent.len(), 2);
    for call in sent.iter().rev() {
        node.answer(call, json!({"type": "echo_ok", "echo": call.dest}));
    }
    assert_eq!(node.reply(request).unwrap().unwrap()["texts"], json!(["n2", "n3"]));

    let request = start(&mut node, json!({"type": "any"}));
    let sent = calls(&mut node);
    node.answer_error(&sent[0], &Error::abort("not me"));
    assert!(node.reply(request).is_none());
    node.answer(&sent[1], json!({"type": "echo_ok", "echo": "n3"}));
    assert_eq!(node.reply(request).unwrap().unwrap()["text"], "n3");
}

#[test]
fn handlers_wait_for_each_other_through_a_channel() {
    let mut node = asking();
    let (one, two) = (
        start(&mut node, json!({"type": "wait_for", "id": 1})),
        start(&mut node, json!({"type": "wait_for", "id": 2})),
    );
    node.request(json!({"type": "open", "id": 2, "text": "second"})).unwrap();
    assert!(node.reply(one).is_none());
    assert_eq!(node.reply(two).unwrap().unwrap()["text"], "second");
    // A gate that is dropped is known to never open.
    node.state().gates.borrow_mut().clear();
    node.advance(Duration::ZERO);
    assert_eq!(node.reply(one).unwrap().unwrap_err().text(), "nobody opened the gate");
}

#[test]
fn sleeps_end_in_the_order_of_their_times_at_those_times() {
    let mut node = asking();
    for ms in [30, 10, 20] {
        start(&mut node, json!({"type": "nap", "ms": ms}));
    }
    assert_eq!(node.deadline(), Some(ms(10)));
    node.advance(ms(50));
    let log = node.state().log.borrow().join(", ");
    assert_eq!(log, "30 begins, 10 begins, 20 begins, 10 ends at 10, 20 ends at 20, 30 ends at 30");
}

#[test]
fn timers_whose_handlers_wait_do_not_wait_for_each_other() {
    let mut node = asking();
    node.advance(ms(1_000));
    // Begun at 100, 200, …, 700, and done 250 ms later.
    assert_eq!(node.state().ticks.get(), 7);
}

#[test]
fn a_message_that_expects_no_reply_has_its_errors_logged() {
    let mut node = asking();
    node.send("n3", json!({"type": "gossip", "text": "psst"}));
    let call = calls(&mut node).remove(0);
    node.answer(&call, json!({"type": "echo_ok", "echo": "psst"}));
    assert_eq!(*node.state().log.borrow(), ["psst"]);
    node.send("n3", json!({"type": "gossip", "text": "psst"}));
    let call = calls(&mut node).remove(0);
    node.answer_error(&call, &Error::abort("busy"));
    assert_eq!(node.logs(), ["failed while handling `gossip` from n3: abort (14): busy"]);
}

#[test]
fn a_panic_after_a_wait_is_caught_reported_and_answered() {
    let mut node = asking().allow_failures();
    let request = start(&mut node, json!({"type": "count", "node": "n2"}));
    let call = calls(&mut node).remove(0);
    node.answer(&call, json!({"type": "get_ok", "values": [], "count": 13}));
    let error = node.reply(request).unwrap().unwrap_err();
    assert_eq!(error.code(), ErrorCode::Crash);
    assert!(error.text().ends_with("panicked while handling `count` from c1: I do not like 13"), "{error}");
    assert_eq!(node.failures()[0].text, "I do not like 13");
    assert_eq!(node.state().alive.get(), 0);
    assert_eq!(node.request(json!({"type": "echo", "echo": "on"})).unwrap()["echo"], "on");
}

#[test]
fn a_task_goes_on_beside_the_handlers_with_the_state() {
    let mut node = asking().allow_failures();
    node.request(json!({"type": "task", "ms": 10})).unwrap();
    assert_eq!(node.state().alive.get(), 1);
    node.advance(ms(10));
    assert_eq!((node.state().alive.get(), node.state().log.borrow().len()), (0, 1));
    node.request(json!({"type": "task", "ms": 14})).unwrap();
    node.advance(ms(14));
    assert_eq!(node.logs(), ["a task has failed: abort (14): a failing task"]);
    node.request(json!({"type": "task", "ms": 13})).unwrap();
    node.advance(ms(13));
    assert_eq!(node.failures()[0].text, "an unlucky task");
}

#[test]
fn dropping_a_node_drops_all_that_waits() {
    let alive = {
        let mut node = asking();
        for _ in 0..100 {
            start(&mut node, json!({"type": "count", "node": "n2"}));
            start(&mut node, json!({"type": "chain"}));
            node.request(json!({"type": "task", "ms": 1_000})).unwrap();
        }
        assert_eq!(node.state().alive.get(), 300);
        Rc::clone(&node.state().alive)
    };
    assert_eq!(alive.get(), 0);
    assert_eq!(Rc::strong_count(&alive), 1);
}

#[test]
fn at_the_end_of_input_calls_fail_and_sleepers_have_a_second() {
    let mut node = asking();
    let call = start(&mut node, json!({"type": "count", "node": "n2"}));
    let short = start(&mut node, json!({"type": "nap", "ms": 600}));
    let long = start(&mut node, json!({"type": "nap", "ms": 5_000}));
    node.shutdown().unwrap();
    let error = node.reply(call).unwrap().unwrap_err();
    assert_eq!(error.text(), "the input has ended, so that no reply can come");
    assert!(node.reply(short).is_some() && node.reply(long).is_none());
    assert_eq!(node.now(), ms(1_000));
    assert!(node.logs().iter().any(|log| log.contains("still waited at the end")));
}

#[test]
fn nobody_waits_at_the_end_if_nothing_does() {
    let mut node = asking();
    node.request(json!({"type": "echo", "echo": "x"})).unwrap();
    node.shutdown().unwrap();
    assert_eq!(node.now(), Duration::ZERO);
}

/// Begins with what the others know.
struct Learner {
    term: u64,
    ended: Cell<bool>,
}

#[maelstrom::node]
impl Learner {
    #[init]
    async fn new(ctx: &Context<Self>) -> Result<Self> {
        let term = ctx.lin_kv().read_or("term", 0).await?;
        if term == 13 {
            return Err(Error::abort("an unlucky term"));
        }
        Ok(Learner { term, ended: Cell::new(false) })
    }

    #[rpc(reply(term))]
    fn term(&self) -> u64 {
        self.term
    }

    #[every(10ms)]
    fn tick(&self) {
        assert!(!self.ended.get());
    }

    #[shutdown]
    async fn stop(&self, ctx: &Context<Self>) -> Result<()> {
        ctx.sleep(ms(100)).await;
        self.ended.set(true);
        ctx.lin_kv().write("term", self.term).await
    }
}

/// A node whose handshake waits for the service, with the request that it has made.
fn learner() -> (TestNode<Learner>, RequestId, Message<Value>) {
    let mut node = TestNode::<Learner>::before_handshake((), 0);
    let init = node.start_request("c0", json!({"type": "init", "node_id": "n1", "node_ids": ["n1"]}));
    let read = node.sent().remove(0);
    assert_eq!(read.body.payload, json!({"type": "read", "key": "term"}));
    (node, init, read)
}

#[test]
fn until_init_is_done_requests_wait_and_timers_do_not_run() {
    let (mut node, init, read) = learner();
    let term = node.start_request("c1", json!({"type": "term"}));
    node.advance(ms(500));
    assert!(node.reply(init).is_none() && node.reply(term).is_none());
    node.answer(&read, json!({"type": "read_ok", "value": 7}));
    assert_eq!(node.reply(init).unwrap().unwrap(), json!({"type": "init_ok"}));
    assert_eq!(node.reply(term).unwrap().unwrap()["term"], 7);
    assert_eq!(node.deadline(), Some(ms(510)));
}

/// A node that sets a timer, and is not ready when it is due.
struct Slow {
    rung: Cell<u32>,
}

#[maelstrom::node]
impl Slow {
    #[init]
    async fn new(ctx: &Context<Self>) -> Slow {
        ctx.after(ms(10), SlowEvent::Ring);
        ctx.sleep(ms(20)).await;
        Slow { rung: Cell::new(0) }
    }

    #[event]
    fn ring(&self) {
        self.rung.set(self.rung.get() + 1);
    }

    #[rpc(reply(rung))]
    fn rung(&self) -> u32 {
        self.rung.get()
    }
}

#[test]
fn a_timer_that_is_due_during_init_rings_after_it() {
    let mut node = TestNode::<Slow>::before_handshake((), 0);
    let init = node.start_request("c0", json!({"type": "init", "node_id": "n1", "node_ids": ["n1"]}));
    node.advance(ms(19));
    assert!(node.reply(init).is_none());
    node.advance(ms(1));
    assert!(node.reply(init).is_some());
    assert_eq!(node.request(json!({"type": "rung"})).unwrap()["rung"], 1);
}

#[test]
fn an_error_in_init_refuses_the_handshake_and_ends_the_node() {
    let (mut node, init, read) = learner();
    node.answer(&read, json!({"type": "read_ok", "value": 13}));
    assert_eq!(node.reply(init).unwrap().unwrap_err().text(), "an unlucky term");
    assert!(node.shutdown().unwrap_err().to_string().contains("the handshake failed"));
}

#[test]
fn init_that_gets_no_answer_fails_like_any_call() {
    let (mut node, init, _) = learner();
    node.advance(ms(1_000));
    assert_eq!(node.reply(init).unwrap().unwrap_err().code(), ErrorCode::Timeout);
}

#[test]
fn shutdown_may_wait_too() {
    let (mut node, _, read) = learner();
    node.answer_error(&read, &Error::key_does_not_exist("term"));
    let error = node.shutdown().unwrap_err();
    assert_eq!(error.code(), ErrorCode::Timeout);
    // No reply can reach it any more, so it must not wait for one.
    assert_eq!(error.text(), "shutting down was not done within a second");
    assert!(node.state().ended.get());
    assert_eq!(node.now(), ms(1_000));
}

/// Uses the services.
#[derive(Default)]
struct Customer {}

#[maelstrom::node]
impl Customer {
    #[rpc(reply(value))]
    async fn add(&self, ctx: &Context<Self>, delta: i64) -> Result<i64> {
        ctx.seq_kv().update("total", 0, move |total| total + delta).await
    }

    #[rpc]
    async fn others(&self, ctx: &Context<Self>) -> Result<()> {
        let kv = ctx.lww_kv().timeout(ms(300));
        kv.write((1, "a"), json!({"b": [2]})).await?;
        kv.cas("k", 1, 2).await?;
        kv.cas_or_create("k", 1, 2).await?;
        let ts = ctx.lin_tso().ts().await?;
        assert_eq!(ts, 42);
        Ok(())
    }
}

#[test]
fn the_services_are_asked_as_they_expect_it() {
    let mut node = TestNode::<Customer>::new("n1", ["n1"]);
    let request = node.start_request("c1", json!({"type": "others"}));
    for (to, payload, answer) in [
        (
            "lww-kv",
            json!({"type": "write", "key": [1, "a"], "value": {"b": [2]}}),
            json!({"type": "write_ok"}),
        ),
        ("lww-kv", json!({"type": "cas", "key": "k", "from": 1, "to": 2}), json!({"type": "cas_ok"})),
        (
            "lww-kv",
            json!({"type": "cas", "key": "k", "from": 1, "to": 2, "create_if_not_exists": true}),
            json!({"type": "cas_ok"}),
        ),
        ("lin-tso", json!({"type": "ts"}), json!({"type": "ts_ok", "ts": 42})),
    ] {
        let call = node.sent().remove(0);
        assert_eq!((call.dest.as_str(), &call.body.payload), (to, &payload));
        node.answer(&call, answer);
    }
    assert!(node.reply(request).unwrap().is_ok());
    let request = node.start_request("c1", json!({"type": "others"}));
    node.advance(ms(300));
    assert_eq!(node.reply(request).unwrap().unwrap_err().text(), "lww-kv did not answer within 300ms");
}

#[test]
fn an_update_is_tried_until_it_wins() {
    let mut node = TestNode::<Customer>::new("n1", ["n1"]);
    let request = node.start_request("c1", json!({"type": "add", "delta": 5}));
    let read = node.sent().remove(0);
    node.answer_error(&read, &Error::key_does_not_exist("total"));
    let cas = node.sent().remove(0);
    assert_eq!(
        cas.body.payload,
        json!({"type": "cas", "key": "total", "from": 0, "to": 5, "create_if_not_exists": true})
    );
    // Somebody was faster.
    node.answer_error(&cas, &Error::precondition_failed("current value 3 is not 0"));
    node.advance(ms(20));
    let read = node.sent().remove(0);
    node.answer(&read, json!({"type": "read_ok", "value": 3}));
    let cas = node.sent().remove(0);
    assert_eq!((&cas.body.payload["from"], &cas.body.payload["to"]), (&json!(3), &json!(8)));
    node.answer(&cas, json!({"type": "cas_ok"}));
    assert_eq!(node.reply(request).unwrap().unwrap()["value"], 8);
}

#[test]
fn an_update_that_does_not_win_in_time_says_so() {
    let mut node = TestNode::<Customer>::new("n1", ["n1"]);
    let request = node.start_request("c1", json!({"type": "add", "delta": 5}));
    let mut tries = 0;
    while node.reply(request).is_none() {
        for call in node.sent() {
            if call.body.payload["type"] == "cas" {
                tries += 1;
                node.answer_error(&call, &Error::precondition_failed("lost"));
            } else {
                node.answer(&call, json!({"type": "read_ok", "value": 3}));
            }
        }
        node.advance(ms(1));
        assert!(node.now() <= ms(3_001));
    }
    assert!(tries > 5 && node.now() >= ms(3_000), "{tries} {:?}", node.now());
}

/// Sends in every way that there is, at once and later.
#[derive(Default)]
struct Traced;

#[maelstrom::node]
impl Traced {
    #[rpc]
    fn at_once(&self, ctx: &Context<Self>) {
        ctx.peer("n2").note("at once");
    }

    #[rpc]
    async fn slept(&self, ctx: &Context<Self>) {
        ctx.peer("n2").note("before");
        ctx.sleep(ms(10)).await;
        ctx.peer("n2").note("after");
    }

    #[rpc]
    async fn asked(&self, ctx: &Context<Self>) -> Result<()> {
        ctx.peer("n2").other().timeout(ms(10)).retries(1).await
    }

    #[rpc]
    async fn spawned(&self, ctx: &Context<Self>) {
        ctx.spawn(async |_, ctx| {
            ctx.sleep(ms(10)).await;
            ctx.peer("n2").note("spawned");
            Ok(())
        });
    }

    #[rpc]
    fn other(&self) {}

    #[message]
    fn note(&self, text: &str) {
        assert!(!text.is_empty());
    }

    #[every(100ms)]
    fn tick(&self, ctx: &Context<Self>) {
        ctx.peer("n2").note("tick");
    }
}

/// So that a simulation can tell what a message was sent for, whatever the handler waited for in between.
#[test]
fn what_is_sent_is_known_to_be_part_of_the_handling_of_a_line() {
    let mut engine = Engine::<Traced>::new((), EngineOptions::new(0));
    let mut output = Output::default();
    let mut sent = |engine: &mut Engine<Traced>| {
        engine.take_output(&mut output);
        let lines = output.messages().zip(&output.lines);
        let told = lines.map(|((_, line), OutputLine { handled, .. })| {
            let message: Value = serde_json::from_str(line).unwrap();
            let body = &message["body"];
            (body["text"].as_str().or(body["type"].as_str()).unwrap().to_owned(), *handled)
        });
        told.collect::<Vec<_>>()
    };
    let line = |body: Value| json!({"src": "c1", "dest": "n1", "body": body}).to_string();
    let told = |text: &str, handled| (text.to_owned(), handled);
    let init = json!({"type": "init", "msg_id": 1, "node_id": "n1", "node_ids": ["n1", "n2"]});
    engine.receive(ms(0), line(init).as_bytes());
    assert_eq!(sent(&mut engine), [told("init_ok", Some(0))]);
    // Lines that are no messages count.
    engine.receive(ms(0), b"");
    for (kind, msg_id) in [("at_once", 2), ("slept", 3), ("asked", 4), ("spawned", 5)] {
        engine.receive(ms(1), line(json!({"type": kind, "msg_id": msg_id})).as_bytes());
    }
    assert_eq!(
        sent(&mut engine),
        [
            told("at once", Some(2)),
            told("at_once_ok", Some(2)),
            told("before", Some(3)),
            told("other", Some(4)),
            told("spawned_ok", Some(5)),
        ]
    );
    engine.advance(ms(11));
    let mut later = sent(&mut engine);
    later.sort();
    assert_eq!(later, [told("after", Some(3)), told("slept_ok", Some(3)), told("spawned", Some(5))]);
    // Once more, when its time is over and a little more.
    engine.advance(ms(90));
    assert_eq!(sent(&mut engine), [told("other", Some(4))]);
    engine.advance(ms(100));
    assert!(sent(&mut engine).contains(&told("tick", None)));
}
