//! Names that are keywords.

#![deny(warnings)]

use maelstrom::Context;

#[derive(Default)]
struct Words {
    last: String,
}

#[maelstrom::node]
impl Words {
    #[rpc(reply(r#match, r#in))]
    fn r#match(
        &mut self,
        r#fn: u64,
        r#let: &str,
        #[field(rename = "kind")] r#type: &[String],
    ) -> (u64, usize) {
        self.last = r#let.to_owned();
        (r#fn, r#type.len())
    }

    #[rpc(reply(fn))]
    fn r#loop(&self) -> &str {
        &self.last
    }

    #[message]
    fn r#move(&mut self, r#struct: String, _unused: u64) {
        self.last = r#struct;
    }

    #[every(1s)]
    fn r#while(&mut self, ctx: &Context<Self>) {
        ctx.peer("n2").r#move(self.last.clone(), 1);
    }

    #[event]
    fn r#for(&mut self, r#if: u64) {
        self.last = r#if.to_string();
    }

    #[rpc(name = "self")]
    fn this(&self) {}

    #[rpc(name = "2-phase/commit")]
    fn commit(&self) {}

    #[rpc(name = "…")]
    fn dots(&self) {}
}

#[derive(Default)]
struct Waiting;

#[maelstrom::node]
impl Waiting {
    #[rpc(reply(r#match, r#in))]
    async fn r#match(
        &self,
        ctx: &Context<Self>,
        r#fn: u64,
        #[field(rename = "kind")] r#type: Vec<String>,
    ) -> maelstrom::Result<(u64, usize)> {
        ctx.peer("n2").r#match(r#fn, r#type).await
    }

    #[message]
    async fn r#move(&self, r#struct: String, _unused: u64) {
        drop(r#struct);
    }

    #[every(1s)]
    async fn r#while(&self, ctx: &Context<Self>) {
        ctx.peer("n2").r#move(String::new(), 1);
    }

    #[event]
    async fn r#for(&self, r#if: u64) {
        let _ = r#if;
    }
}

fn main() {
    let _ = maelstrom::run::<Waiting>;
    let _ = WordsEvent::For { r#if: 1 };
    let _ = maelstrom::run::<Words>;
    let wire = [
        (
            format!("{:?}", WordsPayload::MatchOk { r#match: 1, r#in: 2 }),
            r#"{"type":"match_ok","match":1,"in":2}"#,
        ),
        (format!("{:?}", WordsPayload::LoopOk { r#fn: "a" }), r#"{"type":"loop_ok","fn":"a"}"#),
        (
            format!("{:?}", WordsPayload::Move { r#struct: "a".to_owned(), unused: 1 }),
            r#"{"type":"move","struct":"a","unused":1}"#,
        ),
        (format!("{:?}", WordsPayload::Self_), r#"{"type":"self"}"#),
        (format!("{:?}", WordsPayload::_2PhaseCommit), r#"{"type":"2-phase/commit"}"#),
    ];
    for (written, expected) in wire {
        assert_eq!(written, expected);
    }
}
