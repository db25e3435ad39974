//! What a method returns: the reply, or the error instead.

use syn::{GenericArgument, PathArguments, ReturnType, Type, ext::IdentExt, spanned::Spanned};

use super::{
    fields::{missing_lifetime, reserved},
    method::Reader,
};
use crate::{
    annotation::ReplyFields,
    errors::Errors,
    model::{Outcome, ReplyBody, ReplyField, ReplyType, WireName},
    names,
    owned::owned,
    types::{self, LINE, translate},
};

impl<'m> Reader<'m> {
    /// The returned type, or that within a `Result`; `None` is `()`.
    pub(super) fn returned(&self) -> (Option<&'m Type>, Outcome) {
        let ReturnType::Type(_, ty) = &self.method.sig.output else { return (None, Outcome::Plain) };
        if !types::is_named(ty, "Result") {
            return (Some(&**ty).filter(|ty| !types::is_unit(ty)), Outcome::Plain);
        }
        let inner = types::first_argument(ty, "Result").filter(|ty| !types::is_unit(ty));
        let error = types::last_segment(ty).and_then(|segment| match &segment.arguments {
            PathArguments::AngleBracketed(arguments) => arguments.args.iter().nth(1),
            _ => None,
        });
        let error = match error {
            Some(GenericArgument::Type(error)) => error.span(),
            _ => ty.span(),
        };
        (inner, Outcome::Fallible(error))
    }

    /// For what has no answer: complains about a returned value.
    pub(super) fn returns_nothing(&self, message: &str, errors: &mut Errors) -> Outcome {
        let (returned, outcome) = self.returned();
        if let Some(ty) = returned.filter(|ty| !self.is_a_future(ty, errors)) {
            errors.add(ty, message);
        }
        outcome
    }

    pub(super) fn reply_body(
        &self,
        returned: Option<&Type>,
        named: Option<ReplyFields>,
        errors: &mut Errors,
    ) -> Option<ReplyBody> {
        if returned.is_some_and(|ty| self.is_a_future(ty, errors)) {
            return None;
        }
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
            if let Some(nameless) = returned.filter(|ty| types::has_no_field_names(ty)) {
                errors.add(
                    nameless,
                    "this has no field names of its own, so the reply needs one for each value: write \
                     `#[rpc(reply(name))]`, or `reply(a, b)` for a tuple of two",
                );
                return None;
            }
            return Some(match returned.filter(|ty| !types::is_unit(ty)) {
                None => ReplyBody::Empty,
                Some(ty) => ReplyBody::Flat(self.reply_type(ty)),
            });
        };
        let mistakes = errors.len();
        for (i, name) in names.iter().enumerate() {
            let text = name.unraw().to_string();
            if let Some(message) = reserved(&text) {
                errors.add(name, message);
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
                ident: names::ident(&ident.unraw().to_string(), ident.span()),
                ty: self.reply_type(ty),
            })
            .collect();
        Some(ReplyBody::Named(fields))
    }

    /// Complains about a handler that returns a future.
    fn is_a_future(&self, ty: &Type, errors: &mut Errors) -> bool {
        let is_it = matches!(types::peel(ty), Type::ImplTrait(_))
            && types::find_ident(ty, &|ident| ident == "Future").is_some();
        if is_it {
            let method = &self.method.sig.ident;
            errors.add(
                ty,
                format_args!("the macro has to see that this waits: write `async fn {method}`, and return what it gives"),
            );
        }
        is_it
    }

    fn reply_type(&self, ty: &Type) -> ReplyType {
        let translated = translate(ty, self.self_ty, LINE);
        ReplyType {
            stored: translated.tokens,
            written: translate(types::behind_references(ty), self.self_ty, LINE).tokens,
            owned: translate(&owned(ty), self.self_ty, "static").tokens,
            borrows: translated.borrows,
        }
    }
}

fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("one {what}") } else { format!("{n} {what}s") }
}
