//! The challenges: what each runs, and what it asks for.
//!
//! Source: fly.io's Gossip Glomers, the page of each challenge.

use super::marks::Mark;

/// One challenge.
pub(super) struct Challenge {
    /// What it is called for short: `3d`.
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    /// Its tests, the one with its own figures first.
    pub(super) parts: &'static [Part],
}

/// One test of a challenge. To be correct is asked of each.
pub(super) struct Part {
    /// What `test` takes.
    pub(super) options: &'static str,
    /// What a correct run of it is called.
    pub(super) correct: &'static str,
    /// What else is asked for.
    pub(super) marks: &'static [Mark],
}

/// All of them, in fly.io's order.
pub(super) const ALL: [Challenge; 14] = [
    Challenge { name: "1", title: "echo", parts: &[correct("-w echo --node-count 1 --time-limit 10", &[])] },
    Challenge {
        name: "2",
        title: "unique ids",
        parts: &[correct(
            "-w unique-ids --time-limit 30 --rate 1000 --node-count 3 --availability total --nemesis partition",
            &[],
        )],
    },
    Challenge {
        name: "3a",
        title: "single-node broadcast",
        parts: &[correct("-w broadcast --node-count 1 --time-limit 20 --rate 10", &[])],
    },
    Challenge {
        name: "3b",
        title: "multi-node broadcast",
        // "Within a few seconds", the page says, and has no figure. Whoever finds a value late has waited for more than
        // five, which is also the longest that a client waits for anything.
        parts: &[correct(
            "-w broadcast --node-count 5 --time-limit 20 --rate 10",
            &[Mark::MaximumLatency { below_ms: 5_000.0 }],
        )],
    },
    Challenge { name: "3c", title: "fault-tolerant broadcast", parts: &[correct(PARTITIONED, &[])] },
    Challenge {
        name: "3d",
        title: "efficient broadcast, part I",
        parts: &[
            correct(
                EFFICIENT,
                &[
                    Mark::Messages { below: 30.0 },
                    Mark::MedianLatency { below_ms: 400.0 },
                    Mark::MaximumLatency { below_ms: 600.0 },
                ],
            ),
            STILL_FAULT_TOLERANT,
        ],
    },
    Challenge {
        name: "3e",
        title: "efficient broadcast, part II",
        parts: &[
            correct(
                EFFICIENT,
                &[
                    Mark::Messages { below: 20.0 },
                    Mark::MedianLatency { below_ms: 1_000.0 },
                    Mark::MaximumLatency { below_ms: 2_000.0 },
                ],
            ),
            STILL_FAULT_TOLERANT,
        ],
    },
    Challenge {
        name: "4",
        title: "grow-only counter",
        parts: &[correct(
            "-w g-counter --node-count 3 --rate 100 --time-limit 20 --nemesis partition",
            &[Mark::Uses { service: "seq-kv" }],
        )],
    },
    Challenge {
        name: "5a",
        title: "single-node Kafka-style log",
        parts: &[correct("-w kafka --node-count 1 --concurrency 2n --time-limit 20 --rate 1000", &[])],
    },
    Challenge {
        name: "5b",
        title: "multi-node Kafka-style log",
        // The figures have no bound of their own; 5c is to be better.
        parts: &[correct(
            LOG,
            &[Mark::Uses { service: "lin-kv" }, Mark::MessagesAsTheyAre, Mark::OperationLatencyAsItIs],
        )],
    },
    Challenge {
        name: "5c",
        title: "efficient Kafka-style log",
        parts: &[correct(
            LOG,
            &[Mark::FewerMessagesThan { challenge: "5b" }, Mark::LowerLatencyThan { challenge: "5b" }],
        )],
    },
    Challenge {
        name: "6a",
        title: "single-node, totally-available transactions",
        parts: &[correct(
            "-w txn-rw-register --node-count 1 --time-limit 20 --rate 1000 --concurrency 2n \
             --consistency-models read-uncommitted --availability total",
            &[],
        )],
    },
    Challenge {
        name: "6b",
        title: "totally-available, read uncommitted transactions",
        parts: &[
            correct(
                "-w txn-rw-register --node-count 2 --concurrency 2n --time-limit 20 --rate 1000 \
                 --consistency-models read-uncommitted",
                &[],
            ),
            Part {
                options: "-w txn-rw-register --node-count 2 --concurrency 2n --time-limit 20 --rate 1000 \
                          --consistency-models read-uncommitted --availability total --nemesis partition",
                correct: "correct and available under partitions",
                marks: &[],
            },
        ],
    },
    Challenge {
        name: "6c",
        title: "totally-available, read committed transactions",
        parts: &[correct(
            "-w txn-rw-register --node-count 2 --concurrency 2n --time-limit 20 --rate 1000 \
             --consistency-models read-committed --availability total --nemesis partition",
            &[],
        )],
    },
];

const PARTITIONED: &str = "-w broadcast --node-count 5 --time-limit 20 --rate 10 --nemesis partition";
const EFFICIENT: &str = "-w broadcast --node-count 25 --time-limit 20 --rate 100 --latency 100";
const LOG: &str = "-w kafka --node-count 2 --concurrency 2n --time-limit 20 --rate 1000";

/// The test of 3c, which has to pass still.
const STILL_FAULT_TOLERANT: Part =
    Part { options: PARTITIONED, correct: "correct under partitions (3c)", marks: &[] };

const fn correct(options: &'static str, marks: &'static [Mark]) -> Part {
    Part { options, correct: "correct", marks }
}

/// The challenge of that name.
pub(super) fn challenge(name: &str) -> Result<&'static Challenge, String> {
    ALL.iter().find(|challenge| challenge.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
        let names: Vec<_> = ALL.iter().map(|challenge| challenge.name).collect();
        format!("there is no challenge `{name}`; there are {}", names.join(", "))
    })
}
