//! The `Node` impl: from messages and events to the handlers.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{GenericParam, ext::IdentExt, parse_quote};

use super::{
    Names, events,
    invoke::{self, call, hold, located, receiver, tried},
    life, payload, quiet, turbofish, with_params,
};
use crate::model::{Arg, Callee, EventHandler, Field, Handler, Hook, Model, Passing, Reply, ReplyBody};

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
    let state_ty = invoke::state(model);
    let init = life::init(model, names);
    let timers = timers(model, names);
    let receive = receive(model, names);
    let handle_event = handle_event(model, names);
    let shutdown = model.shutdown.as_ref().map(|hook| life::shutdown(hook, model, names));
    quote! {
        #[automatically_derived]
        #quiet
        impl #impl_generics #krate::Node for #self_ty #where_clause {
            type State = #state_ty;
            type Event = #event #ty_generics;
            type Client<'c, #recipients: #krate::Recipients> = #client #client_generics;

            #init
            #timers

            fn receive(
                #state: &mut #state_ty,
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

fn timers(model: &Model, names: &Names) -> Option<TokenStream> {
    let (krate, event) = (&model.krate, &names.event);
    let timers: Vec<TokenStream> = model
        .events
        .iter()
        .filter_map(|handler| {
            let every = handler.every.as_ref().filter(|_| handler.sound)?;
            let (cfgs, variant, interval) = (&handler.callee.attrs.cfgs, &handler.variant, &every.interval);
            let jitter = every.jitter.as_ref().map(|jitter| quote!(.jitter(#jitter)));
            let name = handler.callee.method.unraw().to_string();
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
    let call = dispatched(callee, model, names, |_| TokenStream::new());
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

fn arm(handler: &Handler, model: &Model, names: &Names) -> TokenStream {
    let Names { payload, ctx, reply: local, .. } = names;
    let (cfgs, variant) = (&handler.callee.attrs.cfgs, &handler.variant);
    let ty = payload::type_argument(model, names);
    let argument = ty.as_ref().map(|ty| quote!(::<#ty>));
    let later_argument = ty.as_ref().map(|ty| quote!(::<_, #ty>));
    let idents = handler.fields.iter().map(|field| &field.ident);
    let pattern = (!handler.fields.is_empty()).then(|| quote!({ #(#idents),* }));
    let call = dispatched(&handler.callee, model, names, |index| passed(&handler.fields[index]));
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
    let body = run(&handler.callee, &handler.wire.text, model, names, body);
    quote! {
        #(#cfgs)*
        #payload::#variant #pattern => { #body }
    }
}

/// The call of a handler, of a message or an event whose fields are given.
fn dispatched(
    callee: &Callee,
    model: &Model,
    names: &Names,
    field: impl Fn(usize) -> TokenStream,
) -> TokenStream {
    let call = call(callee, Some(receiver(callee, names)), |arg| match arg {
        Arg::Context(span) => located(&names.ctx, *span),
        Arg::Field(index) => field(*index),
        Arg::Given(span) => located(&names.message, *span),
    });
    tried(callee, model, call)
}

/// What is done with a handler's call: it is what happens, or, if it may have to wait, what a task does.
fn run(callee: &Callee, doing: &str, model: &Model, names: &Names, body: TokenStream) -> TokenStream {
    if !callee.is_async {
        return body;
    }
    let krate = &model.krate;
    let ctx = &names.ctx;
    let hold = hold(names);
    quote! {
        #hold
        #ctx.run(#doing, async move |#ctx: &#krate::Context<Self>| {
            #body
            ::core::result::Result::Ok(())
        });
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
    let state_ty = invoke::state(model);
    let (state, ctx) = if arms.is_empty() { (quote!(_), quote!(_)) } else { (quote!(#state), quote!(#ctx)) };
    quote! {
        fn event(
            #state: &mut #state_ty,
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
    let call = dispatched(&handler.callee, model, names, field);
    let doing = handler.callee.method.unraw().to_string();
    let body = run(&handler.callee, &doing, model, names, quote!(#call;));
    quote! {
        #(#cfgs)*
        #event::#variant #pattern => {
            #body
            ::core::result::Result::Ok(())
        }
    }
}
