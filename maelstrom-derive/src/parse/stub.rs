//! What is left of a handler of messages that has a mistake, so that nothing else is said about those who call it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::FnArg;

use super::{
    method::Reader,
    signature::{context, is_unsized},
};
use crate::{
    model::Stub,
    owned::owned,
    types::{self, ELIDED, translate},
};

impl Reader<'_> {
    /// What is left of a one-way handler that has a mistake.
    pub(super) fn message_stub(&self) -> Stub {
        self.stub(None)
    }

    /// What is left of a request's handler that has a mistake; nothing if there is no telling what it gives.
    pub(super) fn rpc_stub(&self) -> Option<Stub> {
        let reply = match self.returned().0 {
            None => quote!(()),
            Some(ty) => {
                let ty = types::first_argument(ty, "Later").unwrap_or(ty);
                if types::find_ident(ty, &self.unknown_types()).is_some() || is_unsized(ty) {
                    return None;
                }
                translate(&owned(ty), self.self_ty, "static").tokens
            }
        };
        Some(self.stub(Some(reply)))
    }

    fn stub(&self, reply: Option<TokenStream>) -> Stub {
        let sig = &self.method.sig;
        let is_unknown = self.unknown_types();
        let fields = sig
            .inputs
            .iter()
            .filter_map(|argument| match argument {
                FnArg::Typed(typed) if context(&typed.ty).is_none() => Some(types::peel(&typed.ty)),
                _ => None,
            })
            .map(|ty| {
                let known = types::find_ident(ty, &is_unknown).is_none() && !is_unsized(ty);
                known.then(|| translate(ty, self.self_ty, ELIDED).tokens)
            })
            .collect();
        Stub { method: sig.ident.clone(), cfgs: self.copied().cfgs, fields, reply }
    }
}
