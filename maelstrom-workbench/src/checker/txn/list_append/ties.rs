//! Which of two lists comes first in the original, where either would do.
//!
//! Elle sorts the lists that were read of a key by length, and takes the last one for the key's order. Those of one length
//! stay as a hash set of Clojure's has them: by their hashes, five bits at a time from the low end. Source: Clojure 1.12.

use std::cmp::Ordering;

use super::super::clojure::hash_of_list;
use crate::Value;

/// Compares two lists of elements: by length, and then as such a set would list them.
pub(super) fn compare<'v>(
    one: impl ExactSizeIterator<Item = &'v Value>,
    other: impl ExactSizeIterator<Item = &'v Value>,
) -> Ordering {
    one.len().cmp(&other.len()).then_with(|| place(hash_of_list(one)).cmp(&place(hash_of_list(other))))
}

/// A hash with its groups of five bits in reverse.
fn place(hash: u32) -> u64 {
    (0..7).fold(0, |place, group| place << 5 | u64::from(hash >> (5 * group) & 31))
}
