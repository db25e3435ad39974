//! The options of `test`: Maelstrom's, with its names and defaults, and ours.
//!
//! Values stay texts here. [`Plan`](super::plan::Plan) makes sense of them, and lists every mistake at once.

use std::path::PathBuf;

use clap::{Args, Parser};

/// What `test` takes.
#[derive(Clone, Debug, Args)]
#[command(allow_negative_numbers = true, args_override_self = true)]
pub(super) struct Test {
    #[command(flatten)]
    pub(super) options: Options,

    /// Runs the program in a simulation: in virtual time, and the same for the same seed. It has to be built on
    /// `maelstrom::run`
    #[arg(long, help_heading = OURS)]
    pub(super) simulate: bool,

    /// Where the folder of results goes
    #[arg(long, value_name = "DIR", default_value = "store", help_heading = OURS)]
    pub(super) store: PathBuf,

    /// Arguments of the node program
    #[arg(value_name = "NODE-ARGS")]
    pub(super) node_args: Vec<String>,
}

impl Test {
    /// Reads options as `test` reads them, from a line that makes sense.
    pub(super) fn of_line(line: &str) -> Self {
        #[derive(Parser)]
        struct Line {
            #[command(flatten)]
            test: Test,
        }
        Line::parse_from(["test"].into_iter().chain(line.split_whitespace())).test
    }
}

const OURS: &str = "Not Maelstrom's";
const IGNORED: &str = "Taken, and without effect";

/// What says how a test is run and judged.
#[derive(Clone, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(super) struct Options {
    /// The node program
    #[arg(long, value_name = "FILE")]
    pub(super) bin: Option<PathBuf>,

    /// What clients do; `list` has the names
    #[arg(short, long, value_name = "NAME", default_value = "lin-kv")]
    pub(super) workload: String,

    /// How many nodes, called n0, n1, …; goes before all other options for nodes
    #[arg(long, value_name = "N")]
    pub(super) node_count: Option<String>,

    /// A node's name; may be repeated [default: n1 to n5]
    #[arg(short, long = "node", value_name = "NAME")]
    pub(super) node: Vec<String>,

    /// Nodes' names
    #[arg(long, value_name = "A,B,C")]
    pub(super) nodes: Option<String>,

    /// A file of nodes' names, one a line
    #[arg(long, value_name = "FILE")]
    pub(super) nodes_file: Option<PathBuf>,

    /// How many clients work at a time; 3n is three for each node
    #[arg(long, value_name = "C", default_value = "1n")]
    pub(super) concurrency: String,

    /// How long clients work, in seconds
    #[arg(long, value_name = "S", default_value = "60")]
    pub(super) time_limit: String,

    /// Operations per second, all clients together
    #[arg(long, value_name = "R", default_value = "5")]
    pub(super) rate: String,

    /// Mean latency between nodes, in ms
    #[arg(long, value_name = "MS", default_value = "0")]
    pub(super) latency: String,

    /// How latencies spread: constant, uniform or exponential
    #[arg(long, value_name = "D", default_value = "constant")]
    pub(super) latency_dist: String,

    /// Faults; `list` has them. kill=5 gives one an interval of its own
    #[arg(long, value_name = "F1,F2")]
    pub(super) nemesis: Option<String>,

    /// Mean time between two steps of a fault, in seconds
    #[arg(long, value_name = "S", default_value = "10")]
    pub(super) nemesis_interval: String,

    /// Who is proposed as whose neighbour, for broadcast
    #[arg(long, value_name = "T", default_value = "grid")]
    pub(super) topology: String,

    /// Which part of the operations has to succeed: total, or a fraction
    #[arg(long, value_name = "A")]
    pub(super) availability: Option<String>,

    /// What transactions are held to, for the txn workloads
    #[arg(long, value_name = "M1,M2", default_value = "strict-serializable")]
    pub(super) consistency_models: String,

    /// How many keys there are at a time, for the txn workloads and kafka
    #[arg(long, value_name = "N")]
    pub(super) key_count: Option<String>,

    /// Operations in a transaction, at most
    #[arg(long, value_name = "N", default_value = "4")]
    pub(super) max_txn_length: String,

    /// Writes to a key, at most
    #[arg(long, value_name = "N", default_value = "16")]
    pub(super) max_writes_per_key: String,

    /// Shows what nodes write to stderr
    #[arg(long)]
    pub(super) log_stderr: bool,

    /// Shows every message when it is sent
    #[arg(long)]
    pub(super) log_net_send: bool,

    /// Shows every message when it is received
    #[arg(long)]
    pub(super) log_net_recv: bool,

    /// How many tests to run; the first that is not valid ends them
    #[arg(long, value_name = "N", default_value = "1")]
    pub(super) test_count: String,

    /// What decides everything that is left to chance [default: another one each time]
    #[arg(long, value_name = "N", help_heading = OURS)]
    pub(super) seed: Option<String>,

    /// Does what a schedule.json of an earlier run says, from which steps may have been taken out
    #[arg(long, value_name = "FILE", help_heading = OURS)]
    pub(super) schedule: Option<PathBuf>,

    /// How many nodes a kill hits at a time: one, minority, majority or all
    #[arg(long, value_name = "T", default_value = "one", help_heading = OURS)]
    pub(super) kill_targets: String,

    /// How many nodes a pause hits at a time, or how many clocks are set wrong
    #[arg(long, value_name = "T", default_value = "one", help_heading = OURS)]
    pub(super) pause_targets: String,

    /// Which part of the messages is lost, doubled or overtaken, from 0 to 1
    #[arg(long, value_name = "P", default_value = "0.2", help_heading = OURS)]
    pub(super) fault_probability: String,

    /// Lets loss, duplicate, reorder and slow hit messages from and to services as well
    #[arg(long, help_heading = OURS)]
    pub(super) fault_services: bool,

    /// Does and judges all as Maelstrom does, its mistakes included
    #[arg(long, help_heading = OURS)]
    pub(super) maelstrom_compat: bool,

    #[command(flatten)]
    pub(super) ignored: Ignored,
}

/// What Maelstrom takes, and means nothing here: a command line that works there works here.
#[derive(Clone, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(super) struct Ignored {
    /// No node outlives a test here
    #[arg(long, help_heading = IGNORED)]
    pub(super) leave_db_running: bool,
    /// Log lines are for people
    #[arg(long, help_heading = IGNORED)]
    logging_json: bool,
    #[arg(long, hide = true)]
    no_ssh: bool,
    #[arg(long, hide = true)]
    strict_host_key_checking: bool,
    #[arg(long, hide = true)]
    username: Option<String>,
    #[arg(long, hide = true)]
    password: Option<String>,
    #[arg(long, hide = true)]
    ssh_private_key: Option<String>,
}
