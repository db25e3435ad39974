//! How the value spread that an operation added: who learnt it by which message, and what kept it from the others.

use std::{collections::BTreeMap, fs::File, io::BufReader, time::Duration};

use maelstrom_workbench::{
    Run,
    history::Operation,
    journal::{Cause, EventKind},
    visual::Spread,
};

use super::{
    super::{closing::count, journal::Line, show::ms, stored::Stored},
    caused::Journal,
};

/// As many messages are told of that did not reach a node.
const STOPPED: usize = 4;

/// A line for each node, and for each message that would have told one. Nothing if the operation added nothing that can
/// be followed.
pub(super) fn told(stored: &Stored, invocation: &Operation, journal: &Journal) -> Result<String, String> {
    let path = stored.folder.join("journal.jsonl");
    let start = Duration::from_nanos(journal.offset);
    let run = Run::unjudged(stored.history.clone(), stored.schedule.clone(), start);
    let spread = File::open(&path).and_then(|file| {
        Spread::of_operation(&run, invocation.index, BufReader::with_capacity(1 << 16, file))
    });
    let spread = spread.map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(spread.map(|spread| lines(&spread, stored, journal).join("\n")).unwrap_or_default())
}

fn lines(spread: &Spread, stored: &Stored, journal: &Journal) -> Vec<String> {
    let Some(trail) = &spread.lost else { return Vec::new() };
    let (value, nodes) = (&spread.values[trail.value], stored.schedule.nodes.len());
    let mut stopped: BTreeMap<usize, Vec<Stopped<'_>>> = BTreeMap::new();
    for (id, place) in &trail.stopped {
        if let Some(message) = u64::try_from(*id).ok().and_then(|id| Stopped::of(journal, id)) {
            stopped.entry(*place).or_default().push(message);
        }
    }
    let learnt = value.told.iter().filter(|(place, ..)| *place < nodes).count();
    let mut lines = vec![format!(
        "{} came to {learnt} of {}, as messages that have this number and reads tell",
        value.value,
        count(nodes, "node")
    )];
    for (place, us, id) in &value.told {
        let name = &spread.places[*place];
        let at = ms(u64::try_from(*us).unwrap_or(0).saturating_mul(1_000));
        let by = u64::try_from(*id).ok().and_then(|id| by(journal, id));
        let after = match stopped.get(place).map_or(0, Vec::len) {
            0 => String::new(),
            others => format!(", after {} to it that did not arrive", count(others, "message")),
        };
        lines.push(match by {
            Some(by) => format!("{name} learnt it at {at} by {by}{after}"),
            None => format!("{name} knew it by {at}, as a read shows; by which message is not known{after}"),
        });
    }
    let is_told = |place: usize| value.told.iter().any(|(told, ..)| *told == place);
    for place in (0..nodes).filter(|place| !is_told(*place)) {
        let name = &spread.places[place];
        let Some(stopped) = stopped.get(&place) else {
            lines.push(format!(
                "{name} never learnt it: no message was seen on its way that would have told it"
            ));
            continue;
        };
        lines.push(format!("{name} never learnt it:"));
        lines.extend(stopped.iter().take(STOPPED).map(|message| format!("  {}", message.sentence(journal))));
        let more = stopped.len().saturating_sub(STOPPED);
        lines.extend((more > 0).then(|| format!("  and so {} more", count(more, "message"))));
    }
    lines
}

/// `gossip of n0, which a timer sent`.
fn by(journal: &Journal, id: u64) -> Option<String> {
    let line = journal.of(id).find(|line| line.kind == EventKind::Send)?;
    let timer = if line.cause == Some(Cause::Timer) { ", which a timer sent" } else { "" };
    Some(format!("{} of {}{timer}", line.message.kind(), line.message.src))
}

/// A message that did not arrive.
struct Stopped<'j> {
    what: String,
    sent: &'j Line,
    end: EventKind,
}

impl<'j> Stopped<'j> {
    fn of(journal: &'j Journal, id: u64) -> Option<Self> {
        let sent = journal.of(id).find(|line| line.kind == EventKind::Send)?;
        let end = journal.of(id).find(|line| !matches!(line.kind, EventKind::Send | EventKind::Receive))?;
        Some(Self { what: by(journal, id)?, sent, end: end.kind })
    }

    /// `gossip of n0, sent at 201.0 ms, was cut off by a partition`.
    fn sentence(&self, journal: &Journal) -> String {
        let why = match self.end {
            EventKind::Partitioned => "was cut off by a partition",
            EventKind::Gone => "came when its receiver had gone",
            _ => "got lost",
        };
        format!("{}, sent at {}, {why}", self.what, journal.at(self.sent))
    }
}
