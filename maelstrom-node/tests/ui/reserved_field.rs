//! Fields with names that every message uses for itself.

#[derive(Default)]
struct Counter {
    total: u64,
}

#[maelstrom::node]
impl Counter {
    #[rpc]
    fn add(&mut self, r#type: String, msg_id: u64) {
        self.total += msg_id + r#type.len() as u64;
    }

    #[message]
    fn gossip(&mut self, #[field(rename = "in_reply_to")] total: u64, _msg_id: u64) {
        self.total = total;
    }

    #[rpc(reply(msg_id))]
    fn read(&self) -> u64 {
        self.total
    }

    #[rpc(reply(type, r#in_reply_to))]
    fn read_all(&self) -> (u64, u64) {
        (self.total, 1)
    }

    #[every(1s)]
    fn spread(&mut self, ctx: &maelstrom::Context<Self>) {
        ctx.peer("n2").gossip(self.total, 1);
    }
}

fn main() -> maelstrom::Result<()> {
    maelstrom::run::<Counter>()
}
