//! All that a report draws.

use std::io;

use serde::{Deserialize, Serialize};

use super::{
    Charts, MOST_OPERATIONS, Messages, Operation, Shortfall, Spread, Trail, charts, focus,
    messages::{self, Collector},
    micros, operations, shortfall,
    spread::MOST_VALUES,
    text,
};
use crate::{
    Run, Value,
    checker::{Cycle, Stuck},
    journal::{self, Event},
    results, story,
};

/// As many sentences of a kind are shown, and as much of each, in bytes.
const SENTENCES: (usize, usize) = (50, 4_000);

/// How a run came about; the run itself does not know.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// The workload's name.
    pub workload: String,
    /// Whether it was simulated. Then its journal knows what every message was sent for.
    pub is_simulated: bool,
    /// How to have it again: a command line, or a line of a test.
    pub again: Option<String>,
    /// The options that it was made with.
    pub options: Value,
}

impl About {
    /// A simulated run of a workload.
    pub fn new(workload: &str) -> Self {
        Self { workload: workload.to_owned(), is_simulated: true, ..Self::default() }
    }
}

/// What a report draws. All times are in µs by the history's clock, which begins after the handshakes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Data {
    /// How the run came about.
    pub about: About,
    /// The version of the workbench.
    pub version: String,
    /// The seed. In JSON a text: readers that take numbers for floats would change it.
    pub seed: String,
    /// `valid`, `invalid` or `unknown`.
    pub verdict: String,
    /// Why.
    pub explanations: Vec<String>,
    /// What Maelstrom would have done differently.
    pub maelstrom_would: Vec<String>,
    /// What is odd, and makes no difference.
    pub warnings: Vec<String>,
    /// The nodes, in order.
    pub nodes: Vec<String>,
    /// How many clients there were at a time.
    pub concurrency: usize,
    /// When all was over.
    pub end: i64,
    /// When it went wrong, if that is known.
    pub focus: Option<i64>,
    /// The indices of the operations that the explanation names, in order; the last one shows it.
    pub evidence: Vec<usize>,
    /// The transactions that came before each other in a circle, by the indices of their invocations.
    pub cycle: Option<Cycle>,
    /// Why an operation of a register has no place, by the indices of invocations.
    pub stuck: Option<Stuck>,
    /// What the reads among the evidence lack, where clients add integers.
    pub shortfalls: Vec<Shortfall>,
    /// Messages between nodes for each operation.
    pub messages_per_operation: Option<f64>,
    /// How long values took until all nodes had them for good, in ms by quantile, where the workload knows.
    pub stable_latencies: Option<Value>,
    /// Of how many values that is, where the workload knows.
    pub stable: Option<Value>,
    /// What the nemesis did.
    pub faults: Vec<Window>,
    /// Latency and throughput, of all operations.
    pub charts: Charts,
    /// What clients did.
    pub operations: Vec<Operation>,
    /// Messages.
    pub messages: Messages,
    /// How values came to nodes, where clients add integers.
    pub spread: Option<Spread>,
    /// What is not in here, as it was too much, a sentence each.
    pub left_out: Vec<String>,
}

/// How long a fault lasted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// What it was, with whom it met.
    pub what: String,
    /// Since when.
    pub start: i64,
    /// Until when; nothing ended it if there is no time.
    pub end: Option<i64>,
    /// Which messages it kept from arriving, if it did so.
    pub stops: Option<Stops>,
}

/// Messages that a fault kept from arriving.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stops {
    /// What became of them, as in [`Messages::end`].
    pub end: u8,
    /// From whom, to whom; no name stands for everybody.
    pub links: Vec<(Vec<String>, Vec<String>)>,
}

impl Data {
    /// The data of a run that has kept its journal.
    pub fn new(run: &Run, about: About) -> Self {
        Self::of_events(run, about, &run.journal)
    }

    /// The data of a run whose journal is elsewhere. A journal that is longer than what is drawn is not kept.
    pub fn of_events<'e>(run: &Run, about: About, events: impl IntoIterator<Item = &'e Event>) -> Self {
        Self::collect(run, about, |take| {
            events.into_iter().for_each(take);
            Ok::<_, std::convert::Infallible>(())
        })
        .unwrap_or_else(|never| match never {})
    }

    /// The data of a run whose journal is in a file, say. If that ends in a line that was cut off, it says so.
    pub fn read(run: &Run, about: About, journal: impl io::BufRead) -> io::Result<Self> {
        let mut is_cut_off = false;
        let mut data = Self::collect(run, about, |take| {
            is_cut_off = journal::read(journal, |event| {
                take(&event);
                Ok(())
            })?;
            io::Result::Ok(())
        })?;
        if is_cut_off {
            data.left_out.push(journal::CUT_OFF.to_owned());
        }
        Ok(data)
    }

    /// As well, from events that can't all be had.
    fn collect<E>(
        run: &Run,
        about: About,
        events: impl FnOnce(&mut dyn FnMut(&Event)) -> Result<(), E>,
    ) -> Result<Self, E> {
        let focus = focus::focus(run);
        let mut collector = Collector::new(run, &focus);
        events(&mut |event| collector.take(event))?;
        let (messages, mut spread) = collector.finish(run);
        let (operations, all) = operations::around(run, &focus.operations);
        let mut left_out = Vec::new();
        if all > operations.len() {
            left_out.push(format!("{all} operations are counted; {MOST_OPERATIONS} are shown one by one"));
        }
        if messages.total > messages.len() as u64 {
            let total = messages.total;
            let drawn = messages.len();
            left_out.push(format!("{total} messages are counted; {drawn} are drawn one by one"));
        }
        if let Some(spread) = &spread
            && spread.total > spread.values.len()
        {
            let (total, shown) = (spread.total, spread.values.len());
            left_out.push(format!("{total} values were added; of {shown} it is shown how they spread"));
        }
        let found = |name| run.judgements.iter().find_map(|(_, judgement)| judgement.result().get(name));
        if let (Some(spread), Some(lost)) = (&mut spread, found("lost").and_then(Value::as_list)) {
            spread.called_lost = lost.iter().filter_map(Value::as_i64).take(MOST_VALUES).collect();
        }
        Ok(Self {
            about,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: run.seed.to_string(),
            verdict: run.verdict().to_string(),
            explanations: sentences(run.explanations()),
            maelstrom_would: sentences(results::maelstrom_would(run)),
            warnings: sentences(results::warnings(run)),
            nodes: run.schedule.nodes.clone(),
            concurrency: run.schedule.concurrency,
            end: end(run),
            focus: focus.time.map(micros),
            shortfalls: shortfall::shortfalls(run, &focus.operations),
            evidence: focus.operations,
            cycle: focus.evidence.cycle,
            stuck: focus.evidence.stuck,
            messages_per_operation: run.messages_per_operation(),
            stable_latencies: found("stable-latencies").cloned(),
            stable: found("stable-count").cloned(),
            faults: story::windows(&run.history).into_iter().map(window).collect(),
            charts: charts::charts(run),
            operations,
            messages,
            spread,
            left_out,
        })
    }

    /// Leaves out half of what is shown one by one, farthest from where it went wrong.
    pub(super) fn thin(&mut self) {
        let focus = self.focus.unwrap_or(i64::MIN);
        // As they were kept.
        let lost =
            self.spread.as_ref().and_then(|spread| Some(spread.values[spread.lost.as_ref()?.value].added));
        let focus = lost.map_or(focus, |added| focus.min(added + messages::WAY));
        let at = self.messages.sent.partition_point(|sent| *sent < focus);
        let half = around(at, self.messages.len());
        self.messages.keep(half);
        let at = self.operations.partition_point(|operation| operation.invoked < focus);
        let half = around(at, self.operations.len());
        self.operations = self.operations.drain(half).collect();
        if let Some(spread) = &mut self.spread {
            let at = spread.values.partition_point(|value| value.added < focus);
            let half = around(at, spread.values.len());
            let lost = spread.lost.take();
            spread.lost = lost
                .filter(|lost| half.contains(&lost.value))
                .map(|lost| Trail { value: lost.value - half.start, ..lost });
            spread.values = spread.values.drain(half).collect();
        }
        self.faults.truncate(self.faults.len() / 2 + 1);
        let what = format!(
            "so that the file stays small, {} operations and {} messages are shown one by one",
            self.operations.len(),
            self.messages.len()
        );
        self.left_out.retain(|sentence| !sentence.starts_with("so that"));
        self.left_out.push(what);
    }
}

/// Half of so many, most of it before a place.
fn around(at: usize, count: usize) -> std::ops::Range<usize> {
    let half = count / 2;
    let start = at.saturating_sub(half / 4 * 3).min(count - half);
    start..start + half
}

fn end(run: &Run) -> i64 {
    let whole = run.duration.saturating_sub(run.history_start);
    let last = run.history.operations().last().map_or(0, |operation| micros(operation.time));
    i64::try_from(whole.as_micros()).unwrap_or(i64::MAX).max(last)
}

fn window(story::Window { what, start, end, stops }: story::Window) -> Window {
    let stops = stops.map(|stops| Stops { end: messages::end(stops.end), links: stops.links });
    Window { what, start: micros(start), end: end.map(micros), stops }
}

fn sentences(texts: Vec<String>) -> Vec<String> {
    let (most, length) = SENTENCES;
    let further = texts.len().saturating_sub(most);
    let shown = texts.iter().take(most).map(|text| text::cut(text, length));
    shown.chain((further > 0).then(|| format!("… and {further} more, in results.json"))).collect()
}
