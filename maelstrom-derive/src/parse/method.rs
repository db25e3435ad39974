//! One annotated method, as the handler, event or hook that it is.

use proc_macro2::Ident;
use syn::{Type, ext::IdentExt, spanned::Spanned};

use super::{
    fields::bare_name,
    signature::{Parameter, is_unsized},
};
use crate::{
    annotation::RpcOptions,
    errors::Errors,
    model::{Arg, Callee, EventHandler, Every, Handler, Hook, Init, Outcome, Reply, WireName},
    names,
    owned::shown,
    syntax::Method,
    types::{self, translate},
};

/// Reads one annotated method.
pub(super) struct Reader<'m> {
    pub(super) method: &'m Method,
    pub(super) self_ty: &'m Type,
    /// The first `async` handler of the node.
    pub(super) first_async: Option<&'m Ident>,
}

impl<'m> Reader<'m> {
    pub(super) fn rpc(&self, options: RpcOptions, errors: &mut Errors) -> Option<Handler> {
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
        let later = returned.filter(|ty| types::first_argument(ty, "Later").is_some());
        let returned = later.and_then(|ty| types::first_argument(ty, "Later")).or(returned);
        if let (Some(later), true) = (later, self.is_async()) {
            let inner = shown(returned);
            errors.add(
                later,
                format_args!(
                    "an `async` handler answers when it returns: `.await` what the answer needs, and return `{inner}` \
                     itself"
                ),
            );
        }
        let body = self.reply_body(returned, options.reply_fields, errors);
        let (fields, body) = (fields?, body?);
        let reply = Reply {
            variant: names::variant(&reply_wire.text, reply_wire.span),
            wire: reply_wire,
            later: later.is_some(),
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

    pub(super) fn message(&self, name: Option<WireName>, errors: &mut Errors) -> Option<Handler> {
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

    pub(super) fn event(&self, every: Option<Every>, errors: &mut Errors) -> EventHandler {
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
                    parameter.pat,
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
            let name = parameter.name(errors);
            let unknown = types::find_ident(parameter.ty, &self.unknown_types()).is_some();
            let (Some(name), false) = (name, unknown || is_unsized(parameter.ty)) else {
                // We, or rustc, said why.
                sound = false;
                continue;
            };
            let ident = names::ident(&bare_name(name), name.span());
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

    pub(super) fn init(&self, errors: &mut Errors) -> Init {
        let sig = &self.method.sig;
        if let Some(receiver) = sig.receiver() {
            errors.add(
                receiver,
                "`#[init]` makes the node, so there is none yet: take `ctx: &Context<Self>`, or nothing",
            );
        }
        let (args, parameters) = self.parameters(errors);
        let args =
            self.given(args, &parameters, "only the configuration, which can be a struct of several", errors);
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

    pub(super) fn shutdown(&self, errors: &mut Errors) -> Hook {
        self.receiver(errors);
        let (args, parameters) = self.parameters(errors);
        for parameter in &parameters {
            errors
                .add(parameter.pat, "the end of input brings nothing: `#[shutdown]` takes only the context");
        }
        let outcome = self
            .returns_nothing("`#[shutdown]` has nobody to answer: return nothing, or `Result<()>`", errors);
        Hook { callee: self.callee(args, outcome) }
    }

    pub(super) fn fallback(&self, errors: &mut Errors) -> Hook {
        if let Some(token) = &self.method.sig.asyncness {
            // Only a node with `async` handlers can spawn.
            let instead = match self.first_async {
                Some(_) => "go on in `ctx.spawn(…)`",
                None => "hand that to an `async` `#[event]` with `ctx.after(…)`",
            };
            errors.add(
                token,
                format_args!(
                    "`#[fallback]` can't be `async`, since its message lives only while it is received: take out of \
                     it what is needed, and {instead}"
                ),
            );
        }
        self.receiver(errors);
        let (args, parameters) = self.parameters(errors);
        if parameters.is_empty() {
            errors.add(
                &self.method.sig.ident,
                "`#[fallback]` takes the message: add `message: &RawMessage<'_>`",
            );
        }
        if let Some(owned) =
            parameters.first().filter(|parameter| types::is_named(parameter.ty, "RawMessage"))
        {
            errors.add(owned.ty, "the message is borrowed: take `message: &RawMessage<'_>`");
        }
        let args = self.given(args, &parameters, "only the message, as `&RawMessage<'_>`", errors);
        let outcome = self.returns_nothing(
            "`#[fallback]` answers through `ctx.reply(…)`, since it alone knows the reply's type: return nothing, or \
             `Result<()>`",
            errors,
        );
        Hook { callee: self.callee(args, outcome) }
    }

    fn callee(&self, args: Vec<Arg>, outcome: Outcome) -> Callee {
        Callee {
            method: self.method.sig.ident.clone(),
            args,
            outcome,
            is_async: self.is_async(),
            attrs: self.copied(),
        }
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

    /// Turns the one parameter besides the context into [`Arg::Given`], and complains about further ones.
    fn given(
        &self,
        args: Vec<Arg>,
        parameters: &[Parameter<'m>],
        what: &str,
        errors: &mut Errors,
    ) -> Vec<Arg> {
        for extra in parameters.iter().skip(1) {
            errors
                .add(extra.pat, format_args!("one parameter too many: besides the context it takes {what}"));
        }
        args.into_iter()
            .filter(|arg| !matches!(arg, Arg::Field(index) if *index > 0))
            .map(|arg| match arg {
                Arg::Field(index) => Arg::Given(parameters[index].ty.span()),
                other => other,
            })
            .collect()
    }
}
