//! From syntax to model: reads annotations and signatures, and finds the mistakes within one method.

use proc_macro2::{Ident, Span};
use quote::quote;
use syn::{
    Attribute, FnArg, GenericParam, Generics, Pat, Path, ReceiverKind, ReturnType, Safety, Type,
    ext::IdentExt, parse::Parser, spanned::Spanned,
};

use crate::{
    annotation::{self, ANNOTATIONS, Annotation, FIELD, FieldOptions, ReplyFields, RpcOptions, own_name},
    check,
    errors::Errors,
    model::{
        Arg, Callee, Copied, EventHandler, Every, Field, Handler, Hook, Init, Model, Passing, Reply,
        ReplyBody, ReplyField, ReplyType, WireName,
    },
    names,
    syntax::{Impl, Item, Method, parameter_attrs},
    types::{self, LINE, Translated, translate},
};

/// Names that every body uses for itself.
const RESERVED_FIELDS: [&str; 3] = ["type", "msg_id", "in_reply_to"];

/// Reads the arguments of `#[node(…)]`: the path of our crate.
pub(crate) fn arguments(arguments: proc_macro2::TokenStream, errors: &mut Errors) -> Path {
    let mut krate: Path = syn::parse_quote!(::maelstrom);
    let parser = syn::meta::parser(|meta| {
        if meta.path.is_ident("crate") {
            krate = meta.value()?.parse()?;
            Ok(())
        } else {
            Err(meta.error(
                "`#[maelstrom::node]` knows one option: `crate = path`, where the maelstrom crate is found",
            ))
        }
    });
    if let Err(error) = parser.parse2(arguments) {
        errors.add_error(error);
    }
    krate
}

/// Takes our annotations off the impl.
pub(crate) fn strip(block: &mut Impl) {
    for method in block.methods_mut() {
        method.attrs.retain(|attr| own_name(attr).is_none() && annotation::misspelt(attr).is_none());
        for argument in &mut method.sig.inputs {
            parameter_attrs(argument).retain(|attr| own_name(attr) != Some(FIELD));
        }
    }
}

/// Builds the model. What is wrong is reported and left out, so that the rest still stands; only an impl that can't
/// be a node's gives none.
pub(crate) fn model(block: &Impl, krate: Path, errors: &mut Errors) -> Option<Model> {
    let name = node_name(block, errors)?;
    let mut model = Model {
        krate,
        name,
        self_ty: block.self_ty.clone(),
        generics: block.generics.clone(),
        handlers: Vec::new(),
        events: Vec::new(),
        init: None,
        shutdown: None,
        fallback: None,
    };
    let mistakes = errors.len();
    for method in block.methods() {
        if let Some(annotation) = the_annotation(method, errors) {
            add_method(&mut model, method, annotation, errors);
        }
    }
    for item in &block.items {
        if let Item::Other(tokens) = item {
            reject_annotations(tokens, errors);
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
        return None;
    }
    if let Some(lifetime) = block.generics.lifetimes().next() {
        errors.add(
            lifetime,
            "a node lives as long as its program, so it can't borrow: own the data (`String`, `Arc<T>`) instead of a \
             lifetime parameter",
        );
        return None;
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

/// The one annotation of a method, if it has any.
fn the_annotation(method: &Method, errors: &mut Errors) -> Option<Annotation> {
    let mut found: Option<(Annotation, &'static str)> = None;
    let mut broken = false;
    for attr in &method.attrs {
        match own_name(attr) {
            Some(FIELD) => {
                errors.add(attr, "`#[field]` belongs on a parameter of a handler");
                broken = true;
            }
            Some(name) => match (&found, annotation::method(attr, errors)) {
                (None, Some(annotation)) => found = Some((annotation, name)),
                (Some((_, first)), _) if *first == name => {
                    errors.add(attr, format_args!("`#[{name}]` is given twice"));
                }
                (Some((_, first)), _) => errors.add(
                    attr,
                    format_args!(
                        "a method has one annotation, and this one has `#[{first}]` already: split it in two"
                    ),
                ),
                (None, None) => broken = true,
            },
            None => {
                if let Some(meant) = annotation::misspelt(attr) {
                    errors.add(
                        attr.path(),
                        format_args!(
                            "there is no such annotation. Did you mean `#[{meant}]`? A method of a node can have {}",
                            names::list(&ANNOTATIONS, "or")
                        ),
                    );
                    broken = true;
                }
            }
        }
    }
    if broken { None } else { found.map(|(annotation, _)| annotation) }
}

/// Annotations on a constant or a type, where they mean nothing.
fn reject_annotations(item: &proc_macro2::TokenStream, errors: &mut Errors) {
    let attrs = |input: syn::parse::ParseStream<'_>| {
        let attrs = input.call(Attribute::parse_outer)?;
        input.parse::<proc_macro2::TokenStream>()?;
        Ok(attrs)
    };
    for attr in attrs.parse2(item.clone()).unwrap_or_default() {
        if let Some(name) = own_name(&attr) {
            errors.add(&attr, format_args!("`#[{name}]` belongs on a method"));
        }
    }
}

fn add_method(model: &mut Model, method: &Method, annotation: Annotation, errors: &mut Errors) {
    let mistakes = errors.len();
    let reader = Reader { method, self_ty: &model.self_ty };
    reader.signature(errors);
    match annotation {
        Annotation::Rpc(options) => {
            let handler = reader.rpc(options, errors);
            check::push_handler(model, handler.filter(|_| errors.len() == mistakes), errors);
        }
        Annotation::Message { name } => {
            let handler = reader.message(name, errors);
            check::push_handler(model, handler.filter(|_| errors.len() == mistakes), errors);
        }
        Annotation::Every { interval, jitter } => {
            let handler = reader.event(Some(Every { interval, jitter }), errors);
            check::push_event(model, handler.filter(|_| errors.len() == mistakes), errors);
        }
        Annotation::Event => {
            let handler = reader.event(None, errors);
            check::push_event(model, handler.filter(|_| errors.len() == mistakes), errors);
        }
        Annotation::Init => {
            let init = reader.init(errors);
            check::set_once(&mut model.init, "init", &method.sig.ident, init, |init| &init.callee, errors);
        }
        Annotation::Shutdown => {
            let hook = reader.shutdown(errors);
            check::set_once(
                &mut model.shutdown,
                "shutdown",
                &method.sig.ident,
                hook,
                |hook| &hook.callee,
                errors,
            );
        }
        Annotation::Fallback => {
            let hook = reader.fallback(errors);
            check::set_once(
                &mut model.fallback,
                "fallback",
                &method.sig.ident,
                hook,
                |hook| &hook.callee,
                errors,
            );
        }
    }
}

/// Reads one annotated method.
struct Reader<'m> {
    method: &'m Method,
    self_ty: &'m Type,
}

/// A parameter that is neither `self` nor the context.
struct Parameter<'m> {
    ident: Ident,
    ty: &'m Type,
    options: FieldOptions,
}

impl<'m> Reader<'m> {
    /// What is asked of every annotated method.
    fn signature(&self, errors: &mut Errors) {
        let sig = &self.method.sig;
        if let Some(token) = &sig.asyncness {
            errors.add(
                token,
                "`async` handlers are not supported yet: send what is needed, and answer later with `ctx.later()`",
            );
        }
        if let Safety::Unsafe(token) = &sig.safety {
            errors
                .add(token, "the engine calls this method, and can't promise what an `unsafe` one asks for");
        }
        if let Some(variadic) = &sig.variadic {
            errors.add(variadic, "a handler has a fixed list of parameters, one for each field");
        }
        self.generics(&sig.generics, errors);
    }

    fn generics(&self, generics: &Generics, errors: &mut Errors) {
        for parameter in &generics.params {
            let (tokens, kind) = match parameter {
                GenericParam::Lifetime(_) => continue,
                GenericParam::Type(ty) => (&ty.ident, "type"),
                GenericParam::Const(constant) => (&constant.ident, "const"),
            };
            errors.add(
                tokens,
                format_args!(
                    "a message has fields of known types, so its handler can't have a {kind} parameter: put it on the \
                     `impl`, or name the type"
                ),
            );
        }
    }

    fn copied(&self) -> Copied {
        let named = |name: &'static str| {
            self.method.attrs.iter().filter(move |attr| attr.path().is_ident(name)).cloned().collect()
        };
        Copied { cfgs: named("cfg"), docs: named("doc") }
    }

    /// `&self` or `&mut self`.
    fn receiver(&self, errors: &mut Errors) {
        let sig = &self.method.sig;
        let Some(receiver) = sig.receiver() else {
            errors.add(
                &sig.ident,
                "a handler works on the node: give it `&self`, or `&mut self` to change the node",
            );
            return;
        };
        match &receiver.kind {
            ReceiverKind::Reference(..) => {}
            ReceiverKind::Typed(_, ty) if matches!(types::peel(ty), Type::Reference(_)) => {}
            _ => errors.add(receiver, "a handler borrows the node: take `&self` or `&mut self`"),
        }
    }

    /// The arguments after `self`, and the parameters among them that are not the context.
    fn parameters(&self, errors: &mut Errors) -> (Vec<Arg>, Vec<Parameter<'m>>) {
        let (mut args, mut parameters) = (Vec::new(), Vec::new());
        let mut has_context = false;
        for argument in &self.method.sig.inputs {
            let FnArg::Typed(typed) = argument else { continue };
            let options = self.field_options(&typed.attrs, errors);
            let context = match types::peel(&typed.ty) {
                Type::Reference(reference) if types::is_named(&reference.elem, "Context") => {
                    if let Some(token) = &reference.mutability {
                        errors.add(token, "the context needs no `mut`: take `ctx: &Context<Self>`");
                    }
                    true
                }
                ty if types::is_named(ty, "Context") => {
                    errors.add(ty, "the context is borrowed: take `ctx: &Context<Self>`");
                    true
                }
                _ => false,
            };
            if context {
                if has_context {
                    errors.add(&typed.ty, "the context is given once");
                }
                if let (Some(_), Some(attr)) = (&options, typed.attrs.first()) {
                    errors.add(attr, "the context is no field of the message");
                }
                has_context = true;
                args.push(Arg::Context);
                continue;
            }
            let ident = match &*typed.pat {
                Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => pat.ident.clone(),
                pattern => {
                    errors.add(
                        pattern,
                        "a parameter's name is its field's name, so it can't be a pattern: give it a name and take it \
                         apart in the body (a field that is not needed can be left out)",
                    );
                    continue;
                }
            };
            args.push(Arg::Field(parameters.len()));
            parameters.push(Parameter { ident, ty: &typed.ty, options: options.unwrap_or_default() });
        }
        (args, parameters)
    }

    fn field_options(&self, attrs: &[Attribute], errors: &mut Errors) -> Option<FieldOptions> {
        let mut options = None;
        for attr in attrs {
            match own_name(attr) {
                Some(FIELD) if options.is_some() => errors.add(attr, "`#[field]` is given twice: join them into one"),
                Some(FIELD) => options = annotation::field(attr, errors),
                Some(name) => errors.add(attr, format_args!("`#[{name}]` belongs on a method")),
                None if attr.path().is_ident("cfg") => errors.add(
                    attr,
                    "a field can't come and go with a `cfg`: write two handlers for the message, and put the `cfg`s on them",
                ),
                None => {}
            }
        }
        options
    }

    /// The fields of a message.
    fn fields(&self, parameters: &[Parameter<'_>], errors: &mut Errors) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        for parameter in parameters {
            let Some(field) = self.field(parameter, errors) else { continue };
            if let Some(twin) = fields.iter().find(|other| other.wire.text == field.wire.text) {
                errors.add_error(syn::Error::new(
                    field.wire.span,
                    format!("two parameters stand for the field `{}`", twin.wire.text),
                ));
            }
            fields.push(field);
        }
        fields
    }

    fn field(&self, parameter: &Parameter<'_>, errors: &mut Errors) -> Option<Field> {
        let wire = match &parameter.options.rename {
            Some(rename) => rename.clone(),
            None => WireName { text: bare_name(&parameter.ident), span: parameter.ident.span() },
        };
        if RESERVED_FIELDS.contains(&wire.text.as_str()) {
            errors.add_error(syn::Error::new(
                wire.span,
                format!(
                    "every message has a `{}` of its own, which the library reads and writes: name the field something \
                     else",
                    wire.text
                ),
            ));
        }
        let ty = types::peel(parameter.ty);
        let passing = self.passing(ty, errors)?;
        let stored = match &passing {
            Passing::Str => {
                let line = syn::Lifetime::new("'m", ty.span());
                Translated { tokens: quote!(::std::borrow::Cow<#line, str>), borrows: true }
            }
            Passing::Lent { owned, borrowed } if owned.to_string() == borrowed.to_string() => {
                Translated { tokens: owned.clone(), borrows: true }
            }
            Passing::Lent { owned, borrowed } => {
                Translated { tokens: quote!(#owned, #borrowed), borrows: true }
            }
            Passing::Owned | Passing::CowStr => translate(ty, self.self_ty, LINE),
        };
        Some(Field {
            ident: Ident::new_raw_if_needed(&bare_name(&parameter.ident), parameter.ident.span()),
            wire,
            stored: stored.tokens,
            taken: translate(ty, self.self_ty, "_").tokens,
            borrows: stored.borrows,
            passing,
            default: parameter.options.default.clone(),
        })
    }

    /// How a parameter of this type gets its value.
    fn passing(&self, ty: &Type, errors: &mut Errors) -> Option<Passing> {
        if let Some(token) = types::find_impl_trait(ty) {
            errors.add(
                token,
                "a field has one known type, so its parameter can't be `impl Trait`: name the type",
            );
            return None;
        }
        let passing = match ty {
            Type::Reference(reference) => {
                if let Some(token) = &reference.mutability {
                    errors.add(
                        token,
                        "only `self` can be `&mut`: take the field by value, as `mut name: Type`, to change it",
                    );
                    return None;
                }
                match types::peel(&reference.elem) {
                    Type::Path(path) if path.path.is_ident("str") => return Some(Passing::Str),
                    elem if types::is_named(elem, "RawValue") => return Some(Passing::Owned),
                    Type::Slice(slice) => {
                        let elem = translate(&slice.elem, self.self_ty, LINE).tokens;
                        Passing::Lent { owned: quote!(::std::vec::Vec<#elem>), borrowed: quote!([#elem]) }
                    }
                    Type::TraitObject(object) => {
                        errors.add(object, "a trait object can't be read from a message: name a type");
                        return None;
                    }
                    elem => {
                        let elem = translate(elem, self.self_ty, LINE).tokens;
                        Passing::Lent { owned: elem.clone(), borrowed: elem }
                    }
                }
            }
            Type::Slice(_) | Type::TraitObject(_) => {
                let instead = if matches!(ty, Type::Slice(_)) {
                    "`&[T]` or `Vec<T>`"
                } else {
                    "a type with a known size"
                };
                errors.add(ty, format_args!("a parameter needs a size: take {instead}"));
                return None;
            }
            Type::Path(path) if path.path.is_ident("str") => {
                errors.add(ty, "a parameter needs a size: take `&str` or `String`");
                return None;
            }
            ty if types::first_argument(ty, "Cow").is_some_and(|inner| types::is_named(inner, "str")) => {
                return Some(Passing::CowStr);
            }
            _ => Passing::Owned,
        };
        if let Some(found) = types::find_str_reference(ty) {
            errors.add(
                found,
                "a `&str` inside another type can't hold a string with escapes, so such messages would fail: use \
                 `String` or `Cow<'_, str>` here (a whole parameter can be `&str`)",
            );
            return None;
        }
        Some(passing)
    }

    fn callee(&self, args: Vec<Arg>, fallible: bool) -> Callee {
        Callee { method: self.method.sig.ident.clone(), args, fallible, attrs: self.copied() }
    }

    fn wire_name(&self, given: Option<WireName>, errors: &mut Errors) -> WireName {
        let ident = &self.method.sig.ident;
        let wire = given.unwrap_or_else(|| WireName { text: ident.unraw().to_string(), span: ident.span() });
        let error = match wire.text.as_str() {
            "init" => {
                "`init` is the handshake, which the library answers: build the node in an `#[init]` method"
            }
            "error" => "`error` is the type of Maelstrom's error replies: name the message something else",
            _ => return wire,
        };
        errors.add_error(syn::Error::new(wire.span, error));
        wire
    }

    fn rpc(&self, options: RpcOptions, errors: &mut Errors) -> Option<Handler> {
        self.receiver(errors);
        let (args, parameters) = self.parameters(errors);
        let fields = self.fields(&parameters, errors);
        let wire = self.wire_name(options.name, errors);
        let reply_wire = options
            .reply_name
            .unwrap_or_else(|| WireName { text: format!("{}_ok", wire.text), span: wire.span });
        let (returned, fallible) = self.returned();
        let (returned, later) = match returned.map(|ty| (ty, types::first_argument(ty, "Later"))) {
            Some((_, Some(inner))) => (Some(inner), true),
            Some((ty, None)) => (Some(ty), false),
            None => (None, false),
        };
        let body = self.reply_body(returned, options.reply_fields, errors)?;
        let reply = Reply {
            variant: names::variant(&reply_wire.text, reply_wire.span),
            wire: reply_wire,
            later,
            body,
        };
        Some(Handler {
            callee: self.callee(args, fallible),
            variant: names::variant(&wire.text, wire.span),
            wire,
            fields,
            reply: Some(reply),
        })
    }

    fn message(&self, name: Option<WireName>, errors: &mut Errors) -> Option<Handler> {
        self.receiver(errors);
        let (args, parameters) = self.parameters(errors);
        let fields = self.fields(&parameters, errors);
        let wire = self.wire_name(name, errors);
        let fallible = self.returns_nothing(
            "a `#[message]` is never answered, so it returns nothing (or `Result<()>`): make it an `#[rpc]` if it has a reply",
            errors,
        );
        Some(Handler {
            callee: self.callee(args, fallible),
            variant: names::variant(&wire.text, wire.span),
            wire,
            fields,
            reply: None,
        })
    }

    /// The returned type within a `Result`, if there is one; `None` is `()`.
    fn returned(&self) -> (Option<&'m Type>, bool) {
        let ReturnType::Type(_, ty) = &self.method.sig.output else { return (None, false) };
        let fallible = types::is_named(ty, "Result");
        let inner = if fallible { types::first_argument(ty, "Result") } else { Some(&**ty) };
        (inner.filter(|ty| !types::is_unit(ty)), fallible)
    }

    /// For what has no answer: complains about a returned value, and tells whether a `Result` is returned.
    fn returns_nothing(&self, message: &str, errors: &mut Errors) -> bool {
        let (returned, fallible) = self.returned();
        if let Some(ty) = returned {
            errors.add(ty, message);
        }
        fallible
    }

    fn reply_body(
        &self,
        returned: Option<&Type>,
        named: Option<ReplyFields>,
        errors: &mut Errors,
    ) -> Option<ReplyBody> {
        if let Some(token) = returned.and_then(|ty| types::find_impl_trait(&ty)) {
            errors.add(token, "a reply has one known type, so it can't be `impl Trait`: name the type");
            return None;
        }
        let Some(ReplyFields { path, names }) = named else {
            return Some(match returned.filter(|ty| !types::is_unit(ty)) {
                None => ReplyBody::Empty,
                Some(ty) => ReplyBody::Flat(self.reply_type(ty)),
            });
        };
        if let Some(name) =
            names.iter().find(|name| RESERVED_FIELDS.contains(&name.unraw().to_string().as_str()))
        {
            errors.add(
                name,
                format_args!(
                    "every message has a `{}` of its own, which the library writes: name the field something else",
                    name.unraw()
                ),
            );
            return None;
        }
        for (i, name) in names.iter().enumerate() {
            if names[..i].contains(name) {
                errors.add(name, format_args!("the reply has a field `{name}` already"));
                return None;
            }
        }
        let Some(returned) = returned.filter(|ty| !types::is_unit(ty)) else {
            errors.add(
                &path,
                format_args!(
                    "`reply(…)` names {}, but the method returns nothing",
                    count(names.len(), "field")
                ),
            );
            return None;
        };
        let types = match (types::peel(returned), names.len()) {
            (ty, 1) => vec![ty],
            (Type::Tuple(tuple), n) if tuple.elems.len() == n => tuple.elems.iter().collect(),
            (Type::Tuple(tuple), n) => {
                errors.add(
                    &path,
                    format_args!(
                        "`reply(…)` names {}, but the method returns {}",
                        count(n, "field"),
                        count(tuple.elems.len(), "value")
                    ),
                );
                return None;
            }
            (_, n) => {
                errors.add(
                    &path,
                    format_args!(
                        "`reply(…)` names {}, but the method returns one value: return a tuple, written out in the \
                         signature",
                        count(n, "field")
                    ),
                );
                return None;
            }
        };
        let fields = names
            .into_iter()
            .zip(types)
            .map(|(ident, ty)| ReplyField {
                wire: WireName { text: ident.unraw().to_string(), span: ident.span() },
                ident: Ident::new_raw_if_needed(&ident.unraw().to_string(), ident.span()),
                ty: self.reply_type(ty),
            })
            .collect();
        Some(ReplyBody::Named(fields))
    }

    fn reply_type(&self, ty: &Type) -> ReplyType {
        let translated = translate(ty, self.self_ty, LINE);
        ReplyType {
            stored: translated.tokens,
            borrows: translated.borrows,
            guard: types::is_named(ty, "Ref"),
            span: ty.span(),
        }
    }

    fn event(&self, every: Option<Every>, errors: &mut Errors) -> Option<EventHandler> {
        self.receiver(errors);
        let (args, parameters) = self.parameters(errors);
        let what = if every.is_some() { "a timer" } else { "an event" };
        let fallible = self.returns_nothing(
            &format!("{what} has nobody to answer, so its handler returns nothing (or `Result<()>`)"),
            errors,
        );
        let mut fields = Vec::new();
        for parameter in parameters {
            if every.is_some() {
                errors.add(
                    &parameter.ident,
                    "a timer brings nothing but the time: keep what it needs in the node, or use `#[event]` with \
                     `ctx.after(delay, event)`",
                );
                continue;
            }
            if parameter.options.rename.is_some() || parameter.options.default.is_some() {
                errors.add(
                    &parameter.ident,
                    "an event never crosses the network, so its fields need no `#[field]`",
                );
            }
            let translated = translate(parameter.ty, self.self_ty, LINE);
            if translated.borrows {
                errors.add(
                    parameter.ty,
                    "an event waits before it is handled, so it owns what it brings: take it by value",
                );
            } else if let Some(token) = types::find_impl_trait(parameter.ty) {
                errors.add(token, "an event brings values of known types: name the type");
            }
            fields.push((parameter.ident, translated.tokens));
        }
        let ident = &self.method.sig.ident;
        Some(EventHandler {
            callee: self.callee(args, fallible),
            variant: names::variant(&ident.unraw().to_string(), ident.span()),
            fields,
            every,
        })
    }

    /// Turns the one parameter besides the context into [`Arg::Given`], and complains about further ones.
    fn given(
        &self,
        args: Vec<Arg>,
        parameters: &[Parameter<'m>],
        what: &str,
        errors: &mut Errors,
    ) -> Vec<Arg> {
        for extra in parameters.iter().skip(1) {
            errors.add(
                &extra.ident,
                format_args!("one parameter too many: besides the context it takes {what}"),
            );
        }
        args.into_iter()
            .filter(|arg| !matches!(arg, Arg::Field(index) if *index > 0))
            .map(|arg| if matches!(arg, Arg::Field(_)) { Arg::Given } else { arg })
            .collect()
    }

    fn init(&self, errors: &mut Errors) -> Option<Init> {
        let sig = &self.method.sig;
        let mistakes = errors.len();
        if let Some(receiver) = sig.receiver() {
            errors.add(
                receiver,
                "`#[init]` makes the node, so there is none yet: take `ctx: &Context<Self>`, or nothing",
            );
        }
        let (args, parameters) = self.parameters(errors);
        let args = self.given(args, &parameters, "only the configuration", errors);
        let config = parameters.first().map(|parameter| {
            let translated = translate(parameter.ty, self.self_ty, LINE);
            if translated.borrows {
                errors.add(parameter.ty, "the configuration is given to the node for good: take it by value");
            }
            translated.tokens
        });
        let (returned, fallible) = self.returned();
        if returned.is_none() {
            errors.add(&sig.ident, "`#[init]` returns the node: write `-> Self`, or `-> Result<Self>`");
        }
        let span = returned.map_or_else(Span::call_site, Spanned::span);
        (errors.len() == mistakes).then(|| Init { callee: self.callee(args, fallible), config, span })
    }

    fn shutdown(&self, errors: &mut Errors) -> Option<Hook> {
        let mistakes = errors.len();
        self.receiver(errors);
        let (args, parameters) = self.parameters(errors);
        for parameter in &parameters {
            errors.add(
                &parameter.ident,
                "the end of input brings nothing: `#[shutdown]` takes only the context",
            );
        }
        let fallible = self
            .returns_nothing("`#[shutdown]` has nobody to answer: return nothing, or `Result<()>`", errors);
        (errors.len() == mistakes).then(|| Hook { callee: self.callee(args, fallible) })
    }

    fn fallback(&self, errors: &mut Errors) -> Option<Hook> {
        let mistakes = errors.len();
        self.receiver(errors);
        let (args, parameters) = self.parameters(errors);
        if parameters.is_empty() {
            errors.add(
                &self.method.sig.ident,
                "`#[fallback]` takes the message: add `message: &RawMessage<'_>`",
            );
        }
        let args = self.given(args, &parameters, "only the message, as `&RawMessage<'_>`", errors);
        let fallible = self.returns_nothing(
            "`#[fallback]` answers through `ctx.reply(…)`, since it alone knows the reply's type: return nothing, or \
             `Result<()>`",
            errors,
        );
        (errors.len() == mistakes).then(|| Hook { callee: self.callee(args, fallible) })
    }
}

/// A parameter's field name: without `r#`, and without the underscore that marks it as unused.
fn bare_name(ident: &Ident) -> String {
    let name = ident.unraw().to_string();
    match name.strip_prefix('_') {
        Some(rest) if rest.starts_with(|c: char| c.is_alphabetic()) => rest.to_owned(),
        _ => name,
    }
}

fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("one {what}") } else { format!("{n} {what}s") }
}

/// Identifiers from names that may be keywords.
trait RawIdent {
    fn new_raw_if_needed(name: &str, span: Span) -> Ident;
}

impl RawIdent for Ident {
    fn new_raw_if_needed(name: &str, span: Span) -> Ident {
        match name {
            _ if syn::parse_str::<Ident>(name).is_ok() => Ident::new(name, span),
            // The keywords that can't be raw.
            "self" | "Self" | "super" | "crate" => Ident::new(&format!("{name}_"), span),
            _ => Ident::new_raw(name, span),
        }
    }
}
