//! Which operations stand in the way of an order. The one that found no place need not be wrong: often an earlier one is,
//! for which there only was room because something of open outcome may have happened.

use std::ops::RangeInclusive;

use super::search::{Budget, Call, Calls, Effect, Outcome, search};

/// As many of each kind are tried, the last before it went wrong: each takes a search from the start, so that of a key with
/// very many operations there are fewer.
const TRIED: RangeInclusive<usize> = 2..=40;
/// As many operations are placed again for each kind.
const PLACED_AGAIN: usize = 100_000;

/// With whose change alone there would be an order.
#[derive(Clone, Copy, Debug)]
pub(super) enum Suspect {
    /// If it were not there.
    Without(Call),
    /// If it had taken effect, though it failed.
    Effective(Call),
}

impl Suspect {
    pub(super) fn call(self) -> Call {
        match self {
            Self::Without(call) | Self::Effective(call) => call,
        }
    }
}

/// Those before an operation that has no place, in the order of their completions. What failed comes into question only if
/// nothing that succeeded does. What takes too long to try is none.
pub(super) fn suspects(calls: &Calls, failed: &[Call], base: usize, budget: Budget) -> Vec<Suspect> {
    let each = Budget { steps: budget.steps / 100, bytes: budget.bytes / 4 };
    let has_order = |calls: &Calls| matches!(search(calls, each), Outcome::Placed);
    let end = calls.definite[base].completed;
    let tried = (PLACED_AGAIN / (base + 1)).clamp(*TRIED.start(), *TRIED.end());
    let before = until(calls, base);
    let without = (base.saturating_sub(tried)..base).filter(|call| {
        let mut calls = before.clone();
        calls.definite.remove(*call);
        has_order(&calls)
    });
    let without: Vec<Suspect> = without.map(|call| Suspect::Without(calls.definite[call])).collect();
    if !without.is_empty() {
        return without;
    }
    let failed = failed.iter().filter(|call| call.invoked < end);
    let effective = failed.rev().take(tried).filter(|call| {
        let mut calls = before.clone();
        let at = calls.open.partition_point(|open| open.invoked < call.invoked);
        calls.open.insert(at, Call { completed: usize::MAX, ..**call });
        has_order(&calls)
    });
    let mut effective: Vec<Suspect> = effective.map(|call| Suspect::Effective(*call)).collect();
    effective.sort_by_key(|suspect| suspect.call().completed);
    effective
}

/// What is known when an operation is completed: what was under way then may have happened.
fn until(calls: &Calls, base: usize) -> Calls {
    let end = calls.definite[base].completed;
    let under_way = calls.definite[base + 1..].iter().filter(|call| !matches!(call.effect, Effect::Read(_)));
    let mut open: Vec<Call> =
        calls.open.iter().chain(under_way).filter(|call| call.invoked < end).copied().collect();
    open.sort_unstable_by_key(|call| call.invoked);
    Calls { definite: calls.definite[..=base].to_vec(), open }
}
