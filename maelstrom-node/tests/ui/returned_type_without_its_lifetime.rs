//! Borrowing types returned without `<'_>`.

#![allow(mismatched_lifetime_syntaxes)]

use std::{
    borrow::Cow,
    cell::{Ref, RefCell},
};

use serde::Serialize;

#[derive(Default)]
struct Store {
    value: RefCell<u64>,
}

#[derive(Serialize)]
struct View<'a> {
    value: &'a RefCell<u64>,
}

#[maelstrom::node]
impl Store {
    #[rpc(reply(value))]
    fn read(&self) -> Ref<u64> {
        self.value.borrow()
    }

    #[rpc(reply(words))]
    fn words(&self, words: Vec<Cow<str>>) -> usize {
        words.len()
    }

    #[rpc]
    fn view(&self) -> View {
        View { value: &self.value }
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Store>()
}
