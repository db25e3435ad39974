//! The payload enum: every message type the node receives or sends.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, GenericParam, LitStr, parse_quote, spanned::Spanned};

use super::{Names, doc, docs_or, quiet, type_params, with_params};
use crate::model::{Copied, Field, FieldDefault, Handler, Model, Passing, Reply, ReplyBody};

/// A variant of the enum. Handlers whose messages have the same name and fields share one.
struct Variant<'m> {
    ident: &'m Ident,
    wire: &'m str,
    shape: String,
    /// Whom it is there for. It is there if one of them is.
    users: Vec<&'m Copied>,
    docs: Docs<'m>,
    body: VariantBody<'m>,
}

enum Docs<'m> {
    Handler(&'m Copied),
    Reply(&'m Ident),
}

enum VariantBody<'m> {
    Message(&'m [Field]),
    Reply(&'m Reply),
}

fn variants(model: &Model) -> Vec<Variant<'_>> {
    let mut variants: Vec<Variant<'_>> = Vec::new();
    for handler in &model.handlers {
        push(
            &mut variants,
            Variant {
                ident: &handler.variant,
                wire: &handler.wire.text,
                shape: handler.shape(),
                users: vec![&handler.callee.attrs],
                docs: Docs::Handler(&handler.callee.attrs),
                body: VariantBody::Message(&handler.fields),
            },
        );
        if let Some(reply) = &handler.reply {
            push(
                &mut variants,
                Variant {
                    ident: &reply.variant,
                    wire: &reply.wire.text,
                    shape: reply.shape(),
                    users: vec![&handler.callee.attrs],
                    docs: Docs::Reply(&handler.callee.method),
                    body: VariantBody::Reply(reply),
                },
            );
        }
    }
    variants
}

fn push<'m>(variants: &mut Vec<Variant<'m>>, variant: Variant<'m>) {
    match variants.iter_mut().find(|other| other.wire == variant.wire && other.shape == variant.shape) {
        Some(other) => other.users.extend(variant.users),
        None => variants.push(variant),
    }
}

impl Variant<'_> {
    fn borrows(&self) -> bool {
        match &self.body {
            VariantBody::Message(fields) => fields.iter().any(|field| field.borrows),
            VariantBody::Reply(reply) => reply.types().iter().any(|ty| ty.borrows),
        }
    }

    /// The condition under which it is there, if there is one.
    fn cfg(&self) -> Option<Attribute> {
        let conditions = |copied: &&Copied| -> Option<TokenStream> {
            let conditions: Vec<&TokenStream> = copied.conditions().collect();
            match &conditions[..] {
                [] => None,
                [one] => Some(one.to_token_stream()),
                several => Some(quote!(all(#(#several),*))),
            }
        };
        let users: Option<Vec<TokenStream>> = self.users.iter().map(conditions).collect();
        let mut users = users?;
        users.dedup_by_key(|user| user.to_string());
        Some(match &users[..] {
            [one] => parse_quote!(#[cfg(#one)]),
            several => parse_quote!(#[cfg(any(#(#several),*))]),
        })
    }

    fn declaration(&self, krate: &syn::Path) -> TokenStream {
        let cfg = self.cfg();
        let ident = self.ident;
        let docs = match self.docs {
            Docs::Handler(copied) => docs_or(copied, &format!("The message `{}`.", self.wire)),
            Docs::Reply(method) => doc(&format!("The reply of `{method}`.")),
        };
        let body = match &self.body {
            VariantBody::Message([]) | VariantBody::Reply(Reply { body: ReplyBody::Empty, .. }) => None,
            VariantBody::Message(fields) => {
                let fields = fields.iter().map(|field| field_declaration(field, krate));
                Some(quote!({ #(#fields)* }))
            }
            VariantBody::Reply(Reply { body: ReplyBody::Named(fields), .. }) => {
                let fields = fields.iter().map(|field| {
                    let (ident, ty, doc) = (&field.ident, &field.ty.stored, field_doc(&field.wire.text));
                    quote!(#doc #ident: #ty,)
                });
                Some(quote!({ #(#fields)* }))
            }
            VariantBody::Reply(Reply { body: ReplyBody::Flat(ty), .. }) => {
                let ty = &ty.stored;
                Some(quote!((#ty)))
            }
        };
        quote!(#docs #cfg #ident #body,)
    }

    /// The arm that writes it.
    fn encode(&self, names: &Names, krate: &syn::Path) -> TokenStream {
        let (cfg, ident, wire) = (self.cfg(), self.ident, self.wire);
        let Names { incoming, serializer, .. } = names;
        let begin = quote!(#krate::Payload::new(#serializer, #wire));
        match &self.body {
            VariantBody::Message([]) | VariantBody::Reply(Reply { body: ReplyBody::Empty, .. }) => {
                quote!(#cfg Self::#ident => #begin.end(),)
            }
            VariantBody::Message(fields) => {
                let idents = fields.iter().map(|field| &field.ident);
                let calls = fields.iter().map(encode_field);
                quote!(#cfg Self::#ident { #(#idents),* } => #begin #(#calls)* .end(),)
            }
            VariantBody::Reply(Reply { body: ReplyBody::Named(fields), .. }) => {
                let idents = fields.iter().map(|field| &field.ident);
                let calls = fields.iter().map(|field| {
                    let (ident, ty) = (&field.ident, &field.ty.written);
                    let wire = LitStr::new(&field.wire.text, field.wire.span);
                    quote!(.field::<#ty>(#wire, #ident))
                });
                quote!(#cfg Self::#ident { #(#idents),* } => #begin #(#calls)* .end(),)
            }
            VariantBody::Reply(Reply { body: ReplyBody::Flat(ty), .. }) => {
                let ty = &ty.written;
                quote!(#cfg Self::#ident(#incoming) => #begin.fields::<#ty>(#incoming).end(),)
            }
        }
    }
}

fn field_declaration(field: &Field, krate: &syn::Path) -> TokenStream {
    let (ident, ty, doc) = (&field.ident, &field.stored, field_doc(&field.wire.text));
    if let Passing::Lent { .. } = field.passing {
        quote!(#doc #ident: #krate::Lent<'m, #ty>,)
    } else {
        quote!(#doc #ident: #ty,)
    }
}

/// The call that writes a field. It names the type, so that an error about it points there.
fn encode_field(field: &Field) -> TokenStream {
    let wire = LitStr::new(&field.wire.text, field.wire.span);
    let (ident, ty) = (&field.ident, &field.written);
    match field.passing {
        Passing::Str | Passing::CowStr => quote!(.field(#wire, #ident)),
        Passing::Owned | Passing::Lent { .. } => quote!(.field::<#ty>(#wire, #ident)),
    }
}

/// The expression that reads a field.
fn decode_field(field: &Field, names: &Names, krate: &syn::Path) -> TokenStream {
    let (ident, wire, incoming) =
        (&field.ident, LitStr::new(&field.wire.text, field.wire.span), &names.incoming);
    let absent = field.default.as_ref().map(|default| match default {
        FieldDefault::Trait(span) => quote_spanned!(*span=> || ::core::default::Default::default()),
        FieldDefault::Path(path) => path.clone(),
    });
    let read = match (&field.passing, absent) {
        (Passing::Str | Passing::CowStr, None) => quote!(#incoming.str_field(#wire)?),
        (Passing::Str | Passing::CowStr, Some(absent)) => {
            let made = match field.default {
                Some(FieldDefault::Path(_)) => {
                    let made = quote_spanned!(absent.span()=> ::core::convert::Into::into(#absent()));
                    quote!(|| #made)
                }
                _ => absent,
            };
            quote!(#incoming.str_field_or_else(#wire, #made)?)
        }
        (Passing::Owned, None) => {
            let ty = &field.stored;
            quote!(#incoming.field::<#ty>(#wire)?)
        }
        (Passing::Owned, Some(absent)) => {
            let ty = &field.stored;
            quote!(#incoming.field_or_else::<#ty>(#wire, #absent)?)
        }
        (Passing::Lent { owned, .. }, None) => quote!(#krate::Lent::Owned(#incoming.field::<#owned>(#wire)?)),
        (Passing::Lent { owned, .. }, Some(absent)) => {
            quote!(#krate::Lent::Owned(#incoming.field_or_else::<#owned>(#wire, #absent)?))
        }
    };
    quote!(#ident: #read,)
}

fn field_doc(wire: &str) -> TokenStream {
    doc(&format!("The field `{wire}`."))
}

/// Whether the enum has the lifetime of the line.
pub(super) fn borrows(model: &Model) -> bool {
    variants(model).iter().any(Variant::borrows)
}

/// The enum as the type argument of a call, for a node with parameters: the variant alone would leave them open.
/// (They can't be given to the enum in a variant's path, where rustc allows no lifetimes.)
pub(super) fn type_argument(model: &Model, names: &Names) -> Option<TokenStream> {
    if model.generics.params.is_empty() {
        return None;
    }
    let payload = &names.payload;
    let lifetime: Option<GenericParam> = borrows(model).then(|| parse_quote!('_));
    let generics = with_params(&model.generics, lifetime, None);
    let (_, ty_generics, _) = generics.split_for_impl();
    Some(quote!(#payload #ty_generics))
}

/// Whether the enum has a variant that can't be decoded, so that a match on what was decoded needs a last arm.
pub(super) fn has_replies(model: &Model) -> bool {
    model.handlers.iter().any(|handler| handler.reply.is_some()) || needs_marker(model)
}

/// Whether the enum has parameters that its variants may not use, or may have no variants.
fn needs_marker(model: &Model) -> bool {
    model.generics.type_params().next().is_some() || may_be_empty(model) || lifetime_may_be_unused(model)
}

/// Whether a `cfg` may take away every variant (a match on a reference to an empty enum needs an arm).
fn may_be_empty(model: &Model) -> bool {
    let variants = variants(model);
    !variants.is_empty() && variants.iter().all(|variant| variant.cfg().is_some())
}

/// Whether a `cfg` may take away everything that borrows.
fn lifetime_may_be_unused(model: &Model) -> bool {
    let variants = variants(model);
    let mut borrowing = variants.iter().filter(|variant| variant.borrows()).peekable();
    borrowing.peek().is_some() && borrowing.all(|variant| variant.cfg().is_some())
}

pub(super) fn expand(model: &Model, names: &Names) -> TokenStream {
    let Model { krate, generics, name, .. } = model;
    let Names { payload, incoming, serializer, format, line, .. } = names;
    let quiet = quiet();
    let variants = variants(model);
    let declarations = variants.iter().map(|variant| variant.declaration(krate));
    let encoders = variants.iter().map(|variant| variant.encode(names, krate));
    let decoders = model.handlers.iter().map(|handler| decode(handler, names, krate));

    let lifetime: Option<GenericParam> = borrows(model).then(|| parse_quote!(#line));
    let extended = with_params(generics, lifetime.clone(), None);
    let (impl_generics, ty_generics, where_clause) = extended.split_for_impl();
    let raw_lifetime = if lifetime.is_some() { quote!(#line) } else { quote!('_) };
    let (marker, marker_arm) = if needs_marker(model) {
        let types = type_params(generics);
        let lifetime = lifetime.map(|lifetime| quote!(&#lifetime (),));
        (
            Some(quote! {
                #[doc(hidden)]
                __Parameters(::core::convert::Infallible, ::core::marker::PhantomData<(#lifetime #(#types,)*)>),
            }),
            Some(quote!(Self::__Parameters(never, _) => match *never {},)),
        )
    } else {
        (None, None)
    };
    let no_variant = (variants.is_empty() && marker.is_none()).then(|| quote!(_ => match *self {},));
    let about = doc(&format!("Every message that `{name}` receives or sends."));

    quote! {
        #about
        #quiet
        pub enum #payload #impl_generics #where_clause {
            #(#declarations)*
            #marker
        }

        #[automatically_derived]
        #quiet
        impl #impl_generics #payload #ty_generics #where_clause {
            /// Decodes a message that this node has a handler for; `None` if it has none for its type.
            pub fn decode(
                #incoming: &#krate::RawPayload<#raw_lifetime>,
            ) -> #krate::Result<::core::option::Option<Self>> {
                ::core::result::Result::Ok(match #incoming.kind() {
                    #(#decoders)*
                    _ => ::core::option::Option::None,
                })
            }
        }

        #[automatically_derived]
        impl #impl_generics #krate::__private::Serialize for #payload #ty_generics #where_clause {
            fn serialize<#format: #krate::__private::Serializer>(
                &self,
                #serializer: #format,
            ) -> ::core::result::Result<#format::Ok, #format::Error> {
                match self {
                    #(#encoders)*
                    #marker_arm
                    #no_variant
                }
            }
        }

        #[automatically_derived]
        impl #impl_generics ::core::fmt::Debug for #payload #ty_generics #where_clause {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #krate::__private::debug_payload(self, f)
            }
        }
    }
}

fn decode(handler: &Handler, names: &Names, krate: &syn::Path) -> TokenStream {
    let (cfgs, variant, wire) = (&handler.callee.attrs.cfgs, &handler.variant, &handler.wire.text);
    if handler.fields.is_empty() {
        return quote!(#(#cfgs)* #wire => ::core::option::Option::Some(Self::#variant),);
    }
    let fields = handler.fields.iter().map(|field| decode_field(field, names, krate));
    quote!(#(#cfgs)* #wire => ::core::option::Option::Some(Self::#variant { #(#fields)* }),)
}
