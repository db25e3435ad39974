//! The expansion as a whole, shown as code. Snapshots are in `tests/snapshots`; `UPDATE_EXPECT=1` rewrites them.

use expect_test::expect_file;
use proc_macro2::TokenStream;

use crate::expand;

/// Expands the impl in a source file, and pretty-prints what is generated beside it.
fn expanded(source: &str) -> String {
    let (tokens, errors) = expand::node(TokenStream::new(), source.parse().expect("the source is Rust"));
    assert!(errors.is_empty(), "{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    let file: syn::File = syn::parse2(tokens).expect("the expansion is Rust");
    let generated = syn::File { items: file.items.into_iter().skip(1).collect(), ..file };
    prettyplease::unparse(&generated)
}

#[test]
fn snapshot_of_a_gossiping_node() {
    let source = include_str!("../tests/snapshots/broadcast.in.rs");
    expect_file!["../tests/snapshots/broadcast.out.rs"].assert_eq(&expanded(source));
}

#[test]
fn snapshot_of_a_node_with_async_handlers() {
    let source = include_str!("../tests/snapshots/waiting.in.rs");
    expect_file!["../tests/snapshots/waiting.out.rs"].assert_eq(&expanded(source));
}

#[test]
fn snapshot_of_every_annotation() {
    let source = include_str!("../tests/snapshots/everything.in.rs");
    expect_file!["../tests/snapshots/everything.out.rs"].assert_eq(&expanded(source));
}
