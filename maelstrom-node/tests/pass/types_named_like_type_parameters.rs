//! Types with the names that generated functions have for their type parameters.

use maelstrom::Context;

/// A state.
#[derive(Default, serde::Serialize, serde::Deserialize)]
pub struct S {
    a: u64,
}

/// A destination.
#[derive(Default, serde::Serialize, serde::Deserialize)]
pub struct To(String);

#[derive(Default)]
struct Node;

#[maelstrom::node]
impl Node {
    #[rpc(reply(s))]
    fn state(&self, x: S) -> S {
        x
    }

    #[message]
    fn travel(&self, ctx: &Context<Self>, to: To) {
        ctx.peer("n2").travel(to);
    }
}

fn main() {
    assert_eq!(Node.state(S { a: 1 }).a, 1);
    let _ = maelstrom::run::<Node>;
}
