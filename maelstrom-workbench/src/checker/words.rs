//! How explanations put things.

use std::fmt;

use crate::Value;

/// A time in ns: `2.31 s`, `20 ms`, `0.4 ms`.
pub(crate) fn time(ns: u64) -> String {
    const MS: u64 = 1_000_000;
    match (ns / MS, ns / 100_000 % 10) {
        (1000.., _) => {
            let hundredths = (ns + 5 * MS) / (10 * MS);
            format!("{}.{:02} s", hundredths / 100, hundredths % 100)
        }
        (ms, tenths) if ms >= 10 || tenths == 0 => format!("{ms} ms"),
        (ms, tenths) => format!("{ms}.{tenths} ms"),
    }
}

/// A value as JSON, cut if it is long.
pub(crate) fn value(value: &Value) -> String {
    const MAX: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// `1 read`, `2 reads`.
pub(crate) fn count(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// `; 2 other ids came twice`, or nothing.
pub(super) fn others(others: usize, noun: &str, verb: &str) -> String {
    if others == 0 { String::new() } else { format!("; {} {verb}", count(others, &format!("other {noun}"))) }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn list<T: fmt::Display>(items: &[T], and: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.to_string(),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(T::to_string).collect();
            format!("{} {and} {last}", first.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_digits_that_people_read() {
        let said = [0, 400_000, 1_000_000, 1_550_000, 20_000_000, 999_999_999, 2_309_999_999].map(time);
        assert_eq!(said, ["0 ms", "0.4 ms", "1 ms", "1.5 ms", "20 ms", "999 ms", "2.31 s"]);
    }

    #[test]
    fn lists_are_read_aloud() {
        assert_eq!(list(&[1], "or"), "1");
        assert_eq!(list(&[1, 2, 3], "or"), "1, 2 or 3");
        assert_eq!(value(&"ü".repeat(100).into()).chars().count(), 61);
    }
}
