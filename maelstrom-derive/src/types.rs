//! Questions about types, and their translation from a signature into a generated item.

use proc_macro2::{Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericArgument, PathArguments, PathSegment, Type};

/// The lifetime of a payload enum: that of the line it was read from.
pub(crate) const LINE: &str = "m";

/// A type of a signature, as it stands in a generated item.
pub(crate) struct Translated {
    pub(crate) tokens: TokenStream,
    /// Whether the item needs the lifetime.
    pub(crate) borrows: bool,
}

/// Writes a type as it has to be outside the impl: `Self` spelt out, and every lifetime but `'static`, elided ones
/// included, replaced by `lifetime` (`m` for `'m`, `_` for `'_`).
pub(crate) fn translate(ty: &impl ToTokens, self_ty: &Type, lifetime: &str) -> Translated {
    let mut borrows = false;
    let tokens = translate_tokens(ty.to_token_stream(), self_ty, lifetime, &mut borrows);
    Translated { tokens, borrows }
}

fn translate_tokens(tokens: TokenStream, self_ty: &Type, lifetime: &str, borrows: &mut bool) -> TokenStream {
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
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                if let Some(TokenTree::Ident(name)) = tokens.next() {
                    if name == "static" {
                        out.extend([TokenTree::Punct(punct), TokenTree::Ident(name)]);
                    } else {
                        *borrows = true;
                        out.extend(lifetime_tokens(lifetime, name.span()));
                    }
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                let span = punct.span();
                out.extend([TokenTree::Punct(punct)]);
                if !matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '\'') {
                    *borrows = true;
                    out.extend(lifetime_tokens(lifetime, span));
                }
            }
            other => out.extend([other]),
        }
    }
    out
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

/// Finds `impl Trait` anywhere in a type.
pub(crate) fn find_impl_trait(ty: &impl ToTokens) -> Option<TokenTree> {
    fn search(tokens: TokenStream) -> Option<TokenTree> {
        tokens.into_iter().find_map(|token| match &token {
            TokenTree::Ident(ident) if ident == "impl" => Some(token),
            TokenTree::Group(group) => search(group.stream()),
            _ => None,
        })
    }
    search(ty.to_token_stream())
}
