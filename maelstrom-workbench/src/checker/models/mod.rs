//! The consistency models to which transactions can be held.
//!
//! Source: all that Elle 0.2.2 knows, with their names; tests hold the tables to what it prints.

pub(super) mod anomaly;
mod table;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, fmt, str::FromStr, sync::LazyLock};

use self::{anomaly::Anomalies, table::MODELS};

/// A set of consistency models, all of which are to hold. Strict serializability unless others are asked for.
///
/// ```
/// use maelstrom_workbench::checker::ConsistencyModels;
///
/// let models: ConsistencyModels = "read-committed, PL-SI".parse()?;
/// assert_eq!(models.names(), ["read-committed", "snapshot-isolation"]);
/// # Ok::<(), maelstrom_workbench::checker::UnknownModel>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsistencyModels {
    models: Models,
    /// Whether Maelstrom knows what they were called in the list that they were read from.
    is_known_there: bool,
}

impl ConsistencyModels {
    /// What people call them, from weak to strong.
    pub fn names(self) -> Vec<&'static str> {
        self.models.iter().map(friendly).collect()
    }

    /// What they rule out, each by itself or by what it implies.
    pub(super) fn prohibited(self) -> Anomalies {
        let implied =
            self.models.iter().fold(Models::default(), |all, model| all.union(GRAPH.implied[model]));
        implied.prohibited().implying()
    }

    /// Maelstrom splits a list at commas with white space on both sides, so that `a,b` is one name, of no model (Q-02).
    pub(super) fn is_known_to_maelstrom(self) -> bool {
        self.is_known_there
    }
}

impl Default for ConsistencyModels {
    fn default() -> Self {
        Self { models: Models::of(&["strict-serializable"]), is_known_there: true }
    }
}

/// Reads a list such as `read-committed,serializable`.
impl FromStr for ConsistencyModels {
    type Err = UnknownModel;

    fn from_str(list: &str) -> Result<Self, UnknownModel> {
        let mut models = Models::default();
        for name in list.split(',').map(str::trim) {
            models.insert(index(name).ok_or_else(|| UnknownModel(name.to_owned()))?);
        }
        let is_apart = |(at, _): (usize, &str)| {
            let blank = |c: Option<char>| c.is_some_and(char::is_whitespace);
            blank(list[..at].chars().next_back()) && blank(list[at + 1..].chars().next())
        };
        let is_known_there = list.trim() == list && list.match_indices(',').all(is_apart);
        Ok(Self { models, is_known_there })
    }
}

/// There is no consistency model of that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownModel(String);

impl fmt::Display for UnknownModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(name) = self;
        let names: BTreeSet<_> =
            MODELS.iter().flat_map(|model| model.aliases.iter().chain([&model.name])).collect();
        let alike: Vec<_> =
            names.into_iter().filter(|known| !name.is_empty() && known.contains(&**name)).copied().collect();
        let hint = match alike.as_slice() {
            // None, or so many that they are no help.
            [] | [_, _, _, _, _, _, ..] => {
                "among others there are strict-serializable, serializable, snapshot-isolation and read-committed"
                    .to_owned()
            }
            alike => format!("there are {}", alike.join(", ")),
        };
        write!(f, "there is no consistency model `{name}`; {hint}")
    }
}

impl std::error::Error for UnknownModel {}

/// Which models a history with certain anomalies breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Boundary {
    /// The weakest ones.
    pub(super) not: BTreeSet<&'static str>,
    /// The others, which are stronger.
    pub(super) also_not: BTreeSet<&'static str>,
}

impl Boundary {
    pub(super) fn of(anomalies: Anomalies) -> Self {
        let impossible = Models::ruled_out_by(anomalies);
        let is_weakest = |model: &usize| {
            let weaker = GRAPH.implied[*model].without(*model);
            weaker.intersection(impossible).is_empty()
        };
        let (not, also_not): (Vec<_>, Vec<_>) = impossible.iter().partition(is_weakest);
        let names = |models: Vec<usize>| models.into_iter().map(friendly).collect();
        Self { not: names(not), also_not: names(also_not) }
    }
}

/// A set of models, by their places in the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Models(u64);

impl Models {
    /// Those of these names, each of which there is.
    pub(super) fn of(names: &[&str]) -> Self {
        let mut models = Self::default();
        for name in names {
            models.insert(index(name).expect("there is a model of that name"));
        }
        models
    }

    /// Those that can't hold where these anomalies are.
    pub(super) fn ruled_out_by(anomalies: Anomalies) -> Self {
        let anomalies = anomalies.implied();
        let breaks = |model: &usize| {
            let prohibited = Self::default().with(*model).prohibited();
            !prohibited.intersection(anomalies).is_empty()
        };
        (0..MODELS.len()).filter(breaks).fold(Self::default(), Self::with).and_stronger()
    }

    /// With those that imply one of these.
    #[must_use]
    pub(super) fn and_stronger(self) -> Self {
        let is_stronger = |model: &usize| !GRAPH.implied[*model].intersection(self).is_empty();
        (0..MODELS.len()).filter(is_stronger).fold(Self::default(), Self::with)
    }

    /// What these rule out themselves, without what they imply.
    fn prohibited(self) -> Anomalies {
        self.iter().flat_map(|model| MODELS[model].prohibits.iter().copied()).collect()
    }

    /// What these rule out, by what they imply as well.
    pub(super) fn all_prohibited(self) -> Anomalies {
        ConsistencyModels { models: self, is_known_there: true }.prohibited()
    }

    fn insert(&mut self, model: usize) {
        self.0 |= 1 << model;
    }

    fn with(mut self, model: usize) -> Self {
        self.insert(model);
        self
    }

    fn without(self, model: usize) -> Self {
        Self(self.0 & !(1 << model))
    }

    #[must_use]
    pub(super) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub(super) fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn contains(self, other: Self) -> bool {
        other.difference(self).is_empty()
    }

    fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn iter(self) -> impl Iterator<Item = usize> {
        (0..MODELS.len()).filter(move |model| self.0 & (1 << model) != 0)
    }
}

/// For each model all that it implies, itself included.
struct Graph {
    implied: Vec<Models>,
}

static GRAPH: LazyLock<Graph> = LazyLock::new(|| {
    let mut implied: Vec<_> =
        MODELS.iter().enumerate().map(|(at, model)| Models::of(model.implies).with(at)).collect();
    loop {
        let next: Vec<_> = implied
            .iter()
            .map(|models: &Models| models.iter().fold(*models, |all, model| all.union(implied[model])))
            .collect();
        if next == implied {
            return Graph { implied };
        }
        implied = next;
    }
});

fn index(name: &str) -> Option<usize> {
    MODELS.iter().position(|model| model.name == name || model.aliases.contains(&name))
}

/// What people call a model.
fn friendly(model: usize) -> &'static str {
    let model = &MODELS[model];
    model.aliases.last().unwrap_or(&model.name)
}
