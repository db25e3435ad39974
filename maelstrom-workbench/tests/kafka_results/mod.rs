//! Results of the checker of `kafka` in the shape in which Maelstrom's were recorded, and without what is not determined
//! there: which of several equal cases are listed, and of which key a poll that lagged behind by nothing is told.

use std::collections::BTreeMap;

use maelstrom_workbench::Value;

type Fields = BTreeMap<String, Value>;

/// Brings a result into the recorded shape: `counts` and `errs` by type.
pub(crate) fn recorded(result: &Fields) -> Fields {
    let mut recorded: Fields = BTreeMap::new();
    let (mut counts, mut errs) = (Fields::new(), Fields::new());
    for (name, value) in result {
        match (value.get("count"), value.get("errs")) {
            (Some(count), Some(cases)) => {
                counts.insert(name.clone(), count.clone());
                if !["G1c-realtime", "strong-PL-2-cycle-exists"].contains(&&**name) {
                    errs.insert(name.clone(), cases.clone());
                }
            }
            _ => drop(recorded.insert(name.clone(), value.clone())),
        }
    }
    if recorded.contains_key("error-types") {
        recorded.entry("unseen".to_owned()).or_default();
        recorded.insert("counts".to_owned(), Value::Object(counts));
        recorded.insert("errs".to_owned(), Value::Object(errs));
    }
    recorded
}

/// Takes away what is not determined.
pub(crate) fn determined(mut recorded: Fields) -> Fields {
    let (Some(Value::Object(counts)), Some(Value::Object(mut errs))) =
        (recorded.remove("counts"), recorded.remove("errs"))
    else {
        return recorded;
    };
    if let Some(Value::Object(lag)) = recorded.get_mut("worst-realtime-lag")
        && lag.get("lag") == Some(&0.0.into())
    {
        lag.remove("key");
    }
    for (name, cases) in &mut errs {
        let Value::List(cases) = cases else { continue };
        let all_listed = counts.get(name) == Some(&cases.len().into());
        for case in &mut *cases {
            let Value::Object(case) = case else { panic!("{case} is a case") };
            if !all_listed {
                case.retain(|name, _| ["delta", "count"].contains(&&**name));
            }
        }
        cases.sort();
    }
    recorded.extend([("counts".to_owned(), Value::Object(counts)), ("errs".to_owned(), Value::Object(errs))]);
    recorded
}
