//! What the reads say of each element.

use std::cmp::Reverse;

use super::oddities::Oddities;
use crate::{
    Value,
    checker::{numbering::Numbering, words},
    history::{History, Kind},
};

/// An element that was added. All times are positions in the history.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'h> {
    pub(super) value: &'h Value,
    /// The invocation of the last add. Everything before it is forgotten, as the original does.
    added: usize,
    /// The first completion that shows that it exists.
    pub(super) known: Option<usize>,
    /// The invocation of the last read that contains it.
    last_present: Option<usize>,
    /// The invocation of the last read that does not.
    pub(super) last_absent: Option<usize>,
    /// The invocation of the first add: before it, nobody had added the value.
    pub(super) first_added: usize,
    /// Adds that did not fail. If there are none, nobody has added the value.
    pub(super) adds_not_failed: usize,
}

/// What became of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Stable,
    Lost,
    NeverRead,
}

impl Element<'_> {
    pub(super) fn outcome(&self) -> Outcome {
        // `None` is less than any position.
        if self.last_present.is_some() && self.last_absent < self.last_present {
            Outcome::Stable
        } else if self.known.is_some()
            && self.last_present < self.last_absent
            && self.known < self.last_absent
        {
            Outcome::Lost
        } else {
            Outcome::NeverRead
        }
    }

    /// How long after it was known reads still missed it, in whole ms.
    pub(super) fn stable_latency(&self, history: &History) -> u64 {
        self.latency(history, self.last_absent)
    }

    /// How long after it was known reads still found it, in whole ms.
    pub(super) fn lost_latency(&self, history: &History) -> u64 {
        self.latency(history, self.last_present)
    }

    fn latency(&self, history: &History, last: Option<usize>) -> u64 {
        let time = |position: usize| history.operations()[position].time;
        let end = last.map_or(0, |last| time(last) + 1);
        end.saturating_sub(self.known.map_or(0, time)) / 1_000_000
    }
}

/// A successful read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read<'h> {
    pub(super) invoked: usize,
    pub(super) completed: usize,
    pub(super) values: &'h [Value],
}

/// The elements of a history.
#[derive(Debug, Default)]
pub(super) struct Elements<'h> {
    numbering: Numbering<'h>,
    pub(super) by_number: Vec<Element<'h>>,
}

impl<'h> Elements<'h> {
    /// Finds the elements and what the reads say of them. The error says why that is not possible.
    pub(super) fn find(add: &str, history: &'h History) -> Result<(Self, Oddities<'h>), String> {
        let mut elements = Self::default();
        let mut reads = Vec::new();
        for (position, operation) in history.client_operations() {
            if operation.f == add {
                elements.add(position, operation.kind, &operation.value);
            } else if let ("read", Kind::Ok, Some(invoked)) =
                (operation.f.as_str(), operation.kind, history.other_half(position))
            {
                let values = match &operation.value {
                    Value::Null => &[],
                    Value::List(values) => values.as_slice(),
                    other => {
                        return Err(format!(
                            "{} read {}, which is not a list",
                            operation.process,
                            words::value(other)
                        ));
                    }
                };
                reads.push(Read { invoked, completed: position, values });
            }
        }
        reads.sort_unstable_by_key(|read| Reverse(read.invoked));
        let oddities = elements.take_in(&reads);
        Ok((elements, oddities))
    }

    fn add(&mut self, position: usize, kind: Kind, value: &'h Value) {
        let number = self.numbering.number(value);
        if number == self.by_number.len() {
            self.by_number.push(Element {
                value,
                added: position,
                known: None,
                last_present: None,
                last_absent: None,
                first_added: position,
                adds_not_failed: 0,
            });
        }
        let element = &mut self.by_number[number];
        match kind {
            Kind::Invoke => {
                element.added = position;
                element.known = None;
                element.adds_not_failed += 1;
            }
            Kind::Ok => element.known = element.known.or(Some(position)),
            Kind::Fail => element.adds_not_failed = element.adds_not_failed.saturating_sub(1),
            Kind::Info => {}
        }
    }

    /// Takes in the reads, the one that began last first.
    ///
    /// So the first read that lacks an element is its last absent one, and the element need not be looked for again.
    /// Elements that still wait for such a read are kept in the order of their adds: a read looks at those that were
    /// added before it ended, and each is either in the read, or found absent and gone. The cost is the size of the
    /// reads and the number of elements, not their product.
    fn take_in(&mut self, reads: &[Read<'h>]) -> Oddities<'h> {
        let mut oddities = Oddities::default();
        let mut waiting = Waiting::new(&self.by_number);
        // For each element the last read that was seen to contain it.
        let mut seen_in = vec![usize::MAX; self.by_number.len()];
        for (number, read) in reads.iter().enumerate() {
            let mut has_duplicates = false;
            for value in read.values {
                let Some(found) = self.numbering.get(value) else {
                    oddities.nobody_added(value, read);
                    continue;
                };
                if seen_in[found] == number {
                    has_duplicates = true;
                    continue;
                }
                seen_in[found] = number;
                let element = &mut self.by_number[found];
                if read.completed > element.added {
                    element.last_present = element.last_present.or(Some(read.invoked));
                    element.known =
                        Some(element.known.map_or(read.completed, |known| known.min(read.completed)));
                }
                if element.first_added > read.completed {
                    oddities.nobody_added(value, read);
                } else if element.adds_not_failed == 0 {
                    oddities.add_failed(element, read);
                }
            }
            if has_duplicates {
                oddities.duplicates(read);
            }
            waiting.retain(|element| {
                if self.by_number[element].added > read.completed {
                    return Step::Stop;
                }
                if seen_in[element] == number {
                    return Step::Keep;
                }
                self.by_number[element].last_absent = Some(read.invoked);
                Step::Remove
            });
        }
        oddities
    }
}

/// Numbers of elements in the order of their adds, as a linked list.
struct Waiting {
    /// For each element the next one; the last entry is the list's head. A number beyond the elements is the end.
    next: Vec<usize>,
}

enum Step {
    Keep,
    Remove,
    Stop,
}

impl Waiting {
    fn new(elements: &[Element<'_>]) -> Self {
        let head = elements.len();
        let mut order: Vec<usize> = (0..head).collect();
        order.sort_by_key(|&element| elements[element].added);
        let mut next = vec![head; head + 1];
        let mut last = head;
        for element in order {
            next[last] = element;
            last = element;
        }
        Self { next }
    }

    /// Goes through the list from its start until told to stop.
    fn retain(&mut self, mut step: impl FnMut(usize) -> Step) {
        let head = self.next.len() - 1;
        let (mut last, mut element) = (head, self.next[head]);
        while element != head {
            match step(element) {
                Step::Keep => last = element,
                Step::Remove => self.next[last] = self.next[element],
                Step::Stop => break,
            }
            element = self.next[element];
        }
    }
}
