//! The course of a run: handshakes, set-up, main phase, recovery, final operations.

use std::time::Duration;

use super::{Action, Cluster, RECOVERY, SET_UP_TIMEOUT, clients::Owner, ending::Ending};
use crate::{
    nemesis::{Fault, FaultKind, Nemesis},
    network::{Distribution, Latency},
    quirk::Quirk,
    schedule::{Scheduled, Step},
};

/// Where a run is.
pub(super) enum Phase {
    Handshake {
        missing: usize,
    },
    SetUp {
        missing: usize,
    },
    Main,
    /// Outstanding operations end; then come the final ones, if there are any.
    Draining,
    Recovering {
        until: Duration,
    },
    Final,
    Done,
}

impl Cluster<'_> {
    /// One more node is through the present phase.
    pub(super) fn prepared(&mut self) {
        if let Phase::Handshake { missing } | Phase::SetUp { missing } = &mut self.phase {
            *missing -= 1;
        }
    }

    pub(super) fn phase_deadline(&self) -> Option<Duration> {
        match self.phase {
            Phase::Main => {
                let due = self.agenda.deadline(self.main_elapsed(), &self.turns, self.all_up);
                due.map(|due| self.main_start + due)
            }
            Phase::Recovering { until } => Some(until.max(self.now)).filter(|_| self.is_recovered()),
            Phase::Final => self.ending.as_ref().and_then(Ending::deadline),
            _ => None,
        }
    }

    pub(super) fn step_phase(&mut self, actions: &mut Vec<Action>) -> bool {
        match self.phase {
            Phase::Handshake { missing: 0 } => {
                self.clock_zero = self.now;
                if let Some(watch) = &self.options.watch {
                    watch.history_begins(self.now);
                }
                self.set_up();
            }
            Phase::SetUp { missing: 0 } => {
                self.main_start = self.now;
                self.phase = Phase::Main;
            }
            Phase::Main => return self.step_main(actions),
            Phase::Draining if self.turns.all_free() => {
                if self.workload.finale(&self.history).is_none() {
                    self.phase = Phase::Done;
                } else {
                    for kind in self.kinds_of_faults() {
                        self.inject(&Fault::end_of(kind), actions);
                    }
                    self.phase = Phase::Recovering { until: self.now + RECOVERY };
                }
            }
            Phase::Recovering { until } if until <= self.now && self.is_recovered() => {
                self.phase = Phase::Final;
                let (finale, draws) = (self.workload.finale(&self.history), self.ending_draws.take());
                self.ending = finale
                    .zip(draws)
                    .map(|(finale, draws)| Ending::new(finale, draws, self.workers.len(), self.now));
            }
            Phase::Final => return self.step_final(),
            _ => return false,
        }
        true
    }

    fn step_final(&mut self) -> bool {
        if let Some((worker, op)) = self.ending.as_mut().and_then(|ending| ending.take(self.now)) {
            self.invoke(worker, op);
            return true;
        }
        let is_over = self.turns.all_free() && self.ending.as_ref().is_none_or(Ending::is_over);
        if is_over {
            self.phase = Phase::Done;
        }
        is_over
    }

    /// The faults that there may be: those asked for, and those of a schedule that was given.
    fn kinds_of_faults(&self) -> Vec<FaultKind> {
        let mut kinds: Vec<FaultKind> = self.options.nemeses.iter().map(Nemesis::kind).collect();
        for step in &self.schedule.steps {
            if let Scheduled::Fault(fault) = &step.action
                && !kinds.contains(&fault.kind())
            {
                kinds.push(fault.kind());
            }
        }
        kinds
    }

    /// Notes in what way Maelstrom's network is another.
    pub(super) fn compare_network(&mut self) {
        let Latency { mean, distribution, .. } = self.options.latency;
        if self.options.compat {
            return;
        }
        if !mean.is_zero() {
            let text = format!(
                "let messages wait in line, so that latencies may be up to {} ms shorter, and time-outs may come earlier",
                mean.as_millis()
            );
            self.notes.would(Quirk::OneMessageAtATime, text);
        } else if distribution != Distribution::Constant {
            let text = "stop at once: all latencies but constant ones need a mean above zero";
            self.notes.would(Quirk::WholeMilliseconds, text.to_owned());
        }
    }

    fn set_up(&mut self) {
        let nodes = self.options.nodes.len();
        self.phase = Phase::SetUp { missing: nodes };
        let (body, reply) = self.workload.set_up(&self.options.nodes, self.options.topology).unzip();
        self.set_up_reply = reply;
        for node in 0..nodes {
            let client = self.open_client();
            match &body {
                Some(body) => self.request(client, node, body, Owner::SetUp(node), 1, SET_UP_TIMEOUT),
                None => self.prepared(),
            }
        }
    }

    fn step_main(&mut self, actions: &mut Vec<Action>) -> bool {
        let (time, all_up) = (self.main_elapsed(), self.all_up);
        let nodes = self.options.nodes.len();
        if let Some(fault) = self.agenda.take_fault(time, nodes, all_up) {
            self.turns.nemesis();
            self.inject(&fault, actions);
            self.schedule.steps.push(Step { time, action: Scheduled::Fault(fault) });
            return true;
        }
        let turn = |worker| Self::turn(&self.options, &self.workers, worker);
        if let Some((worker, op)) = self.agenda.take_op(time, &mut self.turns, turn) {
            let action = Scheduled::Op { worker, op: op.clone() };
            self.schedule.steps.push(Step { time, action });
            self.invoke(worker, op);
            return true;
        }
        let is_over = self.agenda.is_over(time, all_up);
        if is_over {
            self.phase = Phase::Draining;
        }
        is_over
    }
}
