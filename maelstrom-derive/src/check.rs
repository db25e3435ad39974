//! Mistakes between methods: names that collide.

use proc_macro2::Ident;

use crate::{
    errors::Errors,
    model::{Callee, EventHandler, Handler, Model, Stub, WireName},
};

/// Adds a handler to the model, unless it collides with an earlier one. Tells whether it was added.
pub(crate) fn push_handler(model: &mut Model, handler: Handler, errors: &mut Errors) -> bool {
    let twin = |other: &Handler| {
        other.callee.method == handler.callee.method && other.callee.attrs.has_cfgs_of(&handler.callee.attrs)
    };
    if model.handlers.iter().any(twin) {
        // Two methods of one name: rustc says that.
        return false;
    }
    let mistakes = errors.len();
    for other in &model.handlers {
        if !other.callee.attrs.excludes(&handler.callee.attrs) {
            check_messages(other, &handler, errors);
        }
    }
    check_own_reply(&handler, errors);
    let fits = errors.len() == mistakes;
    if fits {
        model.handlers.push(handler);
    }
    fits
}

/// Adds what is left of a handler with a mistake, unless the client has a method of its name.
pub(crate) fn push_stub(model: &mut Model, stub: Stub) {
    let twin = model.stubs.iter().any(|other| other.method == stub.method)
        || model.handlers.iter().any(|other| other.callee.method == stub.method);
    if !twin {
        model.stubs.push(stub);
    }
}

fn check_own_reply(handler: &Handler, errors: &mut Errors) {
    let Some(reply) = &handler.reply else { return };
    if reply.wire.text == handler.wire.text && reply.shape() != handler.shape() {
        errors.add_error(syn::Error::new(
            reply.wire.span,
            format!(
                "request and reply are both called `{}`, but have different fields: give the reply another name",
                reply.wire.text
            ),
        ));
    }
}

fn check_messages(first: &Handler, second: &Handler, errors: &mut Errors) {
    if first.wire.text == second.wire.text {
        both(
            errors,
            (&first.wire, format!("the first handler for `{}` is here", first.wire.text)),
            (
                &second.wire,
                format!(
                    "a second handler for `{}`: a message type has one handler. Remove one, rename it with \
                     `name = \"…\"`, or give them different `cfg`s",
                    second.wire.text
                ),
            ),
        );
        return;
    }
    if check_variants((&first.wire, &first.variant), (&second.wire, &second.variant), errors) {
        return;
    }
    for (rpc, other) in [(first, second), (second, first)] {
        let Some(reply) = &rpc.reply else { continue };
        if reply.wire.text == other.wire.text {
            if reply.shape() != other.shape() {
                both(
                    errors,
                    (&other.wire, format!("the message `{}` is here", other.wire.text)),
                    (
                        &reply.wire,
                        format!(
                            "a message is called `{}` too, but has different fields: give the reply of `{}` another \
                             name",
                            reply.wire.text, rpc.callee.method
                        ),
                    ),
                );
            }
        } else {
            check_variants((&reply.wire, &reply.variant), (&other.wire, &other.variant), errors);
        }
    }
    if let (Some(a), Some(b)) = (&first.reply, &second.reply) {
        if a.wire.text != b.wire.text {
            check_variants((&a.wire, &a.variant), (&b.wire, &b.variant), errors);
        } else if a.shape() != b.shape() {
            both(
                errors,
                (&a.wire, format!("the first reply `{}` is here", a.wire.text)),
                (
                    &b.wire,
                    format!(
                        "`{}` has a reply called `{}` too, with different fields: give one of them another name",
                        first.callee.method, b.wire.text
                    ),
                ),
            );
        }
    }
}

/// Two wire names that differ, but become one name in Rust. Tells whether they do.
fn check_variants(a: (&WireName, &Ident), b: (&WireName, &Ident), errors: &mut Errors) -> bool {
    let collide = a.1 == b.1 && a.0.text != b.0.text;
    if collide {
        both(
            errors,
            (a.0, format!("the first name for `{}` is here", a.1)),
            (
                b.0,
                format!(
                    "`{}` and `{}` both become the variant `{}` of the payload: rename one",
                    a.0.text, b.0.text, b.1
                ),
            ),
        );
    }
    collide
}

fn both(errors: &mut Errors, first: (&WireName, String), second: (&WireName, String)) {
    errors.add_error(syn::Error::new(second.0.span, second.1));
    errors.add_error(syn::Error::new(first.0.span, first.1));
}

/// Adds a handler of events, unless its name collides with an earlier one.
pub(crate) fn push_event(model: &mut Model, event: EventHandler, errors: &mut Errors) {
    let twin = model
        .events
        .iter()
        .find(|other| other.variant == event.variant && !other.callee.attrs.excludes(&event.callee.attrs));
    match twin {
        // Two methods of one name: rustc says that.
        Some(other) if other.callee.method == event.callee.method => {}
        Some(other) => errors.add(
            &event.callee.method,
            format_args!(
                "`{}` and `{}` both become the variant `{}` of the events: rename one",
                other.callee.method, event.callee.method, event.variant
            ),
        ),
        None => model.events.push(event),
    }
}

/// Sets what a node can have only one of.
pub(crate) fn set_once<T>(
    place: &mut Option<T>,
    annotation: &str,
    method: &Ident,
    value: T,
    callee: impl Fn(&T) -> &Callee,
    errors: &mut Errors,
) {
    if let Some(first) = place {
        let first = &callee(first).method;
        errors.add(
            method,
            format_args!("a node has one `#[{annotation}]`, and `{first}` is it already: remove one"),
        );
        errors.add(first, format_args!("the first `#[{annotation}]` is here"));
        return;
    }
    *place = Some(value);
}
