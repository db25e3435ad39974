//! Values are as exact as their text, equal when Maelstrom's are, and totally ordered.

#![allow(clippy::unwrap_used)]

use std::{
    cmp::Ordering,
    hash::{DefaultHasher, Hash, Hasher},
};

use maelstrom_workbench::{Integer, Value};
use proptest::prelude::*;

fn value(text: &str) -> Value {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn hash(value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[test]
fn numbers_keep_their_kind_and_their_digits() {
    let digits = "9".repeat(400);
    for text in [
        "0",
        "-1",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        &digits,
        "1.0",
        "1.5",
        "0.1",
    ] {
        assert_eq!(value(text).to_string(), text);
    }
    assert_eq!(value("-0").to_string(), "0");
    assert_eq!(value("-0.0").to_string(), "-0.0");
    assert_eq!(value("1E2").to_string(), "100.0");
}

#[test]
fn what_is_no_json_is_refused() {
    for text in ["", "01", "-", "1.", "nul", "[1", "{\"a\"}", "\"\\ud800\"", "1e999", "1 2", "+1"] {
        assert!(text.parse::<Value>().is_err(), "{text}");
    }
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(nested(128).parse::<Value>().is_ok());
    let error = nested(129).parse::<Value>().unwrap_err().to_string();
    assert_eq!(error, "nested deeper than 128 levels");
    // Far deeper than any stack.
    assert!(nested(100_000).parse::<Value>().is_err());
}

#[test]
fn values_stand_in_maelstroms_order() {
    let ascending = [
        "null",
        "false",
        "true",
        "-36893488147419103233",
        "-36893488147419103232",
        "-1.5",
        "-1",
        "0",
        "0.0",
        "0.5",
        "1",
        "1.0",
        "1.5",
        "9007199254740993",
        "9007199254740994.0",
        "18446744073709551615",
        "18446744073709551616",
        "18446744073709551616.0",
        "18446744073709551617",
        "1e300",
        "\"\"",
        "\"a\"",
        "\"ab\"",
        "\"b\"",
        // By UTF-16 units, as Java has it: this is U+1F600, in two units from 0xD800 on.
        "\"😀\"",
        "\"\u{fb01}\"",
        "[]",
        "[1]",
        "[2]",
        "[0,5]",
        "{}",
        "{\"a\":1}",
        "{\"a\":2}",
    ]
    .map(value);
    for (at, a) in ascending.iter().enumerate() {
        for (beside, b) in ascending.iter().enumerate() {
            assert_eq!(a.cmp(b), at.cmp(&beside), "{a} {b}");
            assert_eq!(a == b, at == beside, "{a} {b}");
        }
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3_i64..3).prop_map(Value::from),
        any::<i128>().prop_map(Value::from),
        (-3_i8..3).prop_map(|it| Value::from(f64::from(it) / 2.0)),
        any::<f64>().prop_filter("JSON has finite numbers", |it| it.is_finite()).prop_map(Value::from),
        "\\PC{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::btree_map("[a-c\"\\\\]{0,2}", inner, 0..4).prop_map(Value::Object),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(before in any_value()) {
        let after = value(&before.to_string());
        prop_assert_eq!(&after, &before);
        prop_assert_eq!(hash(&after), hash(&before));
    }

    #[test]
    fn the_order_is_total_and_agrees_with_equality(a in any_value(), b in any_value(), c in any_value()) {
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a.cmp(&b) == Ordering::Equal, a == b);
        if a <= b && b <= c {
            prop_assert!(a <= c);
        }
        if a == b {
            prop_assert_eq!(hash(&a), hash(&b));
        }
    }

    #[test]
    fn integers_are_ordered_by_size(a in any::<i128>(), b in any::<i128>(), shift in 0_u32..128) {
        let (a, b) = (a >> shift, b >> shift);
        prop_assert_eq!(Integer::from(a).cmp(&Integer::from(b)), a.cmp(&b));
        prop_assert_eq!(Integer::from(a).as_i128(), Some(a));
        prop_assert_eq!(a.to_string().parse::<Integer>().unwrap(), Integer::from(a));
    }

    #[test]
    fn values_within_64_bits_are_as_serde_json_reads_them(text in any_value().prop_map(|it| it.to_string())) {
        let theirs: serde_json::Value = serde_json::from_str(&text).unwrap();
        let through_serde: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&through_serde, &value(&text));
        // Where theirs is exact, ours is equal; else they have made a float of it.
        let converted = Value::from(theirs);
        prop_assert!(converted == value(&text) || text.len() > 19);
    }
}
