//! The typed client, and its methods for messages that are not answered. Those for requests are in `calls`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{GenericParam, Path, parse_quote};

use super::{Names, doc, docs_or, payload, quiet, with_params};
use crate::model::{Handler, Model, Passing, Stub};

pub(super) fn expand(model: &Model, names: &Names) -> TokenStream {
    let Model { krate, generics, name, self_ty, .. } = model;
    let Names { client, recipients, .. } = names;
    let quiet = quiet();
    let before: GenericParam = parse_quote!('c);
    let after: GenericParam = parse_quote!(#recipients: #krate::Recipients);
    let extended = with_params(generics, [before], [after]);
    let (impl_generics, ty_generics, where_clause) = extended.split_for_impl();
    let methods = model
        .handlers
        .iter()
        .filter(|handler| handler.reply.is_none())
        .map(|handler| method(handler, model, names))
        .chain(model.stubs.iter().filter(|stub| stub.reply.is_none()).map(stub));
    let about = doc(&format!(
        "Sends to other `{name}` nodes what they have handlers for, and asks one of them. Made by `ctx.peers` and \
         `ctx.peer`."
    ));
    quote! {
        #about
        #quiet
        pub struct #client #impl_generics (#krate::Link<'c, #self_ty, #recipients>) #where_clause;

        #[automatically_derived]
        #quiet
        impl #impl_generics #client #ty_generics #where_clause {
            #(#methods)*
        }

        #[automatically_derived]
        impl #impl_generics ::core::convert::From<#krate::Link<'c, #self_ty, #recipients>> for #client #ty_generics
        #where_clause
        {
            fn from(link: #krate::Link<'c, #self_ty, #recipients>) -> Self {
                Self(link)
            }
        }

        #[automatically_derived]
        impl #impl_generics ::core::fmt::Debug for #client #ty_generics #where_clause {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Debug::fmt(&self.0, f)
            }
        }
    }
}

fn method(handler: &Handler, model: &Model, names: &Names) -> TokenStream {
    let (method, cfgs) = (&handler.callee.method, &handler.callee.attrs.cfgs);
    let docs = docs_or(&handler.callee.attrs, &format!("Sends `{}`.", handler.wire.text));
    let parameters = parameters(handler);
    let message = message(handler, names, &model.krate);
    let argument = payload::type_argument(model, names).map(|ty| quote!(::<#ty>));
    quote! {
        #docs
        #(#cfgs)*
        pub fn #method(&self, #(#parameters),*) {
            self.0.send #argument (&#message);
        }
    }
}

/// The parameters of a client's method.
pub(super) fn parameters(handler: &Handler) -> impl Iterator<Item = TokenStream> {
    handler.fields.iter().map(|field| {
        let (ident, ty) = (&field.ident, &field.taken);
        quote!(#ident: #ty)
    })
}

/// The variant of the payload that is made of them.
pub(super) fn message(handler: &Handler, names: &Names, krate: &Path) -> TokenStream {
    let (variant, payload) = (&handler.variant, &names.payload);
    let values = handler.fields.iter().map(|field| {
        let ident = &field.ident;
        match field.passing {
            Passing::Owned | Passing::CowStr => quote!(#ident),
            Passing::Str => quote!(#ident: ::std::borrow::Cow::Borrowed(#ident)),
            Passing::Lent { .. } => quote!(#ident: #krate::Lent::Borrowed(#ident)),
        }
    });
    let body = (!handler.fields.is_empty()).then(|| quote!({ #(#values),* }));
    quote!(#payload::#variant #body)
}

/// The method of a handler that has a mistake: it lets its callers compile.
fn stub(stub: &Stub) -> TokenStream {
    let signature = stub_signature(stub);
    quote!(#signature {})
}

/// What stands before the result of such a method.
pub(super) fn stub_signature(stub: &Stub) -> TokenStream {
    let Stub { method, cfgs, fields, .. } = stub;
    let parameters = fields.iter().map(|ty| {
        let ty = ty.clone().unwrap_or_else(|| quote!(impl ::core::marker::Sized));
        quote!(_: #ty)
    });
    quote!(#(#cfgs)* pub fn #method(&self, #(#parameters),*))
}
