//! The `#[maelstrom::node]` macro. Its documentation is [`node`]'s; how it works is told in `ARCHITECTURE.md`.
//!
//! The phases, a module each: `syntax` cuts the impl block into methods without reading their bodies, `parse`
//! reads the annotations and builds the `model`, `check` looks for mistakes between handlers, `expand` writes
//! the code. All mistakes are collected and reported together.

mod annotation;
mod check;
mod errors;
mod expand;
mod model;
mod names;
mod owned;
mod parse;
mod syntax;
mod types;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

#[doc = include_str!("../docs/node.md")]
#[proc_macro_attribute]
pub fn node(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let (mut tokens, errors) = expand::node(arguments.into(), item.into());
    tokens.extend(errors.iter().map(syn::Error::to_compile_error));
    tokens.into()
}
