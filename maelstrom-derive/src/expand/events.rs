//! The event enum: what timers and injectors bring.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Names, doc, docs_or, quiet, type_params};
use crate::model::{EventHandler, Model};

pub(super) fn expand(model: &Model, names: &Names) -> TokenStream {
    let event = &names.event;
    let quiet = quiet();
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    let declarations = model.events.iter().map(declaration);
    let arms = model.events.iter().map(|event| {
        let (cfgs, variant) = (&event.callee.attrs.cfgs, &event.variant);
        let name = variant.to_string();
        quote!(#(#cfgs)* Self::#variant { .. } => f.write_str(#name),)
    });
    let types = type_params(&model.generics);
    let marker = needs_marker(model).then(|| {
        quote! {
            #[doc(hidden)]
            __Parameters(::core::convert::Infallible, ::core::marker::PhantomData<fn() -> (#(#types,)*)>),
        }
    });
    let marker_arm = needs_marker(model).then(|| quote!(Self::__Parameters(never, _) => match *never {},));
    let about = doc(&format!("What timers and injectors bring to `{}`.", model.name));
    let show = if model.events.is_empty() && marker.is_none() {
        quote! {
            fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match *self {}
            }
        }
    } else {
        quote! {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self {
                    #(#arms)*
                    #marker_arm
                }
            }
        }
    };
    quote! {
        #about
        #quiet
        pub enum #event #impl_generics #where_clause {
            #(#declarations)*
            #marker
        }

        #[automatically_derived]
        impl #impl_generics ::core::fmt::Debug for #event #ty_generics #where_clause {
            #show
        }
    }
}

/// Whether the enum has parameters that its variants may not use, or variants that a `cfg` may all take away (a match
/// on a reference to an empty enum needs an arm).
pub(super) fn needs_marker(model: &Model) -> bool {
    let may_be_empty = model.events.iter().all(|event| !event.callee.attrs.cfgs.is_empty());
    model.generics.type_params().next().is_some() || (may_be_empty && !model.events.is_empty())
}

fn declaration(event: &EventHandler) -> TokenStream {
    let (cfgs, variant) = (&event.callee.attrs.cfgs, &event.variant);
    let what = if event.every.is_some() { "timer" } else { "event" };
    let docs = docs_or(&event.callee.attrs, &format!("The {what} `{}`.", event.callee.method));
    let fields = event.fields.iter().map(|(ident, ty)| {
        let doc = doc(&format!("The parameter `{ident}`."));
        quote!(#doc #ident: #ty,)
    });
    let body = (!event.fields.is_empty()).then(|| quote!({ #(#fields)* }));
    quote!(#docs #(#cfgs)* #variant #body,)
}
