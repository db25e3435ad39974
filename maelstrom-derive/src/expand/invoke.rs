//! How generated code calls the user's methods.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::Names;
use crate::model::{Arg, Callee, Model, Outcome};

/// The state of a node: the node itself, or shared if handlers may wait and others run meanwhile.
pub(super) fn state(model: &Model) -> TokenStream {
    if model.is_async { quote!(::std::rc::Rc<Self>) } else { quote!(Self) }
}

/// What a handler is called on: the state, or the node that its task holds.
pub(super) fn receiver(callee: &Callee, names: &Names) -> TokenStream {
    let Names { state, node, .. } = names;
    if callee.is_async { quote!(&#node) } else { quote!(#state) }
}

/// Takes hold of the node for longer than a call.
pub(super) fn hold(names: &Names) -> TokenStream {
    let Names { state, node, .. } = names;
    quote!(let #node = ::std::rc::Rc::clone(#state);)
}

/// The call of a method with what it takes, and with what is waited for.
pub(super) fn call(
    callee: &Callee,
    receiver: Option<TokenStream>,
    argument: impl Fn(&Arg) -> TokenStream,
) -> TokenStream {
    let method = &callee.method;
    let arguments = receiver.into_iter().chain(callee.args.iter().map(argument));
    let wait = callee.is_async.then(|| quote!(.await));
    quote!(Self::#method(#(#arguments),*) #wait)
}

/// A local, placed where the parameter's type stands: an error about it points there.
pub(super) fn located(local: &Ident, span: Span) -> TokenStream {
    let mut local = local.clone();
    local.set_span(local.span().located_at(span));
    quote!(#local)
}

/// The call of a method that returns a `Result`, as one of ours. The error's type is left to rustc, but has its place,
/// so that an error about it points there.
pub(super) fn fallible(error: Span, model: &Model, call: &TokenStream) -> TokenStream {
    let krate = &model.krate;
    let error = quote_spanned!(error=> _);
    quote!(#krate::__private::fallible::<_, #error>(#call))
}

/// A call, with `?` if the method returns a `Result`.
pub(super) fn tried(callee: &Callee, model: &Model, call: TokenStream) -> TokenStream {
    match callee.outcome {
        Outcome::Plain => call,
        Outcome::Fallible(error) => {
            let call = fallible(error, model, &call);
            quote!(#call?)
        }
    }
}
