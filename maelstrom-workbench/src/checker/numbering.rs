//! Numbers for values, so that what is known of them lies in arrays.

use std::collections::HashMap;

use crate::Value;

/// Numbers values in the order in which they come: 0, 1, 2, …
#[derive(Debug, Default)]
pub(super) struct Numbering<'h> {
    /// Numbers of small integers, by the integer. Workloads add 0, 1, 2, …, and a look-up here is many times faster
    /// than a hash, which counts where long lists are read again and again.
    small: Vec<Option<usize>>,
    others: HashMap<&'h Value, usize>,
    count: usize,
}

impl<'h> Numbering<'h> {
    /// The number of a value, if it has one.
    pub(super) fn get(&self, value: &Value) -> Option<usize> {
        let small = small(value).and_then(|small| self.small.get(small).copied().flatten());
        if small.is_some() || self.others.is_empty() { small } else { self.others.get(value).copied() }
    }

    /// The number of a value; the next one if it has none.
    pub(super) fn number(&mut self, value: &'h Value) -> usize {
        if let Some(known) = self.get(value) {
            return known;
        }
        let number = self.count;
        self.count += 1;
        match small(value) {
            // So the table stays within a few times the number of values.
            Some(small) if small < 4 * self.count + 1024 => {
                if self.small.len() <= small {
                    self.small.resize(small + 1, None);
                }
                self.small[small] = Some(number);
            }
            _ => {
                self.others.insert(value, number);
            }
        }
        number
    }
}

fn small(value: &Value) -> Option<usize> {
    value.as_integer()?.as_i64().and_then(|integer| usize::try_from(integer).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_equal_numbers() {
        let texts = ["0", "1", "1.0", "\"1\"", "90000", "-1", "[1]", "1e3", "90000", "1.0", "0"];
        let mut values: Vec<Value> = texts.iter().map(|text| text.parse().unwrap()).collect();
        // By now 90000 would go to the table; it is found where it went before.
        values.extend((2..60_000_u32).map(Value::from).chain([Value::from(90_000)]));

        let mut numbering = Numbering::default();
        let numbers: Vec<_> = values.iter().map(|value| numbering.number(value)).collect();
        assert_eq!(numbers[..11], [0, 1, 2, 3, 4, 5, 6, 7, 4, 2, 0]);
        assert_eq!(numbers.last(), Some(&4));
        assert_eq!(numbering.get(&"2".into()), None);
    }
}
