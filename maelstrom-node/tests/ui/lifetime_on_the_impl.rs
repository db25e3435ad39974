//! A node that borrows.

#[derive(Default)]
struct Counter<'a> {
    name: &'a str,
}

#[maelstrom::node]
impl<'a> Counter<'a> {
    #[rpc(reply(name))]
    fn name(&self) -> &str {
        self.name
    }
}

#[derive(Default)]
struct Names<'a> {
    names: Vec<&'a str>,
}

#[maelstrom::node]
impl Names<'_> {
    #[rpc(reply(names))]
    fn names(&self) -> Vec<&str> {
        self.names.clone()
    }
}

fn main() -> maelstrom::Result<()> {
    Counter { name: "a" }.name();
    maelstrom::run::<Counter<'static>>()?;
    maelstrom::run::<Names<'static>>()
}
