//! The typed client's requests: a method for each `#[rpc]`, which gives what the handler returns, made the caller's
//! own.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::GenericParam;

use super::{Names, client, docs_or, payload, quiet};
use crate::model::{Handler, Model, Reply, ReplyBody, Stub};

/// The impl for a client of one node: of several, who is the one that answers?
pub(super) fn expand(model: &Model, names: &Names) -> Option<TokenStream> {
    let (krate, client) = (&model.krate, &names.client);
    let quiet = quiet();
    let requests = model.handlers.iter().filter_map(|handler| {
        let reply = handler.reply.as_ref()?;
        Some(method(handler, reply, model, names))
    });
    let methods: Vec<TokenStream> =
        requests.chain(model.stubs.iter().filter_map(|stub| self::stub(stub, model))).collect();
    let (impl_generics, _, where_clause) = model.generics.split_for_impl();
    let arguments = model.generics.params.iter().map(|parameter| match parameter {
        GenericParam::Lifetime(lifetime) => lifetime.lifetime.to_token_stream(),
        GenericParam::Type(ty) => ty.ident.to_token_stream(),
        GenericParam::Const(constant) => constant.ident.to_token_stream(),
    });
    (!methods.is_empty()).then(|| {
        quote! {
            #[automatically_derived]
            #quiet
            impl #impl_generics #client<'_, #(#arguments,)* #krate::NodeId> #where_clause {
                #(#methods)*
            }
        }
    })
}

fn method(handler: &Handler, reply: &Reply, model: &Model, names: &Names) -> TokenStream {
    let krate = &model.krate;
    let (method, cfgs) = (&handler.callee.method, &handler.callee.attrs.cfgs);
    let docs = docs_or(&handler.callee.attrs, &format!("Requests `{}`.", handler.wire.text));
    let parameters = client::parameters(handler);
    let request = client::message(handler, names, krate);
    let reply_wire = &reply.wire.text;
    let argument = payload::type_argument(model, names).map(|ty| quote!(::<_, _, #ty>));
    let (result, shape, how) = match &reply.body {
        ReplyBody::Empty => (quote!(()), quote!(Empty), quote!(Empty)),
        ReplyBody::Flat(ty) => (ty.owned.clone(), quote!(Flat), quote!(Flat)),
        ReplyBody::Named(fields) => {
            let types = fields.iter().map(|field| &field.ty.owned);
            let wires = fields.iter().map(|field| &field.wire.text);
            match fields.len() {
                1 => (quote!(#(#types)*), quote!(Field), quote!(Field(#(#wires)*))),
                n => {
                    let n = proc_macro2::Literal::usize_unsuffixed(n);
                    (quote!((#(#types),*)), quote!(Fields<#n>), quote!(Fields([#(#wires),*])))
                }
            }
        }
    };
    quote! {
        #docs
        #(#cfgs)*
        pub fn #method(&self, #(#parameters),*) -> #krate::Call<#result, #krate::reply::#shape> {
            self.0.call #argument (&#request, #reply_wire, #krate::reply::#how)
        }
    }
}

/// The method of a handler that has a mistake: it lets its callers compile.
fn stub(stub: &Stub, model: &Model) -> Option<TokenStream> {
    let krate = &model.krate;
    let (result, signature) = (stub.reply.as_ref()?, client::stub_signature(stub));
    Some(quote!(#signature -> #krate::Call<#result, #krate::reply::Flat> { ::core::unimplemented!() }))
}
