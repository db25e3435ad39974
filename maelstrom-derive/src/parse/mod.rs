//! From syntax to model: reads annotations and signatures, and finds the mistakes within one method.
//!
//! This file has the impl block as a whole; `method` turns an annotated method into a handler, an event or a hook,
//! with `signature` for its receiver and parameters, `fields` for those that are fields of the message, `reply` for
//! what it returns, and `stub` for what is left of it after a mistake.

mod fields;
mod method;
mod reply;
mod signature;
mod stub;

use proc_macro2::Ident;
use syn::{FnArg, GenericParam, Path, Type, TypeParamBound, ext::IdentExt, parse::Parser};

use self::method::Reader;
use crate::{
    annotation::{self, Annotation, FIELD, is_of_parameter, of_method},
    check,
    errors::Errors,
    model::{EventHandler, Every, Init, Model},
    syntax::{Impl, Item, Method, parameter_attrs},
    types::{self, translate},
};

/// Reads the arguments of `#[node(…)]`: the path of our crate.
pub(crate) fn arguments(arguments: proc_macro2::TokenStream, errors: &mut Errors) -> Path {
    let mut krate: Path = syn::parse_quote!(::maelstrom);
    let parsed = (|input: syn::parse::ParseStream<'_>| {
        if input.is_empty() {
            return Ok(());
        }
        let at = input.span();
        if input.call(syn::Ident::parse_any).is_ok_and(|word| word == "crate") && input.peek(syn::Token![=]) {
            input.parse::<syn::Token![=]>()?;
            krate = input.call(Path::parse_mod_style)?;
            input.parse::<Option<syn::Token![,]>>()?;
            Ok(())
        } else {
            input.parse::<proc_macro2::TokenStream>()?;
            Err(syn::Error::new(
                at,
                "`#[maelstrom::node]` takes one option, `crate = path`, for where the maelstrom crate is found",
            ))
        }
    })
    .parse2(arguments);
    if let Err(error) = parsed {
        errors.add_error(error);
    }
    krate
}

/// Takes our annotations off the impl.
pub(crate) fn strip(block: &mut Impl) {
    for item in &mut block.items {
        match item {
            Item::Method(method) => {
                method.attrs.retain(|attr| of_method(attr).is_none() && !is_of_parameter(attr));
                for argument in &mut method.sig.inputs {
                    parameter_attrs(argument)
                        .retain(|attr| of_method(attr).is_none() && !is_of_parameter(attr));
                }
            }
            Item::Other(attrs, _) => {
                attrs.retain(|attr| of_method(attr).is_none() && !is_of_parameter(attr));
            }
        }
    }
}

/// Builds the model. What is wrong is reported, and only a stub of it is left, so that the rest still stands; only an
/// impl that can't be a node's gives no model.
pub(crate) fn model(block: &Impl, krate: Path, errors: &mut Errors) -> Option<Model> {
    let mistakes = errors.len();
    let name = node_name(block, errors)?;
    let sound = errors.len() == mistakes;
    let mut model = Model {
        krate,
        name,
        self_ty: block.self_ty.clone(),
        is_async: false,
        generics: block.generics.clone(),
        handlers: Vec::new(),
        events: Vec::new(),
        stubs: Vec::new(),
        init: None,
        shutdown: None,
        fallback: None,
    };
    if !sound {
        without_lifetimes(&mut model);
    }
    // Nodes live as long as the program. Where the impl forgets to say so, rustc asks for it once, at the first
    // `Context<Self>`, and not at everything that is generated.
    for parameter in model.generics.type_params_mut() {
        let is_static = |bound: &TypeParamBound| matches!(bound, TypeParamBound::Lifetime(name) if name.ident == "static");
        if !parameter.bounds.iter().any(is_static) {
            parameter.bounds.push(syn::parse_quote!('static));
        }
    }
    let first_async = first_async(block);
    model.is_async = first_async.is_some();
    for item in &block.items {
        match item {
            Item::Method(method) => match the_annotation(method, errors) {
                Some(annotation) => {
                    let self_ty = model.self_ty.clone();
                    let reader = Reader { method, self_ty: &self_ty, first_async };
                    add_method(&mut model, &reader, annotation, sound, errors);
                }
                None => reject_field_options(method, errors),
            },
            Item::Other(attrs, _) => {
                for attr in attrs {
                    if let Some(name) = annotation::own_name(attr) {
                        errors.add(attr, format_args!("`#[{name}]` belongs on a method"));
                    }
                }
            }
        }
    }
    let nothing = model.handlers.is_empty() && model.events.is_empty() && model.fallback.is_none();
    if nothing && errors.len() == mistakes {
        errors.add(
            &block.self_ty,
            "this node handles nothing: annotate a method with `#[rpc]` (a request), `#[message]` (one way) or \
             `#[every(300ms)]` (a timer)",
        );
    }
    Some(model)
}

fn node_name(block: &Impl, errors: &mut Errors) -> Option<Ident> {
    if let Some(trait_) = &block.trait_ {
        errors.add(
            trait_,
            "`#[maelstrom::node]` goes on the node's own `impl` block, not on that of a trait: write `impl MyNode { … }`",
        );
    }
    let lifetime = block.generics.lifetimes().next().map(|parameter| parameter.lifetime.clone());
    if let Some(lifetime) = lifetime.or_else(|| types::find_lifetime(&block.self_ty)) {
        errors.add(
            lifetime,
            "a node lives as long as its program, so it can't borrow: own the data (`String`, `Arc<T>`) instead of a \
             lifetime parameter",
        );
    }
    match types::peel(&block.self_ty) {
        Type::Path(path) if path.qself.is_none() => {
            path.path.segments.last().map(|segment| segment.ident.clone())
        }
        other => {
            errors.add(other, "a node is a struct or an enum of its own: write `impl MyNode { … }`");
            None
        }
    }
}

/// Makes a node that can't borrow of one that does, for its stub.
fn without_lifetimes(model: &mut Model) {
    fn forever<T: syn::parse::Parse + quote::ToTokens + Clone>(syntax: &T, self_ty: &Type) -> T {
        syn::parse2(translate(syntax, self_ty, "static").tokens).unwrap_or_else(|_| syntax.clone())
    }
    let self_ty = forever(&model.self_ty, &model.self_ty);
    let generics = &mut model.generics;
    generics.params = generics
        .params
        .iter()
        .filter(|parameter| !matches!(parameter, GenericParam::Lifetime(_)))
        .map(|parameter| forever(parameter, &self_ty))
        .collect();
    generics.where_clause = generics.where_clause.as_ref().map(|clause| forever(clause, &self_ty));
    model.self_ty = self_ty;
}

/// The first `async` handler, which decides that all handlers share the node; whatever its `cfg`, since what the others
/// take should not depend on that.
fn first_async(block: &Impl) -> Option<&Ident> {
    block.items.iter().find_map(|item| {
        let Item::Method(method) = item else { return None };
        let annotation = method.attrs.iter().find_map(of_method)?;
        // An `async` one is a mistake of its own.
        (method.sig.asyncness.is_some() && annotation != "fallback").then_some(&method.sig.ident)
    })
}

/// The one annotation of a method, if it has any. Of several, the first counts.
fn the_annotation(method: &Method, errors: &mut Errors) -> Option<Annotation> {
    let mut found: Option<(Annotation, &'static str)> = None;
    for attr in &method.attrs {
        if annotation::own_name(attr) == Some(FIELD) {
            errors.add(attr, "`#[field]` belongs on a parameter of a handler");
            continue;
        }
        let Some(name) = of_method(attr) else { continue };
        match &found {
            None => found = annotation::method(attr, errors),
            Some((_, first)) if *first == name => {
                errors.add(attr, format_args!("`#[{name}]` is given twice: remove one"));
            }
            Some((_, first)) => errors.add(
                attr,
                format_args!(
                    "a method has one annotation, and this one has `#[{first}]` already: remove one, or make two \
                     methods"
                ),
            ),
        }
    }
    found.map(|(annotation, _)| annotation)
}

/// `#[field]` where it means nothing: in a method that handles nothing.
fn reject_field_options(method: &Method, errors: &mut Errors) {
    for argument in &method.sig.inputs {
        let FnArg::Typed(typed) = argument else { continue };
        for attr in &typed.attrs {
            if let Some(name) = annotation::own_name(attr) {
                let place = if name == FIELD { "a parameter of a handler" } else { "a method" };
                errors.add(attr, format_args!("`#[{name}]` belongs on {place}"));
            }
        }
    }
}

/// Reads a method into the model; what has mistakes, or stands in an impl that has, as a stub.
fn add_method(
    model: &mut Model,
    reader: &Reader<'_>,
    annotation: Annotation,
    sound: bool,
    errors: &mut Errors,
) {
    let mistakes = errors.len();
    reader.signature(errors);
    let is_sound = |errors: &Errors| sound && errors.len() == mistakes;
    let ident = &reader.method.sig.ident;
    match annotation {
        Annotation::Rpc(options) => {
            let handler = reader.rpc(options, errors).filter(|_| is_sound(errors));
            if !handler.is_some_and(|handler| check::push_handler(model, handler, errors))
                && let Some(stub) = reader.rpc_stub()
            {
                check::push_stub(model, stub);
            }
        }
        Annotation::Message { name } => {
            let handler = reader.message(name, errors).filter(|_| is_sound(errors));
            if !handler.is_some_and(|handler| check::push_handler(model, handler, errors)) {
                check::push_stub(model, reader.message_stub());
            }
        }
        Annotation::Every { interval, jitter } => {
            let event = reader.event(Some(Every { interval, jitter }), errors);
            check::push_event(
                model,
                EventHandler { sound: event.sound && is_sound(errors), ..event },
                errors,
            );
        }
        Annotation::Event => {
            let event = reader.event(None, errors);
            check::push_event(
                model,
                EventHandler { sound: event.sound && is_sound(errors), ..event },
                errors,
            );
        }
        Annotation::Init => {
            let init = reader.init(errors);
            let init = Init { sound: init.sound && is_sound(errors), ..init };
            check::set_once(&mut model.init, "init", ident, init, |init| &init.callee, errors);
        }
        Annotation::Shutdown => {
            let hook = reader.shutdown(errors);
            if is_sound(errors) {
                check::set_once(&mut model.shutdown, "shutdown", ident, hook, |hook| &hook.callee, errors);
            }
        }
        Annotation::Fallback => {
            let hook = reader.fallback(errors);
            if is_sound(errors) {
                check::set_once(&mut model.fallback, "fallback", ident, hook, |hook| &hook.callee, errors);
            }
        }
    }
}
