//! Questions about types, and their translation from a signature into a generated item.

use std::iter::Peekable;

use proc_macro2::{Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericArgument, Lifetime, PathArguments, PathSegment, Type};

/// The lifetime of a payload enum: that of the line it was read from.
pub(crate) const LINE: &str = "m";
/// The lifetime that a signature leaves to rustc.
pub(crate) const ELIDED: &str = "_";

/// A type of a signature, as it stands in a generated item.
pub(crate) struct Translated {
    pub(crate) tokens: TokenStream,
    /// Whether the item needs the lifetime.
    pub(crate) borrows: bool,
}

/// Writes a type as it has to be outside the impl: `Self` spelt out, and every lifetime but `'static`, elided ones
/// included, replaced by `lifetime` (`m` for `'m`; [`ELIDED`] for `'_`, and for none in `&T`). Those of a function's
/// signature, as in `Box<dyn Fn(&str)>`, are its own and stay.
pub(crate) fn translate(ty: &impl ToTokens, self_ty: &Type, lifetime: &str) -> Translated {
    let mut borrows = false;
    let tokens = translate_tokens(ty.to_token_stream(), self_ty, Some(lifetime), &mut borrows);
    Translated { tokens, borrows }
}

/// As [`translate`]; without a `lifetime`, they all stay.
fn translate_tokens(
    tokens: TokenStream,
    self_ty: &Type,
    lifetime: Option<&str>,
    borrows: &mut bool,
) -> TokenStream {
    let mut out = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => {
                let inner = translate_tokens(group.stream(), self_ty, lifetime, borrows);
                let mut translated = Group::new(group.delimiter(), inner);
                translated.set_span(group.span());
                out.extend([TokenTree::Group(translated)]);
            }
            TokenTree::Ident(ident) if ident == "Self" => {
                let qualified =
                    matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == ':');
                out.extend(if qualified { quote!(<#self_ty>) } else { quote!(#self_ty) });
            }
            TokenTree::Ident(ident) if ["fn", "Fn", "FnMut", "FnOnce"].iter().any(|word| ident == word) => {
                out.extend([TokenTree::Ident(ident)]);
                if let Some(TokenTree::Group(_)) = tokens.peek() {
                    out.extend(translate_tokens(rest_of_signature(&mut tokens), self_ty, None, borrows));
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                let name = tokens.next();
                match (lifetime, name) {
                    (Some(lifetime), Some(TokenTree::Ident(name))) if name != "static" => {
                        *borrows = true;
                        out.extend(lifetime_tokens(lifetime, name.span()));
                    }
                    (_, name) => out.extend([TokenTree::Punct(punct)].into_iter().chain(name)),
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                let span = punct.span();
                out.extend([TokenTree::Punct(punct)]);
                let is_elided =
                    !matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '\'');
                if let (Some(lifetime), true) = (lifetime, is_elided) {
                    *borrows = true;
                    if lifetime != ELIDED {
                        out.extend(lifetime_tokens(lifetime, span));
                    }
                }
            }
            // `for<'a>`, which comes before a signature.
            TokenTree::Ident(ident) if ident == "for" => {
                out.extend([TokenTree::Ident(ident)]);
                for token in tokens.by_ref() {
                    let ends = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '>');
                    out.extend([token]);
                    if ends {
                        break;
                    }
                }
            }
            other => out.extend([other]),
        }
    }
    out
}

/// The parameters of a function's type, and the type it returns.
fn rest_of_signature(tokens: &mut Peekable<impl Iterator<Item = TokenTree>>) -> TokenStream {
    let mut signature: TokenStream = tokens.next().into_iter().collect();
    if !matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == '-') {
        return signature;
    }
    signature.extend(tokens.by_ref().take(2));
    let mut depth = 0;
    while let Some(token) = tokens.peek() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '<' => depth += 1,
            TokenTree::Punct(punct) if depth == 0 && [',', '+', '>'].contains(&punct.as_char()) => break,
            TokenTree::Punct(punct) if punct.as_char() == '>' => depth -= 1,
            _ => {}
        }
        signature.extend(tokens.next());
    }
    signature
}

fn lifetime_tokens(name: &str, span: Span) -> [TokenTree; 2] {
    let mut apostrophe = Punct::new('\'', Spacing::Joint);
    apostrophe.set_span(span);
    [TokenTree::Punct(apostrophe), TokenTree::Ident(Ident::new(name, span))]
}

/// Strips parentheses and invisible groups.
pub(crate) fn peel(mut ty: &Type) -> &Type {
    loop {
        ty = match ty {
            Type::Group(group) => &group.elem,
            Type::Paren(paren) => &paren.elem,
            other => return other,
        };
    }
}

/// The last segment of a path type.
pub(crate) fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match peel(ty) {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// The type behind references and `Ref` guards: that of the value which is written.
pub(crate) fn behind_references(ty: &Type) -> &Type {
    match peel(ty) {
        Type::Reference(reference) => behind_references(&reference.elem),
        ty => {
            first_argument(ty, "Ref").or_else(|| first_argument(ty, "RefMut")).map_or(ty, behind_references)
        }
    }
}

/// Whether the type is a path that ends in `name`.
pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == name)
}

/// The first type between the angle brackets of a path type that ends in `name`.
pub(crate) fn first_argument<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let segment = last_segment(ty).filter(|segment| segment.ident == name)?;
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
        }
        _ => None,
    }
}

/// Whether a value of the type surely has no fields with names: a number, a string, a list, a tuple, or one of those
/// behind a reference or in an `Option`.
pub(crate) fn has_no_field_names(ty: &Type) -> bool {
    const NAMELESS: [&str; 24] = [
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64",
        "u128", "usize", "str", "String", "Vec", "VecDeque", "BTreeSet", "HashSet", "NodeId", "Ulid",
    ];
    match peel(ty) {
        Type::Array(_) | Type::Slice(_) => true,
        Type::Tuple(tuple) => !tuple.elems.is_empty(),
        Type::Reference(reference) => has_no_field_names(&reference.elem),
        ty => {
            NAMELESS.iter().any(|name| is_named(ty, name))
                || ["Option", "Box", "Ref"]
                    .iter()
                    .any(|name| first_argument(ty, name).is_some_and(has_no_field_names))
        }
    }
}

/// Whether the type is `()`.
pub(crate) fn is_unit(ty: &Type) -> bool {
    matches!(peel(ty), Type::Tuple(tuple) if tuple.elems.is_empty())
}

/// Finds a token sequence `& str` (or `&'a str`) anywhere in a type.
pub(crate) fn find_str_reference(ty: &impl ToTokens) -> Option<TokenStream> {
    fn search(tokens: TokenStream) -> Option<TokenStream> {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (i, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => {
                    if let Some(found) = search(group.stream()) {
                        return Some(found);
                    }
                }
                TokenTree::Punct(punct) if punct.as_char() == '&' => {
                    let lifetime =
                        matches!(tokens.get(i + 1), Some(TokenTree::Punct(next)) if next.as_char() == '\'');
                    let end = if lifetime { i + 3 } else { i + 1 };
                    if matches!(tokens.get(end), Some(TokenTree::Ident(ident)) if ident == "str") {
                        return Some(tokens[i..=end].iter().cloned().collect());
                    }
                }
                _ => {}
            }
        }
        None
    }
    search(ty.to_token_stream())
}

/// Finds `name<` without a lifetime after it anywhere in a type.
pub(crate) fn find_without_lifetime(ty: &impl ToTokens, name: &str) -> Option<Ident> {
    fn search(tokens: TokenStream, name: &str) -> Option<Ident> {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is = |at: usize, wanted: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == wanted);
        tokens.iter().enumerate().find_map(|(i, token)| match token {
            TokenTree::Group(group) => search(group.stream(), name),
            TokenTree::Ident(ident) if ident == name && is(i + 1, '<') && !is(i + 2, '\'') => {
                Some(ident.clone())
            }
            _ => None,
        })
    }
    search(ty.to_token_stream(), name)
}

/// Finds a lifetime other than `'static` anywhere in a type.
pub(crate) fn find_lifetime(ty: &impl ToTokens) -> Option<Lifetime> {
    fn search(tokens: TokenStream) -> Option<Lifetime> {
        let mut tokens = tokens.into_iter();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => {
                    if let Some(found) = search(group.stream()) {
                        return Some(found);
                    }
                }
                TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                    if let Some(TokenTree::Ident(ident)) = tokens.next()
                        && ident != "static"
                    {
                        return Some(Lifetime { apostrophe: punct.span(), ident });
                    }
                }
                _ => {}
            }
        }
        None
    }
    search(ty.to_token_stream())
}

/// Finds `impl Trait` anywhere in a type.
pub(crate) fn find_impl_trait(ty: &impl ToTokens) -> Option<Ident> {
    find_ident(ty, &|ident| ident == "impl")
}

/// Finds a word anywhere in a type.
pub(crate) fn find_ident(ty: &impl ToTokens, wanted: &dyn Fn(&Ident) -> bool) -> Option<Ident> {
    fn search(tokens: TokenStream, wanted: &dyn Fn(&Ident) -> bool) -> Option<Ident> {
        tokens.into_iter().find_map(|token| match token {
            TokenTree::Ident(ident) if wanted(&ident) => Some(ident),
            TokenTree::Group(group) => search(group.stream(), wanted),
            _ => None,
        })
    }
    search(ty.to_token_stream(), wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty(source: &str) -> Type {
        syn::parse_str(source).expect("the source is a type")
    }

    fn translated(source: &str, lifetime: &str) -> (String, bool) {
        let translated = translate(&ty(source), &ty("Store<K>"), lifetime);
        (translated.tokens.to_string(), translated.borrows)
    }

    #[track_caller]
    fn check(source: &str, expected: &str, borrows: bool) {
        let expected = ty(expected).to_token_stream().to_string();
        assert_eq!(translated(source, "m"), (expected, borrows));
    }

    #[test]
    fn every_lifetime_becomes_that_of_the_line() {
        check("&str", "&'m str", true);
        check("&'a [Cow<'_, str>]", "&'m [Cow<'m, str>]", true);
        check("(&A, Option<&'b B>)", "(&'m A, Option<&'m B>)", true);
        check("&&u64", "&'m &'m u64", true);
        check("[&u8; 3]", "[&'m u8; 3]", true);
    }

    #[test]
    fn a_lifetime_left_to_rustc_needs_no_name_in_a_reference() {
        for (source, expected) in
            [("&[u64]", "&[u64]"), ("&'a u8", "&'_ u8"), ("Cow<'a, str>", "Cow<'_, str>")]
        {
            assert_eq!(translated(source, ELIDED).0, ty(expected).to_token_stream().to_string());
        }
    }

    #[test]
    fn what_does_not_borrow_stays_as_it_is() {
        check("Vec<u64>", "Vec<u64>", false);
        check("View<'static>", "View<'static>", false);
        check("&'static str", "&'static str", false);
    }

    #[test]
    fn the_lifetimes_of_a_signature_are_its_own() {
        for source in [
            "fn(&u8) -> &u8",
            "Box<dyn Fn(&str, &'_ [u8]) -> Option<&str> + Send>",
            "Arc<dyn for<'a> FnMut(&'a u8) -> &'a u8>",
        ] {
            check(source, source, false);
        }
        check("(fn(&u8) -> Vec<&u8>, &u8)", "(fn(&u8) -> Vec<&u8>, &'m u8)", true);
        check("Box<dyn FnOnce(&mut Self)>", "Box<dyn FnOnce(&mut Store<K>)>", false);
    }

    #[test]
    fn self_is_spelt_out() {
        check("Vec<Self>", "Vec<Store<K>>", false);
        check("Self::Key", "<Store<K>>::Key", false);
        check("[u8; Self::SIZE]", "[u8; <Store<K>>::SIZE]", false);
    }

    #[test]
    fn references_and_guards_are_looked_through() {
        for source in ["Entry", "&Entry", "&'a &Entry", "Ref<'_, Entry>", "&(Ref<'_, &Entry>)"] {
            let source = ty(source);
            assert_eq!(behind_references(&source).to_token_stream().to_string(), "Entry");
        }
    }

    #[test]
    fn a_str_reference_is_found_at_any_depth() {
        for (source, found) in
            [("Vec<&str>", true), ("(u8, [&'a str; 2])", true), ("&String", false), ("Vec<&u8>", false)]
        {
            assert_eq!(find_str_reference(&ty(source)).is_some(), found, "{source}");
        }
    }

    #[test]
    fn a_missing_lifetime_is_found_at_any_depth() {
        for (source, found) in
            [("Cow<str>", true), ("Vec<(Cow<str>,)>", true), ("Cow<'_, str>", false), ("Cow", false)]
        {
            assert_eq!(find_without_lifetime(&ty(source), "Cow").is_some(), found, "{source}");
        }
    }
}
