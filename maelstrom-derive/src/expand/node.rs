//! The `Node` impl: from messages and events to the handlers.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{GenericParam, parse_quote, spanned::Spanned};

use super::{Names, events, payload, quiet, turbofish, with_params};
use crate::model::{
    Arg, Callee, EventHandler, Field, Handler, Hook, Init, Model, Outcome, Passing, Reply, ReplyBody,
};

pub(super) fn expand(model: &Model, names: &Names) -> TokenStream {
    let Model { krate, generics, self_ty, .. } = model;
    let Names { event, client, recipients, state, ctx, message, .. } = names;
    let quiet = quiet();
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let client_generics = {
        let before: GenericParam = parse_quote!('c);
        let after: GenericParam = parse_quote!(#recipients);
        let extended = with_params(generics, [before], [after]);
        let (_, ty_generics, _) = extended.split_for_impl();
        quote!(#ty_generics)
    };
    let init = init(model, names);
    let timers = timers(model, names);
    let receive = receive(model, names);
    let handle_event = handle_event(model, names);
    let shutdown = model.shutdown.as_ref().map(|hook| shutdown(hook, model, names));
    quote! {
        #[automatically_derived]
        #quiet
        impl #impl_generics #krate::Node for #self_ty #where_clause {
            type State = Self;
            type Event = #event #ty_generics;
            type Client<'c, #recipients: #krate::Recipients> = #client #client_generics;

            #init
            #timers

            fn receive(
                #state: &mut Self,
                #ctx: &#krate::Context<Self>,
                #message: &#krate::RawMessage<'_>,
            ) -> #krate::Result<()> {
                #receive
            }

            #handle_event
            #shutdown
        }
    }
}

/// `Config` and `init`. If the handler has a `cfg`, there is a second pair for when it is not there.
fn init(model: &Model, names: &Names) -> TokenStream {
    let Some(init) = &model.init else { return default_init(model, None) };
    let Init { callee, sound, config } = init;
    let (krate, ctx) = (&model.krate, &names.ctx);
    let config = config.clone().unwrap_or_else(|| quote!(()));
    // A complaint that this type is private should point to it.
    let declaration = quote_spanned!(config.span()=> type Config = #config;);
    let cfgs = &callee.attrs.cfgs;
    let method = &callee.method;
    let args = callee.args.iter().map(|arg| match arg {
        Arg::Context(span) => located(ctx, *span),
        Arg::Given(_) | Arg::Field(_) => quote!(config),
    });
    let made = if *sound {
        let made = tried(callee, model, quote!(Self::#method(#(#args),*)));
        quote!(::core::result::Result::Ok(#made))
    } else {
        quote!(::core::unimplemented!())
    };
    let without = (!cfgs.is_empty()).then(|| {
        let conditions = callee.attrs.conditions();
        default_init(model, Some(quote!(#[cfg(not(all(#(#conditions),*)))])))
    });
    quote! {
        #(#cfgs)*
        #declaration

        #(#cfgs)*
        fn init(#ctx: &#krate::Context<Self>, config: #config) -> #krate::Result<Self> {
            #made
        }

        #without
    }
}

fn default_init(model: &Model, cfg: Option<TokenStream>) -> TokenStream {
    let Model { krate, self_ty, .. } = model;
    let this = quote_spanned!(self_ty.span()=> Self);
    let made = quote!(<#this as #krate::__private::Init>::init());
    quote! {
        #cfg
        type Config = ();

        #cfg
        fn init(_: &#krate::Context<Self>, (): ()) -> #krate::Result<Self> {
            ::core::result::Result::Ok(#made)
        }
    }
}

fn timers(model: &Model, names: &Names) -> Option<TokenStream> {
    let (krate, event) = (&model.krate, &names.event);
    let timers: Vec<TokenStream> = model
        .events
        .iter()
        .filter_map(|handler| {
            let every = handler.every.as_ref().filter(|_| handler.sound)?;
            let (cfgs, variant, interval) = (&handler.callee.attrs.cfgs, &handler.variant, &every.interval);
            let jitter = every.jitter.as_ref().map(|jitter| quote!(.jitter(#jitter)));
            let name = handler.callee.method.to_string();
            Some(quote!(#(#cfgs)* #krate::Every::new(#name, #interval, || #event::#variant) #jitter))
        })
        .collect();
    let (_, ty_generics, _) = model.generics.split_for_impl();
    (!timers.is_empty()).then(|| {
        quote! {
            fn timers(&self) -> ::std::vec::Vec<#krate::Every<#event #ty_generics>> {
                ::core::convert::From::from([#(#timers),*])
            }
        }
    })
}

fn receive(model: &Model, names: &Names) -> TokenStream {
    let Names { payload, incoming, message, .. } = names;
    let turbofish = turbofish(&model.generics);
    let unknown = unknown(model, names);
    if model.handlers.is_empty() {
        return quote!(#unknown);
    }
    let arms = model.handlers.iter().map(|handler| arm(handler, model, names));
    // What is decoded is never a reply.
    let rest = payload::has_replies(model).then(|| quote!(_ => {}));
    quote! {
        let ::core::option::Option::Some(#incoming) = #payload #turbofish::decode(&#message.body.payload)? else {
            #unknown
        };
        match #incoming {
            #(#arms)*
            #rest
        }
        ::core::result::Result::Ok(())
    }
}

/// What happens to a message of a type that has no handler.
fn unknown(model: &Model, names: &Names) -> TokenStream {
    let message = &names.message;
    let not_supported = quote!(::core::result::Result::Err(#message.body.payload.not_supported()));
    let Some(Hook { callee }) = &model.fallback else { return quote!(return #not_supported;) };
    let call = tried(callee, model, call(callee, names, |_| TokenStream::new()));
    let finish = quote!(#call; return ::core::result::Result::Ok(()););
    let cfgs = &callee.attrs.cfgs;
    if cfgs.is_empty() {
        return finish;
    }
    let conditions = callee.attrs.conditions();
    quote! {
        #(#cfgs)*
        { #finish }
        #[cfg(not(all(#(#conditions),*)))]
        return #not_supported;
    }
}

/// The call of a method with what it takes.
fn call(callee: &Callee, names: &Names, field: impl Fn(usize) -> TokenStream) -> TokenStream {
    let Names { state, ctx, message, .. } = names;
    let method = &callee.method;
    let args = callee.args.iter().map(|arg| match arg {
        Arg::Context(span) => located(ctx, *span),
        Arg::Field(index) => field(*index),
        Arg::Given(span) => located(message, *span),
    });
    quote!(Self::#method(#state, #(#args),*))
}

/// A local, placed where the parameter's type stands: an error about it points there.
fn located(local: &Ident, span: Span) -> TokenStream {
    let mut local = local.clone();
    local.set_span(local.span().located_at(span));
    quote!(#local)
}

/// A call with `?` if the method returns a `Result`. The error's type is left to rustc, but has its place, so that an
/// error about it points there.
fn tried(callee: &Callee, model: &Model, call: TokenStream) -> TokenStream {
    let krate = &model.krate;
    match &callee.outcome {
        Outcome::Plain => call,
        Outcome::Fallible(error) => {
            let error = quote_spanned!(*error=> _);
            quote!(#krate::__private::fallible::<_, #error>(#call)?)
        }
    }
}

fn arm(handler: &Handler, model: &Model, names: &Names) -> TokenStream {
    let Names { payload, ctx, reply: local, .. } = names;
    let (cfgs, variant) = (&handler.callee.attrs.cfgs, &handler.variant);
    let ty = payload::type_argument(model, names);
    let argument = ty.as_ref().map(|ty| quote!(::<#ty>));
    let later_argument = ty.as_ref().map(|ty| quote!(::<_, #ty>));
    let idents = handler.fields.iter().map(|field| &field.ident);
    let pattern = (!handler.fields.is_empty()).then(|| quote!({ #(#idents),* }));
    let call = call(&handler.callee, names, |index| passed(&handler.fields[index]));
    let call = tried(&handler.callee, model, call);
    let body = match &handler.reply {
        None => quote!(#call;),
        Some(Reply { variant, later: true, body, .. }) => {
            let (taken, made) = reply_value(body, local);
            quote!(#ctx.reply_later #later_argument (#call, |#taken| #payload::#variant #made);)
        }
        Some(Reply { variant, body: ReplyBody::Empty, .. }) => {
            quote! {
                #call;
                #ctx.reply #argument (&#payload::#variant);
            }
        }
        Some(Reply { variant, body, .. }) => {
            let (taken, made) = reply_value(body, local);
            quote! {
                let #taken = #call;
                #ctx.reply #argument (&#payload::#variant #made);
            }
        }
    };
    quote! {
        #(#cfgs)*
        #payload::#variant #pattern => { #body }
    }
}

/// The pattern that takes a returned value, and the fields of the variant made from it.
fn reply_value(body: &ReplyBody, local: &Ident) -> (TokenStream, TokenStream) {
    match body {
        ReplyBody::Empty => (quote!(()), TokenStream::new()),
        ReplyBody::Flat(_) => (quote!(#local), quote!((#local))),
        ReplyBody::Named(fields) => {
            let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
            let made = quote!({ #(#idents),* });
            match &idents[..] {
                [one] => (quote!(#one), made),
                several => (quote!((#(#several),*)), made),
            }
        }
    }
}

/// How a field of the payload is handed to the handler.
fn passed(field: &Field) -> TokenStream {
    let ident = &field.ident;
    match field.passing {
        Passing::Owned | Passing::CowStr => quote!(#ident),
        Passing::Str | Passing::Lent { .. } => quote!(&#ident),
    }
}

fn handle_event(model: &Model, names: &Names) -> TokenStream {
    let krate = &model.krate;
    let Names { event, state, ctx, .. } = names;
    let (_, ty_generics, _) = model.generics.split_for_impl();
    let arms: Vec<TokenStream> =
        model.events.iter().map(|handler| event_arm(handler, model, names)).collect();
    let body = if arms.is_empty() && !events::needs_marker(model) {
        quote!(match event {})
    } else {
        let marker =
            events::needs_marker(model).then(|| quote!(#event::__Parameters(never, _) => match never {},));
        quote! {
            match event {
                #(#arms)*
                #marker
            }
        }
    };
    let (state, ctx) = if arms.is_empty() { (quote!(_), quote!(_)) } else { (quote!(#state), quote!(#ctx)) };
    quote! {
        fn event(
            #state: &mut Self,
            #ctx: &#krate::Context<Self>,
            event: #event #ty_generics,
        ) -> #krate::Result<()> {
            #body
        }
    }
}

fn event_arm(handler: &EventHandler, model: &Model, names: &Names) -> TokenStream {
    let event = &names.event;
    let (cfgs, variant) = (&handler.callee.attrs.cfgs, &handler.variant);
    if !handler.sound {
        return quote!(#(#cfgs)* #event::#variant { .. } => ::core::result::Result::Ok(()),);
    }
    let idents: Vec<_> = handler.fields.iter().map(|(ident, _)| ident).collect();
    let pattern = (!idents.is_empty()).then(|| quote!({ #(#idents),* }));
    let field = |index: usize| {
        let ident = idents[index];
        quote!(#ident)
    };
    let call = tried(&handler.callee, model, call(&handler.callee, names, field));
    quote! {
        #(#cfgs)*
        #event::#variant #pattern => {
            #call;
            ::core::result::Result::Ok(())
        }
    }
}

fn shutdown(hook: &Hook, model: &Model, names: &Names) -> TokenStream {
    let krate = &model.krate;
    let Names { state, ctx, .. } = names;
    let callee = &hook.callee;
    let cfgs = &callee.attrs.cfgs;
    let call = tried(callee, model, call(callee, names, |_| TokenStream::new()));
    quote! {
        #(#cfgs)*
        fn shutdown(#state: &mut Self, #ctx: &#krate::Context<Self>) -> #krate::Result<()> {
            #call;
            ::core::result::Result::Ok(())
        }
    }
}
