//! The annotations of methods and parameters, and their grammar.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{
    Attribute, Expr, LitFloat, LitInt, LitStr, Meta, Path, Token, ext::IdentExt, meta::ParseNestedMeta,
    parse::ParseStream, parse::Result, punctuated::Punctuated, spanned::Spanned,
};

use crate::{
    errors::Errors,
    model::{FieldDefault, WireName},
    names,
};

/// What a method can be.
pub(crate) const ANNOTATIONS: [&str; 7] =
    ["rpc", "message", "every", "event", "init", "shutdown", "fallback"];
/// What a parameter can have.
pub(crate) const FIELD: &str = "field";

/// An annotation of a method, as written.
pub(crate) enum Annotation {
    Rpc(RpcOptions),
    Message { name: Option<WireName> },
    Every { interval: TokenStream, jitter: Option<TokenStream> },
    Event,
    Init,
    Shutdown,
    Fallback,
}

#[derive(Default)]
pub(crate) struct RpcOptions {
    pub(crate) name: Option<WireName>,
    /// `reply = "name"`
    pub(crate) reply_name: Option<WireName>,
    /// `reply(a, b)`
    pub(crate) reply_fields: Option<ReplyFields>,
}

pub(crate) struct ReplyFields {
    pub(crate) path: Path,
    pub(crate) names: Vec<Ident>,
}

/// An annotation of a parameter.
#[derive(Default)]
pub(crate) struct FieldOptions {
    pub(crate) rename: Option<WireName>,
    pub(crate) default: Option<FieldDefault>,
}

/// The name by which an attribute is one of ours: `rpc` for `#[rpc]`, and for `#[maelstrom::rpc]` too.
pub(crate) fn own_name(attr: &Attribute) -> Option<&'static str> {
    let path = attr.path();
    let ident = match path.segments.len() {
        1 => path.get_ident()?,
        2 if path.segments[0].ident == "maelstrom" => &path.segments[1].ident,
        _ => return None,
    };
    ANNOTATIONS.iter().chain([&FIELD]).copied().find(|name| ident == name)
}

/// An attribute of one word that is none of ours nor of the language, but nearly one of ours.
pub(crate) fn misspelt(attr: &Attribute) -> Option<&'static str> {
    const OTHERS: [&str; 14] = [
        "allow",
        "cfg",
        "cfg_attr",
        "cold",
        "deny",
        "deprecated",
        "doc",
        "expect",
        "forbid",
        "ignore",
        "inline",
        "must_use",
        "test",
        "warn",
    ];
    let name = attr.path().get_ident()?.to_string();
    if OTHERS.contains(&name.as_str()) { None } else { names::near(&name, &ANNOTATIONS) }
}

/// Reads a method's annotation.
pub(crate) fn method(attr: &Attribute, errors: &mut Errors) -> Option<Annotation> {
    let name = own_name(attr)?;
    let parsed = match name {
        "rpc" => rpc(attr, errors).map(Annotation::Rpc),
        "message" => message(attr, errors),
        "every" => every(attr),
        _ => no_arguments(attr).map(|()| match name {
            "event" => Annotation::Event,
            "init" => Annotation::Init,
            "shutdown" => Annotation::Shutdown,
            _ => Annotation::Fallback,
        }),
    };
    parsed.map_err(|error| errors.add_error(error)).ok()
}

fn no_arguments(attr: &Attribute) -> Result<()> {
    match &attr.meta {
        Meta::Path(_) => Ok(()),
        other => Err(syn::Error::new_spanned(
            other,
            format!("`#[{}]` takes no options", own_name(attr).unwrap_or("?")),
        )),
    }
}

fn rpc(attr: &Attribute, errors: &mut Errors) -> Result<RpcOptions> {
    let mut options = RpcOptions::default();
    nested(attr, errors, |meta, errors| {
        if meta.path.is_ident("name") {
            once(options.name.is_some(), &meta, errors);
            options.name = Some(wire_name(&meta)?);
        } else if meta.path.is_ident("reply") && meta.input.peek(Token![=]) {
            once(options.reply_name.is_some(), &meta, errors);
            options.reply_name = Some(wire_name(&meta)?);
        } else if meta.path.is_ident("reply") && meta.input.peek(syn::token::Paren) {
            once(options.reply_fields.is_some(), &meta, errors);
            let content;
            syn::parenthesized!(content in meta.input);
            let names = content.call(Punctuated::<Ident, Token![,]>::parse_terminated_with_any)?;
            if names.is_empty() {
                errors.add(
                    &meta.path,
                    "`reply()` names no field: leave it out, or name one field per returned value",
                );
            }
            options.reply_fields = Some(ReplyFields { path: meta.path.clone(), names });
        } else if meta.path.is_ident("reply") {
            return Err(meta.error(
                "expected `reply = \"name\"` for the reply's type, or `reply(field, …)` for the names of its fields",
            ));
        } else {
            return Err(unknown_option(
                &meta,
                "#[rpc]",
                &["name", "reply"],
                "`name = \"…\"`, `reply = \"…\"` and `reply(field, …)`",
            ));
        }
        Ok(())
    })?;
    Ok(options)
}

fn message(attr: &Attribute, errors: &mut Errors) -> Result<Annotation> {
    let mut name = None;
    nested(attr, errors, |meta, errors| {
        if meta.path.is_ident("name") {
            once(name.is_some(), &meta, errors);
            name = Some(wire_name(&meta)?);
            Ok(())
        } else if meta.path.is_ident("reply") {
            Err(meta.error("a `#[message]` is never answered: make it an `#[rpc]` if it has a reply"))
        } else {
            Err(unknown_option(&meta, "#[message]", &["name"], "`name = \"…\"`"))
        }
    })?;
    Ok(Annotation::Message { name })
}

/// Reads the annotation of a parameter.
pub(crate) fn field(attr: &Attribute, errors: &mut Errors) -> Option<FieldOptions> {
    let mut options = FieldOptions::default();
    let parsed = nested(attr, errors, |meta, errors| {
        if meta.path.is_ident("rename") {
            once(options.rename.is_some(), &meta, errors);
            options.rename = Some(wire_name(&meta)?);
        } else if meta.path.is_ident("default") {
            once(options.default.is_some(), &meta, errors);
            options.default = Some(field_default(&meta)?);
        } else {
            return Err(unknown_option(
                &meta,
                "#[field]",
                &["rename", "default"],
                "`rename = \"…\"`, `default` and `default = path`",
            ));
        }
        Ok(())
    });
    parsed.map_err(|error| errors.add_error(error)).ok().map(|()| options)
}

fn field_default(meta: &ParseNestedMeta<'_>) -> Result<FieldDefault> {
    if !meta.input.peek(Token![=]) {
        return Ok(FieldDefault::Trait);
    }
    let value = meta.value()?;
    let path: Path = if value.peek(LitStr) {
        value.parse::<LitStr>()?.parse_with(Path::parse_mod_style)?
    } else {
        value.parse()?
    };
    Ok(FieldDefault::Path(quote!(#path)))
}

fn every(attr: &Attribute) -> Result<Annotation> {
    const HELP: &str =
        "expected an interval: `#[every(300ms)]`, `#[every(INTERVAL)]` or `#[every(self.interval)]`";
    let Meta::List(list) = &attr.meta else {
        return Err(syn::Error::new_spanned(&attr.meta, HELP));
    };
    if list.tokens.is_empty() {
        return Err(syn::Error::new_spanned(list, HELP));
    }
    attr.parse_args_with(|input: ParseStream<'_>| {
        let interval = duration(input)?;
        let mut jitter = None;
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let option: Ident = input.parse()?;
            if option != "jitter" {
                return Err(syn::Error::new(option.span(), "`#[every]` knows one option: `jitter = 50ms`"));
            }
            if jitter.is_some() {
                return Err(syn::Error::new(option.span(), "`jitter` is given twice"));
            }
            input.parse::<Token![=]>()?;
            jitter = Some(duration(input)?);
        }
        Ok(Annotation::Every { interval, jitter })
    })
}

/// `300ms`, or an expression of type `Duration`.
fn duration(input: ParseStream<'_>) -> Result<TokenStream> {
    const UNITS: &str = "`us`, `ms`, `s` or `min`";
    if is_last_of_argument::<LitInt>(input) {
        let literal: LitInt = input.parse()?;
        let error = |message: String| Err(syn::Error::new(literal.span(), message));
        let (digits, unit) = (literal.base10_digits(), literal.suffix());
        let Ok(number) = digits.parse::<u64>() else {
            return error(format!("`{literal}` is too long an interval"));
        };
        let (constructor, number) = match unit {
            "us" | "µs" | "μs" => ("from_micros", Some(number)),
            "ms" => ("from_millis", Some(number)),
            "s" => ("from_secs", Some(number)),
            "min" => ("from_secs", number.checked_mul(60)),
            "" => return error(format!("`{digits}` of what? Add a unit, {UNITS}: `{digits}ms`")),
            _ => return error(format!("`{unit}` is no unit of time here: use {UNITS}")),
        };
        let Some(number) = number else { return error(format!("`{literal}` is too long an interval")) };
        if number == 0 {
            return error("a time of zero would never let anything else run: use at least `1us`".to_owned());
        }
        let constructor = Ident::new(constructor, literal.span());
        return Ok(quote!(::core::time::Duration::#constructor(#number)));
    }
    if is_last_of_argument::<LitFloat>(input) {
        let literal: LitFloat = input.parse()?;
        let smaller = match literal.suffix() {
            "min" => Some((60.0, "s")),
            "s" => Some((1000.0, "ms")),
            "ms" => Some((1000.0, "us")),
            _ => None,
        };
        let instead = match (literal.base10_digits().parse::<f64>(), smaller) {
            (Ok(number), Some((factor, unit))) => format!(": `{}{unit}`", number * factor),
            _ => String::new(),
        };
        return Err(syn::Error::new(
            literal.span(),
            format!("write a whole number of a smaller unit{instead}"),
        ));
    }
    let expr: Expr = input.parse()?;
    Ok(quote!(#expr))
}

/// Whether the argument is one literal, and not the beginning of an expression such as `2 * INTERVAL`.
fn is_last_of_argument<T: syn::parse::Parse>(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.parse::<T>().is_ok() && (ahead.is_empty() || ahead.peek(Token![,]))
}

fn nested(
    attr: &Attribute,
    errors: &mut Errors,
    mut option: impl FnMut(ParseNestedMeta<'_>, &mut Errors) -> Result<()>,
) -> Result<()> {
    match &attr.meta {
        Meta::Path(_) => Ok(()),
        Meta::List(list) => list.parse_nested_meta(|meta| option(meta, errors)),
        Meta::NameValue(pair) => {
            let name = own_name(attr).unwrap_or("?");
            Err(syn::Error::new_spanned(pair, format!("expected options in parentheses: `#[{name}(…)]`")))
        }
    }
}

fn once(seen: bool, meta: &ParseNestedMeta<'_>, errors: &mut Errors) {
    if seen {
        let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        errors.add(&meta.path, format_args!("`{name}` is given twice"));
    }
}

fn wire_name(meta: &ParseNestedMeta<'_>) -> Result<WireName> {
    let literal: LitStr = meta.value()?.parse()?;
    if literal.value().is_empty() {
        return Err(syn::Error::new(literal.span(), "a name on the wire can't be empty"));
    }
    Ok(WireName { text: literal.value(), span: literal.span() })
}

fn unknown_option(meta: &ParseNestedMeta<'_>, of: &str, names: &[&'static str], all: &str) -> syn::Error {
    let word = meta.path.segments.last().map(|segment| segment.ident.unraw().to_string()).unwrap_or_default();
    let guess = names::near(&word, names).map(|name| format!(" Did you mean `{name}`?")).unwrap_or_default();
    syn::Error::new(meta.path.span(), format!("`{of}` has no option `{word}`.{guess} It knows {all}"))
}

/// Identifiers, keywords included: field names may be `fn`, and `type` shall get our own message.
trait AnyIdents {
    fn parse_terminated_with_any(input: ParseStream<'_>) -> Result<Vec<Ident>>;
}

impl AnyIdents for Punctuated<Ident, Token![,]> {
    fn parse_terminated_with_any(input: ParseStream<'_>) -> Result<Vec<Ident>> {
        let names = Self::parse_terminated_with(input, Ident::parse_any)?;
        Ok(names.into_iter().collect())
    }
}
