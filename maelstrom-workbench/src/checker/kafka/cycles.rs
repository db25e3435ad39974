//! Cycles of what was polled and of real time.
//!
//! An edge goes from the send of a message to every poll that returned it, and from every success to what begins after
//! it. Time alone never goes round; so a cycle has a poll that ended before the send began whose message it has. Such a
//! poll ties together all that happened between the two, and spans of time that overlap are one component.

use super::{
    operations::{Operations, Place, What},
    values::Reading,
};
use crate::history::Kind;

/// Of each component the message that was polled too early by most.
pub(super) fn early(operations: &Operations<'_>) -> Vec<Reading> {
    let mut spans: Vec<(usize, usize, Place, usize)> = Vec::new();
    for (place, message) in operations.messages() {
        let (Some(reader), Some(writer)) = (message.first_poll, message.writer) else { continue };
        let possible = operations.history.operations()[writer].kind != Kind::Fail;
        let invoked = operations.history.other_half(writer);
        if let (true, Some(invoked)) = (possible, invoked)
            && reader < invoked
        {
            spans.push((reader, invoked, place, writer));
        }
    }
    spans.sort_unstable();
    let (mut found, mut end): (Vec<Reading>, usize) = (Vec::new(), 0);
    for (reader, invoked, place, writer) in spans {
        if found.is_empty() || reader >= end {
            found.push(Reading { place, writer: Some(writer), reader });
        }
        end = end.max(invoked);
    }
    found
}

/// Whether no edge at all can be drawn, so that nothing is known.
pub(super) fn is_empty(operations: &Operations<'_>) -> bool {
    let any_read =
        operations.messages().any(|(_, message)| message.first_reader.is_some() && message.writer.is_some());
    let acts = operations.completions.iter().filter(|it| !matches!(it.what, What::Assign(_)));
    let possible = acts.filter(|it| it.kind != Kind::Fail);
    let first_success = possible.clone().filter(|it| it.kind == Kind::Ok).map(|it| it.position).min();
    let last_begun = possible.filter_map(|it| operations.history.other_half(it.position)).max();
    let any_after = first_success.zip(last_begun).is_some_and(|(success, begun)| success < begun);
    !any_read && !any_after
}
