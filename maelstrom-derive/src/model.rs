//! What a node declares, as expansion needs it. A model has no mistakes left in it: of a handler with one, only a stub
//! is there.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::{Attribute, Generics, Path, Type};

/// A node.
pub(crate) struct Model {
    /// The path of the `maelstrom` crate.
    pub(crate) krate: Path,
    /// The node's name, from which the generated names are made.
    pub(crate) name: Ident,
    pub(crate) self_ty: Type,
    /// Whether a handler is `async`, under whatever `cfg`. All of them then share the node.
    pub(crate) is_async: bool,
    /// Type and const parameters, and the `where` clause.
    pub(crate) generics: Generics,
    pub(crate) handlers: Vec<Handler>,
    pub(crate) events: Vec<EventHandler>,
    /// Handlers of messages that have mistakes: their senders still find them in the client.
    pub(crate) stubs: Vec<Stub>,
    pub(crate) init: Option<Init>,
    pub(crate) shutdown: Option<Hook>,
    pub(crate) fallback: Option<Hook>,
}

/// What every annotated method has.
pub(crate) struct Callee {
    pub(crate) method: Ident,
    /// Its arguments after `self`, in order.
    pub(crate) args: Vec<Arg>,
    pub(crate) outcome: Outcome,
    pub(crate) is_async: bool,
    pub(crate) attrs: Copied,
}

/// Whether a method returns a `Result`.
pub(crate) enum Outcome {
    Plain,
    /// A `Result`, and where its error is named, or else it is.
    Fallible(Span),
}

/// Attributes that generated items take over.
#[derive(Clone, Default)]
pub(crate) struct Copied {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) docs: Vec<Attribute>,
}

/// An argument. The spans are those of the parameter's type, where a mismatch is to be shown.
pub(crate) enum Arg {
    Context(Span),
    /// The field of this index.
    Field(usize),
    /// What a hook gets: the configuration, or the raw message.
    Given(Span),
}

/// What is left of a handler of messages that has a mistake.
pub(crate) struct Stub {
    pub(crate) method: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    /// The types of its fields; `None` where there is no telling.
    pub(crate) fields: Vec<Option<TokenStream>>,
    /// What is made of its reply, if it has one.
    pub(crate) reply: Option<TokenStream>,
}

/// A name on the wire, and where it stands in the source.
#[derive(Clone)]
pub(crate) struct WireName {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// A handler of messages: `#[rpc]` or `#[message]`.
pub(crate) struct Handler {
    pub(crate) callee: Callee,
    pub(crate) wire: WireName,
    pub(crate) variant: Ident,
    pub(crate) fields: Vec<Field>,
    /// `None` for `#[message]`.
    pub(crate) reply: Option<Reply>,
}

/// A field of a message, from a parameter.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) wire: WireName,
    pub(crate) passing: Passing,
    /// The type as the payload enum has it, with the lifetime of the line.
    pub(crate) stored: TokenStream,
    /// The type as the typed client takes it, its lifetimes elided.
    pub(crate) taken: TokenStream,
    /// The type behind its references, which is what is written.
    pub(crate) written: TokenStream,
    pub(crate) borrows: bool,
    pub(crate) default: Option<FieldDefault>,
}

/// How a field gets from the payload enum to the handler's parameter.
pub(crate) enum Passing {
    /// By value.
    Owned,
    /// `Cow<str>`: by value, decoded by borrowing.
    CowStr,
    /// `&str`: decoded as `Cow<str>`, and lent.
    Str,
    /// `&T` or `&[T]`: decoded into an owned type, and lent.
    Lent { owned: TokenStream, borrowed: TokenStream },
}

#[derive(Clone)]
pub(crate) enum FieldDefault {
    /// `#[field(default)]`, and where it stands.
    Trait(Span),
    /// `#[field(default = path)]`
    Path(TokenStream),
}

/// The reply of an rpc.
pub(crate) struct Reply {
    pub(crate) wire: WireName,
    pub(crate) variant: Ident,
    /// Whether the handler returns a `Later`.
    pub(crate) later: bool,
    pub(crate) body: ReplyBody,
}

pub(crate) enum ReplyBody {
    Empty,
    /// Named by `reply(a, b)`.
    Named(Vec<ReplyField>),
    /// The fields of the returned value itself.
    Flat(ReplyType),
}

pub(crate) struct ReplyField {
    pub(crate) ident: Ident,
    pub(crate) wire: WireName,
    pub(crate) ty: ReplyType,
}

pub(crate) struct ReplyType {
    pub(crate) stored: TokenStream,
    /// The type behind its references and guards, which is what is written.
    pub(crate) written: TokenStream,
    /// The type as a caller gets it, which borrows nothing.
    pub(crate) owned: TokenStream,
    pub(crate) borrows: bool,
}

/// A handler of what timers and injectors bring: `#[every]` or `#[event]`.
pub(crate) struct EventHandler {
    pub(crate) callee: Callee,
    /// Whether it can be called: one with a mistake can't, but whoever makes the event still finds it.
    pub(crate) sound: bool,
    pub(crate) variant: Ident,
    /// Name and type of each parameter.
    pub(crate) fields: Vec<(Ident, TokenStream)>,
    pub(crate) every: Option<Every>,
}

pub(crate) struct Every {
    pub(crate) interval: TokenStream,
    pub(crate) jitter: Option<TokenStream>,
}

/// `#[init]`.
pub(crate) struct Init {
    pub(crate) callee: Callee,
    /// Whether it can be called: one with a mistake can't, but the node needs no other.
    pub(crate) sound: bool,
    /// The type of its configuration.
    pub(crate) config: Option<TokenStream>,
}

/// `#[shutdown]` or `#[fallback]`.
pub(crate) struct Hook {
    pub(crate) callee: Callee,
}

impl Reply {
    /// Every type in the reply.
    pub(crate) fn types(&self) -> Vec<&ReplyType> {
        match &self.body {
            ReplyBody::Empty => Vec::new(),
            ReplyBody::Named(fields) => fields.iter().map(|field| &field.ty).collect(),
            ReplyBody::Flat(ty) => vec![ty],
        }
    }

    /// What a reader of the reply has to know: two replies of one name must agree in it.
    pub(crate) fn shape(&self) -> String {
        let fields = |fields: &[ReplyField]| -> Vec<String> {
            fields.iter().map(|field| shape(&field.ident, &field.wire, &field.ty.stored)).collect()
        };
        match &self.body {
            ReplyBody::Empty => String::new(),
            ReplyBody::Named(named) => fields(named).join(", "),
            ReplyBody::Flat(ty) => format!("..{}", ty.stored),
        }
    }
}

impl Handler {
    /// As [`Reply::shape`], for the message itself.
    pub(crate) fn shape(&self) -> String {
        let fields: Vec<String> =
            self.fields.iter().map(|field| shape(&field.ident, &field.wire, &field.stored)).collect();
        fields.join(", ")
    }
}

fn shape(ident: &Ident, wire: &WireName, stored: &TokenStream) -> String {
    format!("{ident} = {}: {stored}", wire.text)
}

impl Copied {
    /// Whether two handlers are never there together, so that they may share a name.
    pub(crate) fn excludes(&self, other: &Self) -> bool {
        !self.cfgs.is_empty() && !other.cfgs.is_empty() && !self.has_cfgs_of(other)
    }

    /// Whether two handlers are there under the same condition.
    pub(crate) fn has_cfgs_of(&self, other: &Self) -> bool {
        self.cfg_text() == other.cfg_text()
    }

    /// What stands between the parentheses of each `cfg`.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &TokenStream> {
        self.cfgs.iter().filter_map(|cfg| cfg.meta.require_list().ok()).map(|list| &list.tokens)
    }

    fn cfg_text(&self) -> String {
        let mut texts: Vec<String> = self.cfgs.iter().map(|cfg| cfg.to_token_stream().to_string()).collect();
        texts.sort();
        texts.join(" ")
    }
}
