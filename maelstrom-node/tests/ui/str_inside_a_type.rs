//! `&str` inside another type.

use std::collections::BTreeMap;

#[derive(Default)]
struct Names {
    seen: Vec<String>,
}

#[maelstrom::node]
impl Names {
    #[rpc]
    fn add(&mut self, names: Vec<&str>) {
        self.seen.extend(names.into_iter().map(str::to_owned));
    }

    #[message]
    fn gossip(&mut self, name: Option<&str>, names: &[&str]) {
        self.seen.extend(name.into_iter().chain(names.iter().copied()).map(str::to_owned));
    }

    #[rpc]
    fn rename<'m>(&mut self, names: BTreeMap<&'m str, (u64, &'m str)>) {
        self.seen.extend(names.into_keys().map(str::to_owned));
    }

    #[every(1s)]
    fn spread(&mut self, ctx: &maelstrom::Context<Self>) {
        ctx.peer("n2").gossip(None, &["a"]);
    }
}

fn main() -> maelstrom::Result<()> {
    Names::default().add(vec!["a"]);
    maelstrom::run::<Names>()
}
