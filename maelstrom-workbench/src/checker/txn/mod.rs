//! Transactions: do their results fit the consistency models that are asked for?
//!
//! Source: Maelstrom 0.2.5, as read and run, whose checker is Elle 0.2.2.

mod clojure;
mod cycles;
mod found;
mod graph;
mod list_append;
mod result;
mod rw_register;
mod single;
mod story;
mod time;
mod told;
mod transactions;

use std::fmt;

use self::{found::Found, graph::Graph, result::Outcome, transactions::Transactions};
use super::{
    Checker, Divergence, Judgement, Options, Verdict, Warning,
    models::anomaly::{Anomalies, Anomaly},
};
use crate::{Quirk, history::History};

/// Judges `txn-list-append`: lists of elements that are each appended once, so that reads tell in which order.
///
/// The result has Elle's `anomaly-types`, how many `counts` there are of each, the `cases` of those that are no cycles, and
/// the weakest models that are `not` kept with the stronger ones that are `also-not`. Operations stand as their
/// indices. `cycles` has each one's transactions and, for each edge, its reason.
///
/// Beyond Elle's anomalies there are, without compat, `phantom-read`, a read of what nobody wrote, and
/// `response-mismatch`, a reply that does something else than was asked.
#[derive(Clone, Copy, Debug)]
pub struct TxnListAppend;

/// Judges `txn-rw-register`: as [`TxnListAppend`], of registers that are written and read.
///
/// The order of a register's values is known where a transaction has read one and written the next. Null was before all.
/// Writes of transactions with open outcome do not count; what would be wrong if those that were read did is a
/// warning.
#[derive(Clone, Copy, Debug)]
pub struct TxnRwRegister;

impl Checker for TxnListAppend {
    fn check(&self, history: &History, options: &Options) -> Judgement {
        judge(Kind::Lists, history, options)
    }
}

impl Checker for TxnRwRegister {
    fn check(&self, history: &History, options: &Options) -> Judgement {
        judge(Kind::Registers, history, options)
    }
}

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Lists,
    Registers,
}

/// What an analysis has come to, but for cycles.
struct Findings<'h> {
    found: Found,
    dependencies: Box<dyn Depends<'h> + 'h>,
    /// Why Elle fails on the history, if it does and we do not.
    fails_there: Option<String>,
}

/// How transactions depend on each other.
trait Depends<'h>: fmt::Debug {
    fn transactions(&self) -> &Transactions<'h>;

    /// Edges from each completion to those that come after it.
    fn graph(&self) -> &Graph;

    /// The relation by which an edge with several goes.
    fn label(&self, relations: u8) -> u8;

    /// Why there is that edge from one transaction to another, which are called so.
    fn why(&self, from: u32, to: u32, label: u8, names: [&str; 2]) -> Option<String>;
}

fn judge(kind: Kind, history: &History, options: &Options) -> Judgement {
    let models = options.consistency_models;
    if options.compat && !models.is_known_to_maelstrom() {
        return Judgement::failed("Maelstrom takes the list of consistency models for the name of one");
    }
    let analyse = if kind == Kind::Lists { list_append::analyse } else { rw_register::analyse };
    let findings = match analyse(history, models.prohibited(), options.compat) {
        Ok(findings) => findings,
        Err(error) => return Judgement::failed(error),
    };
    let Findings { mut found, dependencies, fails_there } = findings;
    if let (true, Some(error)) = (options.compat, fails_there.clone()) {
        return Judgement::failed(error);
    }
    cycles::find(&*dependencies, options.compat, &mut found);
    if dependencies.graph().is_empty() {
        found.note(Anomaly::EmptyTransactionGraph, || {
            "no transaction can be told to come before another".to_owned()
        });
    }
    drop(dependencies);
    let outcome = Outcome::new(kind, &found, options);
    let judgement = outcome.judgement(&found);
    if options.compat {
        return judgement;
    }
    let divergence = divergence(kind, history, options, &outcome, fails_there);
    let is_open = kind == Kind::Registers && outcome.verdict != Verdict::Invalid;
    let warning = is_open.then(|| open_writes(history, options)).flatten();
    judgement.warn(warning).diverge(divergence)
}

/// What is wrong with registers if writes with open outcome that were read count as done. To Elle they do not.
fn open_writes(history: &History, options: &Options) -> Option<Warning> {
    let wanted = options.consistency_models.prohibited();
    let Findings { mut found, dependencies, .. } = rw_register::analyse_open(history, wanted)?;
    cycles::find(&*dependencies, false, &mut found);
    let judgement = Outcome::new(Kind::Registers, &found, options).judgement(&found);
    let text = judgement.explanation().filter(|_| judgement.verdict() == Verdict::Invalid)?;
    Some(Warning::new(Quirk::OpenWrites, format!("with writes of transactions without an answer: {text}"), 1))
}

/// What Maelstrom says, if that is another verdict.
fn divergence(
    kind: Kind,
    history: &History,
    options: &Options,
    outcome: &Outcome,
    fails_there: Option<String>,
) -> Option<Divergence> {
    let differ = |verdict, quirk, text: String| {
        (verdict != outcome.verdict).then(|| Divergence::new(quirk, verdict, text))
    };
    if !options.consistency_models.is_known_to_maelstrom() {
        let text = "its list of consistency models has to have blanks on both sides of each comma";
        return differ(Verdict::Unknown, Quirk::ListsOfModels, text.to_owned());
    }
    if let Some(error) = fails_there {
        let (quirk, text) = match kind {
            Kind::Lists => (Quirk::PhantomElements, format!("its checker fails ({error})")),
            Kind::Registers => (Quirk::KeysOfSeveralKinds, format!("its checker fails, as {error}")),
        };
        return differ(Verdict::Unknown, quirk, text);
    }
    if outcome.is_bad_there() {
        return None;
    }
    let (quirk, text) = if outcome.is_bad(Anomaly::ResponseMismatch) {
        (Quirk::UnmatchedReplies, "it takes a reply for what was done, whatever was asked")
    } else if outcome.is_bad(Anomaly::PhantomRead) {
        (Quirk::PhantomElements, "it does not ask whether somebody wrote what was read")
    } else if outcome.is_bad(Anomaly::Internal) || outcome.is_bad(Anomaly::FutureRead) {
        (
            Quirk::BlindWithinTransactions,
            "it does not see what contradicts a read of null in the same transaction, or a register's read of what is \
             written later",
        )
    } else if kind == Kind::Registers && outcome.verdict == Verdict::Unknown {
        (
            Quirk::EmptyTransactionGraph,
            "that nothing is known of the order of transactions is an anomaly to it",
        )
    } else {
        return None;
    };
    let theirs = judge(kind, history, &options.compat(true)).verdict();
    differ(theirs, quirk, text.to_owned())
}

/// What there is only here.
fn ours() -> Anomalies {
    Anomalies::of(&[Anomaly::PhantomRead, Anomaly::ResponseMismatch])
}
