//! Mistakes between methods: names that collide.

use proc_macro2::Ident;

use crate::{
    errors::Errors,
    model::{Callee, EventHandler, Handler, Model, WireName},
};

/// Adds a handler to the model, unless it collides with an earlier one.
pub(crate) fn push_handler(model: &mut Model, handler: Option<Handler>, errors: &mut Errors) {
    let Some(handler) = handler else { return };
    let mistakes = errors.len();
    for other in &model.handlers {
        if !other.callee.attrs.excludes(&handler.callee.attrs) {
            check_messages(other, &handler, errors);
        }
    }
    check_own_reply(&handler, errors);
    if errors.len() == mistakes {
        model.handlers.push(handler);
    }
}

fn check_own_reply(handler: &Handler, errors: &mut Errors) {
    let Some(reply) = &handler.reply else { return };
    if reply.wire.text == handler.wire.text && reply.shape() != handler.shape() {
        errors.add_error(syn::Error::new(
            reply.wire.span,
            format!("request and reply are both called `{}`, but have different fields", reply.wire.text),
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
    check_variants((&first.wire, &first.variant), (&second.wire, &second.variant), errors);
    for (rpc, other) in [(first, second), (second, first)] {
        let Some(reply) = &rpc.reply else { continue };
        if reply.wire.text == other.wire.text {
            if reply.shape() != other.shape() {
                collision(
                    errors,
                    "reply and message",
                    (&reply.wire, &rpc.callee),
                    (&other.wire, &other.callee),
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
            collision(errors, "replies", (&a.wire, &first.callee), (&b.wire, &second.callee));
        }
    }
}

fn collision(errors: &mut Errors, what: &str, a: (&WireName, &Callee), b: (&WireName, &Callee)) {
    let name = &a.0.text;
    both(
        errors,
        (a.0, format!("`{}` uses the name `{name}` here", a.1.method)),
        (
            b.0,
            format!(
                "two {what} are called `{name}`, of `{}` and `{}`, but have different fields: give one another name \
                 with `reply = \"…\"`",
                a.1.method, b.1.method
            ),
        ),
    );
}

/// Two wire names that differ, but become one name in Rust.
fn check_variants(a: (&WireName, &Ident), b: (&WireName, &Ident), errors: &mut Errors) {
    if a.1 == b.1 && a.0.text != b.0.text {
        both(
            errors,
            (a.0, format!("`{}` becomes the variant `{}`", a.0.text, a.1)),
            (b.0, format!("`{}` becomes the variant `{}` as well: rename one", b.0.text, b.1)),
        );
    }
}

fn both(errors: &mut Errors, first: (&WireName, String), second: (&WireName, String)) {
    errors.add_error(syn::Error::new(second.0.span, second.1));
    errors.add_error(syn::Error::new(first.0.span, first.1));
}

/// Adds a handler of events, unless its name collides with an earlier one.
pub(crate) fn push_event(model: &mut Model, event: Option<EventHandler>, errors: &mut Errors) {
    let Some(event) = event else { return };
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
                "`{}` and this both become the event `{}`: rename one",
                other.callee.method, event.variant
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
    value: Option<T>,
    callee: impl Fn(&T) -> &Callee,
    errors: &mut Errors,
) {
    let Some(value) = value else { return };
    if let Some(first) = place {
        let first = &callee(first).method;
        errors.add(method, format_args!("a node has one `#[{annotation}]`, and `{first}` is it already"));
        errors.add(first, format_args!("the first `#[{annotation}]` is here"));
        return;
    }
    *place = Some(value);
}
