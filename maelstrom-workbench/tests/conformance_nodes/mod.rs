//! Echo nodes with one bad habit each: the test program runs itself as them, `--node HABIT [FILE]`.

use std::{
    fs::OpenOptions,
    io::{self, BufRead, Write},
    process, thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::saying::{reply, say, send};

struct Node {
    habit: String,
    name: String,
    msg_id: u64,
}

/// Runs as a node until the end of input. Its process number goes to the file, if there is one.
pub(crate) fn run(habit: &str, file: Option<&str>) {
    if let Some(file) = file {
        let mut file = OpenOptions::new().append(true).create(true).open(file).unwrap();
        writeln!(file, "{}", process::id()).unwrap();
    }
    let mut node = Node { habit: habit.to_owned(), name: String::new(), msg_id: 0 };
    let mut input = io::stdin().lock();
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line).unwrap() > 0 {
        let text = String::from_utf8(std::mem::take(&mut line)).unwrap();
        node.take(text.trim_end_matches('\n'));
    }
    match habit {
        "stays" => thread::sleep(Duration::from_secs(3600)),
        "exits 3 at the end" => process::exit(3),
        _ => {}
    }
}

impl Node {
    fn is(&self, habit: &str) -> bool {
        self.habit == habit
    }

    /// Dies with a word on stderr.
    fn dies_if(&self, habit: &str) {
        if self.is(habit) {
            eprintln!("panicked: {habit}");
            process::exit(101);
        }
    }

    fn take(&mut self, line: &str) {
        let strange = self.is("minds key order") && !line.starts_with(r#"{"src":""#)
            || self.is("minds blanks") && line.contains(r#"" :"#)
            || self.is("takes 64 KiB") && line.len() > 1 << 16;
        let message: Value = match serde_json::from_str(line) {
            Ok(message) if !strange => message,
            _ => {
                if line.trim().is_empty() {
                    self.dies_if("dies of blank lines");
                } else {
                    self.dies_if("dies of what is no JSON");
                }
                return;
            }
        };
        let further = |object: &Value, known: &[&str]| {
            object.as_object().unwrap().keys().any(|key| !known.contains(&key.as_str()))
        };
        if self.is("minds the envelope") && further(&message, &["src", "dest", "body"])
            || self.is("minds all but ids") && further(&message, &["src", "dest", "body", "id"])
            || self.is("minds bodies")
                && message["body"]["type"] == "echo"
                && further(&message["body"], &["type", "echo", "msg_id"])
        {
            return;
        }
        let is_reply = message["body"]["in_reply_to"].is_number();
        match message["body"]["type"].as_str().unwrap_or_default() {
            "init" => self.init(&message),
            "echo" => self.echo(&message),
            "read_ok" if self.is("asks a service") => {}
            _ if self.name.is_empty() => self.dies_if("dies of early messages"),
            _ if is_reply => {
                self.dies_if("dies of replies");
                if self.is("answers replies") {
                    self.reply(&message, json!({"type": "error", "code": 10}));
                }
            }
            _ if message["body"]["msg_id"].is_null() => {
                self.dies_if("dies of unknown messages");
                if self.is("answers all") {
                    self.reply(&message, json!({"type": "error", "code": 10}));
                }
            }
            _ => self.unknown(&message),
        }
    }

    fn init(&mut self, message: &Value) {
        self.name = message["body"]["node_id"].as_str().unwrap().into();
        let mut reply = json!({"type": "init_ok"});
        match &*self.habit {
            "is silent" => return,
            "dies at birth" => self.dies_if("dies at birth"),
            "refuses" => reply = json!({"type": "error", "code": 11, "text": "not today"}),
            "answers another init" => {
                self.send("c0", json!({"type": "init_ok", "in_reply_to": 7}));
                return;
            }
            "is always n1" => self.name = "n1".into(),
            "speaks first" => self.send(&self.name, json!({"type": "hello"})),
            "prints" => say("starting up"),
            "writes to nobody" => self.send("n99", json!({"type": "hello"})),
            _ => {}
        }
        self.reply(message, reply);
    }

    fn echo(&mut self, message: &Value) {
        let body = &message["body"];
        let text = &body["echo"];
        let mut reply = json!({"type": "echo_ok", "echo": text});
        let client = message["src"].as_str().unwrap();
        match &*self.habit {
            "does not echo" => return,
            "drops some" if client == "c13" => return,
            "answers twice" if client == "c13" => self.reply(message, reply.clone()),
            "answers somebody else" => {
                reply["in_reply_to"] = body["msg_id"].clone();
                return self.send("c77", reply);
            }
            "answers with texts" => {
                reply["in_reply_to"] = json!(body["msg_id"].to_string());
                return self.send(client, reply);
            }
            "forgets in_reply_to" => return self.send(client, reply),
            "has a type that is a number" => reply["type"] = json!(7),
            "has more fields" => reply["mood"] = json!("fine"),
            "has another type" => reply["type"] = json!("echo_okay"),
            "does not know echo" => reply = json!({"type": "error", "code": 10, "text": "?"}),
            "has codes that are texts" => reply = json!({"type": "error", "code": "abort"}),
            "has more in the envelope" if text.is_string() => {
                reply["in_reply_to"] = body["msg_id"].clone();
                let line = json!({"src": self.name, "dest": client, "body": reply, "ttl": 3});
                return say(&line.to_string());
            }
            "wants fields, or dies" if text.is_null() => self.dies_if("wants fields, or dies"),
            "wants fields" if text.is_null() => {
                reply = json!({"type": "error", "code": 12, "text": "no echo"});
            }
            "has another code" if text.is_null() => reply = json!({"type": "error", "code": 13}),
            "knows ASCII" => {
                let ascii = text.as_str().map(|text| text.replace(|c: char| !c.is_ascii(), "?"));
                reply["echo"] = ascii.map_or(text.clone(), Value::from);
            }
            "asks a service" => {
                self.send("seq-kv", json!({"type": "read", "key": 1, "msg_id": 1}));
            }
            "has floats" => {
                if let Some(number) = text.as_f64() {
                    reply["echo"] = json!(number);
                }
            }
            "has the same msg_id always" => reply["msg_id"] = json!(1),
            "has msg_ids that are texts" => reply["msg_id"] = json!("1"),
            "counts" => {
                self.msg_id += 1;
                reply["msg_id"] = json!(self.msg_id);
            }
            _ => {}
        }
        if text.is_null() && !self.habit.starts_with("wants fields") && !self.is("has another code") {
            reply = json!({"type": "error", "code": 12, "text": "there is no echo"});
        }
        // This reader of JSON has not enough digits for some.
        if text.is_number() && !self.is("has floats") {
            reply = json!({"type": "error", "code": 12, "text": "texts only"});
        }
        if self.is("has floats for ids") {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "that is its habit")]
            let id = body["msg_id"].as_f64().unwrap() as u64;
            reply["in_reply_to"] = json!(id);
            return self.send(client, reply);
        }
        self.reply(message, reply);
    }

    fn unknown(&self, message: &Value) {
        self.dies_if("dies of unknown requests");
        match &*self.habit {
            "is silent at unknown requests" => {}
            "has another code for all" => self.reply(message, json!({"type": "error", "code": 13})),
            "dies afterwards" => {
                self.reply(message, json!({"type": "error", "code": 10}));
                process::exit(1);
            }
            _ => self.reply(message, json!({"type": "error", "code": 10, "text": "unknown"})),
        }
    }

    fn reply(&self, message: &Value, body: Value) {
        reply(&self.name, message, body);
    }

    fn send(&self, dest: &str, body: Value) {
        send(&self.name, dest, &body);
    }
}
