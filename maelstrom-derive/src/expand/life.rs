//! The begin and the end of a node: `Config`, `init` and `shutdown` of the `Node` impl.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{
    Names,
    invoke::{call, fallible, hold, located, receiver, state, tried},
};
use crate::model::{Arg, Callee, Hook, Init, Model, Outcome};

/// `Config` and `init`. If the handler has a `cfg`, there is a second pair for when it is not there.
pub(super) fn init(model: &Model, names: &Names) -> TokenStream {
    let Some(init) = &model.init else { return default_init(model, None) };
    let Init { callee, sound, config } = init;
    let (krate, ctx) = (&model.krate, &names.ctx);
    let config = config.clone().unwrap_or_else(|| quote!(()));
    // A complaint that this type is private should point to it.
    let declaration = quote_spanned!(config.span()=> type Config = #config;);
    let cfgs = &callee.attrs.cfgs;
    let body = if *sound { made(callee, model, names) } else { quote!(::core::unimplemented!()) };
    let without = (!cfgs.is_empty()).then(|| {
        let conditions = callee.attrs.conditions();
        default_init(model, Some(quote!(#[cfg(not(all(#(#conditions),*)))])))
    });
    let state = state(model);
    quote! {
        #(#cfgs)*
        #declaration

        #(#cfgs)*
        fn init(#ctx: &#krate::Context<Self>, config: #config) -> #krate::Work<#state> {
            #body
        }

        #without
    }
}

/// The work of making the node.
fn made(callee: &Callee, model: &Model, names: &Names) -> TokenStream {
    let krate = &model.krate;
    let call = call(callee, None, |arg| match arg {
        Arg::Context(span) => context(callee, names, *span),
        Arg::Given(_) | Arg::Field(_) => quote!(config),
    });
    if callee.is_async {
        let keep = keep_context(callee, names);
        let made = tried(callee, model, call);
        return quote! {
            #keep
            #krate::Work::later(async move { ::core::result::Result::Ok(::std::rc::Rc::new(#made)) })
        };
    }
    let made = match (&callee.outcome, model.is_async) {
        (Outcome::Plain, false) => quote!(::core::result::Result::Ok(#call)),
        (Outcome::Plain, true) => quote!(::core::result::Result::Ok(::std::rc::Rc::new(#call))),
        (Outcome::Fallible(error), false) => fallible(*error, model, &call),
        (Outcome::Fallible(error), true) => {
            let made = fallible(*error, model, &call);
            quote!(#made.map(::std::rc::Rc::new))
        }
    };
    quote!(#krate::Work::done(#made))
}

fn default_init(model: &Model, cfg: Option<TokenStream>) -> TokenStream {
    let Model { krate, self_ty, .. } = model;
    let this = quote_spanned!(self_ty.span()=> Self);
    let made = quote!(<#this as #krate::__private::Init>::init());
    let made = if model.is_async { quote!(::std::rc::Rc::new(#made)) } else { made };
    let state = state(model);
    quote! {
        #cfg
        type Config = ();

        #cfg
        fn init(_: &#krate::Context<Self>, (): ()) -> #krate::Work<#state> {
            #krate::Work::done(::core::result::Result::Ok(#made))
        }
    }
}

pub(super) fn shutdown(hook: &Hook, model: &Model, names: &Names) -> TokenStream {
    let krate = &model.krate;
    let ctx = &names.ctx;
    let callee = &hook.callee;
    let cfgs = &callee.attrs.cfgs;
    let call = call(callee, Some(receiver(callee, names)), |arg| match arg {
        Arg::Context(span) => context(callee, names, *span),
        Arg::Given(_) | Arg::Field(_) => TokenStream::new(),
    });
    let body = if callee.is_async {
        let (hold, keep) = (hold(names), keep_context(callee, names));
        let call = tried(callee, model, call);
        quote! {
            #hold
            #keep
            #krate::Work::later(async move {
                #call;
                ::core::result::Result::Ok(())
            })
        }
    } else if let Outcome::Fallible(error) = callee.outcome {
        let done = fallible(error, model, &call);
        quote!(#krate::Work::done(#done))
    } else {
        quote! {
            #call;
            #krate::Work::done(::core::result::Result::Ok(()))
        }
    };
    let (state_ty, state) = (state(model), &names.state);
    quote! {
        #(#cfgs)*
        fn shutdown(#state: &mut #state_ty, #ctx: &#krate::Context<Self>) -> #krate::Work<()> {
            #body
        }
    }
}

/// The context as an argument: lent, or lent of the one that was kept.
fn context(callee: &Callee, names: &Names, span: Span) -> TokenStream {
    let ctx = located(&names.ctx, span);
    if callee.is_async { quote_spanned!(span=> &#ctx) } else { ctx }
}

/// Keeps a context for longer than a call, if it is taken.
fn keep_context(callee: &Callee, names: &Names) -> Option<TokenStream> {
    let ctx = &names.ctx;
    let takes_it = callee.args.iter().any(|arg| matches!(arg, Arg::Context(_)));
    takes_it.then(|| quote!(let #ctx = #ctx.detached();))
}
