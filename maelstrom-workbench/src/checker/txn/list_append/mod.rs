//! Lists that are appended to.

mod dependencies;
mod orders;
mod single;
mod ties;
mod within;

use self::{dependencies::Dependencies, orders::Orders};

use super::{
    super::models::anomaly::Anomalies,
    Findings,
    found::Found,
    single::{Writers, lost_updates, mismatches},
    transactions::{Mop, NONE, Shape, Transactions},
};
use crate::history::{History, Kind};

pub(super) const SHAPE: Shape = Shape { write: "append", has_lists: true };

/// What is wrong with a history, and how its transactions depend on each other.
pub(super) fn analyse(history: &History, wanted: Anomalies, compat: bool) -> Result<Findings<'_>, String> {
    let transactions = Transactions::read(history, SHAPE)?;
    unique_appends(&transactions)?;
    let writers = Writers::new(&transactions);
    let all = Orders::new(&transactions, |_| true);
    let fails_there = elle_fails(&transactions, &writers, &all);

    let mut found = Found::default();
    within::contradictions(&transactions, compat, &mut found);
    single::dirty_reads(&transactions, &writers, &mut found);
    single::dirty_updates(&transactions, &writers, &all, &mut found);
    single::duplicates(&transactions, &mut found);
    lost_updates(&transactions, &mut found);
    single::phantoms(&transactions, &writers, &mut found);
    mismatches(&transactions, SHAPE, &mut found);
    drop(all);
    let orders = Orders::new(&transactions, |kind| matches!(kind, Kind::Ok | Kind::Info));
    orders::incompatible(&transactions, &orders, &mut found);
    let dependencies = Dependencies::new(transactions, writers.possible, orders, wanted);
    Ok(Findings { found, dependencies: Box::new(dependencies), fails_there })
}

/// An element that was to be appended to a key twice says nothing of an order.
fn unique_appends(transactions: &Transactions<'_>) -> Result<(), String> {
    let mut appended = vec![NONE; transactions.elements.len()];
    for (entry, _) in transactions.of_kind(Kind::Invoke) {
        for mop in transactions.mops(entry) {
            let Mop::Write { key, element } = *mop else { continue };
            if std::mem::replace(&mut appended[element as usize], entry) != NONE {
                return Err(format!(
                    "clients were to append {} to key {} more than once, so that its order can't be told",
                    transactions.value(element),
                    transactions.key(key)
                ));
            }
        }
    }
    Ok(())
}

/// Elle fails where an element in a key's order was appended by no transaction that is complete.
fn elle_fails(transactions: &Transactions<'_>, writers: &Writers, orders: &Orders) -> Option<String> {
    let elements = orders.of_key.iter().flatten();
    let unknown = elements.copied().find(|element| writers.completed[*element as usize] == NONE)?;
    let key = transactions.elements[unknown as usize].key;
    Some(format!("No transaction wrote {} {}", transactions.key(key), transactions.value(unknown)))
}
