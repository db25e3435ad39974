//! Nodes as the cluster sees them: their handshakes, and the faults that hit them.

use std::collections::BTreeMap;

use super::{Action, Cluster, INIT_TIMEOUT, Phase, clients::Owner, kind_of};
use crate::{
    Value,
    history::{Kind, Process},
    nemesis::{Cuts, Fault},
    network::CutBy,
    workload::Op,
};

/// What a node is doing, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// It was started, and has not answered its `init` yet.
    Starting,
    Up,
    Killed,
}

impl Cluster<'_> {
    /// Sends a node its `init`, from a client of its own.
    pub(super) fn init(&mut self, node: usize) {
        let client = self.open_client();
        let name = &self.quoted_names[node];
        let node_ids = self.quoted_names.join(",");
        let body = format!(r#""type":"init","node_id":{name},"node_ids":[{node_ids}]"#);
        self.lives[node] = Life::Starting;
        self.request(client, node, &body, Owner::Init(node), 1, INIT_TIMEOUT);
    }

    pub(super) fn init_answered(&mut self, node: usize, body: &Value) {
        let name = &self.options.nodes[node];
        if kind_of(body) != Some("init_ok") {
            self.give_up(format!("expected an init_ok from {name}, but it answered {body}"));
            return;
        }
        self.lives[node] = Life::Up;
        if matches!(self.phase, Phase::Handshake { .. }) {
            self.prepared();
        } else if self.lives.iter().all(|life| *life == Life::Up) {
            self.all_up = Some(self.now.saturating_sub(self.main_start));
        }
    }

    pub(super) fn init_timed_out(&mut self, node: usize) {
        let text = format!(
            "expected node {} to respond to an init message, but it did not within {} s",
            self.options.nodes[node],
            INIT_TIMEOUT.as_secs()
        );
        if matches!(self.phase, Phase::Handshake { .. }) {
            self.give_up(text);
        } else {
            self.problem(text);
        }
    }

    pub(super) fn set_up_answered(&mut self, node: usize, body: &Value) {
        if kind_of(body) == self.set_up_reply {
            self.prepared();
        } else {
            let name = &self.options.nodes[node];
            self.give_up(format!("{name} answered the workload's set-up with {body}"));
        }
    }

    /// Whether all nodes that were started again have answered, or never will.
    pub(super) fn is_recovered(&self) -> bool {
        !self.calls.values().any(|call| matches!(call.owner, Owner::Init(_)))
    }

    /// Does what the nemesis says, and puts it into the history.
    pub(super) fn inject(&mut self, fault: &Fault, actions: &mut Vec<Action>) {
        let done = self.apply(fault, actions);
        let op = Op::new(fault.name(), fault.invocation());
        let outcome = done.unwrap_or_else(|| fault.completion(&self.options.nodes));
        self.record(Process::Nemesis, Kind::Info, &op, op.value.clone(), None, BTreeMap::new());
        self.record(Process::Nemesis, Kind::Info, &op, outcome, None, BTreeMap::new());
    }

    /// Returns what came of it, where that can differ from what was asked for.
    fn apply(&mut self, fault: &Fault, actions: &mut Vec<Action>) -> Option<Value> {
        match fault {
            Fault::StartPartition { cuts, .. } => self.cut(CutBy::Partition, cuts),
            Fault::StopPartition => self.network.heal(CutBy::Partition),
            Fault::StartOneWay { cuts } => self.cut(CutBy::OneWay, cuts),
            Fault::StopOneWay => self.network.heal(CutBy::OneWay),
            Fault::Kill { nodes } => nodes.iter().for_each(|node| self.kill(*node, actions)),
            Fault::Start => return Some(self.start_killed(actions)),
            Fault::Pause { nodes } => {
                let up = nodes.iter().copied().filter(|node| self.lives[*node] != Life::Killed);
                let up: Vec<usize> = up.collect();
                self.paused.extend(&up);
                self.ever_paused.extend(&up);
                actions.extend(up.iter().map(|node| Action::Pause { node: *node }));
                return Some(self.names(&up));
            }
            Fault::Resume => {
                let paused = std::mem::take(&mut self.paused);
                actions.extend(paused.iter().map(|node| Action::Resume { node: *node }));
                return Some(self.names(&paused));
            }
            Fault::Disturb(disturbance) => self.network.disturb(*disturbance),
            Fault::Calm(kind) => self.network.calm(*kind),
            Fault::SetClocks { ahead_ms } => {
                actions.extend(
                    ahead_ms
                        .iter()
                        .map(|(node, ahead_ms)| Action::Clock { node: *node, ahead_ms: *ahead_ms }),
                );
                self.wrong_clocks.extend(ahead_ms.iter().map(|(node, _)| *node));
            }
            Fault::ResetClocks => {
                let wrong = std::mem::take(&mut self.wrong_clocks);
                actions.extend(wrong.into_iter().map(|node| Action::Clock { node, ahead_ms: 0 }));
            }
        }
        None
    }

    fn cut(&mut self, by: CutBy, cuts: &Cuts) {
        for (receiver, senders) in cuts {
            for sender in senders {
                self.network.cut(by, self.network.node(*receiver), self.network.node(*sender));
            }
        }
    }

    /// Kills a node: its memory is gone, and all that is under way to it. What it has sent is on its way.
    fn kill(&mut self, node: usize, actions: &mut Vec<Action>) {
        if self.lives[node] == Life::Killed {
            return;
        }
        (self.lives[node], self.all_up) = (Life::Killed, None);
        self.paused.retain(|paused| *paused != node);
        self.network.close(self.network.node(node));
        // Nobody waits any more for an `init_ok` of a node that was just starting.
        self.calls.retain(|_, call| call.owner != Owner::Init(node));
        actions.push(Action::Kill { node });
    }

    /// Starts all nodes that were killed. Returns which.
    fn start_killed(&mut self, actions: &mut Vec<Action>) -> Value {
        let killed: Vec<usize> =
            (0..self.lives.len()).filter(|node| self.lives[*node] == Life::Killed).collect();
        for node in &killed {
            self.network.reopen(self.network.node(*node));
            actions.push(Action::Start { node: *node });
            self.init(*node);
        }
        self.names(&killed)
    }

    fn names(&self, nodes: &[usize]) -> Value {
        nodes.iter().map(|node| self.options.nodes[*node].as_str()).collect()
    }
}
