//! Randomness that is the same on every machine.
//!
//! A run has one seed. Each purpose (when operations are due, what they do, when faults come, …) draws from a stream of
//! its own, so that a change in one of them leaves the others as they were. The generator is `ChaCha8`, and nothing here
//! uses floating-point functions whose last digit depends on the machine.

use std::time::Duration;

use rand::{Rng, SeedableRng, rngs::ChaCha8Rng};

/// The streams of one run.
#[derive(Clone, Copy, Debug)]
pub struct Streams {
    seed: u64,
}

impl Streams {
    /// The streams of the run with this seed.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The stream of this name.
    pub fn stream(self, name: &str) -> Stream {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.seed.to_le_bytes());
        key[8..16].copy_from_slice(&hash(name.as_bytes()).to_le_bytes());
        Stream(ChaCha8Rng::from_seed(key))
    }
}

/// One stream of random draws.
#[derive(Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The generator itself, for use with the traits of `rand`.
    pub fn rng(&mut self) -> &mut ChaCha8Rng {
        &mut self.0
    }

    /// Goes to the place of the `k`-th draw of a numbered sub-stream, wherever it was before. Each place has room for
    /// many words before it runs into the next.
    pub fn seek(&mut self, sub_stream: u64, k: u64) {
        const BLOCKS_PER_PLACE: u64 = 2;
        self.0.set_stream(sub_stream);
        self.0.set_block_pos(k.wrapping_mul(BLOCKS_PER_PLACE));
    }

    /// A whole number below `bound`, which must not be zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The bias of this is below `bound` / 2^64.
        let product = u128::from(self.0.next_u64()) * u128::from(bound);
        u64::try_from(product >> 64).expect("the high half fits")
    }

    /// A place in a list of `len` elements, which must not be empty.
    pub fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).expect("it is below a length")
    }

    /// A number from 0 up to, and without, 1.
    pub fn fraction(&mut self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits are what a float has")]
        let bits = (self.0.next_u64() >> 11) as f64;
        bits / 9_007_199_254_740_992.0
    }

    /// Heads or tails.
    pub fn coin(&mut self) -> bool {
        self.0.next_u64() >> 63 == 1
    }

    /// A time below `bound`, each as likely; zero if the bound is.
    pub fn uniform(&mut self, bound: Duration) -> Duration {
        let nanos = u64::try_from(bound.as_nanos()).unwrap_or(u64::MAX);
        if nanos == 0 { Duration::ZERO } else { Duration::from_nanos(self.below(nanos)) }
    }

    /// A time with the exponential distribution of this mean.
    ///
    /// John von Neumann's method (1951), which only compares uniform draws: no logarithm, so no difference between
    /// mathematical libraries.
    pub fn exponential(&mut self, mean: Duration) -> Duration {
        let mut whole = 0_u64;
        loop {
            let first = self.0.next_u64();
            let mut last = first;
            let mut length = 1_u32;
            loop {
                let next = self.0.next_u64();
                if next > last {
                    break;
                }
                last = next;
                length += 1;
            }
            if length % 2 == 1 {
                let nanos = mean.as_nanos();
                let fraction = (nanos * u128::from(first)) >> 64;
                let total = nanos * u128::from(whole) + fraction;
                return Duration::from_nanos(u64::try_from(total).unwrap_or(u64::MAX));
            }
            whole += 1;
        }
    }

    /// Puts a list into random order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            list.swap(end, self.index(end + 1));
        }
    }
}

/// FNV-1a: short, and the same everywhere.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_the_same_each_time_and_differs_from_others() {
        let draw = |seed, name| Streams::new(seed).stream(name).below(u64::MAX);
        assert_eq!(draw(1, "due"), draw(1, "due"));
        assert_ne!(draw(1, "due"), draw(2, "due"));
        assert_ne!(draw(1, "due"), draw(1, "content"));
    }

    #[test]
    fn seeking_gives_the_same_draw_whatever_was_drawn_before() {
        let mut stream = Streams::new(3).stream("links");
        stream.seek(7, 100);
        let draw = stream.below(1 << 40);
        stream.exponential(Duration::from_secs(1));
        stream.seek(7, 101);
        assert_ne!(draw, stream.below(1 << 40));
        stream.seek(7, 100);
        assert_eq!(draw, stream.below(1 << 40));
        stream.seek(8, 100);
        assert_ne!(draw, stream.below(1 << 40));
    }

    #[test]
    fn exponential_draws_have_the_mean_the_spread_and_the_median_they_should() {
        let mut stream = Streams::new(1).stream("test");
        let mean = Duration::from_millis(100);
        let mut draws: Vec<f64> = (0..100_000).map(|_| stream.exponential(mean).as_secs_f64()).collect();
        draws.sort_by(f64::total_cmp);
        let average = draws.iter().sum::<f64>() / 1e5;
        let variance = draws.iter().map(|draw| (draw - average).powi(2)).sum::<f64>() / 1e5;
        assert!((average - 0.1).abs() < 0.002, "{average}");
        assert!((variance.sqrt() - 0.1).abs() < 0.002, "{variance}");
        assert!((draws[50_000] - 0.0693).abs() < 0.002, "{}", draws[50_000]);
        assert!((draws[99_000] - 0.4605).abs() < 0.02, "{}", draws[99_000]);
    }

    #[test]
    fn uniform_draws_fill_their_range() {
        let mut stream = Streams::new(1).stream("test");
        let mut counts = [0; 5];
        for _ in 0..50_000 {
            counts[stream.index(5)] += 1;
        }
        assert!(counts.iter().all(|count| (9_600..10_400).contains(count)), "{counts:?}");
        assert_eq!(stream.uniform(Duration::ZERO), Duration::ZERO);
    }
}
