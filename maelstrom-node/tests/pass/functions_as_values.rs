//! Functions in events and configurations: the references in their signatures borrow nothing from outside.

#![deny(warnings)]
#![allow(dead_code)]

use maelstrom::{Context, Reply, Result};

struct Jobs {
    done: u64,
    is_good: Box<dyn Fn(&str) -> bool>,
}

#[maelstrom::node]
impl Jobs {
    #[init]
    fn new(is_good: Box<dyn Fn(&str) -> bool>) -> Self {
        Self { done: 0, is_good }
    }

    #[rpc(reply(good))]
    fn good(&self, word: &str) -> bool {
        (self.is_good)(word)
    }

    #[event]
    fn run(
        &mut self,
        job: Box<dyn FnOnce(&mut Self, &str) -> Option<&'static str> + Send>,
        reply: Reply<u64>,
    ) {
        job(self, "word");
        reply.send(self.done);
    }

    #[event]
    fn first(
        &mut self,
        of: for<'a> fn(&'a [u64]) -> &'a u64,
        or: fn(&u64, &u64) -> Vec<u64>,
        outcome: Result<u64>,
    ) {
        self.done += of(&or(&1, &2)) + outcome.unwrap_or_default();
    }

    #[every(1s)]
    fn tick(&self, ctx: &Context<Self>) {
        let _ = ctx.injector().inject(JobsEvent::First {
            of: |all| &all[0],
            or: |a, b| vec![*a, *b],
            outcome: Ok(1),
        });
    }
}

fn main() -> Result<()> {
    if std::env::args().count() > 100 {
        maelstrom::run_with::<Jobs>(Box::new(|word| word.len() > 3))?;
    }
    Ok(())
}
