//! Replies whose types lack `Serialize`.

use std::cell::{Ref, RefCell};

use maelstrom::{Context, Later, Result};

#[derive(Clone, Default)]
struct Entry(u64);

#[derive(Clone, Default)]
struct Term(u64);

#[derive(Default)]
struct View<'a>(Option<&'a Entry>);

#[derive(Default)]
struct Store {
    entry: Entry,
    term: Term,
    shared: RefCell<Entry>,
}

#[maelstrom::node]
impl Store {
    #[rpc]
    fn entry(&self) -> Entry {
        self.entry.clone()
    }

    #[rpc(reply(value))]
    fn read(&self) -> &Entry {
        &self.entry
    }

    #[rpc(reply(value, term))]
    fn read_all(&self) -> Result<(Option<&Entry>, &Term)> {
        Ok((Some(&self.entry), &self.term))
    }

    #[rpc(reply(value))]
    fn read_shared(&self) -> Ref<'_, Entry> {
        self.shared.borrow()
    }

    #[rpc(reply(value))]
    fn read_later(&self, ctx: &Context<Self>) -> Later<Entry> {
        let (reply, later) = ctx.later();
        reply.send(self.entry.clone());
        later
    }

    #[rpc]
    fn view(&self) -> View<'_> {
        View(Some(&self.entry))
    }
}

fn main() -> maelstrom::Result<()> {
    Store::default().read();
    maelstrom::run::<Store>()
}
