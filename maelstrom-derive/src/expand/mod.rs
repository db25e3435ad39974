//! Writes the code. Nothing here can fail: the model is right.

mod calls;
mod client;
mod events;
mod invoke;
mod life;
mod node;
mod payload;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{GenericParam, Generics, Lifetime};

use crate::{
    errors::Errors,
    model::{Copied, Model, Reply},
    parse,
    syntax::Impl,
    types,
};

/// The whole macro: the impl without our annotations, what is generated beside it, and the mistakes found.
pub(crate) fn node(arguments: TokenStream, item: TokenStream) -> (TokenStream, Vec<syn::Error>) {
    let mut errors = Errors::default();
    let krate = parse::arguments(arguments, &mut errors);
    let mut block: Impl = match syn::parse2(item.clone()) {
        Ok(block) => block,
        Err(error) => {
            errors.add_error(not_an_impl(&item).unwrap_or(error));
            return (item, errors.into_vec());
        }
    };
    let model = parse::model(&block, krate, &mut errors);
    parse::strip(&mut block);
    let mut tokens = block.into_token_stream();
    if let Some(model) = model {
        let names = Names::new(&model);
        tokens.extend(payload::expand(&model, &names));
        tokens.extend(events::expand(&model, &names));
        tokens.extend(client::expand(&model, &names));
        tokens.extend(calls::expand(&model, &names));
        tokens.extend(node::expand(&model, &names));
    }
    (tokens, errors.into_vec())
}

/// The error for an item that is no impl block at all.
fn not_an_impl(item: &TokenStream) -> Option<syn::Error> {
    let other: syn::Item = syn::parse2(item.clone()).ok()?;
    let what = match other {
        syn::Item::Impl(_) => return None,
        syn::Item::Struct(_) | syn::Item::Enum(_) => "on the type itself",
        syn::Item::Trait(_) => "on a trait",
        syn::Item::Fn(_) => "on a function",
        syn::Item::Mod(_) => "on a module",
        _ => "here",
    };
    Some(syn::Error::new(
        Span::call_site(),
        format!(
            "`#[maelstrom::node]` can't stand {what}: put it on the `impl` block that has the handlers, \
             `#[maelstrom::node] impl MyNode {{ … }}`"
        ),
    ))
}

/// The names of generated items, and names that can't collide with the user's.
struct Names {
    payload: Ident,
    event: Ident,
    client: Ident,
    /// Locals of generated functions; their hygiene keeps them apart from handlers' parameters of the same name.
    state: Ident,
    node: Ident,
    ctx: Ident,
    message: Ident,
    incoming: Ident,
    reply: Ident,
    serializer: Ident,
    line: Lifetime,
    /// Type parameters of the client, and of the function that writes a payload.
    recipients: Ident,
    format: Ident,
}

impl Names {
    fn new(model: &Model) -> Self {
        let generated = |suffix| format_ident!("{}{suffix}", model.name, span = Span::call_site());
        let local = |name| Ident::new(name, Span::mixed_site());
        Self {
            payload: generated("Payload"),
            event: generated("Event"),
            client: generated("Client"),
            state: local("state"),
            node: local("node"),
            ctx: local("ctx"),
            message: local("message"),
            incoming: local("incoming"),
            reply: local("reply"),
            serializer: local("serializer"),
            line: Lifetime::new("'m", Span::call_site()),
            recipients: free_name("To", model),
            format: free_name("S", model),
        }
    }
}

/// The name for a type parameter beside those of the node, and beside the types that messages are made of.
fn free_name(name: &str, model: &Model) -> Ident {
    let mut taken: TokenStream = model
        .handlers
        .iter()
        .flat_map(|handler| {
            let fields = handler.fields.iter().flat_map(|field| [&field.stored, &field.taken]);
            let reply = handler.reply.iter().flat_map(Reply::types).map(|ty| &ty.stored);
            fields.chain(reply)
        })
        .cloned()
        .collect();
    model.generics.to_tokens(&mut taken);
    model.self_ty.to_tokens(&mut taken);
    let mut name = Ident::new(name, Span::call_site());
    while types::find_ident(&taken, &|ident| *ident == name).is_some() {
        name = format_ident!("{name}_");
    }
    name
}

/// What every generated item allows: it is public whatever the node's visibility, need not all be used, and its style
/// is nobody's concern.
fn quiet() -> TokenStream {
    quote! {
        #[allow(dead_code, deprecated, private_bounds, private_interfaces, unreachable_pub)]
        #[allow(clippy::all, clippy::pedantic)]
    }
}

/// A documentation comment.
fn doc(text: &str) -> TokenStream {
    let line = format!(" {text}");
    quote!(#[doc = #line])
}

/// The documentation of a method, or this one if it has none.
fn docs_or(copied: &Copied, text: &str) -> TokenStream {
    let docs = &copied.docs;
    if docs.is_empty() { doc(text) } else { quote!(#(#docs)*) }
}

/// The node's parameters, with further ones around them.
fn with_params(
    generics: &Generics,
    before: impl IntoIterator<Item = GenericParam>,
    after: impl IntoIterator<Item = GenericParam>,
) -> Generics {
    let mut extended = generics.clone();
    extended.params = before.into_iter().chain(generics.params.iter().cloned()).chain(after).collect();
    extended
}

/// The type parameters, for a marker that uses them all.
fn type_params(generics: &Generics) -> Vec<&Ident> {
    generics.type_params().map(|param| &param.ident).collect()
}

/// Arguments for a turbofish, without lifetimes; nothing if there are none.
fn turbofish(generics: &Generics) -> TokenStream {
    let (_, ty_generics, _) = generics.split_for_impl();
    let turbofish = ty_generics.as_turbofish();
    quote!(#turbofish)
}
