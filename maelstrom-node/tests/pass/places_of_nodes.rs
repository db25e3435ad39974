//! Nodes in modules and in functions, of types from elsewhere.

#![deny(warnings)]

use maelstrom::{Context, Result, testing::TestNode};

#[derive(Default)]
pub struct Register {
    value: u64,
}

mod handlers {
    use super::*;

    #[maelstrom::node]
    impl super::Register {
        #[rpc(reply(value))]
        fn read(&self) -> u64 {
            self.value
        }

        #[message]
        pub(crate) fn gossip(&mut self, value: u64) {
            self.value = value;
        }

        #[every(1s)]
        fn spread(&self, ctx: &Context<Self>) {
            ctx.peers(ctx.others()).gossip(self.value);
        }
    }
}

mod state {
    #[derive(Default)]
    pub struct Cell<T> {
        pub value: T,
    }

    #[derive(Default)]
    pub(super) struct Private;
}

#[maelstrom::node]
impl state::Cell<u64> {
    #[rpc(reply(value))]
    fn read(&self) -> u64 {
        self.value
    }

    #[message]
    fn gossip(&mut self, ctx: &maelstrom::Context<state::Cell<u64>>, value: u64) {
        self.value = value;
        ctx.peer("n2").gossip(value);
    }
}

#[maelstrom::node]
impl crate::state::Private {
    #[rpc]
    fn ping(&self, _ctx: &Context<crate::state::Private>) {}
}

type Numbers = Vec2<u64>;

#[derive(Default)]
struct Vec2<T>(Vec<T>);

#[maelstrom::node]
impl Numbers {
    #[rpc(reply(numbers))]
    fn read(&self, ctx: &Context<Self>, like: &Context2) -> &[u64] {
        let _ = (ctx, like);
        &self.0
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Context2;

mod tests {
    #[derive(Default)]
    struct Register;

    #[maelstrom::node]
    impl Register {
        #[rpc]
        fn ping(&self) {}
    }

    pub(super) fn test() {
        super::TestNode::<Register>::new("n1", ["n1"]);
    }
}

fn main() -> Result<()> {
    #[derive(Default)]
    struct Local {
        value: u64,
    }

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Value(u64);

    #[maelstrom::node]
    impl Local {
        #[rpc(reply(value))]
        fn read(&self, like: &Value) -> u64 {
            self.value.max(like.0)
        }

        #[message]
        fn gossip(&mut self, value: Value) {
            self.value = value.0;
        }

        #[every(1s)]
        fn spread(&self, ctx: &Context<Self>) {
            ctx.peers(ctx.others()).gossip(Value(self.value));
        }
    }

    TestNode::<Local>::new("n1", ["n1"]);
    TestNode::<Register>::new("n1", ["n1"]);
    TestNode::<state::Cell<u64>>::new("n1", ["n1"]);
    TestNode::<state::Private>::new("n1", ["n1"]);
    TestNode::<Numbers>::new("n1", ["n1"]);
    tests::test();
    Ok(())
}
