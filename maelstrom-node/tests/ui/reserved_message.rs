//! Messages with names that belong to the protocol.

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc]
    fn init(&mut self, node_id: String) {
        self.total = node_id.len() as u64;
    }

    #[message]
    fn error(&mut self, code: u64, text: &str) {
        self.total = code + text.len() as u64;
    }

    #[rpc(name = "init")]
    fn start(&mut self) {}

    #[rpc(reply = "error", reply(value))]
    fn read(&self) -> u64 {
        self.total
    }

    #[every(1s)]
    fn spread(&mut self, ctx: &maelstrom::Context<Self>) {
        ctx.peer("n2").error(13, "crash");
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
