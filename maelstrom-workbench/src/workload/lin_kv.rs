//! The workload of a linearizable store of keys and values.

use std::{collections::BTreeMap, time::Duration};

use super::{Generator, Op, Turn, Workload, fields};
use crate::{Difference, Quirk, Value, network::Latency, random::Stream};

/// Clients read, write, and compare and set the values of a few keys.
///
/// Clients work in groups of two for each node, each group on one key at a time. Half of a group reads, the other half
/// writes and, twice as often, compares and sets. Each open outcome leaves an operation that may happen at any time
/// after, so that a group takes a new key once it has had too many.
///
/// Source: Maelstrom 0.2.5, as read and run. There only the first group reads (Q-15); the number of clients has to be
/// right (Q-14); and with more than ten nodes no key ever has an operation (Q-16).
#[derive(Clone, Copy, Debug, Default)]
pub struct LinKv;

impl Workload for LinKv {
    fn name(&self) -> &'static str {
        "lin-kv"
    }

    fn generator(&self) -> Generator {
        let mut groups = Groups::default();
        Box::new(move |random, turn| groups.next(random, turn))
    }

    fn request(&self, op: &Op) -> String {
        let (key, value) = pair(&op.value);
        match &*op.f {
            "read" => format!(r#""key":{key},"type":"read""#),
            "write" => format!(r#""key":{key},"value":{value},"type":"write""#),
            _ => {
                let (from, to) = pair(value);
                format!(r#""key":{key},"from":{from},"to":{to},"type":"cas""#)
            }
        }
    }

    fn response(&self, op: &Op, reply: &Value) -> Result<Value, String> {
        match &*op.f {
            "read" => {
                let [value] = fields(reply, "read_ok", ["value"])?;
                Ok(Value::List(vec![pair(&op.value).0.clone(), value.clone()]))
            }
            "write" => fields(reply, "write_ok", []).map(|[]| op.value.clone()),
            _ => fields(reply, "cas_ok", []).map(|[]| op.value.clone()),
        }
    }

    /// Ten times the mean latency, and a second at least.
    fn timeout(&self, latency: &Latency) -> Duration {
        (10 * latency.mean).max(Duration::from_secs(1))
    }

    fn is_idempotent(&self, f: &str) -> bool {
        f == "read"
    }

    fn keeps_client(&self) -> bool {
        true
    }

    /// Whole groups of two for each node.
    fn clients(&self, nodes: usize, asked: usize) -> usize {
        asked.next_multiple_of(2 * nodes.max(1))
    }

    fn maelstrom_would(&self, nodes: usize, asked: usize, here: usize) -> Vec<Difference> {
        let mut differences = Vec::new();
        if self.clients(nodes, asked) != asked {
            let here = if here == asked { String::new() } else { format!("; here there are {here}") };
            let text = format!("abort: {asked} clients are no whole groups of {}{here}", 2 * nodes);
            differences.push(Difference { quirk: Quirk::GroupsOfClients, text });
        }
        if nodes > 10 {
            let text = format!("hang: no key can have {} clients there, two for each node", 2 * nodes);
            differences.push(Difference { quirk: Quirk::KeysOfManyNodes, text });
        }
        differences
    }
}

/// Both halves of a pair; schedules could hold anything.
fn pair(value: &Value) -> (&Value, &Value) {
    match value.as_list() {
        Some([first, second]) => (first, second),
        _ => (&Value::Null, &Value::Null),
    }
}

/// Who works on which key.
#[derive(Default)]
struct Groups {
    groups: BTreeMap<usize, Group>,
    next_key: u64,
}

struct Group {
    key: u64,
    /// How many processes have had to do with the key.
    processes: usize,
    /// The process of each worker at its last turn.
    current: BTreeMap<usize, u64>,
}

impl Groups {
    fn next(&mut self, random: &mut Stream, turn: &Turn) -> Op {
        let size = 2 * turn.nodes.max(1);
        if self.groups.is_empty() {
            // Each group has a key before any takes a second one.
            for group in 0..turn.concurrency.div_ceil(size) {
                self.groups
                    .insert(group, Group { key: self.next_key, processes: size, current: BTreeMap::new() });
                self.next_key += 1;
            }
        }
        let group = self.groups.get_mut(&(turn.worker / size)).expect("there is a group for every worker");
        let before = group.current.insert(turn.worker, turn.process);
        if before.is_some_and(|before| before != turn.process) {
            group.processes += 1;
        }
        if group.processes > most_processes(size) {
            (group.key, group.processes) = (self.next_key, size);
            self.next_key += 1;
        }
        let reader = if turn.compat { turn.worker } else { turn.worker % size };
        let of_key = |value: Value| Value::List(vec![group.key.into(), value]);
        if reader < turn.nodes {
            Op::new("read", of_key(Value::Null))
        } else if random.below(3) == 0 {
            Op::new("write", of_key(random.below(5).into()))
        } else {
            Op::new("cas", of_key(vec![random.below(5), random.below(5)].into()))
        }
    }
}

/// How many processes a key can have. The original's limit is 20, which is less than one group of eleven nodes has.
fn most_processes(size: usize) -> usize {
    (size + 10).max(20)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::random::Streams;

    #[test]
    fn it_is_told_where_maelstrom_would_not_even_begin() {
        let told = |nodes, asked, here| -> Vec<String> {
            LinKv.maelstrom_would(nodes, asked, here).iter().map(ToString::to_string).collect()
        };
        assert_eq!(told(3, 6, 6), [""; 0]);
        assert_eq!(told(3, 3, 6), ["abort: 3 clients are no whole groups of 6; here there are 6 (Q-14)"]);
        assert_eq!(told(3, 3, 3), ["abort: 3 clients are no whole groups of 6 (Q-14)"]);
        assert_eq!(told(11, 22, 22), ["hang: no key can have 22 clients there, two for each node (Q-16)"]);
    }

    #[test]
    fn half_of_every_group_reads_and_each_has_its_key() {
        for (compat, readers) in [(false, vec![0, 1, 4, 5]), (true, vec![0, 1])] {
            let mut generator = LinKv.generator();
            let mut random = Streams::new(0).stream("operations");
            let (mut reading, mut keys) = (BTreeSet::new(), BTreeSet::new());
            for worker in (0..8).cycle().take(80) {
                let turn = Turn { worker, process: worker as u64, nodes: 2, concurrency: 8, compat };
                let op = generator(&mut random, &turn);
                keys.insert((worker / 4, pair(&op.value).0.to_string()));
                if op.f == "read" {
                    reading.insert(worker);
                }
            }
            assert_eq!(reading.into_iter().collect::<Vec<_>>(), readers);
            assert_eq!(keys.into_iter().collect::<Vec<_>>(), [(0, "0".to_owned()), (1, "1".to_owned())]);
        }
    }

    #[test]
    fn a_key_with_too_many_processes_is_left_for_a_new_one_with_any_number_of_nodes() {
        for nodes in [1, 5, 11, 30] {
            let mut generator = LinKv.generator();
            let mut random = Streams::new(0).stream("operations");
            let concurrency = 2 * nodes;
            let keys: Vec<_> = (0..100_u64)
                .map(|turn| {
                    let process = turn * concurrency as u64;
                    let turn = Turn { worker: 0, process, nodes, concurrency, compat: false };
                    pair(&generator(&mut random, &turn).value).0.to_string()
                })
                .collect();
            let first = keys.iter().take_while(|key| *key == "0").count();
            assert_eq!(first, most_processes(concurrency) - concurrency + 1, "{nodes} nodes");
            assert_eq!(keys[first], "1");
        }
    }
}
