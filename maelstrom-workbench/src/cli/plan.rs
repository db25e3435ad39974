//! What a test's options come to, once every one of them makes sense.

use std::{collections::BTreeSet, fs, path::Path, str::FromStr, sync::Arc, time::Duration};

use maelstrom_workbench::{
    Schedule,
    checker::{self, RequiredAvailability},
    cluster::{self, Budget, ClusterOptions},
    nemesis::{FaultKind, Nemesis},
    network::{Distribution, Latency, SIMULATED_HOP},
    service,
    workload::{TxnOptions, Workload},
};
use rand::{TryRng, rngs::SysRng};

use super::{options::Options, workloads};

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
        let transactions = transactions(options, &mut mistakes);
        let workload = mistakes.take("--workload", workloads::workload(&options.workload, transactions));
        let nodes = nodes(options, &mut mistakes);
        let concurrency = mistakes.take("--concurrency", concurrency(&options.concurrency, nodes.len()));
        let time_limit = mistakes.whole("--time-limit", &options.time_limit, 1);
        let rate = mistakes.real("--rate", &options.rate, |rate| rate >= 0.0, "a number from 0 up");
        let latency = mistakes.whole("--latency", &options.latency, 0);
        let distribution: Option<Distribution> =
            mistakes.take("--latency-dist", options.latency_dist.parse());
        let interval = mistakes.seconds("--nemesis-interval", &options.nemesis_interval);
        let nemeses = nemeses(options, simulate, &mut mistakes);
        let test_count = mistakes.whole("--test-count", &options.test_count, 1);
        let taken = workload.as_ref().zip(concurrency);
        let taken = taken.map(|(workload, asked)| {
            cluster::clients(&**workload, nodes.len(), asked, options.maelstrom_compat)
        });
        let given = options.schedule.as_deref().map(|file| read_schedule(file, &nodes, taken));
        let given = mistakes.take("--schedule", given.transpose()).flatten();
        let seed = match (&options.seed, &given) {
            (Some(seed), _) => mistakes.whole("--seed", seed, 0),
            (None, Some(schedule)) => Some(schedule.seed),
            (None, None) => mistakes.take("--seed", new_seed()),
        };
        mistakes.none()?;
        let all = "an option without a value is a mistake, and there are none";
        let interval = Duration::from_secs_f64(interval.expect(all));
        let cluster = ClusterOptions {
            concurrency: concurrency.expect(all),
            rate: rate.expect(all),
            time_limit: Duration::from_secs(time_limit.expect(all)),
            latency: Latency {
                mean: Duration::from_millis(latency.expect(all)),
                distribution: distribution.expect(all),
                hop: if simulate { SIMULATED_HOP } else { Duration::ZERO },
            },
            nemeses: nemeses.into_iter().map(|nemesis| nemesis.or_interval(interval)).collect(),
            topology,
            seed: seed.expect(all),
            schedule: given.map(Arc::new),
            // With processes the clock ends a storm.
            budget: if simulate { Budget::default() } else { Budget::NONE },
            compat: options.maelstrom_compat,
            ..ClusterOptions::new(nodes)
        };
        let (workload, test_count) = (workload.expect(all), test_count.expect(all));
        Ok(Self { workload, cluster, checks, test_count })
    }
}

/// What the options ask of the checkers.
pub(super) fn checks(options: &Options, mistakes: &mut Mistakes) -> checker::Options {
    let availability = options.availability.as_deref().map(RequiredAvailability::from_str);
    let availability = mistakes.take("--availability", availability.transpose()).flatten();
    let models =
        mistakes.take("--consistency-models", options.consistency_models.parse()).unwrap_or_default();
    checker::Options::default()
        .compat(options.maelstrom_compat)
        .availability(availability)
        .consistency_models(models)
}

/// How transactions are made.
fn transactions(options: &Options, mistakes: &mut Mistakes) -> TxnOptions {
    let mut transactions = TxnOptions::default();
    let key_count = options.key_count.as_ref().and_then(|count| mistakes.whole("--key-count", count, 1));
    if let Some(count) = key_count.and_then(|count| count.try_into().ok()) {
        transactions.key_count = count;
    }
    if let Some(length) = mistakes.whole("--max-txn-length", &options.max_txn_length, 1) {
        transactions.max_txn_length = length;
    }
    if let Some(writes) = mistakes.whole("--max-writes-per-key", &options.max_writes_per_key, 1) {
        transactions.max_writes_per_key = writes;
    }
    transactions
}

/// What is wrong with options.
#[derive(Debug, Default)]
pub(super) struct Mistakes(Vec<String>);

impl Mistakes {
    /// The value, or a mistake.
    pub(super) fn take<T, E: ToString>(&mut self, option: &str, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.0.push(format!("{option}: {}", error.to_string()))).ok()
    }

    fn add(&mut self, option: &str, mistake: &str) {
        self.0.push(format!("{option}: {mistake}"));
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

    fn seconds(&mut self, option: &str, text: &str) -> Option<f64> {
        self.real(option, text, |seconds| seconds > 0.0, "a number of seconds greater than 0")
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
            mistakes.add("--node-count", &format!("{count} nodes are more than one machine can run"));
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
            mistakes.add("--node", &format!("`{name}` can't be a node's name: {wrong}"));
        } else if !seen.insert(name) {
            mistakes.add("--node", &format!("there are two nodes named {name}"));
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
    } else if service::all(false).iter().any(|service| service.name() == name) {
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

/// `partition,kill=5`: the faults, each maybe with an interval of its own in seconds.
fn nemeses(options: &Options, simulate: bool, mistakes: &mut Mistakes) -> Vec<Nemesis> {
    let kill_targets = mistakes.take("--kill-targets", options.kill_targets.parse()).unwrap_or_default();
    let pause_targets = mistakes.take("--pause-targets", options.pause_targets.parse()).unwrap_or_default();
    let is_part = |part: f64| (0.0..=1.0).contains(&part);
    let probability =
        mistakes.real("--fault-probability", &options.fault_probability, is_part, "a number from 0 to 1");
    let mut nemeses: Vec<Nemesis> = Vec::new();
    let names = options.nemesis.as_deref().unwrap_or_default().split(',').map(str::trim);
    for word in names.filter(|word| !word.is_empty()) {
        let (name, interval) = match word.split_once('=') {
            Some((name, interval)) => (name, Some(interval)),
            None => (word, None),
        };
        let Some(kind) = mistakes.take("--nemesis", name.parse::<FaultKind>()) else { continue };
        if kind == FaultKind::Clock && !simulate {
            mistakes.add("--nemesis", "clocks can be set wrong in simulations only: --simulate");
        }
        if nemeses.iter().any(|nemesis| nemesis.kind() == kind) {
            mistakes.add("--nemesis", &format!("`{name}` is there twice"));
        }
        let targets = if kind == FaultKind::Kill { kill_targets } else { pause_targets };
        let mut fault = Nemesis::new(kind).targets(targets).probability(probability.unwrap_or_default());
        if options.fault_services {
            fault = fault.with_services();
        }
        if let Some(interval) = interval {
            let seconds = mistakes.seconds("--nemesis", interval);
            fault = fault.interval(Duration::from_secs_f64(seconds.unwrap_or(1.0)));
        }
        nemeses.push(fault);
    }
    nemeses
}

fn read_schedule(file: &Path, nodes: &[String], concurrency: Option<usize>) -> Result<Schedule, String> {
    let named = |error: &dyn ToString| format!("{}: {}", file.display(), error.to_string());
    let text = fs::read_to_string(file).map_err(|error| named(&error))?;
    let schedule: Schedule = text.parse().map_err(|error: String| named(&error))?;
    if schedule.nodes != nodes {
        return Err(named(&format!("it is for the nodes {}", schedule.nodes.join(","))));
    }
    match concurrency {
        Some(clients) if clients != schedule.concurrency => {
            Err(named(&format!("it is for --concurrency {}", schedule.concurrency)))
        }
        _ => Ok(schedule),
    }
}

/// A seed that is short enough to be typed again.
fn new_seed() -> Result<u64, String> {
    SysRng.try_next_u32().map(u64::from).map_err(|error| format!("none can be drawn: {error}"))
}
