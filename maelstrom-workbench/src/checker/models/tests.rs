//! The tables against what Elle prints.

use std::collections::BTreeMap;

use super::{anomaly::Anomaly, *};

type Names = BTreeSet<String>;

/// What Elle prints.
fn tables() -> serde_json::Map<String, serde_json::Value> {
    let text = include_str!("../../../tests/golden/elle-tables.json");
    serde_json::from_str(text).unwrap()
}

fn table<T: serde::de::DeserializeOwned>(name: &str) -> BTreeMap<String, T> {
    serde_json::from_value(tables()[name].clone()).unwrap()
}

fn anomaly(name: &str) -> Anomaly {
    *Anomaly::ALL.iter().find(|anomaly| anomaly.name() == name).unwrap()
}

fn names(anomalies: Anomalies) -> Names {
    let ours = Anomalies::of(&[Anomaly::PhantomRead, Anomaly::ResponseMismatch]);
    anomalies.difference(ours).iter().map(|anomaly| anomaly.name().to_owned()).collect()
}

#[test]
fn every_name_that_elle_knows_is_known_and_names_the_same_model() {
    let prohibits: BTreeMap<String, Names> = table("prohibits");
    assert_eq!(prohibits.len(), 54);
    assert!(prohibits.keys().all(|name| index(name).is_some()));
    let canonical: BTreeMap<String, String> = table("canonical");
    assert_eq!(canonical.len(), 18);
    for (alias, name) in canonical {
        assert_eq!(index(&alias), index(&name), "{alias}");
        assert_eq!(MODELS[index(&alias).unwrap()].name, name);
    }
}

#[test]
fn models_prohibit_what_they_prohibit_in_elle() {
    for (name, expected) in table::<Names>("prohibits") {
        let models: ConsistencyModels = name.parse().unwrap();
        assert_eq!(names(models.prohibited()), expected, "{name}");
    }
}

#[test]
fn anomalies_imply_what_they_imply_in_elle() {
    let implied: BTreeMap<String, Names> = table("implied-by");
    assert_eq!(implied.len(), 48);
    for (name, expected) in implied {
        assert_eq!(names(Anomalies::of(&[anomaly(&name)]).implied()), expected, "{name}");
    }
}

#[test]
fn anomalies_rule_out_what_they_rule_out_in_elle() {
    let boundaries: BTreeMap<String, BTreeMap<String, Names>> = table("boundary");
    assert_eq!(boundaries.len(), 46);
    for (name, expected) in boundaries {
        let Boundary { not, also_not } = Boundary::of(Anomalies::of(&[anomaly(&name)]));
        let owned = |names: BTreeSet<&str>| names.into_iter().map(str::to_owned).collect::<Names>();
        assert_eq!(
            (owned(not), owned(also_not)),
            (expected["not"].clone(), expected["also-not"].clone()),
            "{name}"
        );
    }
}

#[test]
fn models_are_read_as_people_type_them() {
    for (list, is_known_there) in
        [("read-committed,serializable", false), ("read-committed , PL-3", true), ("PL-2, PL-3", false)]
    {
        let models: ConsistencyModels = list.parse().unwrap();
        assert_eq!(models.names(), ["read-committed", "serializable"]);
        assert_eq!(models.is_known_to_maelstrom(), is_known_there, "{list}");
    }
    assert_eq!(
        "prefix,uncommitted".parse::<ConsistencyModels>().unwrap_err().to_string(),
        "there is no consistency model `uncommitted`; there are read-uncommitted, strong-read-uncommitted, \
         strong-session-read-uncommitted"
    );
    assert!("".parse::<ConsistencyModels>().is_err());
}
