//! What a test's options come to, once every one of them makes sense.

use std::{collections::BTreeSet, fs, str::FromStr, time::Duration};

use maelstrom_workbench::{
    checker::{self, RequiredAvailability},
    cluster::ClusterOptions,
    network::{Distribution, Latency, SIMULATED_HOP},
    workload::Workload,
};
use rand::{TryRng, rngs::SysRng};

use super::{models, options::Options, workloads};

/// How many messages a run may deliver: in a simulation ten million, where a storm would else never end. With processes
/// the clock ends it.
const SIMULATED_BUDGET: u64 = 10_000_000;

/// A test that can be run.
pub(super) struct Plan {
    pub(super) workload: Box<dyn Workload>,
    pub(super) cluster: ClusterOptions,
    pub(super) checks: checker::Options,
    pub(super) test_count: u64,
}

impl Plan {
    /// Makes sense of options. If some make none, says what is wrong with each of them, a line each.
    pub(super) fn new(options: &Options, simulate: bool) -> Result<Self, Vec<String>> {
        let mut mistakes = Mistakes::default();
        let checks = checks(options, &mut mistakes);
        let topology = mistakes.take("--topology", options.topology.parse()).unwrap_or_default();
        let workload = mistakes.take("--workload", workloads::workload(&options.workload, topology));
        let nodes = nodes(options, &mut mistakes);
        let concurrency = mistakes.take("--concurrency", concurrency(&options.concurrency, nodes.len()));
        let time_limit = mistakes.whole("--time-limit", &options.time_limit, 1);
        let rate = mistakes.real("--rate", &options.rate, |rate| rate >= 0.0, "a number from 0 up");
        let latency = mistakes.whole("--latency", &options.latency, 0);
        let distribution: Option<Distribution> =
            mistakes.take("--latency-dist", options.latency_dist.parse());
        let interval = mistakes.real(
            "--nemesis-interval",
            &options.nemesis_interval,
            |interval| interval > 0.0,
            "a number of seconds greater than 0",
        );
        let partitions = mistakes.take("--nemesis", has_partitions(options.nemesis.as_deref()));
        let test_count = mistakes.whole("--test-count", &options.test_count, 1);
        let seed = match &options.seed {
            Some(seed) => mistakes.whole("--seed", seed, 0),
            None => mistakes.take("--seed", new_seed()),
        };
        // These are for workloads to come, and are wrong or right all the same.
        mistakes.take("--consistency-models", models::parse(&options.consistency_models));
        for (name, value) in [
            ("--key-count", options.key_count.as_ref()),
            ("--max-txn-length", Some(&options.max_txn_length)),
            ("--max-writes-per-key", Some(&options.max_writes_per_key)),
        ] {
            value.and_then(|value| mistakes.whole(name, value, 1));
        }

        mistakes.none()?;
        let all = "an option without a value is a mistake, and there are none";
        let cluster = ClusterOptions {
            nodes,
            concurrency: concurrency.expect(all),
            rate: rate.expect(all),
            time_limit: Duration::from_secs(time_limit.expect(all)),
            latency: Latency {
                mean: Duration::from_millis(latency.expect(all)),
                distribution: distribution.expect(all),
                hop: if simulate { SIMULATED_HOP } else { Duration::ZERO },
            },
            partitions: partitions.expect(all).then(|| Duration::from_secs_f64(interval.expect(all))),
            seed: seed.expect(all),
            journal: false,
            budget: if simulate { SIMULATED_BUDGET } else { u64::MAX },
            compat: options.maelstrom_compat,
            watch: None,
        };
        let (workload, test_count) = (workload.expect(all), test_count.expect(all));
        Ok(Self { workload, cluster, checks, test_count })
    }
}

/// What the options ask of the checkers.
pub(super) fn checks(options: &Options, mistakes: &mut Mistakes) -> checker::Options {
    let availability = options.availability.as_deref().map(RequiredAvailability::from_str);
    let availability = mistakes.take("--availability", availability.transpose()).flatten();
    checker::Options::default().compat(options.maelstrom_compat).availability(availability)
}

/// What is wrong with options.
#[derive(Debug, Default)]
pub(super) struct Mistakes(Vec<String>);

impl Mistakes {
    /// The value, or a mistake.
    pub(super) fn take<T, E: ToString>(&mut self, option: &str, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.0.push(format!("{option}: {}", error.to_string()))).ok()
    }

    fn whole(&mut self, option: &str, text: &str, least: u64) -> Option<u64> {
        // Two thousand years of seconds, and a hundred of milliseconds: what is more would run over somewhere.
        let most = if option == "--seed" { u64::MAX } else { u64::from(u32::MAX) };
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        self.take(option, number.ok_or_else(|| format!("`{text}` is no whole number from {least} up")))
    }

    fn real(&mut self, option: &str, text: &str, fits: fn(f64) -> bool, expected: &str) -> Option<f64> {
        let number = text.parse().ok().filter(|number: &f64| *number <= 1e9 && fits(*number));
        self.take(option, number.ok_or_else(|| format!("`{text}` is not {expected}")))
    }

    /// Fails if there are any.
    pub(super) fn none(self) -> Result<(), Vec<String>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

/// The nodes' names. With `--node-count` they count from 0, and else from 1.
fn nodes(options: &Options, mistakes: &mut Mistakes) -> Vec<String> {
    if let Some(count) = &options.node_count {
        let count = mistakes.whole("--node-count", count, 1).unwrap_or(1);
        if count > 100_000 {
            mistakes.0.push(format!("--node-count: {count} nodes are more than one machine can run"));
            return vec!["n0".to_owned()];
        }
        return (0..count).map(|k| format!("n{k}")).collect();
    }
    let mut nodes: Vec<String> = Vec::new();
    if let Some(file) = &options.nodes_file {
        let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()));
        let text = mistakes.take("--nodes-file", text).unwrap_or_default();
        nodes.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned));
    }
    nodes.extend(options.nodes.iter().flat_map(|list| list.split(',')).map(|name| name.trim().to_owned()));
    nodes.extend(options.node.iter().cloned());
    if nodes.is_empty() {
        nodes.extend((1..=5).map(|k| format!("n{k}")));
    }
    let mut seen = BTreeSet::new();
    for name in &nodes {
        if let Some(wrong) = wrong_with_name(name) {
            mistakes.0.push(format!("--node: `{name}` can't be a node's name: {wrong}"));
        } else if !seen.insert(name) {
            mistakes.0.push(format!("--node: there are two nodes named {name}"));
        }
    }
    nodes
}

fn wrong_with_name(name: &str) -> Option<&'static str> {
    // Names become those of files, too.
    let plain = |c: char| c.is_alphanumeric() || "-_.:".contains(c);
    if name.is_empty() || !name.chars().all(plain) || name.starts_with('.') {
        Some("it takes letters, digits, `-`, `_`, `.` and `:`")
    } else if name.starts_with('c') {
        Some("what begins with `c` is a client")
    } else if ["lin-kv", "seq-kv", "lww-kv", "lin-tso"].contains(&name) {
        Some("it is a service")
    } else {
        None
    }
}

/// `10`, or `3n` for three clients for each node.
fn concurrency(text: &str, nodes: usize) -> Result<usize, String> {
    let (number, each) = match text.strip_suffix('n') {
        Some(number) => (number, nodes),
        None => (text, 1),
    };
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let clients = number.parse::<usize>().ok().filter(|_| digits).and_then(|number| number.checked_mul(each));
    match clients {
        Some(clients @ 1..=1_000_000) => Ok(clients),
        Some(0) => Err("without clients there is nothing to test".to_owned()),
        _ => Err(format!(
            "`{text}` is neither a number of clients, such as 10, nor one for each node, such as 3n"
        )),
    }
}

fn has_partitions(faults: Option<&str>) -> Result<bool, String> {
    let faults = faults.unwrap_or_default().split(',').map(str::trim).filter(|fault| !fault.is_empty());
    let mut any = false;
    for fault in faults {
        any |= match fault {
            "partition" => true,
            "kill" | "pause" => {
                return Err(format!("the workbench does not have `{fault}` yet; it has partition"));
            }
            _ => return Err(format!("there is no fault `{fault}`; there is partition")),
        };
    }
    Ok(any)
}

/// A seed that is short enough to be typed again.
fn new_seed() -> Result<u64, String> {
    SysRng.try_next_u32().map(u64::from).map_err(|error| format!("none can be drawn: {error}"))
}
