//! The handshake: `init` names the node, and its state is made, at once or after it has waited for something.

use std::{
    borrow::Borrow,
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
};

use futures_util::FutureExt;

use super::{Engine, Phase};
use crate::{
    context::Context,
    error::{Error, Result},
    message::RawMessage,
    node::Node,
    node_id::NodeId,
    waiting::{BoxFuture, Work, WorkKind},
};

/// How much may wait for the handshake. Maelstrom gives a node ten seconds for it; only a flood reaches this.
const EARLY_BYTES: usize = 64 << 20;

/// Messages that came before the handshake was done, as whole lines.
#[derive(Default)]
pub(super) struct Early {
    lines: Vec<Box<str>>,
    bytes: usize,
}

impl Early {
    /// Keeps a line, unless there are too many.
    pub(super) fn keep(&mut self, line: &str) -> bool {
        let fits = self.bytes + line.len() <= EARLY_BYTES;
        if fits {
            self.bytes += line.len();
            self.lines.push(line.into());
        }
        fits
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }
}

impl<N: Node> Engine<N> {
    pub(super) fn handshake(&mut self, message: &RawMessage<'_>) {
        let init = Init::read(message);
        let (config, early) = match (&mut self.phase, &init) {
            (Phase::Waiting { config, early }, Ok(_)) => (config.take(), std::mem::take(early)),
            (_, init) => {
                let error = match (self.core().id(), init) {
                    (Some(id), _) => {
                        Error::precondition_failed(format_args!("this node is initialised, as {id}"))
                    }
                    (None, Err(error)) => error.clone(),
                    (None, Ok(_)) => return,
                };
                self.refuse_handshake(message, &error);
                return;
            }
        };
        let (Ok(Init { node_id, node_ids }), Some(config)) = (init, config) else { return };
        self.core().identify(node_id, node_ids);
        let ctx = self.context(message.src.clone(), message.body.msg_id);
        let work = catch_unwind(AssertUnwindSafe(|| N::init(&ctx, config)));
        match work.unwrap_or_else(|panic| Work::done(Err(self.core().report_panic(INIT, panic)))).0 {
            WorkKind::Done(result) => self.made(&ctx, result, early),
            WorkKind::Later(future) => {
                let made = Rc::new(RefCell::new(None));
                let future = self.keeping(INIT, future, &made);
                self.executor.spawn(future);
                self.phase = Phase::Starting { made, ctx, early };
            }
        }
    }

    /// A task that keeps the result of `future`, also if that panics.
    pub(super) fn keeping<T: 'static>(
        &self,
        doing: &'static str,
        future: BoxFuture<Result<T>>,
        promise: &super::Promise<T>,
    ) -> BoxFuture {
        let (core, promise) = (Rc::clone(&self.shared.core), Rc::clone(promise));
        Box::pin(async move {
            let result = AssertUnwindSafe(future).catch_unwind().await;
            let result = result.unwrap_or_else(|panic| Err(core.report_panic(doing, panic)));
            *promise.borrow_mut() = Some(result);
        })
    }

    /// Goes on with the handshake if `#[init]` has waited for something, and is done.
    pub(super) fn start_if_made(&mut self) {
        let Phase::Starting { made, .. } = &self.phase else { return };
        let Some(result) = made.take() else { return };
        if let Phase::Starting { ctx, early, .. } = std::mem::replace(&mut self.phase, Phase::Ended) {
            self.made(&ctx, result, early);
        }
    }

    fn made(&mut self, ctx: &Context<N>, state: Result<N::State>, early: Early) {
        match state.and_then(|state| self.start_timers(state)) {
            Ok(state) => {
                self.phase = Phase::Running(state);
                ctx.reply(&InitOk);
                let now = self.core().now();
                for line in early.lines {
                    self.receive(now, line.as_bytes());
                }
            }
            Err(error) => {
                self.phase = Phase::Ended;
                ctx.reply(&error);
                self.drop_tasks();
                self.end(Err(error.context("the handshake failed")));
            }
        }
    }

    fn start_timers(&self, state: N::State) -> Result<N::State> {
        catch_unwind(AssertUnwindSafe(|| {
            let timers = <N::State as Borrow<N>>::borrow(&state).timers();
            self.shared.timers.start(timers)?;
            Ok(state)
        }))
        .unwrap_or_else(|panic| Err(self.core().report_panic(INIT, panic)))
    }

    fn refuse_handshake(&self, message: &RawMessage<'_>, error: &Error) {
        match message.body.msg_id {
            Some(request) => self.core().answer_unnamed(&message.dest, message.src.clone(), request, error),
            None => self.core().log(format_args!("refused `init` from {}: {error}", message.src)),
        }
    }
}

/// What is being done.
const INIT: &str = "handling `init`";

/// The handshake's request.
struct Init {
    node_id: NodeId,
    node_ids: Vec<NodeId>,
}

impl Init {
    fn read(message: &RawMessage<'_>) -> Result<Self> {
        let payload = &message.body.payload;
        Ok(Self { node_id: payload.field("node_id")?, node_ids: payload.field("node_ids")? })
    }
}

/// The handshake's reply.
struct InitOk;

impl serde::Serialize for InitOk {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        crate::encode::Payload::new(serializer, "init_ok").end()
    }
}
