//! The marks that a challenge sets, and whether a test meets them.

use std::path::Path;

use super::{
    super::{options::Test, test::Outcome},
    figures::{self, Figures},
};

/// What is asked for beyond a correct run, or told without being asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mark {
    /// Few messages between nodes, for each operation.
    Messages { below: f64 },
    /// Half of the values are everywhere within this time.
    MedianLatency { below_ms: f64 },
    /// All of them are.
    MaximumLatency { below_ms: f64 },
    /// Fewer messages than in the latest correct run for another challenge.
    FewerMessagesThan { challenge: &'static str },
    /// The median operation is faster than there.
    LowerLatencyThan { challenge: &'static str },
    /// A service is to be used. No test can ask for that, so it is only told.
    Uses { service: &'static str },
    /// Told, so that another challenge can be compared.
    MessagesAsTheyAre,
    /// As well.
    OperationLatencyAsItIs,
}

/// Whether a mark is met.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Standing {
    Met,
    /// By how much it is not.
    Missed(String),
    /// Nobody can tell, and why.
    Open(String),
    /// Nothing is asked for.
    Told,
}

/// What came of a mark.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Judged {
    /// What it is about: `median latency`.
    pub(super) about: String,
    /// What was measured, and what is asked for: `345 ms (below 400)`.
    pub(super) value: String,
    /// Both in short, for a line that holds all: `median 345 ms (below 400)`.
    pub(super) short: String,
    pub(super) standing: Standing,
}

impl Judged {
    /// Whether a run is what its name says: `correct`.
    pub(super) fn correctness(name: &str, standing: Standing) -> Self {
        Self { about: name.to_owned(), value: String::new(), short: name.to_owned(), standing }
    }

    /// For the line that holds all.
    pub(super) fn in_short(&self) -> String {
        let missed = if matches!(self.standing, Standing::Missed(_)) { "MISSED: " } else { "" };
        format!("{missed}{}", self.short)
    }
}

impl Mark {
    /// What it asks for, in words; nothing if it only tells.
    pub(super) fn asks(self) -> Option<String> {
        match self {
            Self::Messages { below } => Some(format!("messages/op below {below}")),
            Self::MedianLatency { below_ms } => Some(format!("median latency below {below_ms} ms")),
            Self::MaximumLatency { below_ms } => Some(format!("maximum latency below {below_ms} ms")),
            Self::FewerMessagesThan { challenge } => Some(format!("fewer messages/op than {challenge}")),
            Self::LowerLatencyThan { challenge } => Some(format!("lower latency than {challenge}")),
            Self::Uses { service } => Some(format!("built on {service}")),
            Self::MessagesAsTheyAre | Self::OperationLatencyAsItIs => None,
        }
    }

    pub(super) fn judge(self, test: &Test, figures: &Figures, outcome: &Outcome) -> Judged {
        match self {
            Self::Messages { below } => MESSAGES.below(figures.messages_per_op, below),
            Self::MedianLatency { below_ms } => MEDIAN.below(figures.median_ms, below_ms),
            Self::MaximumLatency { below_ms } => MAXIMUM.below(figures.maximum_ms, below_ms),
            Self::FewerMessagesThan { challenge } => {
                let other = latest(test, challenge, |figures| figures.messages_per_op);
                MESSAGES.better(figures.messages_per_op, challenge, other, &test.store)
            }
            Self::LowerLatencyThan { challenge } => {
                let other = latest(test, challenge, |figures| figures.operation_ms);
                OPERATION.better(figures.operation_ms, challenge, other, &test.store)
            }
            Self::Uses { service } => {
                let (value, short) = match figures::requests(outcome.store.path(), service) {
                    Ok(0) => (
                        format!("no requests, though the challenge is to be built on {service}"),
                        format!("without {service}"),
                    ),
                    Ok(count) => (format!("{count} requests"), format!("{count} requests to {service}")),
                    Err(error) => (
                        format!("no journal to count requests in ({error})"),
                        format!("{service} not counted"),
                    ),
                };
                Judged { about: service.to_owned(), value, short, standing: Standing::Told }
            }
            Self::MessagesAsTheyAre => MESSAGES.told(figures.messages_per_op),
            Self::OperationLatencyAsItIs => OPERATION.told(figures.operation_ms),
        }
    }
}

const MESSAGES: Quantity =
    Quantity { about: "messages", short: "", unit: " messages/op", digits: 2, worse: "too many" };
const MEDIAN: Quantity =
    Quantity { about: "median latency", short: "median ", unit: " ms", digits: 0, worse: "too long" };
const MAXIMUM: Quantity =
    Quantity { about: "maximum latency", short: "maximum ", unit: " ms", digits: 0, worse: "too long" };
const OPERATION: Quantity =
    Quantity { about: "median operation", short: "operations ", unit: " ms", digits: 2, worse: "too long" };

/// Something that is to be small.
#[derive(Clone, Copy)]
struct Quantity {
    about: &'static str,
    /// What stands before the figure where there is no room.
    short: &'static str,
    unit: &'static str,
    digits: usize,
    /// What it is that does not meet its bound.
    worse: &'static str,
}

impl Quantity {
    fn below(self, value: Option<f64>, bound: f64) -> Judged {
        self.judge(value, bound, format!("below {bound}"), "")
    }

    /// Compares with the figure of another run, in its folder.
    fn better(
        self,
        value: Option<f64>,
        challenge: &str,
        other: Option<(f64, String)>,
        store: &Path,
    ) -> Judged {
        if let Some((bound, folder)) = other {
            let asked = format!("below {} of {challenge}", self.show(bound));
            return self.judge(value, bound, asked, &format!(", in {folder}"));
        }
        let store = store.display();
        let why = format!(
            "no correct run of `challenge {challenge}` by the same clock is in {store}, to compare with"
        );
        Judged { standing: Standing::Open(why), ..self.told(value) }
    }

    fn judge(self, value: Option<f64>, bound: f64, asked: String, of: &str) -> Judged {
        let Judged { about, value: measured, short, .. } = self.told(value);
        let standing = match value {
            Some(value) if value < bound => Standing::Met,
            Some(value) => {
                Standing::Missed(format!("{}{} {}", self.show(value - bound), self.unit, self.worse))
            }
            None => Standing::Open("there was nothing to measure it by".to_owned()),
        };
        Judged {
            about,
            value: format!("{measured} ({asked}{of})"),
            short: format!("{short} ({asked})"),
            standing,
        }
    }

    fn told(self, value: Option<f64>) -> Judged {
        let value = value.map_or_else(|| "not measured".to_owned(), |value| self.show(value) + self.unit);
        let short = self.short.to_owned() + &value;
        Judged { about: self.about.to_owned(), value, short, standing: Standing::Told }
    }

    fn show(self, value: f64) -> String {
        format!("{value:.*}", self.digits)
    }
}

fn latest(test: &Test, challenge: &str, figure: fn(&Figures) -> Option<f64>) -> Option<(f64, String)> {
    let (figures, folder) = Figures::latest(&test.store, &test.options.workload, challenge, test.simulate)?;
    Some((figure(&figures)?, folder.display().to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_itself_is_not_below_it() {
        let judged = MAXIMUM.below(Some(600.0), 600.0);
        assert_eq!(judged.standing, Standing::Missed("0 ms too long".to_owned()));
        assert_eq!(judged.in_short(), "MISSED: maximum 600 ms (below 600)");
        assert_eq!(MAXIMUM.below(Some(599.0), 600.0).standing, Standing::Met);
    }

    #[test]
    fn what_was_not_measured_is_neither_met_nor_missed() {
        let judged = MEDIAN.below(None, 400.0);
        assert!(matches!(judged.standing, Standing::Open(_)));
        assert_eq!(judged.in_short(), "median not measured (below 400)");
    }

    #[test]
    fn a_run_is_compared_with_another() {
        let store = Path::new("store");
        let better =
            |value| MESSAGES.better(Some(value), "5b", Some((12.25, "store/kafka/1".to_owned())), store);
        assert_eq!(better(9.5).standing, Standing::Met);
        assert_eq!(better(9.5).value, "9.50 messages/op (below 12.25 of 5b, in store/kafka/1)");
        assert_eq!(better(13.5).standing, Standing::Missed("1.25 messages/op too many".to_owned()));
        assert_eq!(better(13.5).in_short(), "MISSED: 13.50 messages/op (below 12.25 of 5b)");
        let alone = MESSAGES.better(Some(9.5), "5b", None, store);
        assert!(matches!(&alone.standing, Standing::Open(why) if why.contains("`challenge 5b`")));
        assert_eq!(alone.in_short(), "9.50 messages/op");
    }
}
