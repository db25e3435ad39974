//! Attributes of handlers, and what else stands in the impl.

#![deny(warnings)]
#![allow(dead_code)]

use std::time::Duration;

use maelstrom::{Context, Result};

#[derive(Default)]
struct Counter {
    total: u64,
}

macro_rules! getters {
    ($($name:ident),*) => { $(pub fn $name(&self) -> u64 { self.total })* };
}

macro_rules! list {
    ($ty:ty) => { Vec<$ty> };
}

#[maelstrom::node]
#[allow(clippy::all)]
impl Counter {
    #![allow(unused_variables)]

    /// How many.
    const MAX: u64 = 3;
    const TABLE: [fn(u64) -> u64; 1] = [|x| x + 1];
    const TEXT: &'static str = { "a;b" };
    const PERIOD: Duration = Duration::from_millis(10);

    getters!(once, twice);
    getters! { thrice }

    pub const fn max() -> u64 {
        Self::MAX
    }

    fn helper<T: Into<u64>>(value: T) -> u64 {
        value.into()
    }

    fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        std::iter::once(self.total)
    }

    async fn later(&self) {}

    /** A block
    comment. */
    #[inline]
    #[rpc(reply(total))]
    #[must_use]
    fn read(&self) -> u64 {
        self.total + Self::helper(self.once() as u32)
    }

    #[allow(unused_mut)]
    #[rpc]
    pub(crate) fn add(&mut self, mut delta: list!(u64), #[allow(unused)] by: u8) {
        self.total += delta.len() as u64;
    }

    #[doc = "Documented."]
    #[doc = concat!("a", "b")]
    #[doc(alias = "spread")]
    #[message]
    pub fn gossip(&mut self, total: u64) {
        self.total = total;
    }

    #[doc(hidden)]
    #[cfg_attr(all(), inline)]
    #[message]
    fn hidden(&mut self, total: u64) {}

    #[deprecated(note = "use `gossip`")]
    #[message]
    fn old(&mut self, total: u64) {}

    #[cold]
    #[inline(never)]
    #[message]
    extern "C" fn foreign(&mut self, total: u64) {}

    #[expect(clippy::needless_return)]
    #[every(2 * Self::PERIOD, jitter = Counter::PERIOD / 2)]
    fn tick(&mut self) {
        return;
    }

    #[deprecated]
    #[every({ let period = Self::PERIOD; period * 3 })]
    fn tock(&mut self, _: &Context<Self>) {}

    #[every(if self.total > 1 { Self::PERIOD } else { Self::PERIOD * 2 })]
    fn sometimes(&mut self, ctx: &Context<Counter>) {
        ctx.peers(ctx.others()).gossip(self.total);
    }
}

fn main() -> Result<()> {
    if std::env::args().count() > 100 {
        maelstrom::run::<Counter>()?;
    }
    Ok(())
}
