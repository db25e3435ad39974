//! Generated code finds everything by absolute paths.

#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types)]

use ::core::{clone::Clone as _, convert::Into as _, default::Default, iter::Extend as _};
use ::maelstrom::{Context, RawMessage};
use ::std::{borrow::Cow, string::String, vec::Vec};

// Names that a careless expansion would pick up.
struct Option;
struct Some;
struct None;
struct Ok;
struct Err;
struct str_;
mod core {}
mod std {}
mod maelstrom {}

#[derive(Default)]
struct Words {
    words: Vec<String>,
}

#[::maelstrom::node]
impl Words {
    #[rpc(reply(count))]
    fn add(
        &mut self,
        word: &str,
        #[field(default)] tag: &str,
        extra: Cow<'_, str>,
    ) -> ::maelstrom::Result<usize> {
        self.words.push(word.into());
        self.words.push(tag.into());
        self.words.push(extra.into_owned());
        ::core::result::Result::Ok(self.words.len())
    }

    #[rpc]
    fn clear(&mut self) {
        self.words.clear();
    }

    #[rpc(reply(words))]
    fn read(&self) -> &[String] {
        &self.words
    }

    #[message]
    fn gossip(&mut self, words: &[String], #[field(default)] by: u64) -> ::maelstrom::Result<()> {
        let _ = by;
        self.words = words.into();
        ::core::result::Result::Ok(())
    }

    #[every(1s, jitter = 1ms)]
    fn spread(&mut self, ctx: &Context<Self>) {
        ctx.peer("n2").gossip(&self.words, 1);
    }

    #[event]
    fn forget(&mut self, word: String) {
        self.words.push(word.clone());
    }

    #[shutdown]
    fn close(&mut self) {}

    #[fallback]
    fn other(&mut self, _message: &RawMessage<'_>) {}
}

struct Configured;

#[::maelstrom::node]
impl Configured {
    #[init]
    fn new(_ctx: &Context<Self>, _config: u64) -> ::maelstrom::Result<Self> {
        ::core::result::Result::Ok(Configured)
    }

    #[rpc]
    fn ping(&self) {}
}

#[derive(Default)]
struct Waiting {
    words: ::std::cell::RefCell<Vec<String>>,
}

#[::maelstrom::node]
impl Waiting {
    #[init]
    async fn new(ctx: &Context<Self>, words: Vec<String>) -> ::maelstrom::Result<Self> {
        ctx.sleep(Default::default()).await;
        ::core::result::Result::Ok(Waiting { words: words.into() })
    }

    #[rpc(reply(count))]
    async fn add(&self, word: String) -> ::maelstrom::Result<usize> {
        self.words.borrow_mut().push(word);
        ::core::result::Result::Ok(self.words.borrow().len())
    }

    #[rpc(reply(words, count))]
    fn read(&self, prefix: &str) -> (::std::cell::Ref<'_, [String]>, usize) {
        (::std::cell::Ref::map(self.words.borrow(), Vec::as_slice), prefix.len())
    }

    #[rpc]
    async fn clear(&self) {
        self.words.borrow_mut().clear();
    }

    #[message]
    async fn gossip(&self, ctx: &Context<Self>, words: Vec<String>) -> ::maelstrom::Result<()> {
        ctx.peer("n2").clear().await?;
        let (words_there, _): (Vec<String>, usize) = ctx.peer("n2").read("").await?;
        self.words.borrow_mut().extend(words);
        self.words.borrow_mut().extend(words_there);
        ::core::result::Result::Ok(())
    }

    #[every(1s, jitter = 1ms)]
    async fn spread(&self) {}

    #[event]
    async fn forget(&self, word: String) {
        self.words.borrow_mut().push(word.clone());
    }

    #[shutdown]
    async fn close(&self) {}
}

fn main() {}
