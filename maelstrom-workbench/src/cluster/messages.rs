//! Messages: from nodes into the network, out of it to nodes, clients and services, and into the journal.

use std::{borrow::Cow, collections::BTreeMap, fmt::Write as _, sync::Arc, time::Duration};

use super::{Action, Cluster, Delivery, Phase, Traffic, clients::Received, kind_of};
use crate::{
    journal::{Cause, Event, EventKind, Why},
    network::{Address, Arrival, InFlight},
    quirk::Quirk,
};

/// As much of a line as a person reads, in characters.
const READABLE: usize = 2_000;

impl Cluster<'_> {
    /// Takes a line that a node has written. `dest` is its receiver, `why` what the node was doing, if that is known.
    pub fn sent(&mut self, now: Duration, node: usize, dest: &str, line: &str, why: Option<Why>) {
        self.now = now;
        let src = self.network.node(node);
        match self.network.find(dest) {
            Some(dest) if self.network.is_client(dest) && !self.network.is_open(dest) => {
                // One that stood still can't help it, and there it would not have stood still.
                if !self.ever_paused.contains(&node) {
                    let name = &self.options.nodes[node];
                    let text = format!("stop listening to {name} when it answers a client that has given up");
                    self.notes.would(Quirk::LateReply, text);
                }
            }
            Some(dest) => self.send(src, dest, line, why),
            None => {
                let text = format!("a message to {dest}, which does not exist: {}", excerpt(line, READABLE));
                self.wrong_line(now, node, &text);
            }
        }
    }

    /// Notes that a node has written something wrong, such as "a message to …": the run is invalid, and goes on. After
    /// the first few such lines of a node the others are only counted.
    pub fn wrong_line(&mut self, now: Duration, node: usize, what: &str) {
        self.now = now;
        self.notes.wrong_line(now, &self.options.nodes[node], what);
    }

    /// Takes note of a message whose sender is not the node that has written it. Returns whether there is, or was, a
    /// participant of that name.
    pub fn forged(&mut self, node: usize, src: &str) -> bool {
        let name = &self.options.nodes[node];
        let known = self.network.find(src).is_some();
        if known {
            self.notes.warn(format!("{name} sent a message in the name of {src} (Q-06)"));
        }
        known
    }

    /// Sends `{"src":…}` on, with the network's number in front.
    pub(super) fn send(&mut self, src: Address, dest: Address, line: &str, why: Option<Why>) {
        let id = self.network.next_id();
        self.numbered.clear();
        write!(self.numbered, "{{\"id\":{id},{}", line.trim_start().strip_prefix('{').unwrap_or(line))
            .expect("a string takes everything");
        let numbered: Arc<str> = self.numbered.as_str().into();
        self.traffic_of(src, dest).sent += 1;
        self.note(EventKind::Send, id, why, &numbered);
        if !self.network.send(self.now, src, dest, Arc::clone(&numbered)) {
            self.note(EventKind::Lost, id, None, &numbered);
        }
        let limit = self.options.budget.bytes;
        if self.network.bytes_in_flight() + self.journal_bytes > limit {
            self.end_storm(&format!("messages took more than {limit} bytes"));
        }
    }

    pub(super) fn note(&mut self, kind: EventKind, id: u64, why: Option<Why>, line: &Arc<str>) {
        if !self.options.journal && self.options.watch.is_none() {
            return;
        }
        let (cause, handled) = (why.map(|why| why.cause), why.and_then(|why| why.handled));
        let event = Event { time: self.now, kind, id, cause, handled, line: Arc::clone(line) };
        if let Some(watch) = &self.options.watch {
            watch.message(&event);
        }
        if self.options.journal {
            self.journal_bytes += (size_of::<Event>() + line.len()) as u64;
            self.journal.push(event);
        }
    }

    pub(super) fn traffic_of(&mut self, src: Address, dest: Address) -> &mut Traffic {
        if self.network.is_client(src) || self.network.is_client(dest) {
            &mut self.client_traffic
        } else {
            &mut self.server_traffic
        }
    }

    pub(super) fn arrivals(&mut self, actions: &mut Vec<Action>) -> bool {
        let mut any = false;
        // What a node is to do comes first: it may write at once, and that has its place in the order.
        while actions.is_empty() && !self.is_done() {
            let Some(arrival) = self.network.arrive(self.now) else { break };
            any = true;
            match arrival {
                Arrival::Delivered(message) => self.deliver(message, actions),
                Arrival::Partitioned(message) => {
                    self.note(EventKind::Partitioned, message.id, None, &message.line);
                }
                Arrival::Gone(message) => self.note(EventKind::Gone, message.id, None, &message.line),
            }
        }
        any && actions.is_empty()
    }

    fn deliver(&mut self, message: InFlight, actions: &mut Vec<Action>) {
        self.delivered += 1;
        self.traffic_of(message.src, message.dest).received += 1;
        self.note(EventKind::Receive, message.id, None, &message.line);
        if self.network.is_node(message.dest) {
            let InFlight { id, dest, line, .. } = message;
            actions.push(Action::Deliver(Delivery { node: dest.index(), id, line }));
        } else if let Some(service) = self.network.service(message.dest) {
            self.serve(service, &message);
        } else {
            self.reply_arrived(&message);
        }
        if self.delivered >= self.options.budget.messages {
            self.end_storm(&format!("{} messages were delivered", self.delivered));
        }
    }

    /// Lets a service answer a request.
    fn serve(&mut self, service: usize, message: &InFlight) {
        let Ok(Received { body }) = serde_json::from_str(&message.line) else { return };
        let src = Arc::clone(self.network.name(message.src));
        let answer = self.services[service].handle(&src, &body, &mut self.service_draws[service]);
        let line = answer.line(self.services[service].name(), &src, &body);
        if let Some((quirk, text)) = answer.would {
            self.notes.would(quirk, text);
        }
        // Who has gone does not get an answer, and nobody minds.
        let Some(line) = line.filter(|_| self.network.is_open(message.src)) else { return };
        self.send(message.dest, message.src, &line, Some(Why::from(Cause::Message(message.id))));
    }

    /// Too many messages: the run ends here, and says which types they were.
    fn end_storm(&mut self, what: &str) {
        if self.is_done() {
            return;
        }
        let mut types: BTreeMap<String, usize> = BTreeMap::new();
        for line in self.network.lines_in_flight().take(10_000) {
            let body = serde_json::from_str::<Received>(line).map(|message| message.body).unwrap_or_default();
            *types.entry(kind_of(&body).unwrap_or("?").to_owned()).or_default() += 1;
        }
        let mut types: Vec<(usize, String)> = types.into_iter().map(|(kind, count)| (count, kind)).collect();
        types.sort_unstable_by(|a, b| b.cmp(a));
        let types: Vec<String> =
            types.into_iter().take(3).map(|(count, kind)| format!("{count} `{kind}`")).collect();
        self.problem(format!(
            "a storm: {what} by {:.3} s, and still under way are {}",
            self.now.as_secs_f64(),
            if types.is_empty() { "none".to_owned() } else { types.join(", ") },
        ));
        self.phase = Phase::Done;
    }
}

/// The beginning of a line, for a person: at most so many characters, and how long it is.
pub(crate) fn excerpt(line: &str, most: usize) -> Cow<'_, str> {
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}… ({} bytes)", &line[..end], line.len()).into(),
        None => line.into(),
    }
}
