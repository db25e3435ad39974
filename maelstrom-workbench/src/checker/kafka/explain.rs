//! What is wrong, in a sentence: the worst of it with who did what when, and how much else there is.

use std::cell::RefCell;

use super::{
    commits::LostCommit,
    findings::Findings,
    logs::Log,
    operations::{Operations, Place, What},
    order::Jump,
    values::{self, Conflict, Lost, Reading},
};
use crate::{
    checker::{Evidence, words},
    history::{Kind, Operation},
};

/// Tells of findings.
pub(super) struct Story<'a, 'h> {
    operations: &'a Operations<'h>,
    logs: &'a [Log],
    /// What the sentence has named so far.
    named: RefCell<Evidence>,
}

impl<'a, 'h> Story<'a, 'h> {
    pub(super) fn new(operations: &'a Operations<'h>, logs: &'a [Log]) -> Self {
        Self { operations, logs, named: RefCell::default() }
    }

    /// What comes first is what explains most of the rest.
    pub(super) fn tell(self, findings: &Findings) -> (Option<String>, Evidence) {
        let sentence = self.sentence(findings);
        (sentence, self.named.into_inner())
    }
}

impl Story<'_, '_> {
    fn sentence(&self, findings: &Findings) -> Option<String> {
        let jumps = &findings.jumps;
        let (told, text) = None
            .or_else(|| findings.phantoms.first().map(|it| ("phantom", self.phantom(it))))
            .or_else(|| findings.aborted.first().map(|it| ("G1a", self.aborted(it))))
            .or_else(|| findings.early.first().map(|it| ("G1c-realtime", self.early(it))))
            .or_else(|| findings.conflicts.first().map(|it| ("inconsistent-offsets", self.conflict(it))))
            .or_else(|| findings.duplicates.first().map(|it| ("duplicate", self.duplicate(*it))))
            .or_else(|| findings.lost.first().map(|it| ("lost-write", self.lost(it))))
            .or_else(|| findings.unseen.first().map(|it| ("unseen", self.unseen(*it))))
            .or_else(|| jumps.within.back.first().map(|it| ("int-nonmonotonic-poll", self.back_within(it))))
            .or_else(|| jumps.within.skips.first().map(|it| ("int-poll-skip", self.skip_within(it))))
            .or_else(|| jumps.between.back.first().map(|it| ("nonmonotonic-poll", self.back(it))))
            .or_else(|| jumps.between.skips.first().map(|it| ("poll-skip", self.skip(it))))
            .or_else(|| jumps.sends.back.first().map(|it| ("nonmonotonic-send", self.sends(it))))
            .or_else(|| findings.commits.first().map(|it| ("lost-commit", self.commit(it))))
            .or_else(|| findings.knows_nothing.then(|| ("empty-transaction-graph", nothing())))?;
        let others = findings.counts().into_iter().filter_map(|(name, count)| {
            let (count, more) = if name == told { (count - 1, "more ") } else { (count, "") };
            // Elle's test for a cycle says nothing that the cycle does not.
            (count > 0 && name != "strong-PL-2-cycle-exists").then(|| format!("{count} {more}{name}"))
        });
        let others: Vec<String> = others.collect();
        let others = if others.is_empty() {
            String::new()
        } else {
            format!("; besides, {}", words::list(&others, "and"))
        };
        Some(format!("{text}{others}"))
    }

    fn operation(&self, position: usize) -> &Operation {
        &self.operations.history.operations()[position]
    }

    /// `process 3 at 1.20 s`
    fn who(&self, position: usize) -> String {
        format!("{} at {}", self.operation(position).process, self.at(position))
    }

    /// The time of an operation that the sentence names.
    fn at(&self, position: usize) -> String {
        let operation = self.operation(position);
        self.named.borrow_mut().name(operation.index);
        words::time(operation.time)
    }

    /// `message 7 of key "0"`
    fn message(&self, place: Place) -> String {
        self.named.borrow_mut().value.get_or_insert_with(|| self.operations.message(place).value.clone());
        format!("message {} of key {:?}", self.value(place), self.operations.keys[place.key].name)
    }

    fn value(&self, place: Place) -> String {
        words::value(self.operations.message(place).value)
    }

    /// `message 7 (offset 6)`
    fn placed(&self, key: usize, (message, index): (usize, usize)) -> String {
        let offset = self.logs[key].entries[index].offset;
        format!("message {} (offset {offset})", self.value(Place { key, message }))
    }

    /// `sent by process 1 at 0.9 s`: when the send ended, and how.
    fn sent(&self, writer: usize) -> String {
        let what = match self.operation(writer).kind {
            Kind::Ok => "acknowledged to",
            Kind::Fail => "refused to",
            Kind::Invoke | Kind::Info => "sent, with open outcome, by",
        };
        format!("{what} {}", self.who(writer))
    }

    fn phantom(&self, reading: &Reading) -> String {
        format!(
            "{}, which nobody sent, was polled by {}",
            self.message(reading.place),
            self.who(reading.reader)
        )
    }

    fn aborted(&self, reading: &Reading) -> String {
        let Reading { place, writer, reader } = *reading;
        let failed = writer.map(|writer| format!(", {},", self.sent(writer))).unwrap_or_default();
        format!("{}{failed} was polled all the same by {}", self.message(place), self.who(reader))
    }

    fn early(&self, reading: &Reading) -> String {
        let Reading { place, writer, reader } = *reading;
        let invoked = writer.and_then(|writer| self.operations.history.other_half(writer));
        let began = invoked.map(|invoked| format!(", which {} only began to send,", self.who(invoked)));
        format!(
            "{}{} had been polled by {}",
            self.message(place),
            began.unwrap_or_default(),
            self.who(reader)
        )
    }

    fn conflict(&self, conflict: &Conflict) -> String {
        let Conflict { key, index } = *conflict;
        let entry = &self.logs[key].entries[index];
        let shown: Vec<String> = entry
            .messages
            .iter()
            .take(MOST)
            .map(|message| {
                let place = Place { key, message: *message };
                format!("message {}, as {}", self.value(place), self.shown(place, entry.offset))
            })
            .collect();
        let name = &self.operations.keys[key].name;
        format!("offset {} of key {name:?} has {}", entry.offset, words::list(&shown, "and"))
    }

    fn duplicate(&self, place: Place) -> String {
        let offsets = self.operations.message(place).offsets.iter();
        let shown: Vec<String> = offsets
            .take(MOST)
            .map(|offset| format!("at offset {offset}, as {}", self.shown(place, *offset)))
            .collect();
        format!("{} was sent once, and stands {}", self.message(place), words::list(&shown, "and"))
    }

    /// Who showed first that a message stands at an offset: `process 1 polled it at 1.20 s`.
    fn shown(&self, place: Place, offset: i64) -> String {
        for completion in &self.operations.completions {
            let position = completion.position;
            let at = || self.at(position);
            match &completion.what {
                What::Send { place: sent, offset: at_offset } => {
                    if *sent == place && *at_offset == Some(offset) && completion.kind != Kind::Fail {
                        return format!("{} was told at {}", completion.process, at());
                    }
                }
                What::Poll(range) => {
                    let mut pairs = self
                        .operations
                        .polled(range)
                        .filter(|(key, _)| *key == place.key)
                        .flat_map(|it| it.1);
                    if pairs.any(|pair| pair.message == place.message && pair.offset == Some(offset)) {
                        return format!("{} polled it at {}", completion.process, at());
                    }
                }
                What::Assign(_) => {}
            }
        }
        "nobody saw".to_owned()
    }

    fn lost(&self, lost: &Lost) -> String {
        let Lost { place, index, writer, max_read, bound } = *lost;
        let offset = self.logs[place.key].entries[index].offset;
        let beyond = max_read.map_or_else(String::new, |(later, reader)| {
            let later = self.placed(place.key, (later.message, bound));
            format!(", though {later}, which stands behind it, was, by {}", self.who(reader))
        });
        let (message, sent) = (self.message(place), self.sent(writer));
        format!("{message}, {sent} with offset {offset}, was never polled{beyond}")
    }

    fn unseen(&self, place: Place) -> String {
        let message = self.operations.message(place);
        let text = self.message(place);
        if let Some(reader) = message.first_poll {
            return format!("{text}, first polled by {}, counts as unseen there", self.who(reader));
        }
        let sent = message.writer.map(|writer| format!(", {}", self.sent(writer))).unwrap_or_default();
        let offset =
            message.offsets.first().map(|offset| format!(" with offset {offset}")).unwrap_or_default();
        let last = values::last_success(self.operations);
        let end = last.map(|last| format!(" up to the end, at {}", self.at(last)));
        format!("{text}{sent}{offset}, was in no poll{}", end.unwrap_or_default())
    }

    fn commit(&self, lost: &LostCommit) -> String {
        let LostCommit { key, offset, earlier, told, later } = *lost;
        let had = if self.operation(earlier).f == "poll" { "had committed" } else { "had been told" };
        let told = told.map_or_else(|| "nothing".to_owned(), |told| format!("offset {told}"));
        let (process, key) = (self.operation(earlier).process, &self.operations.keys[key].name);
        let [earlier, later] = [earlier, later].map(|position| self.at(position));
        format!(
            "{process} {had} offset {offset} of key {key:?} by {earlier}, and at {later} {told} of it was committed, \
             though nobody else had committed that in the meantime"
        )
    }

    fn back_within(&self, jump: &Jump) -> String {
        let (from, to) = self.ends(jump);
        let key = &self.operations.keys[jump.key].name;
        format!("a poll of key {key:?} by {} has {from}, and after it {to}", self.who(jump.ops[1]))
    }

    fn skip_within(&self, jump: &Jump) -> String {
        let ((from, to), between) = (self.ends(jump), self.between(jump));
        let key = &self.operations.keys[jump.key].name;
        format!(
            "a poll of key {key:?} by {} has {from}, and next {to}, without {between}",
            self.who(jump.ops[1])
        )
    }

    fn back(&self, jump: &Jump) -> String {
        let ((from, to), [earlier, later]) = (self.ends(jump), jump.ops);
        let at = self.at(later);
        let key = &self.operations.keys[jump.key].name;
        let who = self.who(earlier);
        format!(
            "after a poll of key {key:?} by {who} had ended with {from}, its next one, at {at}, began with {to}"
        )
    }

    fn skip(&self, jump: &Jump) -> String {
        format!("{}, without {}", self.back(jump), self.between(jump))
    }

    fn sends(&self, jump: &Jump) -> String {
        let ((from, to), [earlier, later]) = (self.ends(jump), jump.ops);
        let at = self.at(later);
        let key = &self.operations.keys[jump.key].name;
        format!(
            "after {} had sent {from} to key {key:?}, it sent, by {at}, {to}, which stands before it",
            self.who(earlier)
        )
    }

    fn ends(&self, jump: &Jump) -> (String, String) {
        (self.placed(jump.key, jump.from), self.placed(jump.key, jump.to))
    }

    /// What a jump leaves out.
    fn between(&self, jump: &Jump) -> String {
        let indices: Vec<usize> = (jump.from.1 + 1..jump.to.1).collect();
        let placed =
            |index: &usize| self.placed(jump.key, (self.logs[jump.key].entries[*index].messages[0], *index));
        let mut said: Vec<String> = indices.iter().take(MOST).map(placed).collect();
        if indices.len() > MOST {
            said.push(format!("{} others", indices.len() - MOST));
        }
        words::list(&said, "and")
    }
}

/// How many of several things are told one by one.
const MOST: usize = 3;

fn nothing() -> String {
    "no message was polled, and no send or poll succeeded before another one began, so that nothing can be told"
        .to_owned()
}
