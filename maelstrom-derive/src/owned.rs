//! The owned form of a type: what a caller holds of a value that a handler lends, and what a handler that can't borrow
//! takes instead.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{GenericArgument, PathArguments, Type, TypePath, spanned::Spanned};

use crate::types::{first_argument, is_named, peel};

/// Types of the standard library, and of `serde_json`, that have no size.
const UNSIZED: [&str; 4] = ["RawValue", "Path", "OsStr", "CStr"];

/// A type with everything that it borrows by reference, guard or `Cow` made its own, at any depth. Lifetimes of other
/// types stay.
pub(crate) fn owned(ty: &Type) -> TokenStream {
    match peel(ty) {
        Type::Reference(reference) => owned_behind(&reference.elem),
        // In a `Box`.
        Type::Slice(slice) => {
            let elem = owned(&slice.elem);
            quote_spanned!(slice.span()=> [#elem])
        }
        Type::Tuple(tuple) => {
            let elems = tuple.elems.iter().map(owned);
            let comma = (tuple.elems.len() == 1).then(|| quote!(,));
            quote_spanned!(tuple.span()=> (#(#elems),* #comma))
        }
        Type::Array(array) => {
            let (elem, len) = (owned(&array.elem), &array.len);
            quote_spanned!(array.span()=> [#elem; #len])
        }
        Type::Path(path) if path.qself.is_none() => ["Cow", "Ref", "RefMut"]
            .iter()
            .find_map(|name| first_argument(ty, name))
            .map_or_else(|| with_owned_arguments(path), owned_behind),
        other => other.to_token_stream(),
    }
}

/// The owned form of what is behind a reference.
fn owned_behind(ty: &Type) -> TokenStream {
    let ty = peel(ty);
    match ty {
        Type::Slice(slice) => {
            let elem = owned(&slice.elem);
            quote_spanned!(slice.span()=> ::std::vec::Vec<#elem>)
        }
        Type::Path(path) if path.path.is_ident("str") => quote_spanned!(path.span()=> ::std::string::String),
        ty if matches!(ty, Type::TraitObject(_)) || UNSIZED.iter().any(|name| is_named(ty, name)) => {
            quote_spanned!(ty.span()=> ::std::boxed::Box<#ty>)
        }
        ty => owned(ty),
    }
}

fn with_owned_arguments(path: &TypePath) -> TokenStream {
    let mut path = path.clone();
    if let Some(segment) = path.path.segments.last_mut()
        && let PathArguments::AngleBracketed(arguments) = &mut segment.arguments
    {
        for argument in &mut arguments.args {
            if let GenericArgument::Type(ty) = argument {
                *ty = Type::Verbatim(owned(ty));
            }
        }
    }
    quote!(#path)
}

/// The smallest type in a parameter's type that borrows.
pub(crate) fn find_borrowed(ty: &Type) -> Option<&Type> {
    let ty = peel(ty);
    match ty {
        Type::Reference(_) => Some(ty),
        Type::Tuple(tuple) => tuple.elems.iter().find_map(find_borrowed),
        Type::Array(array) => find_borrowed(&array.elem),
        Type::Slice(slice) => find_borrowed(&slice.elem),
        Type::Path(path) => {
            let arguments = match &path.path.segments.last()?.arguments {
                PathArguments::AngleBracketed(arguments) => &arguments.args,
                _ => return None,
            };
            let has_lifetime = arguments.iter().any(|argument| match argument {
                GenericArgument::Lifetime(lifetime) => lifetime.ident != "static",
                _ => false,
            });
            if has_lifetime || is_named(ty, "Cow") {
                return Some(ty);
            }
            arguments.iter().find_map(|argument| match argument {
                GenericArgument::Type(ty) => find_borrowed(ty),
                _ => None,
            })
        }
        _ => None,
    }
}

/// A type as people write it.
pub(crate) fn shown(ty: impl ToTokens) -> String {
    let text = ty.to_token_stream().to_string();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut shown = String::new();
    for piece in text.split_whitespace() {
        let (before, after) = (shown.chars().last(), piece.chars().next());
        let between_words = before.is_some_and(is_word) && after.is_some_and(|c| is_word(c) || c == '\'');
        let is_operator = ["->", "+", "="].contains(&piece);
        if between_words
            || is_operator
            || before.is_some_and(|c| ",;+=-".contains(c))
            || shown.ends_with("->")
        {
            shown.push(' ');
        }
        shown.push_str(piece);
    }
    ["::std::string::", "::std::vec::", "::std::boxed::"]
        .iter()
        .fold(shown, |shown, path| shown.replace(path, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty(source: &str) -> Type {
        syn::parse_str(source).expect("the source is a type")
    }

    #[track_caller]
    fn check(source: &str, expected: &str) {
        assert_eq!(shown(owned(&ty(source))), expected);
    }

    #[test]
    fn what_is_lent_becomes_ones_own() {
        check("&BTreeSet<u64>", "BTreeSet<u64>");
        check("&'static str", "String");
        check("&[u64]", "Vec<u64>");
        check("&&'a [&str]", "Vec<String>");
        check("&mut Entry", "Entry");
        check("&'m RawValue", "Box<RawValue>");
        check("Ref<'_, BTreeMap<K, [u8; 2]>>", "BTreeMap<K, [u8; 2]>");
        check("std::cell::Ref<'_, [u64]>", "Vec<u64>");
        check("RefMut<'_, Entry>", "Entry");
    }

    #[test]
    fn also_at_any_depth() {
        check("Option<&Entry>", "Option<Entry>");
        check("(&A, Option<Cow<'_, str>>)", "(A, Option<String>)");
        check("BTreeMap<&str, Vec<(&K, u64)>>", "BTreeMap<String, Vec<(K, u64)>>");
        check("[&u8; 3]", "[u8; 3]");
        check("Box<[&str]>", "Box<[String]>");
        check("Page<'_, &Entry>", "Page<'_, Entry>");
    }

    #[test]
    fn what_has_no_size_is_boxed() {
        check("Option<&Path>", "Option<Box<Path>>");
        check("Cow<'_, std::path::Path>", "Box<std::path::Path>");
        check("&dyn Shape", "Box<dyn Shape>");
    }

    #[test]
    fn what_is_owned_stays() {
        for source in [
            "Box<str>",
            "Box<[u8]>",
            "Box<dyn Shape>",
            "Vec<Self::Key>",
            "<K as Key>::Of<u64>",
            "()",
            "(A,)",
            "Box<dyn Fn(&str) -> u8 + Send>",
        ] {
            check(source, source);
        }
    }

    #[test]
    fn the_smallest_type_that_borrows_is_found() {
        for (source, expected) in [
            ("&str", Some("&str")),
            ("&'static str", Some("&'static str")),
            ("Vec<(u64, &[u64])>", Some("&[u64]")),
            ("Option<Cow<'static, str>>", Some("Cow<'static, str>")),
            ("Vec<View<'_>>", Some("View<'_>")),
            ("[&u8; 3]", Some("&u8")),
            ("Vec<u64>", None),
            ("Box<dyn Fn(&str)>", None),
            ("View<'static>", None),
        ] {
            assert_eq!(find_borrowed(&ty(source)).map(shown).as_deref(), expected, "{source}");
        }
    }
}
