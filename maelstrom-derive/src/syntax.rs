//! An impl block cut into its items, the bodies of methods left unread.
//!
//! Unread bodies make the macro fast, and let half-typed code reach the compiler, which completes it in an editor.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, FnArg, Generics, Path, Signature, Token, Type, Visibility, braced,
    parse::{Parse, ParseStream, Result},
    token,
};

/// An impl block.
pub(crate) struct Impl {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) unsafety: Option<Token![unsafe]>,
    pub(crate) generics: Generics,
    /// The trait, if it implements one.
    pub(crate) trait_: Option<Path>,
    pub(crate) self_ty: Type,
    pub(crate) items: Vec<Item>,
}

pub(crate) enum Item {
    Method(Box<Method>),
    /// Its attributes, and the rest unread.
    Other(Vec<Attribute>, TokenStream),
}

/// A function in an impl block.
pub(crate) struct Method {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
    /// The block, unread; or a semicolon, for rustc to complain of.
    pub(crate) body: TokenTree,
}

impl Parse for Impl {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let unsafety = input.parse()?;
        input.parse::<Token![impl]>()?;
        // `impl<T> Store<T>`, but not `impl <Store as Alias>::Type`.
        let has_generics = input.peek(Token![<])
            && (input.peek2(Token![>])
                || input.peek2(Token![#])
                || input.peek2(Token![const])
                || ((input.peek2(syn::Ident) || input.peek2(syn::Lifetime))
                    && (input.peek3(Token![:])
                        || input.peek3(Token![,])
                        || input.peek3(Token![>])
                        || input.peek3(Token![=]))));
        let mut generics = if has_generics { input.parse()? } else { Generics::default() };
        let first: Type = input.parse()?;
        let (trait_, self_ty) = if input.parse::<Option<Token![for]>>()?.is_some() {
            let path = match first {
                Type::Path(path) => path.path,
                other => return Err(syn::Error::new_spanned(other, "expected a trait")),
            };
            (Some(path), input.parse()?)
        } else {
            (None, first)
        };
        generics.where_clause = input.parse()?;
        let content;
        braced!(content in input);
        attrs.extend(content.call(Attribute::parse_inner)?);
        let mut items = Vec::new();
        while !content.is_empty() {
            items.push(content.parse()?);
        }
        Ok(Self { attrs, unsafety, generics, trait_, self_ty, items })
    }
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if !is_function(input)? {
            return Ok(Self::Other(input.call(Attribute::parse_outer)?, other_item(input)?));
        }
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let sig = input.parse()?;
        let body = if input.peek(token::Brace) || input.peek(Token![;]) {
            input.parse()?
        } else {
            return Err(input.error("expected the body of the method, in braces"));
        };
        Ok(Self::Method(Box::new(Method { attrs, vis, sig, body })))
    }
}

fn is_function(input: ParseStream<'_>) -> Result<bool> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    ahead.parse::<Visibility>()?;
    ahead.parse::<Option<Token![const]>>()?;
    ahead.parse::<Option<Token![async]>>()?;
    ahead.parse::<Option<Token![unsafe]>>()?;
    if ahead.parse::<Option<Token![extern]>>()?.is_some() {
        ahead.parse::<Option<syn::LitStr>>()?;
    }
    Ok(ahead.peek(Token![fn]))
}

/// A constant, a type, or the call of a macro: everything up to a semicolon, or to the braces of a macro.
fn other_item(input: ParseStream<'_>) -> Result<TokenStream> {
    let mut tokens = TokenStream::new();
    let mut is_macro = false;
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        let ends = match &token {
            TokenTree::Punct(punct) => {
                is_macro |= punct.as_char() == '!';
                punct.as_char() == ';'
            }
            TokenTree::Group(group) => is_macro && group.delimiter() == proc_macro2::Delimiter::Brace,
            _ => false,
        };
        tokens.extend([token]);
        if ends {
            break;
        }
    }
    Ok(tokens)
}

impl ToTokens for Impl {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attrs, unsafety, generics, trait_, self_ty, items } = self;
        let (outer, inner): (Vec<_>, Vec<_>) =
            attrs.iter().partition(|attr| matches!(attr.style, syn::AttrStyle::Outer));
        let trait_ = trait_.as_ref().map(|path| quote!(#path for));
        let where_clause = &generics.where_clause;
        tokens.extend(quote! {
            #(#outer)*
            #unsafety impl #generics #trait_ #self_ty #where_clause {
                #(#inner)*
                #(#items)*
            }
        });
    }
}

impl ToTokens for Item {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Method(method) => method.to_tokens(tokens),
            Self::Other(attrs, item) => tokens.extend(quote!(#(#attrs)* #item)),
        }
    }
}

impl ToTokens for Method {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attrs, vis, sig, body } = self;
        tokens.extend(quote!(#(#attrs)* #vis #sig #body));
    }
}

/// The attributes of a parameter.
pub(crate) fn parameter_attrs(argument: &mut FnArg) -> &mut Vec<Attribute> {
    match argument {
        FnArg::Receiver(receiver) => &mut receiver.attrs,
        FnArg::Typed(parameter) => &mut parameter.attrs,
    }
}
