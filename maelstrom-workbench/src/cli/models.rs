//! The consistency models by which transactions can be judged.
//!
//! Source: every name that Elle 0.2.2 knows.

/// Their names.
const NAMES: [&str; 54] = [
    "1SR",
    "PL-1",
    "PL-2",
    "PL-2+",
    "PL-2.99",
    "PL-2L",
    "PL-3",
    "PL-3U",
    "PL-CS",
    "PL-FCV",
    "PL-MSR",
    "PL-SI",
    "PL-SS",
    "PRAM",
    "causal",
    "causal-cerone",
    "conflict-serializable",
    "consistent-view",
    "cursor-stability",
    "forward-consistent-view",
    "linearizable",
    "monotonic-atomic-view",
    "monotonic-reads",
    "monotonic-snapshot-read",
    "monotonic-view",
    "monotonic-writes",
    "parallel-snapshot-isolation",
    "prefix",
    "read-atomic",
    "read-committed",
    "read-uncommitted",
    "read-your-writes",
    "repeatable-read",
    "sequential",
    "serializable",
    "session-serializable",
    "snapshot-isolation",
    "strict-serializable",
    "strong-PL-1",
    "strong-PL-2",
    "strong-read-committed",
    "strong-read-uncommitted",
    "strong-serializable",
    "strong-session-PL-1",
    "strong-session-PL-2",
    "strong-session-read-committed",
    "strong-session-read-uncommitted",
    "strong-session-serializable",
    "strong-session-snapshot-isolation",
    "strong-snapshot-isolation",
    "update-atomic",
    "update-serializable",
    "view-serializable",
    "writes-follow-reads",
];

/// The models of a list such as `a,b`. Maelstrom wants blanks around its commas, and takes `a,b` for one name.
pub(super) fn parse(list: &str) -> Result<Vec<&'static str>, String> {
    list.split(',').map(str::trim).map(model).collect()
}

fn model(name: &str) -> Result<&'static str, String> {
    NAMES.into_iter().find(|known| *known == name).ok_or_else(|| {
        let alike: Vec<_> = NAMES.into_iter().filter(|known| !name.is_empty() && known.contains(name)).collect();
        let hint = match alike.as_slice() {
            // None, or so many that they are no help.
            [] | [_, _, _, _, _, _, ..] => "among others there are strict-serializable, serializable, snapshot-isolation and read-committed"
                .to_owned(),
            alike => format!("there are {}", alike.join(", ")),
        };
        format!("there is no consistency model `{name}`; {hint}")
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn models_are_read_as_people_type_them() {
        let expected = Ok(vec!["read-committed", "serializable"]);
        assert_eq!(parse("read-committed,serializable"), expected);
        assert_eq!(parse("read-committed , serializable"), expected);
        assert_eq!(
            parse("prefix,uncommitted").unwrap_err(),
            "there is no consistency model `uncommitted`; there are read-uncommitted, strong-read-uncommitted, \
             strong-session-read-uncommitted"
        );
        assert!(parse("").is_err());
    }
}
