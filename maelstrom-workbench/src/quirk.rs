//! Where Maelstrom does something else than one would expect.

use std::fmt;

/// A peculiarity of Maelstrom's, by the number it has in the quirk register.
///
/// Source: Maelstrom 0.2.5, as read and run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Quirk {
    /// a list of consistency models without blanks around its commas is one name.
    ListsOfModels,
    /// a reply that comes after its client has given up mutes the node for the rest of the test.
    LateReply,
    /// a receiver waits for one message at a time, and a partition swallows messages when they are picked up.
    OneMessageAtATime,
    /// latencies are cut to whole milliseconds, and all but constant ones need a mean above zero.
    WholeMilliseconds,
    /// services do not answer requests that they do not know.
    SilentServices,
    /// `seq-kv` can show a caller that is 32 or more changes behind an older state than it has seen.
    SeqKvGoesBack,
    /// the replicas of `lww-kv` never exchange anything; and there are two of them, not five.
    LwwKvNeverConverges,
    /// `lww-kv` ignores `create_if_not_exists`, and its error 22 has another text.
    LwwKvNeverCreates,
    /// `lin-kv` aborts if its clients are not two for each node, or a multiple of that.
    GroupsOfClients,
    /// `lin-kv` hangs with more than ten nodes.
    KeysOfManyNodes,
    /// the reply to a transaction need not be about what was asked.
    UnmatchedReplies,
    /// the set checker does not see duplicates, elements that nobody added, and reads of failed adds.
    BlindSetChecker,
    /// ids that can't be ordered against each other make the verdict unknown.
    IncomparableIds,
    /// counters are judged by their final reads only, and are valid if there are none.
    UncheckedCounterReads,
    /// a read of null is right whatever was written.
    NullReads,
    /// the checker of `kafka` fails where a poll has a message that nobody sent, or only empty lists of a key; where
    /// an offset is negative, or very great; and where the history ends with a send.
    FailingKafkaChecker,
    /// an element that nobody appended, or whose append was never answered, takes down all results; a register's
    /// value that nobody wrote is not seen.
    PhantomElements,
    /// of registers, writes of transactions with open outcome say nothing, even where they were read.
    OpenWrites,
    /// registers of whose transactions no order is known are invalid.
    EmptyTransactionGraph,
    /// Without a number: a transaction's read of null does not rule out what it reads next, and a register's read of what
    /// its own transaction writes later is right.
    BlindWithinTransactions,
    /// Without a number: registers whose keys are not all integers, or all strings, can't be judged.
    KeysOfSeveralKinds,
    /// Without a number: availability is compared as a 32-bit float, so 9 of 10 fails 0.9.
    SinglePrecisionAvailability,
    /// Without a number: the checker of `kafka` counts what the very last poll is the first to show of a key as unseen, if
    /// no send to the key was acknowledged.
    SeenLast,
    /// Without a number: the checker of `kafka` does not look at committed offsets.
    UncheckedCommits,
}

impl Quirk {
    /// Its number in the register, or a short name if it has none.
    pub fn name(self) -> &'static str {
        match self {
            Self::ListsOfModels => "Q-02",
            Self::LateReply => "Q-05",
            Self::OneMessageAtATime => "Q-07",
            Self::WholeMilliseconds => "Q-08",
            Self::SilentServices => "Q-10",
            Self::SeqKvGoesBack => "Q-11",
            Self::LwwKvNeverConverges => "Q-12",
            Self::LwwKvNeverCreates => "Q-13",
            Self::GroupsOfClients => "Q-14",
            Self::KeysOfManyNodes => "Q-16",
            Self::UnmatchedReplies => "Q-17",
            Self::BlindSetChecker => "Q-19",
            Self::IncomparableIds => "Q-20",
            Self::UncheckedCounterReads => "Q-21",
            Self::NullReads => "Q-23",
            Self::FailingKafkaChecker => "Q-25",
            Self::PhantomElements => "Q-26",
            Self::OpenWrites => "Q-27",
            Self::EmptyTransactionGraph => "Q-28",
            Self::BlindWithinTransactions => "blind-within-transactions",
            Self::KeysOfSeveralKinds => "keys-of-several-kinds",
            Self::SinglePrecisionAvailability => "availability-f32",
            Self::SeenLast => "kafka-seen-last",
            Self::UncheckedCommits => "kafka-commits",
        }
    }
}

impl fmt::Display for Quirk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Something that Maelstrom would have done differently while a run went on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// Why.
    pub quirk: Quirk,
    /// What, as it goes on after "Maelstrom would": `stop listening to n1 when …`.
    pub text: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.text, self.quirk)
    }
}
