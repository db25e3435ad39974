//! Which messages are drawn one by one, if they can't be all: those around where it went wrong, and whatever has to do with
//! it, wherever it is.

use std::collections::{BTreeMap, VecDeque};

use super::body::Message;

/// As many are drawn one by one.
pub const MOST_MESSAGES: usize = 100_000;
/// As many of those from before the focus, if there are more after it: mostly what came before it tells why.
const MOST_BEFORE: usize = MOST_MESSAGES / 4 * 3;
/// As many that have to do with what went wrong and are far from the focus.
const MOST_PINNED: usize = 5_000;

/// A message with what became of it.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) id: u64,
    /// In ns by the history's clock.
    pub(super) sent: i128,
    /// What became of it, by number, and when.
    pub(super) end: Option<(u8, i128)>,
    pub(super) message: Message,
    pub(super) cause: i64,
    pub(super) handled: i64,
    pub(super) answers: i64,
    pub(super) operation: i64,
}

/// Takes messages in the order of their numbers, and keeps no more of them than are drawn.
#[derive(Debug)]
pub(super) struct Room {
    /// In ns by the history's clock.
    focus: i128,
    around: VecDeque<Kept>,
    /// How many of those were sent before the focus.
    before: usize,
    /// Those for which there was no room, until they end: only then it is known whether they have to do with it.
    on_their_way: BTreeMap<u64, Kept>,
    pinned: Vec<Kept>,
}

impl Room {
    pub(super) fn new(focus: i128) -> Self {
        let (around, on_their_way) = (VecDeque::new(), BTreeMap::new());
        Self { focus, around, before: 0, on_their_way, pinned: Vec::new() }
    }

    /// Takes a message that was sent. `matters` tells of one that has ended whether it has to do with what went wrong.
    pub(super) fn add(&mut self, message: Kept, matters: impl Fn(&Kept) -> bool) {
        let is_before = message.sent <= self.focus;
        if self.around.len() >= MOST_MESSAGES {
            if !is_before && self.before <= MOST_BEFORE {
                self.on_their_way.insert(message.id, message);
                return;
            }
            if let Some(first) = self.around.pop_front() {
                self.before -= usize::from(first.sent <= self.focus);
                if first.end.is_some() {
                    self.pin(first, matters);
                } else {
                    self.on_their_way.insert(first.id, first);
                }
            }
        }
        self.before += usize::from(is_before);
        self.around.push_back(message);
    }

    /// When a message was sent, if it is still known.
    pub(super) fn sent(&self, id: u64) -> Option<i128> {
        let at = self.around.binary_search_by_key(&id, |kept| kept.id).ok();
        at.map(|at| &self.around[at]).or_else(|| self.on_their_way.get(&id)).map(|kept| kept.sent)
    }

    /// Takes what became of a message.
    pub(super) fn end(&mut self, id: u64, end: (u8, i128), matters: impl Fn(&Kept) -> bool) {
        if let Ok(at) = self.around.binary_search_by_key(&id, |kept| kept.id) {
            self.around[at].end = Some(end);
        } else if let Some(message) = self.on_their_way.remove(&id) {
            self.pin(Kept { end: Some(end), ..message }, matters);
        }
    }

    fn pin(&mut self, message: Kept, matters: impl Fn(&Kept) -> bool) {
        if self.pinned.len() < MOST_PINNED && matters(&message) {
            self.pinned.push(message);
        }
    }

    /// Those that are drawn, by their numbers.
    pub(super) fn finish(self) -> Vec<Kept> {
        let mut all: Vec<Kept> = self.around.into_iter().chain(self.pinned).collect();
        all.sort_unstable_by_key(|kept| kept.id);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visual::body::Line;

    /// The numbers of those that are kept of so many, one each ns, of which every thousandth matters.
    fn kept(count: u64, focus: i128) -> Vec<u64> {
        let line = Line::read(r#"{"src":"n0","dest":"n1","body":{"type":"x"}}"#).unwrap();
        let matters = |kept: &Kept| kept.id.is_multiple_of(1_000);
        let mut room = Room::new(focus);
        for id in 0..count {
            let message = Message::new(&line);
            let (cause, handled, answers, operation) = (-1, -1, -1, -1);
            let sent = id.into();
            room.add(Kept { id, sent, end: None, message, cause, handled, answers, operation }, matters);
            // Each is ten on the way.
            if let Some(ended) = id.checked_sub(10) {
                assert!(room.sent(ended) == Some(ended.into()));
                room.end(ended, (0, id.into()), matters);
            }
        }
        let kept = room.finish();
        assert!(kept.is_sorted_by_key(|kept| kept.id));
        kept.iter().map(|kept| kept.id).collect()
    }

    #[test]
    fn all_are_kept_that_have_room_wherever_the_focus_is() {
        for focus in [i128::MIN, 0, 50_000, i128::MAX] {
            assert_eq!(kept(100_000, focus).len(), MOST_MESSAGES);
        }
    }

    #[test]
    fn of_more_those_around_the_focus_are_kept_and_those_that_matter() {
        for (focus, first) in
            [(i128::MIN, 0), (0, 0), (150_000, 75_000), (250_000, 175_000), (299_999, 200_000)]
        {
            let kept = kept(300_000, focus);
            let around = (first..first + 100_000).collect::<Vec<u64>>();
            let far = (0..299_990).step_by(1_000).filter(|id| !around.contains(id));
            let mut expected: Vec<u64> = around.iter().copied().chain(far).collect();
            expected.sort_unstable();
            assert!(kept.iter().eq(&expected), "{} of {} at {focus}", kept.len(), expected.len());
        }
    }
}
