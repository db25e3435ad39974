//! The integers in a text of JSON, each with its path.

use std::collections::HashMap;

/// More paths than this are not told apart, as where a node makes up names.
const MOST_PATHS: usize = 4_096;

/// Where in a body something stands, by number: its type, and the names on the way. The elements of a list have one
/// path, and so have the members of an object whose keys are numbers or nodes.
#[derive(Debug)]
pub(super) struct Paths {
    children: Vec<HashMap<Box<str>, u32>>,
    nodes: Vec<String>,
}

/// The path of all bodies.
pub(super) const ROOT: u32 = 0;

impl Paths {
    pub(super) fn new(nodes: &[String]) -> Self {
        Self { children: vec![HashMap::new()], nodes: nodes.to_vec() }
    }

    /// The path of a member.
    pub(super) fn child(&mut self, of: u32, name: &str) -> Option<u32> {
        let name = if self.nodes.iter().any(|node| node == name) { ANY_KEY } else { name };
        let number = self.children.len();
        let children = &mut self.children[usize::try_from(of).ok()?];
        if let Some(known) = children.get(name) {
            return Some(*known);
        }
        if number >= MOST_PATHS {
            return None;
        }
        let path = u32::try_from(number).ok()?;
        children.insert(name.into(), path);
        self.children.push(HashMap::new());
        Some(path)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.children.len()
    }
}

const ELEMENT: &str = "[]";
const KEY: &str = "{}";
const ANY_KEY: &str = "{*}";

/// Hands on every integer of a text of valid JSON, those included that are strings or keys. It does not recurse, so
/// that no depth is too much.
pub(super) fn integers(text: &str, at: u32, paths: &mut Paths, found: &mut impl FnMut(u32, i64)) {
    let bytes = text.as_bytes();
    // Of each open list the path of its elements, of each open object its own.
    let mut open: Vec<(bool, Option<u32>)> = Vec::new();
    let (mut at, mut is_key, mut place) = (Some(at), false, 0);
    while place < bytes.len() {
        match bytes[place] {
            b'{' => {
                open.push((true, at));
                is_key = true;
            }
            b'[' => {
                at = at.and_then(|at| paths.child(at, ELEMENT));
                open.push((false, at));
            }
            b'}' | b']' => {
                open.pop();
                is_key = false;
            }
            b',' => {
                let (is_object, of) = open.last().copied().unwrap_or_default();
                (is_key, at) = (is_object, of);
            }
            b'"' => {
                let end = string_end(bytes, place);
                let content = text.get(place + 1..end).unwrap_or_default();
                let number = content.parse::<i64>().ok();
                if is_key {
                    let of = open.last().and_then(|(_, of)| *of);
                    if let (Some(of), Some(number)) = (of, number)
                        && let Some(path) = paths.child(of, KEY)
                    {
                        found(path, number);
                    }
                    let name = if number.is_some() { ANY_KEY } else { content };
                    at = of.and_then(|of| paths.child(of, name));
                    is_key = false;
                } else if let (Some(at), Some(number)) = (at, number) {
                    found(at, number);
                }
                place = end;
            }
            b'-' | b'0'..=b'9' => {
                let rest = &bytes[place..];
                let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
                let length = rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len());
                let number = text.get(place..place + length).and_then(|digits| digits.parse().ok());
                if let (Some(at), Some(number)) = (at, number) {
                    found(at, number);
                }
                place += length;
                continue;
            }
            _ => {}
        }
        place += 1;
    }
}

/// Where the quote is that ends a string.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut place = start + 1;
    while place < bytes.len() {
        match bytes[place] {
            b'"' => return place,
            b'\\' => place += 2,
            _ => place += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(u32, i64)> {
        let mut paths = Paths::new(&["n1".to_owned(), "n2".to_owned()]);
        let mut all = Vec::new();
        integers(text, ROOT, &mut paths, &mut |path, number| all.push((path, number)));
        all
    }

    #[test]
    fn integers_are_found_wherever_they_stand() {
        let numbers = |text: &str| found(text).into_iter().map(|(_, number)| number).collect::<Vec<_>>();
        assert_eq!(numbers("7"), [7]);
        assert_eq!(numbers(r#"[1, [2, 3], "4", "x5", 6.5, 1e3, -7, true, null]"#), [1, 2, 3, 4, -7]);
        assert_eq!(numbers(r#"{"a": 1, "2": {"b\"": [3], "c": "\\"}, "d": 4}"#), [1, 2, 3, 4]);
        assert_eq!(numbers("99999999999999999999"), [0; 0]);
    }

    #[test]
    fn what_stands_alike_has_one_path() {
        let paths = |text: &str| found(text).into_iter().map(|(path, _)| path).collect::<Vec<_>>();
        let [a, b, c] = paths(r#"{"n1": [1, 2], "n2": [3]}"#)[..] else { panic!() };
        assert!(a == b && b == c);
        let [key, value, other, next] = paths(r#"{"1": 5, "2": 6}"#)[..] else { panic!() };
        assert!(key == other && value == next && key != value);
        let [a, b, c] = paths(r#"[{"id": 1, "of": 2}, {"id": 3}]"#)[..] else { panic!() };
        assert!(a == c && a != b);
    }

    #[test]
    fn depth_and_names_without_end_are_borne() {
        assert_eq!(found(&format!("{}7{}", "[".repeat(100_000), "]".repeat(100_000))).len(), 0);
        let many: Vec<String> = (0..10_000).map(|k| format!("\"k{k}\": {k}")).collect();
        let found = found(&format!("{{{}}}", many.join(", ")));
        assert!(found.len() < MOST_PATHS);
    }
}
