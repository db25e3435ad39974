//! Sets of integers as ranges.

/// The sums that can be made of a number and any of some others.
///
/// Kept as inclusive ranges, in order, merged where they touch. Their number can double with each number, so beyond
/// a limit the narrowest gaps are closed: the set is then too large, never too small, and no longer exact.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    ranges: Vec<(i128, i128)>,
    is_exact: bool,
    limit: usize,
}

/// A sum is beyond 128 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

impl Sums {
    pub(super) const LIMIT: usize = 1 << 14;

    /// Just `sum`; with at most `limit` ranges from then on.
    pub(super) fn of(sum: i128, limit: usize) -> Self {
        Self { ranges: vec![(sum, sum)], is_exact: true, limit }
    }

    /// Each of `count` numbers, all equal to `number`, may be part of the sum or not.
    pub(super) fn maybe_times(&mut self, number: i128, mut count: usize) -> Result<(), TooLarge> {
        // 1, 2, 4, … and a rest of them make up every multiple from 0 to `count`, in a few steps.
        let mut group: usize = 1;
        while count > 0 {
            group = group.min(count);
            let times = i128::try_from(group).map_err(|_| TooLarge)?;
            self.maybe(number.checked_mul(times).ok_or(TooLarge)?)?;
            count -= group;
            group *= 2;
        }
        Ok(())
    }

    fn maybe(&mut self, number: i128) -> Result<(), TooLarge> {
        if number == 0 {
            return Ok(());
        }
        let shift = |bound: i128| bound.checked_add(number).ok_or(TooLarge);
        let mut all = self.ranges.clone();
        for &(low, high) in &self.ranges {
            all.push((shift(low)?, shift(high)?));
        }
        #[expect(clippy::stable_sort_primitive, reason = "a stable sort merges two sorted runs in one pass")]
        all.sort();
        self.ranges.clear();
        for (low, high) in all {
            match self.ranges.last_mut() {
                Some((_, last)) if low <= last.saturating_add(1) => *last = high.max(*last),
                _ => self.ranges.push((low, high)),
            }
        }
        if self.ranges.len() > self.limit {
            self.close_gaps();
        }
        Ok(())
    }

    /// Keeps half of what the limit allows.
    fn close_gaps(&mut self) {
        self.is_exact = false;
        // Unsigned, as a gap may be as wide as all integers.
        let mut gaps: Vec<_> = self
            .ranges
            .windows(2)
            .enumerate()
            .map(|(at, pair)| (pair[0].1.abs_diff(pair[1].0), at + 1))
            .collect();
        gaps.sort_unstable_by(|a, b| b.cmp(a));
        gaps.truncate(self.limit / 2);
        let mut starts: Vec<_> = gaps.into_iter().map(|(_, start)| start).collect();
        starts.sort_unstable();
        starts.insert(0, 0);
        starts.push(self.ranges.len());
        self.ranges =
            starts.windows(2).map(|part| (self.ranges[part[0]].0, self.ranges[part[1] - 1].1)).collect();
    }

    /// Whether the sum can be made. If the set is not exact, `true` may be wrong.
    pub(super) fn contains(&self, sum: i128) -> bool {
        let at = self.ranges.partition_point(|&(_, high)| high < sum);
        self.ranges.get(at).is_some_and(|&(low, _)| low <= sum)
    }

    /// The ranges, both ends included, in order.
    pub(super) fn ranges(&self) -> &[(i128, i128)] {
        &self.ranges
    }

    /// Whether no gap was closed.
    pub(super) fn is_exact(&self) -> bool {
        self.is_exact
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn every_sum(start: i128, numbers: &[i128]) -> BTreeSet<i128> {
        numbers.iter().fold(BTreeSet::from([start]), |sums, number| {
            sums.iter().flat_map(|sum| [*sum, sum + number]).collect()
        })
    }

    proptest! {
        #[test]
        fn every_sum_is_found_and_no_other(
            start in -20_i128..20, numbers in prop::collection::vec((-30_i128..30, 0_usize..7), 0..6),
        ) {
            let mut sums = Sums::of(start, Sums::LIMIT);
            for &(number, count) in &numbers {
                sums.maybe_times(number, count).unwrap();
            }
            let flat: Vec<_> = numbers.iter().flat_map(|&(number, count)| vec![number; count]).collect();
            let expected = every_sum(start, &flat);
            let found: BTreeSet<_> = sums.ranges().iter().flat_map(|&(low, high)| low..=high).collect();
            prop_assert!(sums.is_exact());
            prop_assert_eq!(&found, &expected);
            prop_assert!(sums.ranges().windows(2).all(|pair| pair[0].1 + 1 < pair[1].0));
            prop_assert!((-1300..1300).all(|sum| sums.contains(sum) == expected.contains(&sum)));
        }

        #[test]
        fn beyond_the_limit_no_sum_is_left_out(
            numbers in prop::collection::vec(-100_000_i128..100_000, 0..12), limit in 2_usize..40,
        ) {
            let mut sums = Sums::of(0, limit);
            for &number in &numbers {
                sums.maybe_times(number, 1).unwrap();
            }
            let expected = every_sum(0, &numbers);
            prop_assert!(expected.iter().all(|sum| sums.contains(*sum)));
            prop_assert!(sums.ranges().len() <= limit);
            prop_assert!(sums.is_exact() || expected.len() > limit);
        }
    }

    #[test]
    fn many_equal_numbers_and_powers_of_three_take_little() {
        let mut sums = Sums::of(0, Sums::LIMIT);
        for power in 0..60 {
            sums.maybe_times(3_i128.pow(power), 1).unwrap();
        }
        assert!(!sums.is_exact());
        assert!(sums.contains(3_i128.pow(59) + 1) && !sums.contains(-1) && !sums.contains(3_i128.pow(60)));

        let mut sums = Sums::of(0, Sums::LIMIT);
        sums.maybe_times(3, 1_000_000_000).unwrap();
        sums.maybe_times(1, 2).unwrap();
        assert_eq!(sums.maybe_times(i128::MAX, 1), Err(TooLarge));
    }
}
