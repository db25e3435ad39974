//! The fields of a message, and how each gets from the line to its parameter.

use proc_macro2::Ident;
use quote::{quote, quote_spanned};
use syn::{Type, ext::IdentExt, spanned::Spanned};

use super::{
    method::Reader,
    signature::{Parameter, is_unsized},
};
use crate::{
    errors::Errors,
    model::{Field, FieldDefault, Passing, WireName},
    names,
    owned::{find_borrowed, owned, shown},
    types::{self, ELIDED, LINE, Translated, translate},
};

/// Names that every body uses for itself.
const RESERVED: [&str; 3] = ["type", "msg_id", "in_reply_to"];

impl Reader<'_> {
    /// The fields of a message, if all of them are right.
    pub(super) fn fields(&self, parameters: &[Parameter<'_>], errors: &mut Errors) -> Option<Vec<Field>> {
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
                    parameter.pat,
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

    fn field(&self, parameter: &Parameter<'_>, errors: &mut Errors) -> Option<Field> {
        let name = parameter.name(errors)?;
        let wire = match &parameter.options.rename {
            Some(rename) => rename.clone(),
            None => WireName { text: bare_name(name), span: name.span() },
        };
        if let Some(message) = reserved(&wire.text) {
            errors.add_error(syn::Error::new(wire.span, message));
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
            ident: names::ident(&bare_name(name), name.span()),
            wire,
            stored: stored.tokens,
            taken: translate(ty, self.self_ty, ELIDED).tokens,
            written: translate(types::behind_references(ty), self.self_ty, LINE).tokens,
            borrows: stored.borrows,
            passing,
            default: parameter.options.default.clone().map(|default| match default {
                FieldDefault::Path(path) => FieldDefault::Path(translate(&path, self.self_ty, ELIDED).tokens),
                default @ FieldDefault::Trait(_) => default,
            }),
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
        if self.is_async() && self.borrows_from_line(ty, errors) {
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

    /// Complains about a parameter of an `async` handler that would borrow from the line. What can't be a parameter
    /// anyway is left to others.
    fn borrows_from_line(&self, ty: &Type, errors: &mut Errors) -> bool {
        if let Type::Reference(reference) = ty
            && (reference.mutability.is_some()
                || matches!(types::peel(&reference.elem), Type::TraitObject(_)))
        {
            return false;
        }
        // The last resort is for `Box<dyn Trait + '_>`.
        let borrows = |ty: &Type| translate(ty, self.self_ty, LINE).borrows;
        let Some(found) = find_borrowed(ty).or_else(|| borrows(ty).then_some(ty)) else { return false };
        let own = owned(found);
        let instead = if translate(&own, self.self_ty, LINE).borrows {
            "a type without a lifetime".to_owned()
        } else {
            format!("`{}`", shown(own))
        };
        errors.add(
            found,
            format_args!(
                "an `async` handler outlives the line of its message, so it can't borrow from it: take {instead}"
            ),
        );
        true
    }
}

/// A parameter's field name: without `r#`, and without the underscore that marks it as unused.
pub(super) fn bare_name(ident: &Ident) -> String {
    let name = ident.unraw().to_string();
    match name.strip_prefix('_') {
        Some(rest) if rest.starts_with(|c: char| c.is_alphabetic()) => rest.to_owned(),
        _ => name,
    }
}

/// Complains about a field whose name every body uses for itself.
pub(super) fn reserved(name: &str) -> Option<String> {
    RESERVED.contains(&name).then(|| {
        format!(
            "`{name}` belongs to the protocol, and the library reads and writes it: call the field something else"
        )
    })
}

pub(super) fn missing_lifetime(name: &str) -> String {
    format!("the macro has to see that this borrows: write `{name}<'_, …>`")
}
