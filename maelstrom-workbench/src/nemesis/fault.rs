//! One step of a nemesis, with whom it hits; as histories and schedules have it.

use std::collections::BTreeMap;

use super::{Cuts, FaultKind, PartitionKind};
use crate::{
    Integer, Value,
    network::{Disturbance, DisturbanceKind},
};

/// Something a nemesis does. Nodes are given by number.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// Cuts links.
    StartPartition {
        /// The kind that was drawn.
        kind: PartitionKind,
        /// What it came to.
        cuts: Cuts,
    },
    /// Heals them.
    StopPartition,
    /// Cuts links in one direction.
    StartOneWay {
        /// Who does not hear whom.
        cuts: Cuts,
    },
    /// Heals those.
    StopOneWay,
    /// Kills nodes.
    Kill {
        /// Which.
        nodes: Vec<usize>,
    },
    /// Starts all that were killed.
    Start,
    /// Lets nodes stand still.
    Pause {
        /// Which.
        nodes: Vec<usize>,
    },
    /// Lets all of them go on.
    Resume,
    /// Lets something happen to messages.
    Disturb(Disturbance),
    /// Ends that.
    Calm(DisturbanceKind),
    /// Sets wall clocks wrong.
    SetClocks {
        /// Whose, and by how many ms they are ahead.
        ahead_ms: Vec<(usize, i64)>,
    },
    /// Sets all clocks right.
    ResetClocks,
}

impl Fault {
    /// The step that ends a fault.
    pub fn end_of(kind: FaultKind) -> Self {
        match kind {
            FaultKind::Partition => Self::StopPartition,
            FaultKind::OneWay => Self::StopOneWay,
            FaultKind::Kill => Self::Start,
            FaultKind::Pause => Self::Resume,
            FaultKind::Messages(kind) => Self::Calm(kind),
            FaultKind::Clock => Self::ResetClocks,
        }
    }

    /// Which kind of fault this begins or ends.
    pub fn kind(&self) -> FaultKind {
        match self {
            Self::StartPartition { .. } | Self::StopPartition => FaultKind::Partition,
            Self::StartOneWay { .. } | Self::StopOneWay => FaultKind::OneWay,
            Self::Kill { .. } | Self::Start => FaultKind::Kill,
            Self::Pause { .. } | Self::Resume => FaultKind::Pause,
            Self::Disturb(disturbance) => FaultKind::Messages(disturbance.kind),
            Self::Calm(kind) => FaultKind::Messages(*kind),
            Self::SetClocks { .. } | Self::ResetClocks => FaultKind::Clock,
        }
    }

    /// What histories call it, as Jepsen does where it has the same.
    pub fn name(&self) -> &'static str {
        match self {
            Self::StartPartition { .. } => "start-partition",
            Self::StopPartition => "stop-partition",
            Self::StartOneWay { .. } => "start-one-way",
            Self::StopOneWay => "stop-one-way",
            Self::Kill { .. } => "kill",
            Self::Start => "start",
            Self::Pause { .. } => "pause",
            Self::Resume => "resume",
            Self::Disturb(disturbance) => disturbance_names(disturbance.kind).0,
            Self::Calm(kind) => disturbance_names(*kind).1,
            Self::SetClocks { .. } => "start-clock",
            Self::ResetClocks => "stop-clock",
        }
    }

    /// The value of its first entry in the history: what was asked for.
    pub(crate) fn invocation(&self) -> Value {
        match self {
            Self::StartPartition { kind, .. } => kind.name().into(),
            _ => Value::Null,
        }
    }

    /// The value of its second entry in the history: what came of it.
    pub(crate) fn completion(&self, nodes: &[String]) -> Value {
        let isolated = |cuts: &Cuts| Value::List(vec!["isolated".into(), cuts_to_json(cuts, nodes)]);
        match self {
            Self::StartPartition { cuts, .. } | Self::StartOneWay { cuts } => isolated(cuts),
            Self::StopPartition | Self::StopOneWay => "network-healed".into(),
            _ => self.details(nodes),
        }
    }

    /// All that has to be known to do it again, as schedules have it.
    pub(crate) fn details(&self, nodes: &[String]) -> Value {
        match self {
            Self::StartPartition { kind, cuts } => {
                Value::object([("kind", Value::from(kind.name())), ("isolated", cuts_to_json(cuts, nodes))])
            }
            Self::StartOneWay { cuts } => cuts_to_json(cuts, nodes),
            Self::Kill { nodes: hit } | Self::Pause { nodes: hit } => {
                hit.iter().map(|node| nodes[*node].as_str()).collect()
            }
            Self::Disturb(Disturbance { probability, services, .. }) => {
                Value::object([("probability", Value::from(*probability)), ("services", (*services).into())])
            }
            Self::SetClocks { ahead_ms } => {
                Value::object(ahead_ms.iter().map(|(node, ms)| (nodes[*node].as_str(), (*ms).into())))
            }
            Self::StopPartition
            | Self::StopOneWay
            | Self::Start
            | Self::Resume
            | Self::Calm(_)
            | Self::ResetClocks => Value::Null,
        }
    }

    /// Reads a fault of a schedule.
    pub(crate) fn from_details(name: &str, details: &Value, nodes: &[String]) -> Result<Self, String> {
        let lacks = |what: &str| format!("`{name}` lacks {what}: {details}");
        let number = |value: &Value| {
            let name = value.as_str().unwrap_or_default();
            nodes.iter().position(|node| node == name).ok_or_else(|| format!("there is no node {value}"))
        };
        let list = |value: &Value| -> Result<Vec<usize>, String> {
            value.as_list().ok_or_else(|| lacks("a list of nodes"))?.iter().map(number).collect()
        };
        let cuts = |value: &Value| {
            let Value::Object(cuts) = value else { return Err(lacks("who is cut off from whom")) };
            let cut = |(receiver, senders): (&String, &Value)| {
                Ok((number(&receiver.as_str().into())?, list(senders)?))
            };
            cuts.iter().map(cut).collect::<Result<Cuts, String>>()
        };
        let disturbance = DisturbanceKind::ALL.into_iter().find_map(|kind| {
            let (start, stop) = disturbance_names(kind);
            (start == name).then_some((kind, true)).or_else(|| (stop == name).then_some((kind, false)))
        });
        Ok(match (name, disturbance) {
            ("start-partition", _) => {
                let kind = details.get("kind").and_then(Value::as_str);
                let kind = PartitionKind::ALL.into_iter().find(|known| Some(known.name()) == kind);
                let cuts = cuts(details.get("isolated").unwrap_or(&Value::Null))?;
                Self::StartPartition { kind: kind.ok_or_else(|| lacks("a `kind`"))?, cuts }
            }
            ("stop-partition", _) => Self::StopPartition,
            ("start-one-way", _) => Self::StartOneWay { cuts: cuts(details)? },
            ("stop-one-way", _) => Self::StopOneWay,
            ("kill", _) => Self::Kill { nodes: list(details)? },
            ("start", _) => Self::Start,
            ("pause", _) => Self::Pause { nodes: list(details)? },
            ("resume", _) => Self::Resume,
            ("start-clock", _) => {
                let Value::Object(clocks) = details else { return Err(lacks("nodes with their clocks")) };
                let ahead = |(node, ms): (&String, &Value)| {
                    let ms = ms
                        .as_integer()
                        .and_then(Integer::as_i64)
                        .ok_or_else(|| lacks("whole milliseconds"))?;
                    Ok((number(&node.as_str().into())?, ms))
                };
                Self::SetClocks { ahead_ms: clocks.iter().map(ahead).collect::<Result<_, String>>()? }
            }
            ("stop-clock", _) => Self::ResetClocks,
            (_, Some((kind, true))) => {
                let probability = match details.get("probability") {
                    Some(Value::Float(probability)) => Some(*probability),
                    _ => None,
                };
                let services = details.get("services") == Some(&true.into());
                Self::Disturb(Disturbance {
                    kind,
                    probability: probability.ok_or_else(|| lacks("a `probability`"))?,
                    services,
                })
            }
            (_, Some((kind, false))) => Self::Calm(kind),
            _ => return Err(format!("there is no fault `{name}`")),
        })
    }
}

fn disturbance_names(kind: DisturbanceKind) -> (&'static str, &'static str) {
    match kind {
        DisturbanceKind::Loss => ("start-loss", "stop-loss"),
        DisturbanceKind::Duplicate => ("start-duplicate", "stop-duplicate"),
        DisturbanceKind::Reorder => ("start-reorder", "stop-reorder"),
        DisturbanceKind::Slow => ("start-slow", "stop-slow"),
    }
}

fn cuts_to_json(cuts: &Cuts, nodes: &[String]) -> Value {
    let named = cuts.iter().map(|(receiver, senders)| {
        let senders: Value = senders.iter().map(|sender| nodes[*sender].as_str()).collect();
        (nodes[*receiver].clone(), senders)
    });
    Value::Object(named.collect::<BTreeMap<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_read_back_as_it_was_written() {
        let nodes: Vec<String> = (0..12).map(|k| format!("n{k}")).collect();
        let disturb = |kind| Fault::Disturb(Disturbance { kind, probability: 0.25, services: true });
        let cuts: Cuts = vec![(0, vec![1, 11]), (1, vec![0])];
        let mut faults = vec![
            Fault::StartPartition { kind: PartitionKind::MajoritiesRing, cuts: cuts.clone() },
            Fault::StartPartition { kind: PartitionKind::MinorityThird, cuts: Vec::new() },
            Fault::StartOneWay { cuts },
            Fault::Kill { nodes: vec![1, 10] },
            Fault::Pause { nodes: vec![] },
            Fault::SetClocks { ahead_ms: vec![(0, -5), (3, 70_000)] },
        ];
        faults.extend(DisturbanceKind::ALL.map(disturb));
        faults.extend(FaultKind::ALL.map(Fault::end_of));
        for fault in faults {
            let text = fault.details(&nodes).to_string();
            let read = Fault::from_details(fault.name(), &text.parse().unwrap(), &nodes);
            assert_eq!(read, Ok(fault), "{text}");
        }
    }

    #[test]
    fn what_ends_a_fault_is_of_its_kind() {
        assert_eq!(FaultKind::ALL.map(|kind| Fault::end_of(kind).kind()), FaultKind::ALL);
    }

    #[test]
    fn what_is_wrong_with_a_fault_is_said() {
        let nodes = ["n0".to_owned()];
        let read = |name, text: &str| Fault::from_details(name, &text.parse().unwrap(), &nodes).unwrap_err();
        assert_eq!(read("kill", r#"["n1"]"#), r#"there is no node "n1""#);
        assert_eq!(read("kill", "3"), "`kill` lacks a list of nodes: 3");
        assert_eq!(
            read("start-partition", r#"{"isolated":{}}"#),
            r#"`start-partition` lacks a `kind`: {"isolated":{}}"#
        );
        assert_eq!(read("explode", "null"), "there is no fault `explode`");
    }
}
