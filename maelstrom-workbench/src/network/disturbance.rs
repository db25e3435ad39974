//! What can be wrong with links besides partitions.

use std::time::Duration;

/// Something that happens to messages on all links between nodes, as long as it lasts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Disturbance {
    /// What happens.
    pub kind: DisturbanceKind,
    /// To which part of the messages, from 0 to 1; it means nothing for [`Slow`](DisturbanceKind::Slow), which is for
    /// all.
    pub probability: f64,
    /// Whether messages from and to services are hit as well. Those of clients never are.
    pub services: bool,
}

/// What a [`Disturbance`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DisturbanceKind {
    /// Messages get lost.
    Loss,
    /// Messages arrive twice, each copy after a latency of its own.
    Duplicate,
    /// Messages are held up, and others overtake them.
    Reorder,
    /// Messages take ten times as long as usual, and a tenth of a second on average at least.
    Slow,
}

impl DisturbanceKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Loss, Self::Duplicate, Self::Reorder, Self::Slow];

    /// The name on the command line and in histories.
    pub fn name(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Duplicate => "duplicate",
            Self::Reorder => "reorder",
            Self::Slow => "slow",
        }
    }
}

/// The disturbances of the moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Weather([Option<Disturbance>; 4]);

impl Weather {
    pub(super) fn begin(&mut self, disturbance: Disturbance) {
        self.0[disturbance.kind as usize] = Some(disturbance);
    }

    pub(super) fn end(&mut self, kind: DisturbanceKind) {
        self.0[kind as usize] = None;
    }

    pub(super) fn is_calm(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// How likely something is to happen to a message.
    pub(super) fn probability(&self, kind: DisturbanceKind, is_service: bool) -> Option<f64> {
        let disturbance = self.0[kind as usize].as_ref()?;
        (disturbance.services || !is_service).then_some(disturbance.probability)
    }
}

/// The mean latency while links are slow.
pub(super) fn slowed(mean: Duration) -> Duration {
    (mean * 10).max(Duration::from_millis(100))
}

/// How long a message that is to be overtaken is held up at most.
pub(super) fn held_up(mean: Duration) -> Duration {
    mean * 2 + Duration::from_millis(20)
}
