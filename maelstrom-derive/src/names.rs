//! Names: from wire to Rust, and what was probably meant.

use proc_macro2::{Ident, Span};

/// `read_ok` → `ReadOk`: the name of an enum variant for a message type, whatever characters that has.
pub(crate) fn variant(wire: &str, span: Span) -> Ident {
    let mut name = String::new();
    for word in wire.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let mut chars = word.chars();
        name.extend(chars.next().into_iter().flat_map(char::to_uppercase));
        name.push_str(chars.as_str());
    }
    // The rest of what can't be a name: nothing, a digit in front, and the one keyword in camel case.
    if name.is_empty() || name.starts_with(|c: char| !c.is_alphabetic()) {
        name.insert(0, '_');
    }
    if name == "Self" || name == "_" {
        name.push('_');
    }
    syn::parse_str::<Ident>(&name).map_or_else(|_| Ident::new("Unnamed", span), |_| Ident::new(&name, span))
}

/// A name that may be a keyword.
pub(crate) fn ident(name: &str, span: Span) -> Ident {
    match name {
        _ if syn::parse_str::<Ident>(name).is_ok() => Ident::new(name, span),
        // The keywords that can't be raw.
        "self" | "Self" | "super" | "crate" => Ident::new(&format!("{name}_"), span),
        _ => Ident::new_raw(name, span),
    }
}

/// The candidate that a misspelt word probably means.
pub(crate) fn near<'c>(word: &str, candidates: &[&'c str]) -> Option<&'c str> {
    let word = word.to_lowercase();
    candidates
        .iter()
        .map(|candidate| (distance(&word, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= if candidate.len() > 4 { 2 } else { 1 })
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many letters have to be added, dropped, changed or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// `a`, `b` and `c`: a list for people.
pub(crate) fn list<T: AsRef<str>>(names: &[T], last: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((end, rest)) => format!("{} {last} {end}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_variant(wire: &str, expected: &str) {
        assert_eq!(variant(wire, Span::call_site()).to_string(), expected);
    }

    #[test]
    fn variants_are_in_camel_case() {
        check_variant("read_ok", "ReadOk");
        check_variant("add-all", "AddAll");
        check_variant("requestVote", "RequestVote");
        check_variant("raft/append entries", "RaftAppendEntries");
        check_variant("größe", "Größe");
    }

    #[test]
    fn names_that_rust_does_not_have_get_an_underscore() {
        check_variant("self", "Self_");
        check_variant("2-phase", "_2Phase");
        check_variant("…", "__");
        check_variant("_", "__");
    }

    #[test]
    fn a_name_near_a_known_one_is_recognised() {
        let known = ["rpc", "message", "every", "name", "reply"];
        for (written, meant) in [
            ("rcp", Some("rpc")),
            ("RPC", Some("rpc")),
            ("mesage", Some("message")),
            ("messages", Some("message")),
            ("evry", Some("every")),
            ("nmae", Some("name")),
            ("repl", Some("reply")),
            ("inline", None),
            ("p", None),
            ("tokio", None),
        ] {
            assert_eq!(near(written, &known), meant, "{written}");
        }
    }

    #[test]
    fn lists_read_as_people_write_them() {
        assert_eq!(list(&["a"], "or"), "`a`");
        assert_eq!(list(&["a", "b", "c"], "or"), "`a`, `b` or `c`");
    }
}
