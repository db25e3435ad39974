//! Stores of keys and values that look right. The workbench says who saw that they are not.

#![allow(clippy::unwrap_used)]

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use maelstrom::{Context, Result};
use maelstrom_workbench::{Simulation, checker::Verdict, workload::LinKv};

/// The explanations of the first run that is not valid.
fn explanation<N: maelstrom::Node>(simulation: Simulation<N>) -> String {
    let simulation = simulation.latency(Duration::from_millis(20)).rate(30.0);
    let report = simulation.time_limit(Duration::from_secs(10)).seeds(0..10).run();
    let run = report.first_failure().expect("the mistake shows");
    assert_eq!(run.verdict(), Verdict::Invalid);
    let explanations = run.explanations();
    let of_store = explanations.iter().find(|text| text.contains("its value could only be"));
    of_store.unwrap_or_else(|| panic!("{explanations:#?}")).clone()
}

/// Answers reads from what it has seen itself, which others may have changed.
#[derive(Default)]
struct Caches {
    seen: RefCell<BTreeMap<u64, u64>>,
}

#[maelstrom::node]
impl Caches {
    #[rpc(reply(value))]
    async fn read(&self, ctx: &Context<Self>, key: u64) -> Result<u64> {
        let seen = self.seen.borrow().get(&key).copied();
        match seen {
            Some(value) => Ok(value),
            None => ctx.lin_kv().read(key).await,
        }
    }

    #[rpc]
    async fn write(&self, ctx: &Context<Self>, key: u64, value: u64) -> Result<()> {
        ctx.lin_kv().write(key, value).await?;
        self.seen.borrow_mut().insert(key, value);
        Ok(())
    }

    #[rpc]
    async fn cas(&self, ctx: &Context<Self>, key: u64, from: u64, to: u64) -> Result<()> {
        ctx.lin_kv().cas(key, from, to).await
    }
}

#[test]
fn a_cache_that_nobody_empties_is_caught() {
    let text = explanation(Simulation::<Caches>::new(LinKv));
    assert!(text.starts_with("process ") && text.contains(" from key "), "{text}");
}

/// Says that a write is done, and does it when there is time.
#[derive(Default)]
struct Hurries {}

#[maelstrom::node]
impl Hurries {
    #[rpc(reply(value))]
    async fn read(&self, ctx: &Context<Self>, key: u64) -> Result<u64> {
        ctx.lin_kv().read(key).await
    }

    #[rpc]
    fn write(&self, ctx: &Context<Self>, key: u64, value: u64) {
        ctx.spawn(async move |_, ctx| {
            ctx.sleep(Duration::from_millis(100)).await;
            ctx.lin_kv().write(key, value).await
        });
    }

    #[rpc]
    async fn cas(&self, ctx: &Context<Self>, key: u64, from: u64, to: u64) -> Result<()> {
        ctx.lin_kv().cas(key, from, to).await
    }
}

#[test]
fn a_write_that_is_acknowledged_before_it_is_stored_is_caught() {
    let text = explanation(Simulation::<Hurries>::new(LinKv));
    assert!(text.starts_with("process ") && text.contains(" key 0 "), "{text}");
}
