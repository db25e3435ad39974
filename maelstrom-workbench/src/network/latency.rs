//! How long messages take.

use std::{str::FromStr, time::Duration};

use crate::random::Stream;

/// What a hop takes on average in a simulation, besides its latency.
pub const SIMULATED_HOP: Duration = Duration::from_micros(500);

/// How latencies between nodes spread around their mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Distribution {
    /// Always the mean.
    #[default]
    Constant,
    /// From zero to twice the mean, each as likely.
    Uniform,
    /// Most are short, and a few long.
    Exponential,
}

impl FromStr for Distribution {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "constant" => Ok(Self::Constant),
            "uniform" => Ok(Self::Uniform),
            "exponential" => Ok(Self::Exponential),
            _ => Err(format!(
                "there is no latency distribution `{name}`; there are constant, uniform and exponential"
            )),
        }
    }
}

/// How long messages take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// The mean between nodes, and between nodes and services.
    pub mean: Duration,
    /// How it spreads.
    pub distribution: Distribution,
    /// The mean of what every hop takes besides, those of clients included. Zero with processes, whose hops take time
    /// by themselves; a simulation needs it, or nothing would ever overlap.
    pub hop: Duration,
}

impl Latency {
    /// Draws what one message takes between nodes, without the hop. `whole_ms` cuts it to whole milliseconds.
    pub(super) fn draw(&self, mean: Duration, whole_ms: bool, fate: &mut Stream) -> Duration {
        let drawn = match self.distribution {
            Distribution::Constant => mean,
            // The original draws whole numbers below twice the mean; cutting a real draw comes to the same.
            Distribution::Uniform => fate.uniform(mean * 2),
            Distribution::Exponential => fate.exponential(mean),
        };
        if whole_ms { floor_to_ms(drawn) } else { drawn }
    }
}

/// A time without what is less than a millisecond.
pub(super) fn floor_to_ms(time: Duration) -> Duration {
    Duration::from_millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}
