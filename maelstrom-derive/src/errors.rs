//! Collects mistakes, so that one compile reports them all.

use std::fmt;

use quote::ToTokens;

#[derive(Default)]
pub(crate) struct Errors(Vec<syn::Error>);

impl Errors {
    /// Adds a mistake, to be shown under `tokens`.
    pub(crate) fn add(&mut self, tokens: impl ToTokens, message: impl fmt::Display) {
        self.0.push(syn::Error::new_spanned(tokens, message));
    }

    /// Adds what a parser said.
    pub(crate) fn add_error(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    pub(crate) fn into_vec(self) -> Vec<syn::Error> {
        self.0
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
