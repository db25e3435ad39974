//! Texts that are cut before they become long.

use std::io::{self, Write};

use crate::Value;

/// A value as JSON, of which at most so many bytes are written; what was cut ends in `…`.
pub(super) fn of_value(value: &Value, most: usize) -> String {
    let mut out = Limited { bytes: Vec::new(), most };
    let is_whole = serde_json::to_writer(&mut out, value).is_ok();
    let mut text = valid_part(out.bytes);
    if !is_whole {
        text.push('…');
    }
    text
}

/// A text, of which at most so many bytes are left.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    format!("{}…", &text[..end])
}

fn valid_part(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| {
        let whole = error.utf8_error().valid_up_to();
        let mut bytes = error.into_bytes();
        bytes.truncate(whole);
        String::from_utf8(bytes).unwrap_or_default()
    })
}

/// Takes so many bytes, and then fails, so that nobody writes what is not kept.
struct Limited {
    bytes: Vec<u8>,
    most: usize,
}

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.most - self.bytes.len();
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if bytes.len() > room { Err(io::ErrorKind::WriteZero.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_cut_at_a_character() {
        let value = Value::from("ééééé");
        assert_eq!(of_value(&value, 100), "\"ééééé\"");
        assert_eq!(of_value(&value, 4), "\"é…");
        assert_eq!(cut("ééééé", 5), "éé…");
        assert_eq!(cut("short", 5), "short");
    }
}
