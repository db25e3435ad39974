//! What every annotated method has: a receiver, parameters, and no generics.

use proc_macro2::Ident;
use syn::{
    Attribute, FnArg, GenericParam, Generics, Pat, ReceiverKind, Safety, Token, Type, spanned::Spanned,
};

use super::method::Reader;
use crate::{
    annotation::{self, FieldOptions, is_of_parameter, of_method},
    errors::Errors,
    model::{Arg, Copied},
    types,
};

/// A parameter that is neither `self` nor the context.
pub(super) struct Parameter<'m> {
    pub(super) pat: &'m Pat,
    pub(super) ty: &'m Type,
    pub(super) options: FieldOptions,
    pub(super) field_attr: Option<&'m Attribute>,
}

impl Parameter<'_> {
    /// Its name, which one that is a field has to have.
    pub(super) fn name(&self, errors: &mut Errors) -> Option<&Ident> {
        let instead = match self.pat {
            Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => return Some(&pat.ident),
            Pat::Wild(_) => "give it one, such as `_value`, or leave the field out",
            _ => "give it one, and take it apart in the body",
        };
        errors.add(self.pat, format_args!("a parameter needs a name, which is that of its field: {instead}"));
        None
    }
}

impl<'m> Reader<'m> {
    /// What is asked of every annotated method.
    pub(super) fn signature(&self, errors: &mut Errors) {
        let sig = &self.method.sig;
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

    pub(super) fn is_async(&self) -> bool {
        self.method.sig.asyncness.is_some()
    }

    /// `&self`, or `&mut self` if no handler is `async`.
    pub(super) fn receiver(&self, errors: &mut Errors) {
        let sig = &self.method.sig;
        let Some(receiver) = sig.receiver() else {
            let more = if self.first_async.is_some() { "" } else { ", or `&mut self` to change the node" };
            errors.add(&sig.ident, format_args!("a handler works on the node: give it `&self`{more}"));
            return;
        };
        let mutability = match &receiver.kind {
            ReceiverKind::Reference(_, _, mutability) => mutability.as_ref(),
            ReceiverKind::Typed(_, ty) if self.is_borrowed_self(ty) => mutability(ty),
            _ => {
                let more = if self.first_async.is_some() { "" } else { " or `&mut self`" };
                errors.add(receiver, format_args!("a handler borrows the node: take `&self`{more}"));
                return;
            }
        };
        if let (Some(token), Some(first)) = (mutability, self.first_async) {
            errors.add(
                token,
                format_args!(
                    "`{first}` is `async`, so the node is shared by handlers that interleave at each `.await`: take \
                     `&self`, and keep what changes in a `Cell` or a `RefCell`"
                ),
            );
        }
    }

    /// Whether a type is `Self` or ends in the node's name.
    pub(super) fn is_node(&self, ty: &Type) -> bool {
        types::is_named(ty, "Self")
            || types::last_segment(self.self_ty)
                .is_some_and(|node| types::last_segment(ty).is_some_and(|other| other.ident == node.ident))
    }

    /// The arguments after `self`, and the parameters among them that are not the context.
    pub(super) fn parameters(&self, errors: &mut Errors) -> (Vec<Arg>, Vec<Parameter<'m>>) {
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
                    errors.add(attr, "the context is no field of the message: remove this");
                }
                has_context = true;
                args.push(Arg::Context(typed.ty.span()));
                continue;
            }
            args.push(Arg::Field(parameters.len()));
            parameters.push(Parameter {
                pat: &typed.pat,
                ty: &typed.ty,
                options: options.unwrap_or_default(),
                field_attr: typed.attrs.iter().find(|attr| is_of_parameter(attr)),
            });
        }
        (args, parameters)
    }

    /// The words that mean nothing outside the method: its own parameters, and `impl`.
    pub(super) fn unknown_types(&self) -> impl Fn(&Ident) -> bool {
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

    pub(super) fn copied(&self) -> Copied {
        let named = |name: &'static str| {
            self.method.attrs.iter().filter(move |attr| attr.path().is_ident(name)).cloned().collect()
        };
        Copied { cfgs: named("cfg"), docs: named("doc") }
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

    /// Whether a type is `&Self`, `&mut Self`, or the same with the node's name.
    fn is_borrowed_self(&self, ty: &Type) -> bool {
        match types::peel(ty) {
            Type::Reference(reference) => self.is_node(&reference.elem),
            _ => false,
        }
    }

    fn field_options(&self, attrs: &[Attribute], errors: &mut Errors) -> Option<FieldOptions> {
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
}

/// Whether a parameter is the context, and what is wrong with it.
pub(super) fn context(ty: &Type) -> Option<syn::Result<()>> {
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

fn mutability(ty: &Type) -> Option<&Token![mut]> {
    match types::peel(ty) {
        Type::Reference(reference) => reference.mutability.as_ref(),
        _ => None,
    }
}

/// Whether a parameter can't have this type, having no size.
pub(super) fn is_unsized(ty: &Type) -> bool {
    match types::peel(ty) {
        Type::Slice(_) | Type::TraitObject(_) => true,
        Type::Path(path) => path.path.is_ident("str"),
        _ => false,
    }
}
