//! `sweep`: one test with many seeds, or over a grid of options, on all cores, and a table of what came of it.

mod record;
mod table;

use std::{
    fs::{self, File},
    io::{self, BufWriter, IsTerminal, Write},
    num::NonZero,
    ops::Range,
    path::PathBuf,
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use maelstrom_workbench::{checker::Verdict, cluster::ClusterOptions, lockstep};

use self::record::Record;
use super::{Status, command_line, options::Test, plan::Plan, test};

/// What `sweep` takes: what `test` takes, always simulated. `--latency`, `--rate` and `--node-count` may be lists.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true, args_override_self = true)]
pub(super) struct Sweep {
    #[command(flatten)]
    test: Test,

    /// The seeds, the last one excluded
    #[arg(long, value_name = "A..B", default_value = "0..100")]
    seeds: String,

    /// Makes only the K-th of N parts of the runs, which are always the same
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,

    /// Writes what came of each run there, a line of JSON; those of all parts, one after the other, make one file
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Makes no runs: prints the table of such lines
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
}

/// One run to be made.
struct Job {
    /// With one latency, one rate and one number of nodes.
    test: Test,
    seed: u64,
}

pub(super) fn run(sweep: &Sweep) -> Status {
    let records = match &sweep.table {
        Some(file) => fs::read_to_string(file)
            .map_err(|error| error.to_string())
            .and_then(|text| record::read(&text))
            .map_err(|error| (Status::Failed, vec![format!("{}: {error}", file.display())])),
        None => jobs(sweep)
            .map_err(|mistakes| (Status::BadArguments, mistakes))
            .and_then(|jobs| make(sweep, &jobs).map_err(|error| (Status::Failed, vec![error.to_string()]))),
    };
    match records {
        Ok(records) => {
            print!("{}", table::text(&records));
            Status::Judged(Verdict::all(records.iter().map(Record::verdict)))
        }
        Err((status, errors)) => {
            for error in errors {
                eprintln!("{error}");
            }
            status
        }
    }
}

/// The runs of this part, or all that is wrong with the options.
fn jobs(sweep: &Sweep) -> Result<Vec<Job>, Vec<String>> {
    let mut mistakes = Vec::new();
    let seeds = seeds(&sweep.seeds).unwrap_or_else(|mistake| {
        mistakes.push(mistake);
        0..1
    });
    let (part, parts) = sweep.shard.as_deref().map_or(Ok((1, 1)), shard).unwrap_or_else(|mistake| {
        mistakes.push(mistake);
        (1, 1)
    });
    let cells = cells(&sweep.test);
    for cell in &cells {
        // A mistake in what all have in common is told once.
        let found = test::plan(cell).err().unwrap_or_default();
        let new: Vec<_> = found.into_iter().filter(|mistake| !mistakes.contains(mistake)).collect();
        mistakes.extend(new);
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let all = cells.iter().flat_map(|cell| seeds.clone().map(move |seed| (cell, seed)));
    // In turns, so that no part has all of the slow ones.
    let own = all.enumerate().filter(|(k, _)| k % parts == part - 1);
    Ok(own.map(|(_, (cell, seed))| Job { test: cell.clone(), seed }).collect())
}

/// A test for every combination.
fn cells(test: &Test) -> Vec<Test> {
    let list = |text: &str| text.split(',').map(|word| word.trim().to_owned()).collect::<Vec<_>>();
    let options = &test.options;
    let counts: Vec<Option<String>> = match &options.node_count {
        Some(counts) => list(counts).into_iter().map(Some).collect(),
        None => vec![None],
    };
    let mut cells = Vec::new();
    for node_count in counts {
        for rate in list(&options.rate) {
            for latency in list(&options.latency) {
                let mut cell = Test { simulate: true, ..test.clone() };
                cell.options.node_count.clone_from(&node_count);
                cell.options.rate.clone_from(&rate);
                cell.options.latency = latency;
                cells.push(cell);
            }
        }
    }
    cells
}

fn seeds(text: &str) -> Result<Range<u64>, String> {
    let ends = text.split_once("..").and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
    ends.filter(|(from, to)| from < to)
        .map(|(from, to)| from..to)
        .ok_or_else(|| format!("--seeds: `{text}` is no range, such as 0..100"))
}

fn shard(text: &str) -> Result<(usize, usize), String> {
    let numbers = text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
    numbers
        .filter(|(k, n)| (1..=*n).contains(k))
        .ok_or_else(|| format!("--shard: `{text}` is no part, such as 1/4 to 4/4"))
}

/// Makes the runs, and writes what comes of them as it comes. Ends with the first that can't be made.
fn make(sweep: &Sweep, jobs: &[Job]) -> io::Result<Vec<Record>> {
    let mut output = match &sweep.output {
        Some(file) => Some(BufWriter::new(File::create(file)?)),
        None => None,
    };
    let bar = progress(jobs.len());
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let mut records = Vec::with_capacity(jobs.len());
    thread::scope(|scope| -> io::Result<()> {
        let (done, made) = mpsc::channel();
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get).min(jobs.len()) {
            let (done, next, stop) = (done.clone(), &next, &stop);
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed)
                    && let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed))
                    && done.send(simulate(job)).is_ok()
                {}
            });
        }
        drop(done);
        let mut take = |record: io::Result<Record>| -> io::Result<()> {
            let record = record?;
            if let Some(output) = &mut output {
                writeln!(output, "{}", record.line())?;
                output.flush()?;
            }
            records.push(record);
            bar.inc(1);
            Ok(())
        };
        made.into_iter().try_for_each(&mut take).inspect_err(|_| stop.store(true, Ordering::Relaxed))
    })?;
    bar.finish_and_clear();
    Ok(records)
}

fn simulate(job: &Job) -> io::Result<Record> {
    let test = &job.test;
    let program = test::find(test.options.bin.as_deref().unwrap_or_else(|| "".as_ref()))?;
    let plan = Plan::new(&test.options, true).map_err(|mistakes| io::Error::other(mistakes.join("\n")))?;
    let cluster = ClusterOptions { seed: job.seed, ..plan.cluster };
    let (nodes, rate, latency) = (cluster.nodes.len(), cluster.rate, cluster.latency.mean);
    let run = lockstep::simulate(&program, &test.node_args, cluster, &*plan.workload, &plan.checks)?;
    let again = command_line::for_workbench(&test.options, &test.node_args, job.seed, true, &test.store);
    Ok(Record::of(&run, plan.workload.name(), nodes, rate, latency, again))
}

/// On a terminal how far it is, and how long it will take.
fn progress(jobs: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(jobs as u64), ProgressDrawTarget::hidden());
    if io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::stderr());
    }
    let style = ProgressStyle::with_template("{bar:30} {pos} of {len} runs, {eta} left");
    bar.with_style(style.expect("the template is a good one"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_taken_in_turns_and_make_the_whole() {
        let sweep = |shard: Option<&str>| Sweep {
            test: Test::of_line("--bin node -w echo --latency 0,10 --rate 1,2,3 --node-count 1,3"),
            seeds: "5..12".to_owned(),
            shard: shard.map(str::to_owned),
            output: None,
            table: None,
        };
        let named = |shard| -> Vec<_> {
            let jobs = jobs(&sweep(shard)).unwrap();
            let name = |job: &Job| {
                let options = &job.test.options;
                (options.node_count.clone(), options.rate.clone(), options.latency.clone(), job.seed)
            };
            jobs.iter().map(name).collect()
        };
        let mut all = named(None);
        assert_eq!(all.len(), 2 * 2 * 3 * 7);
        let mut parts = [named(Some("1/3")), named(Some("2/3")), named(Some("3/3"))].concat();
        all.sort();
        parts.sort();
        assert_eq!(all, parts);
        assert_eq!(named(Some("1/3")), named(Some("1/3")));
    }

    #[test]
    fn every_mistake_is_told_once() {
        let sweep = Sweep {
            test: Test::of_line("--bin node -w ecco --latency 0,x"),
            seeds: "3..3".to_owned(),
            shard: Some("0/2".to_owned()),
            output: None,
            table: None,
        };
        let mistakes = jobs(&sweep).err().unwrap();
        let of: Vec<_> = mistakes.iter().map(|mistake| mistake.split(':').next().unwrap()).collect();
        assert_eq!(of, ["--seeds", "--shard", "--workload", "--latency"], "{mistakes:?}");
    }
}
