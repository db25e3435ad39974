//! What came of runs.

use std::{
    collections::BTreeSet,
    fmt, fs, io,
    ops::RangeInclusive,
    panic::{AssertUnwindSafe, Location},
    path::Path,
    sync::Arc,
    time::Duration,
};

use maelstrom::LogLine;

use crate::{
    Difference, Quirk, Schedule,
    checker::{Availability, Checker, Exceptions, Judgement, Options, Stats, Verdict},
    cluster::{Cluster, Problem, Traffic},
    history::History,
    journal::Event,
    story,
    visual::{self, About, Data},
    workload::Workload,
};

/// What came of one seed.
#[derive(Clone, Debug)]
pub struct Run {
    /// The seed.
    pub seed: u64,
    /// How much virtual time it took.
    pub duration: Duration,
    /// When the history's clock began, by that of the journal: after the handshakes.
    pub history_start: Duration,
    /// What each checker says, by its name in Maelstrom's results.
    pub judgements: Vec<(String, Judgement)>,
    /// What makes the run invalid whatever its history says: panics, messages to nowhere, storms.
    pub problems: Vec<Problem>,
    /// Whether it ended before the first operation could begin, as a node did not come up.
    pub set_up_failed: bool,
    /// What Maelstrom would have done differently while it ran.
    pub maelstrom_would: Vec<Difference>,
    /// What was odd, and makes no difference to the verdict.
    pub warnings: Vec<String>,
    /// Messages with a client at one end.
    pub clients: Traffic,
    /// Messages between nodes.
    pub servers: Traffic,
    /// What clients did, and what came back.
    pub history: History,
    /// What was done in the main phase: operations and faults.
    pub schedule: Schedule,
    /// All messages, if they were asked for.
    pub journal: Vec<Event>,
    /// What simulated nodes logged, in order; the last ten thousand lines.
    pub logs: Vec<LogLine>,
}

impl Run {
    /// Judges a run that is over, whoever hosted its nodes.
    pub fn judge(
        cluster: Cluster<'_>,
        duration: Duration,
        workload: &dyn Workload,
        options: &Options,
    ) -> Self {
        let (clients, servers) = cluster.traffic();
        let seed = cluster.options().seed;
        let history_start = cluster.history_start();
        let set_up_failed = cluster.set_up_failed();
        let problems = cluster.problems().to_vec();
        let maelstrom_would = cluster.maelstrom_would().cloned().collect();
        let warnings = cluster.warnings().collect();
        let (history, journal, schedule) = cluster.into_records();
        let judgements = judge(workload, &history, options);
        let logs = Vec::new();
        Self {
            seed,
            duration,
            history_start,
            judgements,
            problems,
            set_up_failed,
            maelstrom_would,
            warnings,
            clients,
            servers,
            history,
            schedule,
            journal,
            logs,
        }
    }

    /// A run that nobody has judged, of which only this is known: one that goes on, or that is kept in a folder.
    pub fn unjudged(history: History, schedule: Schedule, history_start: Duration) -> Self {
        let last = history.operations().last().map_or(0, |operation| operation.time);
        Self {
            seed: schedule.seed,
            duration: history_start + Duration::from_nanos(last),
            history_start,
            judgements: Vec::new(),
            problems: Vec::new(),
            set_up_failed: false,
            maelstrom_would: Vec::new(),
            warnings: Vec::new(),
            clients: Traffic::default(),
            servers: Traffic::default(),
            history,
            schedule,
            journal: Vec::new(),
            logs: Vec::new(),
        }
    }

    /// The verdict: false beats unknown beats true.
    pub fn verdict(&self) -> Verdict {
        let problems = if self.problems.is_empty() { Verdict::Valid } else { Verdict::Invalid };
        self.judgements.iter().map(|(_, judgement)| judgement.verdict()).fold(problems, Verdict::merge)
    }

    /// Why it is not valid, a sentence each, and the faults that the nodes in question met.
    pub fn explanations(&self) -> Vec<String> {
        let problems = self
            .problems
            .iter()
            .map(|problem| format!("{} (at {:.3} s)", problem.text, problem.time.as_secs_f64()));
        explanations(problems.collect(), &self.judgements, &self.history, &self.schedule)
    }

    /// What happened, as one HTML file that draws it; messages are in it if the run has kept its
    /// [`journal`](crate::Simulation::journal).
    pub fn report(&self, about: About) -> String {
        Data::new(self, about).page()
    }

    /// Writes the [`report`](Self::report) to a file.
    pub fn write_report(&self, about: About, path: &Path) -> io::Result<()> {
        fs::write(path, self.report(about))
    }

    /// Messages between nodes per operation, as Maelstrom's `net` checker counts them.
    pub fn messages_per_operation(&self) -> Option<f64> {
        self.per_operation(self.servers.sent)
    }

    /// So many for each operation; nothing if there are none.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub(crate) fn per_operation(&self, messages: u64) -> Option<f64> {
        let operations = self.history.invocations().count();
        (operations > 0).then(|| messages as f64 / operations as f64)
    }
}

/// What each checker says of a history, by its name in Maelstrom's results: the workload's own, and those that go with
/// every workload.
pub fn judge(workload: &dyn Workload, history: &History, options: &Options) -> Vec<(String, Judgement)> {
    vec![
        ("workload".to_owned(), workload.check(history, options)),
        ("stats".to_owned(), Stats.check(history, options)),
        ("availability".to_owned(), Availability.check(history, options)),
        ("exceptions".to_owned(), Exceptions.check(history, options)),
    ]
}

/// Why a run is not valid, a sentence each: its problems, then what the checkers say, with the nodes that its processes
/// talked to, and at last the faults that the nodes in question met.
pub fn explanations(
    problems: Vec<String>,
    judgements: &[(String, Judgement)],
    history: &History,
    schedule: &Schedule,
) -> Vec<String> {
    let mut mentioned = BTreeSet::new();
    let judged = judgements.iter().filter_map(|(_, judgement)| judgement.explanation());
    let judged = judged.map(|text| story::name_nodes(text, schedule, &mut mentioned));
    let mut explanations: Vec<String> = problems.into_iter().chain(judged).collect();
    if !explanations.is_empty() {
        let Suspicion { span, is_of_majority } = Suspicion::of(judgements, history);
        if is_of_majority {
            explanations.extend(story::minorities(history, schedule, *span.end()));
        }
        explanations.extend(story::faults(history, &mentioned, &span));
        if is_of_majority {
            // What nodes have agreed upon can have gone wrong earlier.
            let earlier = story::faults_before(history, &mentioned, *span.start());
            explanations.extend(earlier.iter().map(|fault| format!("earlier, {fault}")));
        }
    }
    explanations
}

/// When it can have gone wrong.
struct Suspicion {
    /// When it shows, in ns: while the operations lasted that show it, and those that may be wrong; of a value that was
    /// written, since then. All of the run, if nobody knows.
    span: RangeInclusive<u64>,
    /// Whether it is about what a majority has to agree on.
    is_of_majority: bool,
}

impl Suspicion {
    fn of(judgements: &[(String, Judgement)], history: &History) -> Self {
        let is_of_majority = judgements.iter().any(|(_, judgement)| judgement.evidence().needs_majority());
        let mut told = judgements.iter().filter(|(_, judgement)| judgement.explanation().is_some());
        let Some((_, judgement)) = told.next() else { return Self { span: story::ALWAYS, is_of_majority } };
        let evidence = judgement.evidence();
        let suspects = evidence.stuck.iter().flat_map(|stuck| &stuck.suspects).map(|suspect| &suspect.index);
        let indices = evidence.operations.iter().chain(suspects);
        let positions: Vec<usize> = indices.filter_map(|index| history.position(*index)).collect();
        let entries = history.operations();
        let begin =
            |position: usize| &entries[position.min(history.other_half(position).unwrap_or(position))];
        let end =
            |position: usize| entries[position.max(history.other_half(position).unwrap_or(position))].time;
        let first = positions.iter().map(|position| begin(*position)).min_by_key(|operation| operation.time);
        let last = positions.iter().map(|position| end(*position)).max();
        let is_written = |f: &str| ["add", "broadcast", "send"].contains(&f);
        let since = first.filter(|first| is_of_majority || evidence.value.is_some() && is_written(&first.f));
        Self { span: since.map_or(0, |first| first.time)..=last.unwrap_or(u64::MAX), is_of_majority }
    }
}

/// What came of all seeds.
#[derive(Clone)]
pub struct Report {
    workload: String,
    runs: Vec<Run>,
    allowed: BTreeSet<Quirk>,
    again: Arc<Again>,
}

/// Runs a seed again, and keeps its journal. Runs share nothing that a panic could leave half done.
pub(crate) type Again = AssertUnwindSafe<Box<dyn Fn(u64) -> Run + Send + Sync>>;

impl Report {
    /// The runs of a test, by seed.
    pub(crate) fn new(workload: &str, runs: Vec<Run>, allowed: BTreeSet<Quirk>, again: Again) -> Self {
        Self { workload: workload.to_owned(), runs, allowed, again: Arc::new(again) }
    }

    /// The runs, by seed.
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// The verdict over all seeds.
    pub fn verdict(&self) -> Verdict {
        self.runs.iter().map(Run::verdict).fold(Verdict::Valid, Verdict::merge)
    }

    /// The first run that is not valid.
    pub fn first_failure(&self) -> Option<&Run> {
        self.runs.iter().find(|run| run.verdict() != Verdict::Valid)
    }

    /// Fails the test unless every run is valid, and would be so under Maelstrom, too.
    ///
    /// # Panics
    /// If not, with the seed, what was wrong, how to see it again, and the file of a report that shows it: below `tmp` in
    /// cargo's target directory.
    #[track_caller]
    pub fn assert_valid(&self) {
        let caller = Location::caller();
        if let Some(run) = self.first_failure() {
            let failed = self.runs.iter().filter(|run| run.verdict() != Verdict::Valid).count();
            panic!(
                "the {} test is {} with seed {} ({failed} of {} seeds failed)\n  {}\n  again: `.seeds({}..{})` at {caller}\n  report: {}",
                self.workload,
                if run.verdict() == Verdict::Invalid { "invalid" } else { "undecided" },
                run.seed,
                self.runs.len(),
                run.explanations().join("\n  "),
                run.seed,
                run.seed + 1,
                self.leave_report(run, caller),
            );
        }
        for run in &self.runs {
            let milder = run.judgements.iter().flat_map(|(_, judgement)| {
                let verdict = judgement.verdict();
                judgement.maelstrom_would().iter().filter(move |divergence| verdict < divergence.verdict)
            });
            if let Some(divergence) =
                milder.into_iter().find(|divergence| !self.allowed.contains(&divergence.quirk))
            {
                panic!(
                    "seed {} of the {} test is valid here, but {divergence}; `.allow(…)` accepts that",
                    run.seed, self.workload
                );
            }
            // Its network differs in every run with latency, and what it does not run at all says nothing of a node;
            // that can't be held against one.
            let beside = [Quirk::OneMessageAtATime, Quirk::GroupsOfClients, Quirk::KeysOfManyNodes];
            let would = run
                .maelstrom_would
                .iter()
                .find(|would| !beside.contains(&would.quirk) && !self.allowed.contains(&would.quirk));
            if let Some(would) = would {
                panic!(
                    "seed {} of the {} test is valid here, but Maelstrom would {would}; `.allow(…)` accepts that",
                    run.seed, self.workload
                );
            }
        }
    }

    /// Says where the report of a failing run is. It is made of the same run, once more, with its journal.
    fn leave_report(&self, run: &Run, caller: &Location<'_>) -> String {
        let seed = run.seed;
        let again = if run.journal.is_empty() { &(self.again.0)(seed) } else { run };
        let mut about = About::new(&self.workload);
        about.again = Some(format!(".seeds({seed}..{}) at {caller}", seed + 1));
        match visual::leave(&again.report(about), &self.workload, seed) {
            Ok(path) => path.display().to_string(),
            Err(error) => format!("it can't be written ({error})"),
        }
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { workload, runs, allowed, .. } = self;
        f.debug_struct("Report")
            .field("workload", workload)
            .field("runs", runs)
            .field("allowed", allowed)
            .finish_non_exhaustive()
    }
}
