//! JSON in as few letters as tell what it is: it is read beside an arrow.

/// Longer ids lose their end.
const LONGEST: usize = 16;
/// As much is left of those, in letters.
const LEFT: usize = 8;

/// JSON without the quotes of what can't be anything but a name, without spaces, with long ids cut; of so many bytes at
/// most, and a mark.
pub(super) fn brief(json: &str, most: usize) -> String {
    let mut out = String::new();
    let mut rest = json.chars();
    while let Some(c) = rest.next() {
        if out.len() >= most {
            out.push('…');
            break;
        }
        match c {
            '"' => string(rest.by_ref(), most - out.len(), &mut out),
            ':' => out.push(' '),
            c if c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    out
}

/// A string, whose first quote has been read.
fn string(rest: &mut std::str::Chars<'_>, room: usize, out: &mut String) {
    let all = rest.as_str();
    let mut is_escaped = false;
    let end = rest.position(|c| {
        let is_end = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end
    });
    // Quotes and escapes are as they were: what is shown is text, not JSON.
    let text = match end {
        Some(_) => &all[..all.len() - rest.as_str().len() - 1],
        None => all,
    };
    let is_word = text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
    if is_word && text.len() > LONGEST && text.contains(|c: char| c.is_ascii_digit()) {
        return out.extend([&text[..LEFT], "…"]);
    }
    let is_name = is_word
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && !matches!(text, "null" | "true" | "false");
    let quote = if is_name { "" } else { "\"" };
    out.extend([quote, &super::text::cut(text, room), quote]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_no_quotes_and_ids_are_cut() {
        let json = r#"{"id": "01HK154AEJB0000000000000", "op": {"type": "read", "key": 1}, "to": ["n1", "5", "true", ""]}"#;
        assert_eq!(brief(json, 200), r#"{id 01HK154A…,op {type read,key 1},to [n1,"5","true",""]}"#);
    }

    #[test]
    fn what_is_long_is_cut_and_strings_end_where_they_do() {
        assert_eq!(brief("[1,2,3,4,5,6]", 6), "[1,2,3…");
        assert_eq!(brief(r#"["a\"b\\", "c"]"#, 100), r#"["a\"b\\",c]"#);
        assert_eq!(brief(r#"{"text": "no key 12 of that name"}"#, 100), r#"{text "no key 12 of that name"}"#);
        assert_eq!(brief(r#""éééééééééééééééééééé""#, 5), "\"éé…\"");
        assert_eq!(brief(r#""no end"#, 100), r#""no end""#);
    }
}
