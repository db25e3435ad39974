//! Chapters on how to use this crate. Start with [`first_node`].

#[allow(clippy::test_attr_in_doctest)] // It shows how to write a test.
#[doc = include_str!("../docs/guide/first_node.md")]
pub mod first_node {}

#[doc = include_str!("../docs/guide/replies.md")]
pub mod replies {}

#[doc = include_str!("../docs/guide/storage.md")]
pub mod storage {}

#[doc = include_str!("../docs/guide/time.md")]
pub mod time {}

#[doc = include_str!("../docs/guide/waiting.md")]
pub mod waiting {}

#[doc = include_str!("../docs/guide/wire.md")]
pub mod wire {}
