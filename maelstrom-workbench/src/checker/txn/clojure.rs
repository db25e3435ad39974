//! Clojure's hashes, by which its sets are in order. Source: Clojure 1.12; they are Austin Appleby's `MurmurHash3`.

use crate::Value;

pub(super) fn hash_of_list<'v>(list: impl ExactSizeIterator<Item = &'v Value>) -> u32 {
    let len = u32::try_from(list.len()).unwrap_or(u32::MAX);
    let hash = list.fold(1_u32, |hash, value| hash.wrapping_mul(31).wrapping_add(hash_of(value)));
    finish(mix(0, hash), len)
}

/// The hash of an integer or a string; for others, which do not tell lists apart here, nothing.
fn hash_of(value: &Value) -> u32 {
    match value {
        Value::Integer(integer) => {
            integer.as_i64().map_or(0, |integer| hash_of_integer(integer.cast_unsigned()))
        }
        Value::String(string) => {
            let units = string.encode_utf16();
            let code = units.fold(0_u32, |hash, unit| hash.wrapping_mul(31).wrapping_add(unit.into()));
            if code == 0 { 0 } else { finish(mix(0, code), 4) }
        }
        _ => 0,
    }
}

/// The hash of an integer of these bits.
#[expect(clippy::cast_possible_truncation, reason = "both halves are used")]
pub(super) fn hash_of_integer(bits: u64) -> u32 {
    if bits == 0 { 0 } else { finish(mix(mix(0, bits as u32), (bits >> 32) as u32), 8) }
}

fn mix(hash: u32, word: u32) -> u32 {
    let word = word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593);
    (hash ^ word).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
}

fn finish(hash: u32, bytes: u32) -> u32 {
    let hash = hash ^ bytes;
    let hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    let hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_clojures() {
        let hash = |text: &str| hash_of(&text.parse().unwrap()).cast_signed();
        // As its REPL prints them.
        assert_eq!([hash("0"), hash("1"), hash("\"a\"")], [0, 1_392_991_556, 1_455_541_201]);
        let list: Vec<Value> = (1..4).map(Value::from).collect();
        assert_eq!(hash_of_list(list.iter()).cast_signed(), 736_442_005);
    }
}
