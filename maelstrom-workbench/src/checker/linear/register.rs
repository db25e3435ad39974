//! The operations on each key, as steps of a register.

use std::collections::{BTreeMap, HashMap};

use super::search::{Call, Calls, Effect, State};
use crate::{
    Value,
    history::{History, Kind, Operation},
};

/// What a register is at first.
static NULL: Value = Value::Null;

/// What was done to one key.
pub(super) struct Register<'h> {
    /// The values that occur; a state of the search is a place in here. The first is null, which the register is at
    /// first.
    values: Vec<&'h Value>,
    definite: Vec<Call>,
    open: Vec<Call>,
    /// What did not happen, as its client was told.
    failed: Vec<Call>,
}

/// A value, and the number it has.
#[derive(Default)]
struct Values<'h> {
    numbers: HashMap<&'h Value, State>,
    values: Vec<&'h Value>,
}

impl<'h> Values<'h> {
    fn number(&mut self, value: &'h Value) -> State {
        let next = State::try_from(self.values.len()).expect("a history has fewer than 2³² values");
        let values = &mut self.values;
        *self.numbers.entry(value).or_insert_with(|| {
            values.push(value);
            next
        })
    }
}

impl<'h> Register<'h> {
    /// Those of all keys that occur, in the order of the keys.
    pub(super) fn of_keys(history: &'h History) -> Result<BTreeMap<&'h Value, Self>, String> {
        let mut keys: BTreeMap<&Value, (Values<'_>, [Vec<Call>; 3])> = BTreeMap::new();
        for (position, invocation) in history.client_operations() {
            let (key, _) = pair(invocation)?;
            let (values, [definite, open, failed]) = keys.entry(key).or_insert_with(|| {
                let mut values = Values::default();
                values.number(&NULL);
                (values, Default::default())
            });
            if invocation.kind != Kind::Invoke {
                continue;
            }
            let completed = history.other_half(position);
            let completion = completed.map(|completed| &history.operations()[completed]);
            let (kind, told) = match completion {
                Some(completion) if completion.kind == Kind::Ok => (Kind::Ok, completion),
                Some(completion) => (completion.kind, invocation),
                None => (Kind::Info, invocation),
            };
            let (_, value) = pair(told)?;
            let effect = match invocation.f.as_str() {
                "read" => Effect::Read(values.number(value)),
                "write" => Effect::Write(values.number(value)),
                "cas" => match value.as_list() {
                    Some([from, to]) => Effect::Cas(values.number(from), values.number(to)),
                    _ => return Err(malformed(told, "[key, [from, to]]")),
                },
                f => {
                    let index = invocation.index;
                    return Err(format!("operation {index} is `{f}`; there are read, write and cas"));
                }
            };
            match (kind, completed) {
                (Kind::Ok, Some(completed)) => definite.push(Call { effect, invoked: position, completed }),
                // A read that nobody saw says nothing.
                _ if invocation.f == "read" => {}
                (Kind::Fail, Some(completed)) => failed.push(Call { effect, invoked: position, completed }),
                _ => open.push(Call { effect, invoked: position, completed: usize::MAX }),
            }
        }
        let registers = keys.into_iter().map(|(key, (values, [mut definite, open, failed]))| {
            definite.sort_unstable_by_key(|call| call.completed);
            (key, Self { values: values.values, definite, open, failed })
        });
        Ok(registers.collect())
    }

    /// What the search is to place. Where reads of null are always right they need no place.
    pub(super) fn calls(&self, null_is_always_right: bool) -> Calls {
        let is_free = |call: &Call| null_is_always_right && call.effect == Effect::Read(0);
        let definite = self.definite.iter().copied().filter(|call| !is_free(call)).collect();
        Calls { definite, open: self.open.clone() }
    }

    /// What did not happen, as its client was told, in the order of invocations.
    pub(super) fn failed(&self) -> &[Call] {
        &self.failed
    }

    pub(super) fn has_null_reads(&self) -> bool {
        self.definite.iter().any(|call| call.effect == Effect::Read(0))
    }

    pub(super) fn value(&self, state: State) -> &'h Value {
        self.values[usize::try_from(state).expect("states are places of a list")]
    }
}

fn pair(operation: &Operation) -> Result<(&Value, &Value), String> {
    match operation.value.as_list() {
        Some([key, value]) => Ok((key, value)),
        _ => Err(malformed(operation, "[key, value]")),
    }
}

fn malformed(operation: &Operation, expected: &str) -> String {
    let Operation { index, f, value, .. } = operation;
    format!("operation {index}, a {f}, has the value {}, and not {expected}", super::words::value(value))
}
