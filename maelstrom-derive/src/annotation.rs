//! The annotations of methods and parameters, and their grammar.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Expr, LitFloat, LitInt, LitStr, Meta, Path, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser, Result},
    punctuated::Punctuated,
    token::Paren,
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
    /// The word `reply`.
    pub(crate) word: Ident,
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

/// The annotation of a method that an attribute is, or nearly is.
pub(crate) fn of_method(attr: &Attribute) -> Option<&'static str> {
    own_name(attr).filter(|name| *name != FIELD).or_else(|| misspelt(attr, &ANNOTATIONS))
}

/// Whether an attribute is the annotation of a parameter, or nearly is.
pub(crate) fn is_of_parameter(attr: &Attribute) -> bool {
    own_name(attr) == Some(FIELD) || misspelt(attr, &[FIELD]).is_some()
}

/// An attribute of one word that is none of ours nor of the language, but nearly one of `candidates`.
fn misspelt(attr: &Attribute, candidates: &[&'static str]) -> Option<&'static str> {
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
    if own_name(attr).is_some() {
        return None;
    }
    let name = attr.path().get_ident()?.to_string();
    if OTHERS.contains(&name.as_str()) { None } else { names::near(&name, candidates) }
}

/// Complains if an annotation's name has a letter wrong. It is then read as what it probably means, so that nothing
/// else is said about the method than what is wrong with it.
fn check_spelling(attr: &Attribute, name: &str, errors: &mut Errors) {
    if own_name(attr).is_some() {
        return;
    }
    let written = attr.path().get_ident().map(ToString::to_string).unwrap_or_default();
    let all = if name == FIELD {
        "A parameter can have `#[field(…)]`".to_owned()
    } else {
        let all = ANNOTATIONS.map(|name| format!("#[{name}]"));
        format!("A method of a node can have {}", names::list(&all, "or"))
    };
    errors.add(
        attr.path(),
        format_args!("there is no annotation `#[{written}]`. Did you mean `#[{name}]`? {all}"),
    );
}

/// Reads a method's annotation. Wrong options are reported and left out.
pub(crate) fn method(attr: &Attribute, errors: &mut Errors) -> Option<(Annotation, &'static str)> {
    let name = of_method(attr)?;
    check_spelling(attr, name, errors);
    let annotation = match name {
        "rpc" => Annotation::Rpc(rpc(attr, errors)),
        "message" => message(attr, errors),
        "every" => every(attr).unwrap_or_else(|error| {
            errors.add_error(error);
            let anything = quote!(::core::time::Duration::from_secs(1));
            Annotation::Every { interval: anything, jitter: None }
        }),
        _ => {
            if !matches!(attr.meta, Meta::Path(_)) {
                errors.add(&attr.meta, format_args!("`#[{name}]` takes no options"));
            }
            match name {
                "event" => Annotation::Event,
                "init" => Annotation::Init,
                "shutdown" => Annotation::Shutdown,
                _ => Annotation::Fallback,
            }
        }
    };
    Some((annotation, name))
}

fn rpc(attr: &Attribute, errors: &mut Errors) -> RpcOptions {
    let mut options = RpcOptions::default();
    nested(attr, errors, "rpc", "name", |word, input, errors| {
        if word == "name" {
            once(options.name.is_some(), word, errors);
            options.name = Some(wire_name(word, input)?);
        } else if word == "reply" && input.peek(Token![=]) {
            once(options.reply_name.is_some(), word, errors);
            options.reply_name = Some(wire_name(word, input)?);
        } else if word == "reply" && input.peek(Paren) {
            once(options.reply_fields.is_some(), word, errors);
            let content;
            syn::parenthesized!(content in input);
            let names = Punctuated::<Ident, Token![,]>::parse_terminated_with(&content, Ident::parse_any)
                .map_err(|error| {
                    syn::Error::new(
                        error.span(),
                        "`reply(…)` lists the names of fields: `reply(value, version)`",
                    )
                })?;
            if names.is_empty() {
                return Err(syn::Error::new(
                    word.span(),
                    "`reply()` names no field: leave it out, or name one field per returned value",
                ));
            }
            options.reply_fields =
                Some(ReplyFields { word: word.clone(), names: names.into_iter().collect() });
        } else if word == "reply" {
            return Err(syn::Error::new(
                word.span(),
                "expected `reply = \"name\"` for the reply's type, or `reply(field, …)` for the names of its fields",
            ));
        } else {
            return Err(unknown_option(
                word,
                "#[rpc]",
                &["name", "reply"],
                "`name = \"…\"`, `reply = \"…\"` and `reply(field, …)`",
            ));
        }
        Ok(())
    });
    options
}

fn message(attr: &Attribute, errors: &mut Errors) -> Annotation {
    let mut name = None;
    nested(attr, errors, "message", "name", |word, input, errors| {
        if word == "name" {
            once(name.is_some(), word, errors);
            name = Some(wire_name(word, input)?);
            Ok(())
        } else if word == "reply" {
            Err(syn::Error::new(
                word.span(),
                "a `#[message]` is never answered: make it an `#[rpc]` if it has a reply",
            ))
        } else {
            Err(unknown_option(word, "#[message]", &["name"], "`name = \"…\"`"))
        }
    });
    Annotation::Message { name }
}

/// Reads the annotation of a parameter. Wrong options are reported and left out.
pub(crate) fn field(attr: &Attribute, errors: &mut Errors) -> FieldOptions {
    let mut options = FieldOptions::default();
    check_spelling(attr, FIELD, errors);
    nested(attr, errors, FIELD, "rename", |word, input, errors| {
        if word == "rename" {
            once(options.rename.is_some(), word, errors);
            options.rename = Some(wire_name(word, input)?);
        } else if word == "default" {
            once(options.default.is_some(), word, errors);
            options.default = Some(field_default(word, input)?);
        } else {
            return Err(unknown_option(
                word,
                "#[field]",
                &["rename", "default"],
                "`rename = \"…\"`, `default` and `default = path`",
            ));
        }
        Ok(())
    });
    options
}

fn field_default(word: &Ident, input: ParseStream<'_>) -> Result<FieldDefault> {
    if input.parse::<Option<Token![=]>>()?.is_none() {
        return Ok(FieldDefault::Trait(word.span()));
    }
    let path: Result<Path> = match input.parse::<Option<LitStr>>()? {
        Some(literal) => literal.parse_with(Path::parse_mod_style),
        None => input.parse(),
    };
    path.map(|path| FieldDefault::Path(path.into_token_stream())).map_err(|error| {
        syn::Error::new(
            error.span(),
            "a default is a function that makes the value: `default = path::of::function`, or `default` alone for the \
             type's `Default`",
        )
    })
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
        if input.peek(syn::Ident) && input.peek2(Token![=]) && !input.peek2(Token![==]) {
            return Err(input.error("the interval comes first, and has no name: `#[every(300ms)]`"));
        }
        let interval = duration(input)?;
        let mut jitter = None;
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let option = input.parse::<Ident>();
            let (Ok(option), true) = (&option, input.peek(Token![=])) else {
                let span = option.map_or_else(|error| error.span(), |option| option.span());
                return Err(syn::Error::new(span, "after the interval comes at most `jitter = 50ms`"));
            };
            if option != "jitter" {
                return Err(unknown_option(option, "#[every]", &["jitter"], "`jitter = 50ms`"));
            }
            if jitter.is_some() {
                return Err(syn::Error::new(option.span(), "`jitter` is given twice: remove one"));
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
        if digits.starts_with('-') {
            return error("a time can't be negative".to_owned());
        }
        let Ok(number) = digits.parse::<u64>() else {
            return error(format!("`{literal}` is too long an interval"));
        };
        let (constructor, number) = match unit {
            "us" | "µs" | "μs" => ("from_micros", Some(number)),
            "ms" => ("from_millis", Some(number)),
            "s" => ("from_secs", Some(number)),
            "min" => ("from_secs", number.checked_mul(60)),
            "" => return error(format!("`{digits}` of what? Add a unit, {UNITS}: `{digits}ms`")),
            _ => {
                let instead = match unit {
                    "m" => format!(": `{digits}min` or `{digits}ms`"),
                    "h" => {
                        number.checked_mul(60).map(|minutes| format!(": `{minutes}min`")).unwrap_or_default()
                    }
                    _ => String::new(),
                };
                return error(format!("`{unit}` is no unit of time here: use {UNITS}{instead}"));
            }
        };
        let Some(number) = number else { return error(format!("`{literal}` is too long an interval")) };
        if number == 0 {
            return error("a time of zero is none: use at least `1us`".to_owned());
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
            _ => ", such as `250ms`".to_owned(),
        };
        return Err(syn::Error::new(
            literal.span(),
            format!("a time is a whole number with a unit{instead}"),
        ));
    }
    if is_last_of_argument::<LitStr>(input) {
        let literal: LitStr = input.parse()?;
        return Err(syn::Error::new(literal.span(), "a time is written without quotes, such as `250ms`"));
    }
    let apart = input.fork();
    if let (Ok(number), Ok(unit)) = (apart.parse::<LitInt>(), apart.parse::<Ident>()) {
        return Err(syn::Error::new(
            unit.span(),
            format!("number and unit are written together: `{number}{unit}`"),
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

/// Reads options between parentheses, each a word and what follows it. After a mistake it goes on with the next one.
fn nested(
    attr: &Attribute,
    errors: &mut Errors,
    name: &str,
    main_option: &str,
    mut option: impl FnMut(&Ident, ParseStream<'_>, &mut Errors) -> Result<()>,
) {
    let list = match &attr.meta {
        Meta::Path(_) => return,
        Meta::List(list) => list,
        Meta::NameValue(pair) => {
            let value = &pair.value;
            let written = quote!(#value);
            errors.add(
                pair,
                format_args!("options stand in parentheses: `#[{name}({main_option} = {written})]`"),
            );
            return;
        }
    };
    let parsed = (|input: ParseStream<'_>| {
        while !input.is_empty() {
            let result = match Ident::parse_any(input) {
                Ok(word) => option(&word.unraw(), input, errors),
                Err(error) => {
                    let value =
                        input.fork().parse::<LitStr>().map_or_else(|_| "…".to_owned(), |text| text.value());
                    Err(syn::Error::new(
                        error.span(),
                        format!("expected the name of an option, as in `{main_option} = \"{value}\"`"),
                    ))
                }
            };
            match result {
                Err(error) => errors.add_error(error),
                Ok(()) if input.is_empty() || input.peek(Token![,]) => {}
                Ok(()) => errors.add_error(input.error("expected `,` and another option")),
            }
            skip_option(input)?;
        }
        Ok(())
    })
    .parse2(list.tokens.clone());
    if let Err(error) = parsed {
        errors.add_error(error);
    }
}

/// Skips what is left of an option, and the comma after it.
fn skip_option(input: ParseStream<'_>) -> Result<()> {
    while !input.is_empty() && input.parse::<Option<Token![,]>>()?.is_none() {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

fn once(seen: bool, word: &Ident, errors: &mut Errors) {
    if seen {
        errors.add(word, format_args!("`{word}` is given twice: remove one"));
    }
}

fn wire_name(word: &Ident, input: ParseStream<'_>) -> Result<WireName> {
    let expected = |span, example: &str| {
        syn::Error::new(span, format!("`{word}` is given as a string: `{word} = \"{example}\"`"))
    };
    if input.parse::<Option<Token![=]>>()?.is_none() {
        return Err(expected(word.span(), "…"));
    }
    let at = input.span();
    let literal: LitStr = input.parse().map_err(|_| expected(at, "…"))?;
    if literal.value().is_empty() {
        return Err(syn::Error::new(literal.span(), "a name on the wire can't be empty"));
    }
    Ok(WireName { text: literal.value(), span: literal.span() })
}

fn unknown_option(word: &Ident, of: &str, names: &[&'static str], all: &str) -> syn::Error {
    let guess = names::near(&word.to_string(), names)
        .map(|name| format!(" Did you mean `{name}`?"))
        .unwrap_or_default();
    syn::Error::new(word.span(), format!("`{of}` has no option `{word}`.{guess} It knows {all}"))
}
