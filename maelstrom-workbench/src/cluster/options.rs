//! What a run is made of.

use std::{sync::Arc, time::Duration};

use crate::{
    nemesis::Nemesis, network::Latency, schedule::Schedule, topology::Topology, watch::Watch,
    workload::Workload,
};

/// What a run is made of.
///
/// ```
/// use std::time::Duration;
/// use maelstrom_workbench::{cluster::ClusterOptions, nemesis::Nemesis};
///
/// let options = ClusterOptions {
///     rate: 100.0,
///     time_limit: Duration::from_secs(20),
///     nemeses: vec![Nemesis::partitions()],
///     ..ClusterOptions::new(["n0", "n1", "n2"])
/// };
/// assert_eq!(options.concurrency, 3);
/// ```
#[derive(Clone, Debug)]
pub struct ClusterOptions {
    /// The nodes' names, in order.
    pub nodes: Vec<String>,
    /// How many clients work at a time.
    pub concurrency: usize,
    /// Operations per second, all clients together. With zero there are none but the final ones.
    pub rate: f64,
    /// The length of the main phase.
    pub time_limit: Duration,
    /// How long messages take.
    pub latency: Latency,
    /// The faults.
    pub nemeses: Vec<Nemesis>,
    /// Who is proposed as whose neighbour, where the workload proposes neighbours.
    pub topology: Topology,
    /// What decides everything.
    pub seed: u64,
    /// What to do in the main phase, instead of what the seed would decide.
    pub schedule: Option<Arc<Schedule>>,
    /// Whether to keep a journal of all messages.
    pub journal: bool,
    /// What ends a run that gets out of hand.
    pub budget: Budget,
    /// Whether to do exactly what Maelstrom does, where that is worse.
    pub compat: bool,
    /// Who looks on.
    pub watch: Option<Arc<dyn Watch>>,
}

/// What a run may take before it counts as a storm, and ends as invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// How many messages may be delivered.
    pub messages: u64,
    /// How many bytes messages under way and the journal may take.
    pub bytes: u64,
}

impl Budget {
    /// No limit but the clock's, for processes.
    pub const NONE: Self = Self { messages: u64::MAX, bytes: u64::MAX };
}

impl Default for Budget {
    /// Ten million messages, and a GiB.
    fn default() -> Self {
        Self { messages: 10_000_000, bytes: 1 << 30 }
    }
}

impl ClusterOptions {
    /// How many clients work with a workload: as many as it takes, or as a schedule has.
    pub fn clients(&self, workload: &dyn Workload) -> usize {
        let given = self.schedule.as_ref().map(|schedule| schedule.concurrency);
        given.unwrap_or_else(|| super::clients(workload, self.nodes.len(), self.concurrency, self.compat))
    }

    /// Maelstrom's defaults: one client for each node, no latency, five operations a second for sixty seconds, no
    /// faults, the grid as topology; and seed 0.
    pub fn new<S: Into<String>>(nodes: impl IntoIterator<Item = S>) -> Self {
        let nodes: Vec<String> = nodes.into_iter().map(Into::into).collect();
        Self {
            concurrency: nodes.len(),
            nodes,
            rate: 5.0,
            time_limit: Duration::from_secs(60),
            latency: Latency::default(),
            nemeses: Vec::new(),
            topology: Topology::default(),
            seed: 0,
            schedule: None,
            journal: false,
            budget: Budget::default(),
            compat: false,
            watch: None,
        }
    }
}
