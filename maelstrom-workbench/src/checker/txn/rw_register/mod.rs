//! Registers that are read and written.

mod dependencies;
mod external;
mod single;
mod versions;

use self::{dependencies::Dependencies, external::External, versions::Versions};
use super::{
    super::models::anomaly::Anomalies,
    Findings,
    found::Found,
    single::{Writers, lost_updates, mismatches},
    transactions::{Shape, Transactions},
};
use crate::{Value, history::History};

pub(super) const SHAPE: Shape = Shape { write: "w", has_lists: false };

/// What is wrong with a history, and how its transactions depend on each other.
pub(super) fn analyse(history: &History, wanted: Anomalies, compat: bool) -> Result<Findings<'_>, String> {
    let transactions = Transactions::read(history, SHAPE)?;
    let fails_there = elle_fails(&transactions);
    let external = External::new(&transactions);
    let mut found = Found::default();
    mismatches(&transactions, SHAPE, &mut found);
    let is_mismatched = !compat && !found.anomalies().is_empty();
    if let (Err(error), false) = (external.unique_writes(&transactions), is_mismatched) {
        return Err(error);
    }

    let writers = Writers::new(&transactions);
    single::within(&transactions, compat, &mut found);
    single::dirty_reads(&transactions, &writers, &mut found);
    lost_updates(&transactions, &mut found);
    single::phantoms(&transactions, &writers, &mut found);
    drop(writers);
    let versions = Versions::new(&transactions, &mut found);
    let dependencies = Dependencies::new(transactions, external, versions, wanted);
    Ok(Findings { found, dependencies: Box::new(dependencies), fails_there })
}

/// The same with the writes of transactions with open outcome that were read, if there are any. Only its graph says
/// more.
pub(super) fn analyse_open(history: &History, wanted: Anomalies) -> Option<Findings<'_>> {
    let transactions = Transactions::read(history, SHAPE).ok()?;
    let external = External::with_open(&transactions)?;
    external.unique_writes(&transactions).ok()?;
    let versions = Versions::new(&transactions, &mut Found::default());
    let dependencies = Dependencies::new(transactions, external, versions, wanted);
    Some(Findings { found: Found::default(), dependencies: Box::new(dependencies), fails_there: None })
}

/// Elle asserts that all keys are of one Java class.
fn elle_fails(transactions: &Transactions<'_>) -> Option<String> {
    let class = |key: &Value| match key {
        Value::Integer(integer) if integer.as_i64().is_none() => "a big integer",
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Integer(_) => "an integer",
        Value::Float(_) => "a float",
        Value::String(_) => "a string",
        Value::List(_) => "a list",
        Value::Object(_) => "an object",
    };
    let [first, rest @ ..] = transactions.keys.as_slice() else { return None };
    let other = rest.iter().find(|key| class(key) != class(first))?;
    Some(format!("one key is {}, and another {}", class(first), class(other)))
}
