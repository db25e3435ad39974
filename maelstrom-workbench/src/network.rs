//! The simulated network: addresses, latency, partitions, and messages under way.
//!
//! It is the same for both hosts. It knows no clock: the time comes with each call.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap},
    hash::BuildHasherDefault,
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use crate::random::{Stream, Streams, hash};

/// A participant: a node, a client, or a service. Nodes are numbered from 0 in the order of the test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(pub(crate) u32);

/// How latencies between nodes spread around their mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Distribution {
    /// Always the mean.
    #[default]
    Constant,
    /// From zero to twice the mean, each as likely.
    Uniform,
    /// Most are short, and a few long.
    Exponential,
}

impl FromStr for Distribution {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "constant" => Ok(Self::Constant),
            "uniform" => Ok(Self::Uniform),
            "exponential" => Ok(Self::Exponential),
            _ => Err(format!(
                "there is no latency distribution `{name}`; there are constant, uniform and exponential"
            )),
        }
    }
}

/// What a hop takes on average in a simulation, besides its latency.
pub const SIMULATED_HOP: Duration = Duration::from_micros(500);

/// How long messages take.
#[derive(Clone, Copy, Debug)]
pub struct Latency {
    /// The mean between nodes, and between nodes and services.
    pub mean: Duration,
    /// How it spreads.
    pub distribution: Distribution,
    /// The mean of what every hop takes besides, those of clients included. Zero with processes, whose hops take time
    /// by themselves; a simulation needs it, or nothing would ever overlap.
    pub hop: Duration,
}

/// A message that has been sent, and not yet arrived.
#[derive(Clone, Debug)]
pub struct InFlight {
    /// When it arrives.
    pub at: Duration,
    /// The network's number for it: 0, 1, 2, … in the order of sending.
    pub id: u64,
    /// Its sender.
    pub src: Address,
    /// Its receiver.
    pub dest: Address,
    /// The whole message, as one line of JSON without a line break.
    pub line: Arc<str>,
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
    names: Vec<Arc<str>>,
    by_name: HashMap<Arc<str>, Address, Fixed>,
    /// Whether an address still receives.
    open: Vec<bool>,
    nodes: u32,
    latency: Latency,
    links: HashMap<(Address, Address), Link, Fixed>,
    fate: Stream,
    next_id: u64,
    queue: BinaryHeap<Reverse<Queued>>,
    /// For each receiver, whose messages it drops.
    partitions: BTreeMap<Address, BTreeSet<Address>>,
}

/// Maps that are only looked up, never walked through; the hash is the same everywhere all the same.
type Fixed = BuildHasherDefault<std::hash::DefaultHasher>;

#[derive(Debug)]
struct Link {
    stream: u64,
    sent: u64,
    last: Duration,
}

#[derive(Debug)]
struct Queued(InFlight);

impl Queued {
    fn key(&self) -> (Duration, u64) {
        (self.0.at, self.0.id)
    }
}

impl PartialEq for Queued {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Queued {}

impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Queued {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl Network {
    /// A network of these nodes, without clients.
    pub fn new<S: AsRef<str>>(nodes: &[S], latency: Latency, streams: Streams) -> Self {
        let mut network = Self {
            names: Vec::new(),
            by_name: HashMap::default(),
            open: Vec::new(),
            nodes: u32::try_from(nodes.len()).expect("fewer than four billion nodes"),
            latency,
            links: HashMap::default(),
            fate: streams.stream("links"),
            next_id: 0,
            queue: BinaryHeap::new(),
            partitions: BTreeMap::new(),
        };
        for name in nodes {
            network.open(name.as_ref());
        }
        network
    }

    /// Adds a participant.
    pub fn open(&mut self, name: &str) -> Address {
        let address = Address(u32::try_from(self.names.len()).expect("fewer than four billion participants"));
        let name: Arc<str> = name.into();
        self.names.push(Arc::clone(&name));
        self.by_name.insert(name, address);
        self.open.push(true);
        address
    }

    /// Takes a participant off. What is still under way to it gets nowhere.
    pub fn close(&mut self, address: Address) {
        self.open[address.index()] = false;
    }

    /// Whether a participant is there.
    pub fn is_open(&self, address: Address) -> bool {
        self.open[address.index()]
    }

    /// Who has this name, or had it.
    pub fn find(&self, name: &str) -> Option<Address> {
        self.by_name.get(name).copied()
    }

    /// The name of a participant.
    pub fn name(&self, address: Address) -> &Arc<str> {
        &self.names[address.index()]
    }

    /// The address of the `k`-th node.
    pub fn node(&self, k: usize) -> Address {
        Address(u32::try_from(k).expect("fewer than four billion nodes"))
    }

    /// Whether an address is a node's.
    pub fn is_node(&self, address: Address) -> bool {
        address.0 < self.nodes
    }

    /// Whether an address is a client's: Maelstrom goes by the first letter.
    pub fn is_client(&self, address: Address) -> bool {
        self.name(address).starts_with('c')
    }

    /// Sends a message, and returns its number.
    pub fn send(&mut self, now: Duration, src: Address, dest: Address, line: Arc<str>) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        let at = self.arrival(now, src, dest);
        self.queue.push(Reverse(Queued(InFlight { at, id, src, dest, line })));
        id
    }

    /// The number that the next message will have.
    pub fn next_id(&self) -> u64 {
        self.next_id
    }

    /// The messages under way, in no order that means anything.
    pub fn lines_in_flight(&self) -> impl Iterator<Item = &str> {
        self.queue.iter().map(|queued| &*queued.0.0.line)
    }

    /// When a message that is sent now arrives. The draw depends on the link and on how many messages it has carried,
    /// and on nothing else.
    fn arrival(&mut self, now: Duration, src: Address, dest: Address) -> Duration {
        let client = self.is_client(src) || self.is_client(dest);
        let names = &self.names;
        let link = self.links.entry((src, dest)).or_insert_with(|| Link {
            stream: hash(format!("{}>{}", names[src.index()], names[dest.index()]).as_bytes()),
            sent: 0,
            last: Duration::ZERO,
        });
        let Latency { mean, distribution, hop } = self.latency;
        let drawn = (distribution != Distribution::Constant && !client) || !hop.is_zero();
        if drawn {
            self.fate.seek(link.stream, link.sent);
        }
        link.sent += 1;
        let latency = match distribution {
            _ if client => Duration::ZERO,
            Distribution::Constant => mean,
            Distribution::Uniform => self.fate.uniform(mean * 2),
            Distribution::Exponential => self.fate.exponential(mean),
        };
        let extra = if hop.is_zero() { Duration::ZERO } else { self.fate.exponential(hop) };
        let mut at = now + latency + extra;
        if client || distribution == Distribution::Constant {
            // Only unequal latencies reorder.
            at = at.max(link.last);
            link.last = at;
        }
        at
    }

    /// When the next message arrives.
    pub fn deadline(&self) -> Option<Duration> {
        self.queue.peek().map(|queued| queued.0.0.at)
    }

    /// Takes the next message that has arrived by `now`. Whether a partition swallows it is decided now.
    pub fn arrive(&mut self, now: Duration) -> Option<Arrival> {
        if self.deadline()? > now {
            return None;
        }
        let Reverse(Queued(message)) = self.queue.pop()?;
        let dropped =
            self.partitions.get(&message.dest).is_some_and(|senders| senders.contains(&message.src));
        Some(if dropped {
            Arrival::Partitioned(message)
        } else if !self.is_open(message.dest) {
            Arrival::Gone(message)
        } else {
            Arrival::Delivered(message)
        })
    }

    /// Makes `receiver` drop what `sender` sends.
    pub fn cut(&mut self, receiver: Address, sender: Address) {
        self.partitions.entry(receiver).or_default().insert(sender);
    }

    /// Ends all partitions.
    pub fn heal(&mut self) {
        self.partitions.clear();
    }

    /// How many messages are under way.
    pub fn in_flight(&self) -> usize {
        self.queue.len()
    }
}

impl Address {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}
