//! Nodes that behave in one way or another: this test program runs itself as them, `--node BEHAVIOUR`.

use std::{
    io::{self, BufRead},
    process, thread,
    time::Duration,
};

use maelstrom::Context;
use serde_json::{Value, json};

use crate::saying::{reply, say, send};

struct Node {
    name: String,
    others: Vec<String>,
}

/// A set on disk, and the echo that this program's workload knows.
struct Stored {
    /// What was there when it began.
    found: u64,
}

#[maelstrom::node]
impl Stored {
    #[init]
    fn new(ctx: &Context<Self>) -> Self {
        Stored { found: ctx.storage().log_len() }
    }

    /// The text comes back with how many were stored before this life.
    #[rpc(reply(echo))]
    fn echo(&mut self, ctx: &Context<Self>, echo: String) -> maelstrom::Result<String> {
        ctx.storage().append(&echo)?;
        maelstrom::log!(ctx, "found {}", self.found);
        Ok(echo)
    }
}

/// Runs as a node until the end of input.
pub(crate) fn run(behaviour: &str) {
    eprintln!("process {}", process::id());
    if behaviour == "stores" {
        return maelstrom::run::<Stored>().unwrap();
    }
    let mut node = Node { name: String::new(), others: Vec::new() };
    for line in io::stdin().lock().lines() {
        let message: Value = serde_json::from_str(&line.unwrap()).unwrap();
        match message["body"]["type"].as_str().unwrap_or_default() {
            "init" => node.init(&message, behaviour),
            "echo" => node.echo(&message, behaviour),
            _ => {}
        }
    }
}

impl Node {
    fn init(&mut self, message: &Value, behaviour: &str) {
        let names = message["body"]["node_ids"].as_array().unwrap();
        self.name = message["body"]["node_id"].as_str().unwrap().into();
        self.others = names.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        self.others.retain(|other| *other != self.name);
        match behaviour {
            "refuses" => {
                self.reply(message, json!({"type": "error", "code": 11, "text": "not today"}));
            }
            "misunderstands" => self.reply(message, json!({"type": "init_ko"})),
            "dies at birth" => {
                eprintln!("no configuration");
                process::exit(2);
            }
            "deaf" if self.name == "n0" => {
                self.reply(message, json!({"type": "init_ok"}));
                thread::sleep(Duration::from_secs(3600));
            }
            "deaf" => {
                let large = "x".repeat(1 << 18);
                for _ in 0..8 {
                    self.send("n0", json!({"large": large}));
                }
                self.reply(message, json!({"type": "init_ok"}));
            }
            "asks" => {
                self.reply(message, json!({"type": "init_ok"}));
                self.send("lin-kv", json!({"type": "write", "key": "k", "value": [1], "msg_id": 1}));
                self.send("lin-kv", json!({"type": "read", "key": "k", "msg_id": 2}));
                self.send("lin-kv", json!({"type": "conquer", "msg_id": 3}));
                self.send("lin-tso", json!({"type": "ts"}));
            }
            _ => self.reply(message, json!({"type": "init_ok"})),
        }
    }

    fn echo(&self, message: &Value, behaviour: &str) {
        let mut reply = json!({"type": "echo_ok", "echo": message["body"]["echo"]});
        match behaviour {
            "chats" => {
                say("got an echo");
                say("");
                say(&format!(r#"{{"src":"{}","dest":"c0"}} "#, self.name).replace("src", "from"));
            }
            "sends to nowhere" => self.send("n99", json!({})),
            "forges" => {
                let of_other = self.others.first().unwrap();
                reply["in_reply_to"] = message["body"]["msg_id"].clone();
                say(&json!({"src": of_other, "dest": message["src"], "body": reply}).to_string());
                return;
            }
            "forges nobody" => say(&json!({"src": "n99", "dest": "n0", "body": {}}).to_string()),
            "late" => thread::sleep(Duration::from_millis(150)),
            "exits 3" => {
                for k in 0..40 {
                    self.send("n0", json!({"last": k}));
                }
                eprintln!("alas");
                process::exit(3);
            }
            "exits 0" => process::exit(0),
            "aborts" => process::abort(),
            "n0 exits" if self.name == "n0" => process::exit(1),
            "floods" if self.name == "n0" => loop {
                for k in 0..1000 {
                    self.send("n1", json!({"k": k}));
                    eprintln!("flood {k}");
                }
            },
            "gossips" => {
                for other in &self.others {
                    self.send(other, json!({"type": "gossip"}));
                }
            }
            _ => {}
        }
        self.reply(message, reply);
    }

    fn reply(&self, message: &Value, body: Value) {
        reply(&self.name, message, body);
    }

    fn send(&self, dest: &str, body: Value) {
        send(&self.name, dest, &body);
    }
}
