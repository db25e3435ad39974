//! JSON for people: an object's members stand on a line each, a list on one line.

use std::fmt;

use crate::Value;

/// Writes a value so that a person finds his way in it, and a program reads it as well.
///
/// ```
/// use maelstrom_workbench::{Value, results::Layout};
///
/// let value: Value = r#"{"by-f": {"echo": {"ok-count": 3}}, "lost": [1, 2, 3], "stale": {}}"#.parse()?;
/// assert_eq!(
///     Layout(&value).to_string(),
///     r#"{
///   "by-f": {
///     "echo": {
///       "ok-count": 3
///     }
///   },
///   "lost": [1,2,3],
///   "stale": {}
/// }"#
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Layout<'v>(pub &'v Value);

impl fmt::Display for Layout<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, self.0, 0)
    }
}

fn write(f: &mut fmt::Formatter<'_>, value: &Value, depth: usize) -> fmt::Result {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let mut before = "{";
            for (name, field) in fields {
                write!(f, "{before}\n{:1$}{2}: ", "", 2 * depth + 2, Value::from(name.as_str()))?;
                write(f, field, depth + 1)?;
                before = ",";
            }
            write!(f, "\n{:1$}}}", "", 2 * depth)
        }
        // Sentences, which are long.
        Value::List(list)
            if list.iter().any(|element| element.as_str().is_some_and(|text| text.len() > 60)) =>
        {
            let mut before = "[";
            for element in list {
                write!(f, "{before}\n{:1$}{element}", "", 2 * depth + 2)?;
                before = ",";
            }
            write!(f, "\n{:1$}]", "", 2 * depth)
        }
        other => write!(f, "{other}"),
    }
}
