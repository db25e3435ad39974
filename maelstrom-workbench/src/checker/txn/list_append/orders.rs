//! In which order elements were appended, as far as reads tell.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use super::super::{
    super::{models::anomaly::Anomaly, words},
    found::Found,
    told::Telling,
    transactions::{Mop, NONE, Seen, Transactions},
};
use super::ties;
use crate::{Value, history::Kind};

/// Of each key the elements in their order.
#[derive(Debug)]
pub(super) struct Orders {
    /// The distinct elements of the longest list that was read.
    pub(super) of_key: Vec<Vec<u32>>,
    /// The place of each element in its key's order, or [`NONE`].
    place: Vec<u32>,
}

/// What an append comes next to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Before {
    /// Nothing: the list was empty.
    Start,
    /// This element.
    Element(u32),
}

impl Orders {
    /// Of what these entries have read. A key of which nothing was read, and to which only one element was appended, has
    /// that one.
    pub(super) fn new(transactions: &Transactions<'_>, counts: impl Fn(Kind) -> bool) -> Self {
        let mut longest: Vec<Seen> = vec![Seen::Null; transactions.keys.len()];
        let mut appends: Vec<(u32, u32)> = vec![(0, NONE); transactions.keys.len()];
        for (entry, of) in transactions.entries() {
            if !counts(of.kind) {
                continue;
            }
            for mop in transactions.mops(entry) {
                match *mop {
                    Mop::Read { key, seen } => {
                        let longest = &mut longest[key as usize];
                        let lists = [*longest, seen].map(|seen| transactions.list(seen));
                        if compare(transactions, lists) == Ordering::Less {
                            *longest = seen;
                        }
                    }
                    Mop::Write { key, element } => {
                        let (count, only) = &mut appends[key as usize];
                        (*count, *only) = (*count + 1, element);
                    }
                }
            }
        }
        let mut orders = Self {
            of_key: Vec::with_capacity(longest.len()),
            place: vec![NONE; transactions.elements.len()],
        };
        for (longest, (count, only)) in longest.into_iter().zip(appends) {
            match transactions.list(longest) {
                [] if count == 1 => orders.push(&[only]),
                list => orders.push(list),
            }
        }
        orders
    }

    /// Adds the next key's order.
    fn push(&mut self, list: &[u32]) {
        let mut order = Vec::with_capacity(list.len());
        for element in list {
            let place = &mut self.place[*element as usize];
            if *place == NONE {
                *place = u32::try_from(order.len()).expect("elements are numbered");
                order.push(*element);
            }
        }
        self.of_key.push(order);
    }

    /// What an element came next to: the one before it in the order. One that was never read came after all that were.
    pub(super) fn before(&self, key: u32, element: u32) -> Before {
        let order = &self.of_key[key as usize];
        let before = match self.place[element as usize] {
            NONE => order.last(),
            0 => None,
            place => order.get(place as usize - 1),
        };
        before.map_or(Before::Start, |element| Before::Element(*element))
    }

    /// Whether a list is the beginning of its key's order.
    fn begins_with(&self, key: u32, list: &[u32]) -> bool {
        self.of_key[key as usize].starts_with(list)
    }
}

/// Which of two lists is longer, or else comes later for Elle.
fn compare(transactions: &Transactions<'_>, [one, other]: [&[u32]; 2]) -> Ordering {
    if one == other {
        return Ordering::Equal;
    }
    let values = |list: &[u32]| list.iter().map(|element| transactions.value(*element)).collect::<Vec<_>>();
    one.len()
        .cmp(&other.len())
        .then_with(|| ties::compare(values(one).into_iter(), values(other).into_iter()))
}

/// Reads of one key of which neither has the other one at its beginning.
pub(super) fn incompatible(transactions: &Transactions<'_>, orders: &Orders, found: &mut Found) {
    let mut keys = BTreeSet::new();
    for (entry, _) in transactions.possible() {
        for mop in transactions.mops(entry) {
            if let Mop::Read { key, seen } = *mop
                && !orders.begins_with(key, transactions.list(seen))
            {
                keys.insert(key);
            }
        }
    }
    if keys.is_empty() {
        return;
    }
    // Of each key the lists that were read, each with who read it first.
    let mut lists: Vec<BTreeMap<&[u32], u32>> = vec![BTreeMap::new(); transactions.keys.len()];
    for (entry, _) in transactions.possible() {
        for mop in transactions.mops(entry) {
            if let Mop::Read { key, seen } = *mop
                && keys.contains(&key)
            {
                let list = transactions.list(seen);
                lists[key as usize].entry(list).or_insert(entry);
            }
        }
    }
    for key in keys {
        let mut lists: Vec<_> = lists[key as usize].iter().collect();
        lists.sort_by(|(one, _), (other, _)| compare(transactions, [one, other]));
        let Some(pair) = lists.windows(2).find(|pair| !pair[1].0.starts_with(pair[0].0)) else {
            // A list with an element twice is not the beginning of an order, and may be that of a longer list.
            continue;
        };
        let values: Vec<_> = pair.iter().map(|(list, _)| transactions.values(list)).collect();
        let case = || {
            Value::object([
                ("key", transactions.key(key).clone()),
                ("values", values.iter().cloned().collect()),
            ])
        };
        let story = |telling: &mut Telling| {
            let [one, other] = [0, 1].map(|at| {
                format!("{} by {}", words::value(&values[at]), telling.who(transactions, *pair[at].1))
            });
            format!(
                "key {} was read as {one} and as {other}, and neither of these became the other by appending",
                words::value(transactions.key(key)),
            )
        };
        found.add(Anomaly::IncompatibleOrder, case, story);
    }
}
