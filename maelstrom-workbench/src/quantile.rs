//! Quantiles, all by one rule.
//!
//! Source: Jepsen's latency graphs and its `set-full` checker, as Maelstrom 0.2.5 has them.

/// What so many percent of a sorted list do not reach: the element before which they stand, or the last one. Nothing of an
/// empty list.
///
/// It is Jepsen's rule, so that figures of this workbench and of Maelstrom's can be compared. Of an even number of elements
/// it makes the upper one of the middle the median.
///
/// ```
/// use maelstrom_workbench::quantile;
///
/// let sorted: Vec<u64> = (1..=100).collect();
/// assert_eq!([0, 50, 95, 99, 100].map(|percent| quantile(&sorted, percent)), [1, 51, 96, 100, 100].map(Some));
/// assert_eq!(quantile(&[7], 50), Some(7));
/// assert_eq!(quantile::<u64>(&[], 50), None);
/// ```
pub fn quantile<T: Copy>(sorted: &[T], percent: usize) -> Option<T> {
    let last = sorted.len().checked_sub(1)?;
    Some(sorted[(sorted.len() * percent / 100).min(last)])
}

/// The name that results have for it: `0.95`.
pub(crate) fn name(percent: usize) -> String {
    part(percent).to_string()
}

/// From 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "percents are small")]
pub(crate) fn part(percent: usize) -> f64 {
    percent as f64 / 100.0
}
