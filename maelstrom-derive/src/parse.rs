//! From syntax to model: reads annotations and signatures, and finds the mistakes within one method.

use proc_macro2::{Ident, Span};
use quote::{quote, quote_spanned};
use syn::{
    FnArg, GenericArgument, GenericParam, Generics, Pat, Path, PathArguments, ReceiverKind, ReturnType,
    Safety, Type, TypeParamBound, ext::IdentExt, parse::Parser, spanned::Spanned,
};

use crate::{
    annotation::{
        self, Annotation, FIELD, FieldOptions, ReplyFields, RpcOptions, is_of_parameter, of_method,
    },
    check,
    errors::Errors,
    model::{
        Arg, Callee, Copied, EventHandler, Every, Field, Handler, Hook, Init, Model, Outcome, Passing, Reply,
        ReplyBody, ReplyField, ReplyType, Stub, WireName,
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
    for item in &block.items {
        match item {
            Item::Method(method) => match the_annotation(method, errors) {
                Some(annotation) => add_method(&mut model, method, annotation, sound, errors),
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
                errors.add(attr, format_args!("`#[{name}]` is given twice"));
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
fn add_method(model: &mut Model, method: &Method, annotation: Annotation, sound: bool, errors: &mut Errors) {
    let mistakes = errors.len();
    let self_ty = model.self_ty.clone();
    let reader = Reader { method, self_ty: &self_ty };
    reader.signature(errors);
    let is_sound = |errors: &Errors| sound && errors.len() == mistakes;
    let ident = &method.sig.ident;
    match annotation {
        Annotation::Rpc(options) => {
            if let Some(handler) = reader.rpc(options, errors).filter(|_| is_sound(errors)) {
                check::push_handler(model, handler, errors);
            }
        }
        Annotation::Message { name } => {
            let handler = reader.message(name, errors).filter(|_| is_sound(errors));
            if !handler.is_some_and(|handler| check::push_handler(model, handler, errors)) {
                check::push_stub(model, reader.stub());
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
    field_attr: Option<&'m syn::Attribute>,
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
            errors.add(
                token,
                "the engine calls this method, and can't promise what an `unsafe` one asks for: make it safe",
            );
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
                    "the engine calls this method, and can't know with which `{tokens}`: put the {kind} parameter on \
                     the `impl`, or do without"
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
            ReceiverKind::Typed(_, ty) if self.is_borrowed_self(ty) => {}
            _ => errors.add(receiver, "a handler borrows the node: take `&self` or `&mut self`"),
        }
    }

    /// Whether a type is `&Self`, `&mut Self`, or the same with the node's name.
    fn is_borrowed_self(&self, ty: &Type) -> bool {
        match types::peel(ty) {
            Type::Reference(reference) => self.is_node(&reference.elem),
            _ => false,
        }
    }

    /// Whether a type is `Self` or ends in the node's name.
    fn is_node(&self, ty: &Type) -> bool {
        types::is_named(ty, "Self")
            || types::last_segment(self.self_ty)
                .is_some_and(|node| types::last_segment(ty).is_some_and(|other| other.ident == node.ident))
    }

    /// The arguments after `self`, and the parameters among them that are not the context.
    fn parameters(&self, errors: &mut Errors) -> (Vec<Arg>, Vec<Parameter<'m>>) {
        let (mut args, mut parameters) = (Vec::new(), Vec::new());
        let mut has_context = false;
        for argument in &self.method.sig.inputs {
            let FnArg::Typed(typed) = argument else { continue };
            let options = self.field_options(&typed.attrs, errors);
            if let Some(borrowed) = context(&typed.ty) {
                if let Err(problem) = borrowed {
                    errors.add_error(problem);
                }
                if has_context {
                    errors.add(&typed.ty, "the context is given twice: take it once");
                }
                if let (Some(_), Some(attr)) = (&options, typed.attrs.first()) {
                    errors.add(attr, "the context is no field of the message");
                }
                has_context = true;
                args.push(Arg::Context(typed.ty.span()));
                continue;
            }
            let ident = match &*typed.pat {
                Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => pat.ident.clone(),
                pattern => {
                    let instead = match pattern {
                        Pat::Wild(_) => "give it one, such as `_value`, or leave the field out",
                        _ => "give it one, and take it apart in the body",
                    };
                    errors.add(
                        pattern,
                        format_args!("a parameter needs a name, which is that of its field: {instead}"),
                    );
                    continue;
                }
            };
            args.push(Arg::Field(parameters.len()));
            parameters.push(Parameter {
                ident,
                ty: &typed.ty,
                options: options.unwrap_or_default(),
                field_attr: typed.attrs.iter().find(|attr| is_of_parameter(attr)),
            });
        }
        (args, parameters)
    }

    fn field_options(&self, attrs: &[syn::Attribute], errors: &mut Errors) -> Option<FieldOptions> {
        let mut options: Option<FieldOptions> = None;
        for attr in attrs {
            if is_of_parameter(attr) {
                if options.is_some() {
                    errors.add(attr, "`#[field]` is given twice: join them into one");
                } else {
                    options = Some(annotation::field(attr, errors));
                }
            } else if let Some(name) = of_method(attr) {
                errors.add(attr, format_args!("`#[{name}]` belongs on a method"));
            } else if attr.path().is_ident("cfg") {
                errors.add(
                    attr,
                    "a field can't come and go with a `cfg`: write two handlers for the message, and put the `cfg`s on them",
                );
            }
        }
        options
    }

    /// The fields of a message, if all of them are right.
    fn fields(&self, parameters: &[Parameter<'_>], errors: &mut Errors) -> Option<Vec<Field>> {
        let mut fields: Vec<Field> = Vec::new();
        let mut all = true;
        for parameter in parameters {
            let Some(field) = self.field(parameter, errors) else {
                all = false;
                continue;
            };
            if let Some(twin) = fields.iter().find(|other| other.wire.text == field.wire.text) {
                errors.add_error(syn::Error::new(
                    field.wire.span,
                    format!("two parameters stand for the field `{}`: rename one", twin.wire.text),
                ));
            } else if fields.iter().any(|other| other.ident == field.ident) {
                errors.add(
                    &parameter.ident,
                    format_args!(
                        "two parameters are called `{}`, but for an underscore: rename one",
                        field.ident
                    ),
                );
            }
            fields.push(field);
        }
        all.then_some(fields)
    }

    /// The words that mean nothing outside the method: its own parameters, and `impl`.
    fn unknown_types(&self) -> impl Fn(&Ident) -> bool {
        let generics = &self.method.sig.generics;
        |ident| {
            let is_it = |parameter: &GenericParam| match parameter {
                GenericParam::Lifetime(_) => false,
                GenericParam::Type(ty) => ty.ident == *ident,
                GenericParam::Const(constant) => constant.ident == *ident,
            };
            ident == "impl" || generics.params.iter().any(is_it)
        }
    }

    /// What is left of a message's handler if it has a mistake.
    fn stub(&self) -> Stub {
        let sig = &self.method.sig;
        let is_unknown = self.unknown_types();
        let fields = sig
            .inputs
            .iter()
            .filter_map(|argument| match argument {
                FnArg::Typed(typed) if context(&typed.ty).is_none() => Some(types::peel(&typed.ty)),
                _ => None,
            })
            .map(|ty| {
                let known = types::find_ident(ty, &is_unknown).is_none() && !is_unsized(ty);
                known.then(|| translate(ty, self.self_ty, "_").tokens)
            })
            .collect();
        Stub { method: sig.ident.clone(), cfgs: self.copied().cfgs, fields }
    }

    fn field(&self, parameter: &Parameter<'_>, errors: &mut Errors) -> Option<Field> {
        let wire = match &parameter.options.rename {
            Some(rename) => rename.clone(),
            None => WireName { text: bare_name(&parameter.ident), span: parameter.ident.span() },
        };
        if RESERVED_FIELDS.contains(&wire.text.as_str()) {
            errors.add_error(syn::Error::new(wire.span, reserved_field(&wire.text)));
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
            written: translate(types::behind_references(ty), self.self_ty, LINE).tokens,
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
        if let Some(name) = types::find_without_lifetime(ty, "Cow") {
            errors.add(name, missing_lifetime("Cow"));
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
                        let span = slice.span();
                        Passing::Lent {
                            owned: quote_spanned!(span=> ::std::vec::Vec<#elem>),
                            borrowed: quote_spanned!(span=> [#elem]),
                        }
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
            Type::TraitObject(_) => {
                errors.add(ty, "a trait object can't be read from a message: name a type");
                return None;
            }
            // rustc says that it needs a size.
            ty if is_unsized(ty) => return None,
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

    fn callee(&self, args: Vec<Arg>, outcome: Outcome) -> Callee {
        Callee { method: self.method.sig.ident.clone(), args, outcome, attrs: self.copied() }
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
        if reply_wire.text == "error" {
            errors.add_error(syn::Error::new(
                reply_wire.span,
                "`error` is the type of Maelstrom's error replies: return `Result<T>` for those, and call the reply \
                 something else",
            ));
        }
        let (returned, outcome) = self.returned();
        let (returned, later) = match returned.map(|ty| (ty, types::first_argument(ty, "Later"))) {
            Some((_, Some(inner))) => (Some(inner), true),
            Some((ty, None)) => (Some(ty), false),
            None => (None, false),
        };
        let body = self.reply_body(returned, options.reply_fields, errors);
        let (fields, body) = (fields?, body?);
        let reply = Reply {
            variant: names::variant(&reply_wire.text, reply_wire.span),
            wire: reply_wire,
            later,
            body,
        };
        Some(Handler {
            callee: self.callee(args, outcome),
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
        let outcome = self.returns_nothing(
            "a `#[message]` is never answered, so it returns nothing (or `Result<()>`): make it an `#[rpc]` if it has a reply",
            errors,
        );
        Some(Handler {
            callee: self.callee(args, outcome),
            variant: names::variant(&wire.text, wire.span),
            wire,
            fields: fields?,
            reply: None,
        })
    }

    /// The returned type, or that within a `Result`; `None` is `()`.
    fn returned(&self) -> (Option<&'m Type>, Outcome) {
        let ReturnType::Type(_, ty) = &self.method.sig.output else { return (None, Outcome::Plain) };
        if !types::is_named(ty, "Result") {
            return (Some(&**ty).filter(|ty| !types::is_unit(ty)), Outcome::Plain);
        }
        let inner = types::first_argument(ty, "Result").filter(|ty| !types::is_unit(ty));
        let error = types::last_segment(ty).and_then(|segment| match &segment.arguments {
            PathArguments::AngleBracketed(arguments) => arguments.args.iter().nth(1),
            _ => None,
        });
        let outcome = match error {
            Some(GenericArgument::Type(error)) => {
                Outcome::FallibleWith(translate(error, self.self_ty, "_").tokens)
            }
            _ => Outcome::Fallible,
        };
        (inner, outcome)
    }

    /// For what has no answer: complains about a returned value.
    fn returns_nothing(&self, message: &str, errors: &mut Errors) -> Outcome {
        let (returned, outcome) = self.returned();
        if let Some(ty) = returned {
            errors.add(ty, message);
        }
        outcome
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
        for name in ["Ref", "Cow"] {
            if let Some(found) = returned.and_then(|ty| types::find_without_lifetime(&ty, name)) {
                errors.add(found, missing_lifetime(name));
                return None;
            }
        }
        let Some(ReplyFields { word, names }) = named else {
            return Some(match returned.filter(|ty| !types::is_unit(ty)) {
                None => ReplyBody::Empty,
                Some(ty) => ReplyBody::Flat(self.reply_type(ty)),
            });
        };
        let mistakes = errors.len();
        for (i, name) in names.iter().enumerate() {
            let text = name.unraw().to_string();
            if RESERVED_FIELDS.contains(&text.as_str()) {
                errors.add(name, reserved_field(&text));
            } else if names[..i].iter().any(|other| other.unraw() == text) {
                errors.add(name, format_args!("the reply has a field `{text}` already"));
            }
        }
        let named = count(names.len(), "field");
        let types = match (returned.map(types::peel), names.len()) {
            (None, n) => {
                let value = if n == 1 { "a value" } else { "a tuple" };
                errors.add(
                    &word,
                    format_args!(
                        "`reply(…)` names {named}, but the method returns nothing: return {value}, or leave `reply(…)` \
                         out"
                    ),
                );
                return None;
            }
            (Some(ty), 1) => vec![ty],
            (Some(Type::Tuple(tuple)), n) if tuple.elems.len() == n => tuple.elems.iter().collect(),
            (Some(Type::Tuple(tuple)), _) => {
                let values = count(tuple.elems.len(), "value");
                errors.add(
                    &word,
                    format_args!(
                        "`reply(…)` names {named}, but the method returns {values}: name one field for each"
                    ),
                );
                return None;
            }
            (Some(_), _) => {
                errors.add(
                    &word,
                    format_args!(
                        "`reply(…)` names {named}, but the method returns one value: return a tuple, written out in \
                         the signature"
                    ),
                );
                return None;
            }
        };
        if errors.len() > mistakes {
            return None;
        }
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
            written: translate(types::behind_references(ty), self.self_ty, LINE).tokens,
            borrows: translated.borrows,
        }
    }

    fn event(&self, every: Option<Every>, errors: &mut Errors) -> EventHandler {
        self.receiver(errors);
        let (args, parameters) = self.parameters(errors);
        let what = if every.is_some() { "a timer" } else { "an event" };
        let outcome = self.returns_nothing(
            &format!("{what} has nobody to answer, so its handler returns nothing (or `Result<()>`)"),
            errors,
        );
        let (mut fields, mut sound) = (Vec::new(), true);
        for parameter in parameters {
            if every.is_some() {
                errors.add(
                    &parameter.ident,
                    "a timer brings nothing but the time: keep what it needs in the node, or use `#[event]` with \
                     `ctx.after(delay, event)`",
                );
                continue;
            }
            if let Some(attr) = parameter.field_attr {
                errors.add(
                    attr,
                    "an event never crosses the network, so its parameters have nothing to rename or to leave out",
                );
            }
            // A borrowing one has a mistake, and gets as near as its stub can.
            let translated = translate(parameter.ty, self.self_ty, "static");
            if translated.borrows {
                errors.add(
                    parameter.ty,
                    "an event waits before it is handled, so it owns what it brings: take it by value",
                );
            } else if let Some(token) = types::find_impl_trait(parameter.ty) {
                errors.add(token, "an event brings values of known types: name the type");
            }
            if types::find_ident(parameter.ty, &self.unknown_types()).is_some() || is_unsized(parameter.ty) {
                // We, or rustc, said why.
                sound = false;
                continue;
            }
            let ident = Ident::new_raw_if_needed(&bare_name(&parameter.ident), parameter.ident.span());
            fields.push((ident, translated.tokens));
        }
        let ident = &self.method.sig.ident;
        EventHandler {
            callee: self.callee(args, outcome),
            sound,
            variant: names::variant(&ident.unraw().to_string(), ident.span()),
            fields,
            every,
        }
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
            .map(|arg| match arg {
                Arg::Field(index) => Arg::Given(parameters[index].ty.span()),
                other => other,
            })
            .collect()
    }

    fn init(&self, errors: &mut Errors) -> Init {
        let sig = &self.method.sig;
        if let Some(receiver) = sig.receiver() {
            errors.add(
                receiver,
                "`#[init]` makes the node, so there is none yet: take `ctx: &Context<Self>`, or nothing",
            );
        }
        let (args, parameters) = self.parameters(errors);
        let args = self.given(args, &parameters, "only the configuration", errors);
        // rustc says that it needs a size.
        let sound = parameters.first().is_none_or(|parameter| !is_unsized(parameter.ty));
        let config = parameters.first().filter(|_| sound).map(|parameter| {
            // A borrowing one has a mistake, and gets as near as its stub can.
            let translated = translate(parameter.ty, self.self_ty, "static");
            if translated.borrows {
                errors.add(parameter.ty, "the configuration is given to the node for good: take it by value");
            }
            translated.tokens
        });
        let (returned, outcome) = self.returned();
        match returned {
            None => {
                errors.add(&sig.ident, "`#[init]` returns the node: write `-> Self`, or `-> Result<Self>`");
            }
            Some(ty) if !self.is_node(ty) => {
                errors.add(ty, "`#[init]` returns the node: write `Self`, or `Result<Self>`");
            }
            Some(_) => {}
        }
        Init { callee: self.callee(args, outcome), sound, config }
    }

    fn shutdown(&self, errors: &mut Errors) -> Hook {
        self.receiver(errors);
        let (args, parameters) = self.parameters(errors);
        for parameter in &parameters {
            errors.add(
                &parameter.ident,
                "the end of input brings nothing: `#[shutdown]` takes only the context",
            );
        }
        let outcome = self
            .returns_nothing("`#[shutdown]` has nobody to answer: return nothing, or `Result<()>`", errors);
        Hook { callee: self.callee(args, outcome) }
    }

    fn fallback(&self, errors: &mut Errors) -> Hook {
        self.receiver(errors);
        let (args, parameters) = self.parameters(errors);
        if parameters.is_empty() {
            errors.add(
                &self.method.sig.ident,
                "`#[fallback]` takes the message: add `message: &RawMessage<'_>`",
            );
        }
        let args = self.given(args, &parameters, "only the message, as `&RawMessage<'_>`", errors);
        let outcome = self.returns_nothing(
            "`#[fallback]` answers through `ctx.reply(…)`, since it alone knows the reply's type: return nothing, or \
             `Result<()>`",
            errors,
        );
        Hook { callee: self.callee(args, outcome) }
    }
}

/// Whether a parameter is the context, and what is wrong with it.
fn context(ty: &Type) -> Option<syn::Result<()>> {
    match types::peel(ty) {
        Type::Reference(reference) if types::is_named(&reference.elem, "Context") => {
            Some(reference.mutability.map_or(Ok(()), |token| {
                Err(syn::Error::new_spanned(token, "the context needs no `mut`: take `ctx: &Context<Self>`"))
            }))
        }
        ty if types::is_named(ty, "Context") => {
            Some(Err(syn::Error::new_spanned(ty, "the context is borrowed: take `ctx: &Context<Self>`")))
        }
        _ => None,
    }
}

/// Whether a parameter can't have this type, having no size.
fn is_unsized(ty: &Type) -> bool {
    match types::peel(ty) {
        Type::Slice(_) | Type::TraitObject(_) => true,
        Type::Path(path) => path.path.is_ident("str"),
        _ => false,
    }
}

fn missing_lifetime(name: &str) -> String {
    format!("the macro has to see that this borrows: write `{name}<'_, …>`")
}

fn reserved_field(name: &str) -> String {
    format!(
        "`{name}` belongs to the protocol, and the library reads and writes it: call the field something else"
    )
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
