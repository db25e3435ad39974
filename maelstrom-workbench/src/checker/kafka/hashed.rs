//! The order in which Clojure goes through a set, by which the original picks one of several messages.
//!
//! Its sets are tries: of five bits of the hash at a time, the lowest first. Hashes are Austin Appleby's `MurmurHash3`.

use crate::Value;

/// Where a value comes in a set, if it is an integer of 64 bits or a string; others come first, in any order.
pub(super) fn place(value: &Value) -> u64 {
    let hash = match value {
        Value::Integer(integer) => integer.as_i64().map_or(0, of_integer),
        Value::String(string) => of_string(string),
        _ => 0,
    };
    (0..7).fold(0, |place, digit| place << 5 | u64::from(hash >> (5 * digit) & 31))
}

fn of_integer(integer: i64) -> u32 {
    let bytes = integer.to_le_bytes();
    let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    if integer == 0 { 0 } else { of_words(&[word(0), word(4)]) }
}

/// The hash of Java's hash, which sums up the units of UTF-16.
fn of_string(string: &str) -> u32 {
    let add = |sum: u32, unit: u16| sum.wrapping_mul(31).wrapping_add(unit.into());
    match string.encode_utf16().fold(0, add) {
        0 => 0,
        sum => of_words(&[sum]),
    }
}

fn of_words(words: &[u32]) -> u32 {
    let (mut hash, mut length) = (0_u32, 0_u32);
    for word in words {
        hash ^= word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
        hash = hash.rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
        length += 4;
    }
    hash ^= length;
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_integers_come_as_clojure_prints_a_set_of_them() {
        let mut values: Vec<Value> = (0..10).map(Value::from).collect();
        values.sort_by_key(place);
        // #{0 7 1 4 6 3 2 9 5 8}
        assert_eq!(values, [0, 7, 1, 4, 6, 3, 2, 9, 5, 8].map(Value::from));
    }
}
