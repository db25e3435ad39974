#![doc = include_str!("../../docs/faults.md")]

mod drawn;
mod fault;
mod partition;

use std::{fmt, str::FromStr, time::Duration};

pub(crate) use self::drawn::Drawn;
pub use self::{
    fault::Fault,
    partition::{Cuts, PartitionKind, cuts},
};
use crate::network::DisturbanceKind;

/// Between two steps of a fault, on average, unless something else is said.
pub const INTERVAL: Duration = Duration::from_secs(10);

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FaultKind {
    /// The network is cut apart, in one of Maelstrom's four ways.
    Partition,
    /// Links are cut in one direction: a node is not heard, or does not hear, or one link carries nothing.
    OneWay,
    /// Nodes are killed, and started again: they get an `init`, and nothing else. What was under way to them is lost.
    Kill,
    /// Nodes stand still, and go on.
    Pause,
    /// A part of the messages is lost, arrives twice, or is overtaken; or all are slow.
    Messages(DisturbanceKind),
    /// Nodes' wall clocks jump, and are right again. In simulations only.
    Clock,
}

impl FaultKind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Partition,
        Self::OneWay,
        Self::Kill,
        Self::Pause,
        Self::Messages(DisturbanceKind::Loss),
        Self::Messages(DisturbanceKind::Duplicate),
        Self::Messages(DisturbanceKind::Reorder),
        Self::Messages(DisturbanceKind::Slow),
        Self::Clock,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Partition => "partition",
            Self::OneWay => "one-way",
            Self::Kill => "kill",
            Self::Pause => "pause",
            Self::Messages(kind) => kind.name(),
            Self::Clock => "clock",
        }
    }

    /// What it does, in a few words.
    pub fn about(self) -> &'static str {
        match self {
            Self::Partition => "cuts the network apart, in one of four ways",
            Self::OneWay => "cuts links in one direction",
            Self::Kill => "kills nodes, and starts them again with an empty memory",
            Self::Pause => "stops nodes, and lets them go on",
            Self::Messages(DisturbanceKind::Loss) => "loses messages",
            Self::Messages(DisturbanceKind::Duplicate) => "delivers messages twice",
            Self::Messages(DisturbanceKind::Reorder) => "lets messages overtake others",
            Self::Messages(DisturbanceKind::Slow) => "delays messages, ten times the usual latency",
            Self::Clock => "sets wall clocks wrong (simulation)",
        }
    }
}

impl FromStr for FaultKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|kind| kind.name()).collect();
            format!("there is no fault `{name}`; there are {}", names.join(", "))
        })
    }
}

/// How many nodes a fault hits at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Targets {
    /// One.
    #[default]
    One,
    /// As many as may be missing while a majority is left: ⌊(n − 1) / 2⌋.
    Minority,
    /// As few as leave no majority: ⌊n / 2⌋ + 1.
    Majority,
    /// All.
    All,
}

impl Targets {
    const NAMES: [(&'static str, Self); 4] =
        [("one", Self::One), ("minority", Self::Minority), ("majority", Self::Majority), ("all", Self::All)];

    /// How many these are of `n`.
    pub fn count(self, n: usize) -> usize {
        match self {
            Self::One => n.min(1),
            Self::Minority => n.saturating_sub(1) / 2,
            Self::Majority => (n / 2 + 1).min(n),
            Self::All => n,
        }
    }
}

impl fmt::Display for Targets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::NAMES.iter().find(|(_, targets)| targets == self).map(|(name, _)| *name);
        f.write_str(name.expect("all have names"))
    }
}

impl FromStr for Targets {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = Self::NAMES.into_iter().find(|(known, _)| *known == name);
        known
            .map(|(_, targets)| targets)
            .ok_or_else(|| format!("`{name}` is none of one, minority, majority and all"))
    }
}

/// A fault that comes and goes: it begins at the very start of the main phase, and then ends and begins in turn, each
/// after a random time of up to twice the interval. The end of the main phase ends it, too.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nemesis {
    kind: FaultKind,
    interval: Option<Duration>,
    targets: Targets,
    probability: f64,
    services: bool,
    recovery: Duration,
}

impl Nemesis {
    /// A fault of this kind, with defaults for all else.
    pub fn new(kind: FaultKind) -> Self {
        Self {
            kind,
            interval: None,
            targets: Targets::One,
            probability: 0.2,
            services: false,
            recovery: Duration::from_secs(1),
        }
    }

    /// Cuts the network apart, as Maelstrom's `--nemesis partition` does.
    pub fn partitions() -> Self {
        Self::new(FaultKind::Partition)
    }

    /// Cuts links in one direction.
    pub fn one_way_partitions() -> Self {
        Self::new(FaultKind::OneWay)
    }

    /// Kills nodes, and starts them again.
    pub fn kills() -> Self {
        Self::new(FaultKind::Kill)
    }

    /// Lets nodes stand still for a while.
    pub fn pauses() -> Self {
        Self::new(FaultKind::Pause)
    }

    /// Loses messages.
    pub fn loss() -> Self {
        Self::new(FaultKind::Messages(DisturbanceKind::Loss))
    }

    /// Delivers messages twice.
    pub fn duplication() -> Self {
        Self::new(FaultKind::Messages(DisturbanceKind::Duplicate))
    }

    /// Lets messages overtake others.
    pub fn reordering() -> Self {
        Self::new(FaultKind::Messages(DisturbanceKind::Reorder))
    }

    /// Makes all links slow.
    pub fn slow_links() -> Self {
        Self::new(FaultKind::Messages(DisturbanceKind::Slow))
    }

    /// Sets nodes' wall clocks wrong, by up to some minutes either way. What a node's timers go by is not touched.
    pub fn wrong_clocks() -> Self {
        Self::new(FaultKind::Clock)
    }

    /// The mean time between two steps; ten seconds if nothing is said.
    #[must_use]
    pub fn interval(mut self, mean: Duration) -> Self {
        self.interval = Some(mean);
        self
    }

    /// Sets the interval where none was given.
    #[must_use]
    pub fn or_interval(mut self, mean: Duration) -> Self {
        self.interval.get_or_insert(mean);
        self
    }

    /// How many nodes a kill or a pause hits, or how many clocks are set wrong; one if nothing is said.
    #[must_use]
    pub fn targets(mut self, targets: Targets) -> Self {
        self.targets = targets;
        self
    }

    /// Which part of the messages is lost, doubled or overtaken, from 0 to 1; 0.2 if nothing is said.
    #[must_use]
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = probability;
        self
    }

    /// Hits the messages between nodes and services as well: requests that a service never sees, and answers that never
    /// come. Partitions never touch services, as in Maelstrom.
    #[must_use]
    pub fn with_services(mut self) -> Self {
        self.services = true;
        self
    }

    /// How long all nodes have been up again before the next kill; a second if nothing is said. It is what nodes have
    /// for making copies of what was lost.
    #[must_use]
    pub fn recovery(mut self, time: Duration) -> Self {
        self.recovery = time;
        self
    }

    /// The kind.
    pub fn kind(&self) -> FaultKind {
        self.kind
    }
}
