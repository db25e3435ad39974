//! Command lines to be typed again: the same test for Maelstrom, and for the workbench.

use std::{borrow::Cow, path::Path};

use super::options::Options;

/// The same test for Maelstrom, with that many clients if there were others than were asked for.
pub(super) fn for_maelstrom(options: &Options, clients: Option<usize>, node_args: &[String]) -> String {
    let mut words = vec!["maelstrom".to_owned(), "test".to_owned()];
    let concurrency = clients.map_or_else(|| options.concurrency.clone(), |clients| clients.to_string());
    words.extend(common(options, &concurrency));
    // Other faults are not there.
    let faults = options.nemesis.as_deref().unwrap_or_default().split(',').map(str::trim);
    if faults.into_iter().any(|fault| fault.split('=').next() == Some("partition")) {
        words.extend(["--nemesis".to_owned(), "partition".to_owned()]);
    }
    let models: Vec<_> = options.consistency_models.split(',').map(str::trim).collect();
    if models != ["strict-serializable"] {
        // It wants white space around its commas (Q-02).
        words.extend(["--consistency-models".to_owned(), models.join(" , ")]);
    }
    finish(words, node_args)
}

/// The same test for the workbench, with the same draws.
pub(super) fn for_workbench(
    options: &Options,
    node_args: &[String],
    seed: u64,
    simulate: bool,
    store: &Path,
) -> String {
    let mut words = vec!["maelstrom-workbench".to_owned(), "test".to_owned()];
    words.extend(common(options, &options.concurrency));
    if options.consistency_models != "strict-serializable" {
        words.extend(["--consistency-models".to_owned(), options.consistency_models.clone()]);
    }
    if options.maelstrom_compat {
        words.push("--maelstrom-compat".to_owned());
    }
    if simulate {
        words.push("--simulate".to_owned());
    }
    for (name, value, default) in [
        ("--nemesis", options.nemesis.as_deref().unwrap_or_default(), ""),
        ("--kill-targets", &options.kill_targets, "one"),
        ("--pause-targets", &options.pause_targets, "one"),
        ("--fault-probability", &options.fault_probability, "0.2"),
    ] {
        if value != default {
            words.extend([name.to_owned(), value.to_owned()]);
        }
    }
    if options.fault_services {
        words.push("--fault-services".to_owned());
    }
    if let Some(schedule) = &options.schedule {
        words.extend(["--schedule".to_owned(), schedule.display().to_string()]);
    }
    if store != Path::new("store") {
        words.extend(["--store".to_owned(), store.display().to_string()]);
    }
    words.extend(["--seed".to_owned(), seed.to_string()]);
    finish(words, node_args)
}

/// What both know, where it is not the default.
fn common(options: &Options, concurrency: &str) -> Vec<String> {
    let mut words = vec!["-w".to_owned(), options.workload.clone()];
    let mut option = |name: &str, value: Option<&str>, default: &str| {
        if let Some(value) = value.filter(|value| *value != default) {
            words.extend([name.to_owned(), value.to_owned()]);
        }
    };
    let path = |path: &Path| path.display().to_string();
    option("--bin", options.bin.as_deref().map(path).as_deref(), "");
    option("--node-count", options.node_count.as_deref(), "");
    option("--nodes-file", options.nodes_file.as_deref().map(path).as_deref(), "");
    option("--nodes", options.nodes.as_deref(), "");
    for name in &options.node {
        option("--node", Some(name), "");
    }
    option("--concurrency", Some(concurrency), "1n");
    option("--time-limit", Some(&options.time_limit), "60");
    option("--rate", Some(&options.rate), "5");
    option("--latency", Some(&options.latency), "0");
    option("--latency-dist", Some(&options.latency_dist), "constant");
    option("--nemesis-interval", Some(&options.nemesis_interval), "10");
    option("--topology", Some(&options.topology), "grid");
    option("--availability", options.availability.as_deref(), "");
    option("--key-count", options.key_count.as_deref(), "");
    option("--max-txn-length", Some(&options.max_txn_length), "4");
    option("--max-writes-per-key", Some(&options.max_writes_per_key), "16");
    words
}

fn finish(mut words: Vec<String>, node_args: &[String]) -> String {
    if !node_args.is_empty() {
        words.push("--".to_owned());
        words.extend_from_slice(node_args);
    }
    let words: Vec<_> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:,=+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
    }
}
