//! The simulated network: addresses, latency, partitions, disturbances, and messages under way.
//!
//! It is the same for both hosts. It knows no clock: the time comes with each call.

mod disturbance;
mod latency;
mod partitions;
mod queue;

use std::{collections::HashMap, hash::BuildHasherDefault, sync::Arc, time::Duration};

pub use self::{
    disturbance::{Disturbance, DisturbanceKind},
    latency::{Distribution, Latency, SIMULATED_HOP},
    partitions::CutBy,
};
use self::{
    disturbance::{Weather, held_up, slowed},
    partitions::Partitions,
    queue::Queue,
};
use crate::random::{Stream, Streams, hash};

/// A participant: a node, a service, or a client. Nodes are numbered from 0 in the order of the test; services follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(u32);

/// A message that has been sent, and not yet arrived.
#[derive(Clone, Debug)]
pub struct InFlight {
    /// When it arrives.
    pub at: Duration,
    /// The network's number for it: 0, 1, 2, … in the order of sending. The copies of a duplicated message share it.
    pub id: u64,
    /// Its sender.
    pub src: Address,
    /// Its receiver.
    pub dest: Address,
    /// The whole message, as one line of JSON without a line break.
    pub line: Arc<str>,
    /// Which life of its receiver it is for: a node that was killed and started again does not get it.
    life: u32,
}

/// What became of a message that was due.
#[derive(Clone, Debug)]
pub enum Arrival {
    /// It is to be handed to its receiver.
    Delivered(InFlight),
    /// A partition swallowed it.
    Partitioned(InFlight),
    /// Its receiver has gone.
    Gone(InFlight),
}

/// Names, links and queues.
#[derive(Debug)]
pub struct Network {
    participants: Vec<Participant>,
    by_name: HashMap<Arc<str>, Address, Fixed>,
    nodes: u32,
    services: u32,
    latency: Latency,
    /// Whether latencies are whole milliseconds.
    whole_ms: bool,
    links: HashMap<(Address, Address), Link, Fixed>,
    latencies: Stream,
    fates: Stream,
    next_id: u64,
    queue: Queue,
    in_flight: usize,
    bytes: u64,
    partitions: Partitions,
    weather: Weather,
}

/// Maps that are only looked up, never walked through; the hash is the same everywhere all the same.
type Fixed = BuildHasherDefault<std::hash::DefaultHasher>;

#[derive(Debug)]
struct Participant {
    name: Arc<str>,
    is_open: bool,
    life: u32,
}

#[derive(Debug)]
struct Link {
    stream: u64,
    sent: u64,
    last: Duration,
}

impl Link {
    /// Not before what it has carried already: only unequal latencies reorder.
    fn in_order(&mut self, at: Duration) -> Duration {
        self.last = self.last.max(at);
        self.last
    }
}

impl Network {
    /// A network of these nodes and services, without clients. With `compat` messages take whole milliseconds, and
    /// wait in line, as in Maelstrom.
    pub fn new<N: AsRef<str>, S: AsRef<str>>(
        nodes: &[N],
        services: &[S],
        latency: Latency,
        compat: bool,
        streams: Streams,
    ) -> Self {
        let count = |len: usize| u32::try_from(len).expect("fewer than four billion participants");
        let mut network = Self {
            participants: Vec::new(),
            by_name: HashMap::default(),
            nodes: count(nodes.len()),
            services: count(services.len()),
            latency,
            whole_ms: compat,
            links: HashMap::default(),
            latencies: streams.stream("links"),
            fates: streams.stream("links.fates"),
            next_id: 0,
            queue: Queue::new(compat),
            in_flight: 0,
            bytes: 0,
            partitions: Partitions::default(),
            weather: Weather::default(),
        };
        for name in nodes.iter().map(AsRef::as_ref).chain(services.iter().map(AsRef::as_ref)) {
            network.open(name);
        }
        network
    }

    /// Adds a participant.
    pub fn open(&mut self, name: &str) -> Address {
        let next = self.participants.len();
        let address = Address(u32::try_from(next).expect("fewer than four billion participants"));
        let name: Arc<str> = name.into();
        self.by_name.insert(Arc::clone(&name), address);
        self.participants.push(Participant { name, is_open: true, life: 0 });
        address
    }

    /// Takes a participant off. What is still under way to it gets nowhere.
    pub fn close(&mut self, address: Address) {
        self.participants[address.index()].is_open = false;
    }

    /// Takes one back that was off. What was sent to it before stays lost.
    pub fn reopen(&mut self, address: Address) {
        let participant = &mut self.participants[address.index()];
        (participant.is_open, participant.life) = (true, participant.life + 1);
    }

    /// Whether a participant is there.
    pub fn is_open(&self, address: Address) -> bool {
        self.participants[address.index()].is_open
    }

    /// Who has this name, or had it.
    pub fn find(&self, name: &str) -> Option<Address> {
        self.by_name.get(name).copied()
    }

    /// The name of a participant.
    pub fn name(&self, address: Address) -> &Arc<str> {
        &self.participants[address.index()].name
    }

    /// The address of the `k`-th node.
    pub fn node(&self, k: usize) -> Address {
        Address(u32::try_from(k).expect("fewer than four billion nodes"))
    }

    /// Whether an address is a node's.
    pub fn is_node(&self, address: Address) -> bool {
        address.0 < self.nodes
    }

    /// The number of the service at an address, in the order they were given.
    pub fn service(&self, address: Address) -> Option<usize> {
        let number = address.0.checked_sub(self.nodes)?;
        (number < self.services).then_some(number as usize)
    }

    /// Whether an address is a client's: Maelstrom goes by the first letter.
    pub fn is_client(&self, address: Address) -> bool {
        self.name(address).starts_with('c')
    }

    /// Sends a message. Returns whether it is on its way, or lost.
    pub fn send(&mut self, now: Duration, src: Address, dest: Address, line: Arc<str>) -> bool {
        let id = self.next_id;
        self.next_id += 1;
        let fate = self.fate(now, src, dest);
        let receiver = &self.participants[dest.index()];
        let arrivals = fate.first.into_iter().chain(fate.copy);
        let message = |at| InFlight { at, id, src, dest, line: Arc::clone(&line), life: receiver.life };
        for message in arrivals.map(message) {
            self.in_flight += 1;
            self.bytes += message.line.len() as u64;
            self.queue.push(now, message, &self.partitions);
        }
        fate.first.is_some()
    }

    /// The number that the next message will have.
    pub fn next_id(&self) -> u64 {
        self.next_id
    }

    /// The messages under way, in no order that means anything.
    pub fn lines_in_flight(&self) -> impl Iterator<Item = &str> {
        self.queue.iter().map(|message| &*message.line)
    }

    /// How many messages are under way.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// How long they are together.
    pub fn bytes_in_flight(&self) -> u64 {
        self.bytes
    }

    /// When a message that is sent now arrives. The draws depend on the link and on how many messages it has carried,
    /// and on nothing else.
    fn fate(&mut self, now: Duration, src: Address, dest: Address) -> Fate {
        let is_client = self.is_client(src) || self.is_client(dest);
        let is_service = self.service(src).or(self.service(dest)).is_some();
        let participants = &self.participants;
        let link = self.links.entry((src, dest)).or_insert_with(|| {
            let (src, dest) = (&participants[src.index()].name, &participants[dest.index()].name);
            Link { stream: hash(format!("{src}>{dest}").as_bytes()), sent: 0, last: Duration::ZERO }
        });
        let latency @ Latency { mean, distribution, hop } = self.latency;
        let place = (link.stream, link.sent);
        link.sent += 1;
        let weather = &self.weather;
        let is_calm = is_client || weather.is_calm();
        let slow = !is_calm && weather.probability(DisturbanceKind::Slow, is_service).is_some();
        let mean = match (is_client, slow) {
            (true, _) => Duration::ZERO,
            (_, true) => slowed(mean),
            _ => mean,
        };
        let in_order = is_client || distribution == Distribution::Constant;
        if !in_order || !hop.is_zero() {
            self.latencies.seek(place.0, place.1);
        }
        let (whole_ms, latencies) = (self.whole_ms, &mut self.latencies);
        let mut draw = || {
            let between = if is_client { Duration::ZERO } else { latency.draw(mean, whole_ms, latencies) };
            let extra = if hop.is_zero() { Duration::ZERO } else { latencies.exponential(hop) };
            now + between + extra
        };
        let mut first = draw();
        if is_calm {
            if in_order {
                first = link.in_order(first);
            }
            return Fate { first: Some(first), copy: None };
        }

        let fates = &mut self.fates;
        fates.seek(place.0, place.1);
        // All are drawn each time, so that one disturbance leaves the draws of the others as they are.
        let mut happens = |kind| {
            let drawn = fates.fraction();
            weather.probability(kind, is_service).is_some_and(|probability| drawn < probability)
        };
        let lost = happens(DisturbanceKind::Loss);
        let twice = happens(DisturbanceKind::Duplicate);
        let overtaken = happens(DisturbanceKind::Reorder);
        let delay = fates.uniform(held_up(mean));
        if overtaken {
            first += delay;
        } else if in_order {
            first = link.in_order(first);
        }
        let copy = twice.then(|| draw() + fates.uniform(held_up(mean)));
        Fate { first: (!lost).then_some(first), copy: copy.filter(|_| !lost) }
    }

    /// When the next message arrives.
    pub fn deadline(&self) -> Option<Duration> {
        self.queue.deadline()
    }

    /// Takes the next message that has arrived by `now`.
    pub fn arrive(&mut self, now: Duration) -> Option<Arrival> {
        let arrival = self.queue.pop(now, &self.partitions)?;
        let (Arrival::Delivered(message) | Arrival::Partitioned(message) | Arrival::Gone(message)) = &arrival;
        self.in_flight -= 1;
        self.bytes -= message.line.len() as u64;
        let receiver = &self.participants[message.dest.index()];
        let is_gone = !receiver.is_open || receiver.life != message.life;
        Some(match arrival {
            Arrival::Delivered(message) if is_gone => Arrival::Gone(message),
            other => other,
        })
    }

    /// Makes `receiver` drop what `sender` sends.
    pub fn cut(&mut self, by: CutBy, receiver: Address, sender: Address) {
        self.partitions.cut(by, receiver, sender);
    }

    /// Ends all cuts of this kind.
    pub fn heal(&mut self, by: CutBy) {
        self.partitions.heal(by);
    }

    /// Lets something happen to messages that are sent from now on.
    pub fn disturb(&mut self, disturbance: Disturbance) {
        self.weather.begin(disturbance);
    }

    /// Ends that.
    pub fn calm(&mut self, kind: DisturbanceKind) {
        self.weather.end(kind);
    }
}

/// When the copies of a message arrive.
struct Fate {
    first: Option<Duration>,
    copy: Option<Duration>,
}

impl Address {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}
